//! The park's name.

use leptos::prelude::*;

use crate::state::Page;

/// The mark, the park's name, and the badge of a park that is invented.
#[component]
pub(crate) fn Brand() -> impl IntoView {
    let page = Page::here();
    let name = move || {
        let name = page.park_name();
        if name.is_empty() { page.text("app.park_fallback") } else { name }
    };
    let synthetic = move || page.park.with(|park| park.as_ref().is_some_and(|park| park.synthetic));
    let notice = move || {
        let language = page.language.get();
        page.park.with(|park| {
            park.as_ref().map(|park| crate::pure::text::best_name(&park.notice, language)).unwrap_or_default()
        })
    };
    view! {
        <div class="brand">
            <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
                <path d="M5 24 16 29 27 24 16 19Z" />
                <path d="M9 20V11l7-3.5v9.5Z" />
                <path d="M17.5 17V5l6 3v11Z" />
            </svg>
            <h1>{name}</h1>
            <Show when=synthetic>
                <span class="badge" title=notice data-testid="synthetic">{page.words("badge.synthetic")}</span>
            </Show>
        </div>
    }
}
