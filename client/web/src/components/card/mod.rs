//! The card of the open parcel.

pub(super) mod facts;
mod routes;
mod sheet;
mod supplies;

use leptos::prelude::*;

use self::sheet::Sheet;
use crate::fitting::Fitting;
use crate::keeping::Keeping;
use crate::state::{Card as State, Page};
use crate::{browser, components::panel::LIST_ID};

/// At the right of a wide window, over the list on a narrow one. Escape closes it.
#[component]
pub(crate) fn Card() -> impl IntoView {
    let page = Page::here();
    let code = move || page.selected.get().unwrap_or_default();
    let close = move |_| {
        page.selected.set(None);
        browser::focus(LIST_ID);
    };
    let failure = move |error: &cloudsite_link::LinkError| match error {
        cloudsite_link::LinkError::NotFound { .. } => {
            let key = if page.shows_present() { "card.missing" } else { "card.missing_then" };
            page.fill(key, &[("code", &code())])
        }
        other => page.fill("card.failed", &[("reason", &page.explain(other))]),
    };
    let edits = Memo::new(move |_| page.keeping.get().is_some_and(Keeping::edits));
    let body = move || match page.card.get() {
        State::Loading => view! { <Waiting /> }.into_any(),
        State::Failed(error) => view! { <p class="empty" role="alert">{failure(&error)}</p> }.into_any(),
        State::Loaded { parcel, revision } => view! { <Sheet parcel=*parcel revision /> }.into_any(),
    };
    let fits = Memo::new(move |_| page.fit.with(Option::is_some));
    let fit = move || match page.fitting.get().map(Fitting::card) {
        Some(card) => card,
        None => view! { <Waiting /> }.into_any(),
    };
    view! {
        <aside class="card" aria-label=move || page.fill("card.label", &[("code", &code())]) data-testid="parcel-card">
            <button class="close" type="button" aria-label=page.words("card.close") data-testid="card-close" on:click=close>
                <svg viewBox="0 0 20 20" aria-hidden="true">
                    <path d="m5 5 10 10M15 5 5 15" />
                </svg>
            </button>
            <h2 data-testid="card-code">{code}</h2>
            {move || {
                if edits.get() {
                    page.keeping.get().map(Keeping::editor).into_any()
                } else if fits.get() {
                    fit.into_any()
                } else {
                    body.into_any()
                }
            }}
        </aside>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    let page = Page::here();
    view! {
        <p class="unseen" role="status">{page.words("card.loading")}</p>
        <div class="skeleton" aria-hidden="true">{(0..6).map(|_| view! { <span></span> }).collect_view()}</div>
    }
}
