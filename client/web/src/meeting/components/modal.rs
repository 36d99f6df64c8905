//! A dialog over the page. The browser keeps the focus within.

use leptos::html;
use leptos::prelude::*;

/// Stands open while `open` says so; `closed` hears of Escape.
#[component]
pub(super) fn Modal(
    /// Whether it stands open.
    open: Signal<bool>,
    /// The id of its title.
    title: &'static str,
    /// What a test finds it by.
    testid: &'static str,
    /// Hears that someone wants it closed.
    closed: Callback<()>,
    /// What stands in it.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let open = open.get();
        let Some(dialog) = dialog.get() else { return };
        if open && !dialog.open() {
            // Refused only where the dialog stands in no document.
            let _detached = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    let close = move |_| {
        if open.get_untracked() {
            closed.run(());
        }
    };
    view! {
        <dialog class="dialog meeting-dialog" node_ref=dialog aria-labelledby=title data-testid=testid on:close=close>
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
}
