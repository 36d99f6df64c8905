//! Search by code or name.

use leptos::prelude::*;

use crate::state::Page;

/// The field. What is typed is looked for as soon as typing rests.
#[component]
pub(crate) fn Search() -> impl IntoView {
    let page = Page::here();
    view! {
        <div class="search">
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <circle cx="9" cy="9" r="5.5" />
                <path d="m13.2 13.2 4 4" />
            </svg>
            <input
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-label=page.words("search.label")
                placeholder=page.words("search.placeholder")
                data-testid="search"
                prop:value=move || page.filter.with(|filter| filter.text.clone())
                on:focus=move |_| page.sheet_open.set(true)
                on:input=move |event| page.filter.update(|filter| filter.text = event_target_value(&event))
            />
        </div>
    }
}
