//! Which places are to be compared.

use leptos::prelude::*;

use crate::pure::compare::{Chosen, Full, MOST};
use crate::state::Page;

/// Takes a place into the comparison or out of it. One too many is refused with a word.
#[component]
pub(crate) fn Toggle(
    /// The place's key.
    key: String,
    /// How the button looks.
    class: &'static str,
) -> impl IntoView {
    let page = Page::here();
    let (asked, named, toggled) = (key.clone(), key.clone(), key);
    let is_in = Memo::new(move |_| page.compared.with(|chosen| chosen.has(&asked)));
    view! {
        <button
            class=class
            type="button"
            data-testid="compare-toggle"
            aria-pressed=move || if is_in.get() { "true" } else { "false" }
            aria-label=move || page.fill("comparison.toggle", &[("code", &page.title(&named))])
            on:click=move |_| toggle(page, &toggled)
        >
            {move || if is_in.get() { "✓ " } else { "+ " }}
            {page.words("comparison.compare")}
        </button>
    }
}

/// The same without the button.
pub(super) fn toggle(page: Page, key: &str) {
    change(page, |chosen| chosen.toggle(key));
}

fn change(page: Page, change: impl FnOnce(&mut Chosen) -> Result<(), Full>) {
    let mut refused = Ok(());
    page.compared.update(|chosen| refused = change(chosen));
    if refused == Err(Full) {
        page.toast.set(Some(untrack(|| page.fill("comparison.full", &[("n", &MOST.to_string())]))));
    }
}

/// Puts the chosen places side by side, as soon as there are two.
#[component]
pub(crate) fn OpenComparison() -> impl IntoView {
    let page = Page::here();
    let count = Memo::new(move |_| page.compared.with(|chosen| chosen.keys().len()));
    let open = move |_| {
        // What was refused while choosing is over.
        page.toast.set(None);
        page.comparing.set(true);
    };
    view! {
        <Show when=move || { count.get() > 1 && !page.is_split() }>
            <button
                class="button primary"
                type="button"
                data-testid="comparison-open"
                on:click=open
            >
                {move || page.fill("comparison.open", &[("n", &count.get().to_string())])}
            </button>
        </Show>
    }
}

/// What is chosen so far; there only once something is.
#[component]
pub(crate) fn Tray() -> impl IntoView {
    let page = Page::here();
    let keys = move || page.compared.with(|chosen| chosen.keys().to_vec());
    let chip = move |key: String| {
        let (named, taken) = (key.clone(), key.clone());
        view! {
            <li>
                <button
                    class="chip"
                    type="button"
                    aria-label=move || page.fill("comparison.remove", &[("code", &page.title(&named))])
                    on:click=move |_| toggle(page, &taken)
                >
                    {move || page.title(&key)} <span aria-hidden="true">" ×"</span>
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || !keys().is_empty()>
            <section class="tray" aria-label=page.words("comparison.tray") data-testid="comparison-tray">
                <ul class="chips">
                    <For each=keys key=|key| key.clone() children=chip />
                </ul>
                <Show when=move || keys().len() == 1>
                    <p class="hint">{page.words("comparison.another")}</p>
                </Show>
                <OpenComparison />
            </section>
        </Show>
    }
}
