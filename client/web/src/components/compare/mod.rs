//! Places side by side: choosing them, and the table.

mod choice;
mod lines;
mod split;
mod table;

use leptos::html;
use leptos::prelude::*;

pub(crate) use self::choice::{OpenComparison, Toggle, Tray};
pub(crate) use self::split::{Panes, SplitHead};
use self::table::Table;
use super::header::share_button::share;
use crate::browser;
use crate::state::Page;
use crate::viewer::CANVAS;

/// The dialog with the table. The browser keeps the focus within and closes it by Escape.
#[component]
pub(crate) fn Comparison() -> impl IntoView {
    let page = Page::here();
    let dialog = NodeRef::<html::Dialog>::new();
    let differing = RwSignal::new(false);
    let can_split = Memo::new(move |_| page.side_by_side().is_some_and(|places| places.len() > 1));
    let split = move |_| {
        // A card would stand over the panes.
        page.close_card();
        page.split.set(true);
        // The dialog gives the focus back to what opened it; from here on the keyboard moves the cameras.
        request_animation_frame(|| browser::focus(CANVAS));
    };
    Effect::new(move |_| {
        let open = page.comparing.get() && !page.split.get();
        if let Some(dialog) = dialog.get() {
            if open && !dialog.open() {
                // Refused only where the dialog stands in no document.
                let _detached = dialog.show_modal();
            } else if !open {
                dialog.close();
            }
        }
    });
    view! {
        <dialog
            class="dialog comparison"
            node_ref=dialog
            aria-labelledby="comparison-title"
            on:close=move |_| {
                // It closes, too, when the 3D view takes its place.
                if !page.split.get_untracked() {
                    page.stop_comparing();
                }
            }
        >
            <Show when=move || page.comparing.get() && !page.split.get()>
                <header class="comparison-head" data-testid="comparison">
                    <h2 id="comparison-title">{page.words("comparison.title")}</h2>
                    <label class="comparison-differing">
                        <input
                            type="checkbox"
                            data-testid="comparison-differing"
                            prop:checked=move || differing.get()
                            on:change=move |event| differing.set(event_target_checked(&event))
                        />
                        <span>{page.words("comparison.differing")}</span>
                    </label>
                    <button
                        class="button primary"
                        type="button"
                        data-testid="comparison-split"
                        disabled=move || !can_split.get()
                        on:click=split
                    >
                        {page.words("comparison.in_3d")}
                    </button>
                    <button class="button" type="button" on:click=move |_| share(page)>{page.words("share")}</button>
                    <StopComparing testid="comparison-close" />
                </header>
                <Table differing />
                // What is said in passing would lie beneath the dialog.
                <p class="comparison-foot" role="status">
                    {move || page.toast.get().unwrap_or_else(|| page.text("comparison.best_hint"))}
                </p>
            </Show>
        </dialog>
    }
}

/// Ends the comparison.
#[component]
fn StopComparing(
    /// What a test finds it by.
    testid: &'static str,
) -> impl IntoView {
    let page = Page::here();
    view! {
        <button
            class="close"
            type="button"
            aria-label=page.words("card.close")
            data-testid=testid
            on:click=move |_| page.stop_comparing()
        >
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="m5 5 10 10M15 5 5 15" />
            </svg>
        </button>
    }
}
