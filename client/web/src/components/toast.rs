//! What is said briefly.

use leptos::prelude::*;

use crate::state::Page;

/// A short message at the lower edge. The element is always there: screen readers hear only what changes in it.
#[component]
pub(crate) fn Toast() -> impl IntoView {
    let page = Page::here();
    let shown = move || page.toast.with(Option::is_some);
    view! {
        <div class="toast" class:shown=shown role="status" aria-live="polite" data-testid="toast">
            {move || page.toast.get()}
        </div>
    }
}
