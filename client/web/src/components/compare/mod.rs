//! Places side by side: choosing them, and the table.

mod choice;
mod lines;
mod table;

use leptos::html;
use leptos::prelude::*;

pub(crate) use self::choice::{OpenComparison, Toggle, Tray};
use self::table::Table;
use super::header::share_button::share;
use crate::state::Page;

/// The dialog with the table. The browser keeps the focus within and closes it by Escape.
#[component]
pub(crate) fn Comparison() -> impl IntoView {
    let page = Page::here();
    let dialog = NodeRef::<html::Dialog>::new();
    let differing = RwSignal::new(false);
    Effect::new(move |_| {
        let open = page.comparing.get();
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
            on:close=move |_| page.comparing.set(false)
        >
            <Show when=move || page.comparing.get()>
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
                    <button class="button" type="button" on:click=move |_| share(page)>{page.words("share")}</button>
                    <button
                        class="close"
                        type="button"
                        aria-label=page.words("card.close")
                        data-testid="comparison-close"
                        on:click=move |_| page.comparing.set(false)
                    >
                        <svg viewBox="0 0 20 20" aria-hidden="true">
                            <path d="m5 5 10 10M15 5 5 15" />
                        </svg>
                    </button>
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
