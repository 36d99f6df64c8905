//! The page's languages.

use cloudsite_domain::record::Language;
use leptos::prelude::*;

use crate::browser;
use crate::pure::text::{LANGUAGES, text};
use crate::state::Page;

/// One button a language, each in its own.
#[component]
pub(crate) fn LanguageSwitch() -> impl IntoView {
    let page = Page::here();
    let button = move |language: Language| {
        let chosen = move || page.language.get() == language;
        let choose = move |_| {
            page.language.set(language);
            browser::keep_language(language);
        };
        view! {
            <button
                type="button"
                lang=language.tag()
                aria-pressed=move || if chosen() { "true" } else { "false" }
                data-testid=format!("lang-{}", language.tag())
                on:click=choose
            >
                {text(language, "language")}
            </button>
        }
    };
    view! {
        <div class="segments languages" role="group" aria-label=page.words("language.label")>
            {LANGUAGES.map(button).into_iter().collect_view()}
        </div>
    }
}
