//! Taking a file in: dropped anywhere on the page or chosen, looked at, asked about, imported.

mod columns;
mod drop_area;
mod operation;
mod questions;

pub(crate) use drop_area::{ChooseFile, DropArea};

use leptos::html;
use leptos::prelude::*;

use self::columns::Columns;
use self::operation::Progress;
use self::questions::Questions;
use crate::keeping::desk::Desk;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::intake::doubts;
use crate::pure::number::number;
use crate::state::Page;

/// The dialog of the file that is being taken in.
#[component]
pub(crate) fn IntakeDialog() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let keeper = Keeper::here();
    let dialog = NodeRef::<html::Dialog>::new();
    let is_open = Memo::new(move |_| desk.intake.with(Option::is_some));
    Effect::new(move |_| {
        let open = is_open.get();
        if let Some(dialog) = dialog.get() {
            if open && !dialog.open() {
                // Refused only where the dialog stands in no document.
                let _detached = dialog.show_modal();
            } else if !open {
                dialog.close();
            }
        }
    });
    let give_up = move || {
        keeper.drop_intake();
    };
    let title = move || desk.intake.with(|intake| intake.as_ref().map(|intake| intake.file_name.clone()));
    let works =
        Memo::new(move |_| desk.intake.with(|intake| intake.as_ref().is_some_and(|intake| intake.operation.is_some())));
    view! {
        <dialog class="dialog wide" node_ref=dialog aria-labelledby="intake-title" on:close=move |_| give_up()>
            <Show when=move || is_open.get()>
                <div data-testid="intake">
                    <h2 id="intake-title">{move || page.fill("intake.title", &[("name", &title().unwrap_or_default())])}</h2>
                    <Show when=move || works.get() fallback=Preparing>
                        <Progress />
                    </Show>
                </div>
            </Show>
        </dialog>
    }
}

/// Sending and looking, then what is asked, then the columns.
#[component]
fn Preparing() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let keeper = Keeper::here();
    let share = move || {
        desk.intake.with(|intake| {
            intake.as_ref().map_or(0.0, |intake| intake.sent_bytes as f64 / intake.size_bytes.max(1) as f64)
        })
    };
    let megabytes = move |bytes: u64| number(bytes as f64 / 1e6, 1, page.language.get());
    let sending = move || {
        let (sent, size) =
            desk.intake.with(|intake| intake.as_ref().map_or((0, 0), |intake| (intake.sent_bytes, intake.size_bytes)));
        page.fill("intake.sending", &[("done", &megabytes(sent)), ("total", &megabytes(size))])
    };
    let seen =
        Memo::new(move |_| desk.intake.with(|intake| intake.as_ref().is_some_and(|intake| intake.preview.is_some())));
    let failure = move || desk.intake.with(|intake| intake.as_ref()?.error.as_ref().map(|error| page.explain(error)));
    let busy = move || desk.intake.with(|intake| intake.as_ref().is_some_and(|intake| intake.looking));
    let open_questions = move || {
        desk.intake.with(|intake| {
            let intake = intake.as_ref()?;
            Some(doubts(intake.preview.as_ref()?, &intake.options).len())
        })
    };
    let count = move || {
        desk.intake
            .with(|intake| intake.as_ref()?.preview.as_ref().map(|preview| preview.feature_count))
            .unwrap_or_default()
    };
    let give_up = move |_| {
        keeper.drop_intake();
    };
    let start = move |_| {
        keeper.start_import();
    };
    view! {
        <Show when=move || !seen.get()>
            <p class="dialog-lead" role="status">
                {move || if share() < 1.0 { sending() } else { page.text("intake.looking") }}
            </p>
            <progress max="1" prop:value=share aria-label=sending></progress>
        </Show>
        <Show when=move || seen.get()>
            <Questions />
            <Columns />
        </Show>
        <p class="failure" role="alert" data-testid="intake-failure">{failure}</p>
        <div class="dialog-buttons">
            <button class="button" type="button" data-testid="intake-cancel" on:click=give_up>
                {page.words("sign_in.cancel")}
            </button>
            <button
                class="button primary"
                type="button"
                disabled=move || busy() || open_questions() != Some(0)
                data-testid="intake-import"
                on:click=start
            >
                {move || page.fill("intake.import", &[("n", &number(count() as f64, 0, page.language.get()))])}
            </button>
        </div>
    }
}
