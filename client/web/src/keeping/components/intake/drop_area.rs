//! A file is dropped anywhere on the page, or chosen.

use cloudsite_proto::identity::Role;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use crate::browser;
use crate::keeping::desk::Desk;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::intake::ACCEPTED;
use crate::pure::people::has;
use crate::state::Page;

/// For how long a file is held for whoever is about to be able to take it, seconds.
const HELD_SECS: i64 = 20;

/// Hears files over the window, and says that they can be dropped. Only for editors: of everyone else none is taken.
#[component]
pub(crate) fn DropArea() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let keeper = Keeper::here();
    let takes = move || {
        page.caller.with_untracked(|caller| has(caller.as_ref(), Role::Editor))
            && desk.intake.with_untracked(Option::is_none)
    };
    // Someone may have been quicker than what takes it. What was dropped longer ago, someone else may have dropped.
    if let Some((file, at)) = page.held_file.try_update_value(Option::take).flatten()
        && browser::now_secs() - at <= HELD_SECS
        && takes()
    {
        keeper.take_file(file);
    }
    let over = window_event_listener(ev::dragover, move |event| {
        if takes() && browser::carries_file(&event) && !desk.hovering.get_untracked() {
            desk.hovering.set(true);
        }
    });
    let leave = window_event_listener(ev::dragleave, move |event| {
        // From one element to another is no leaving of the window.
        if event.related_target().is_none() {
            desk.hovering.set(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        desk.hovering.set(false);
        if let Some(file) = browser::dropped_file(&event).filter(|_| takes()) {
            keeper.take_file(file);
        }
    });
    on_cleanup(move || {
        over.remove();
        leave.remove();
        dropped.remove();
    });
    view! {
        <Show when=move || desk.hovering.get()>
            <div class="drop-area" aria-hidden="true">
                <p>{page.words("intake.drop")} <small>{page.words("intake.formats")}</small></p>
            </div>
        </Show>
    }
}

/// A button that opens the browser's choice of files.
#[component]
pub(crate) fn ChooseFile() -> impl IntoView {
    let page = Page::here();
    let keeper = Keeper::here();
    let field = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        let Some(field) = field.get_untracked() else { return };
        let file = browser::first_file(field.files());
        // The same file may be chosen again.
        field.set_value("");
        if let Some(file) = file {
            keeper.take_file(file);
        }
    };
    view! {
        <label class="button choose" title=page.words("intake.formats")>
            <input
                class="unseen"
                type="file"
                accept=ACCEPTED
                node_ref=field
                data-testid="choose-file"
                on:change=chosen
            />
            <span>{page.words("intake.choose")}</span>
        </label>
    }
}
