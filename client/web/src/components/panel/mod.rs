//! Finding land: search, filters and the list.

mod filters;
mod parcel_item;
mod parcel_list;
mod results;
mod search;
mod status_filter;

use leptos::prelude::*;

use self::filters::Filters;
use self::parcel_list::ParcelList;
use self::results::Results;
use self::search::Search;
use self::status_filter::StatusFilter;
use crate::components::desk::{Desk, Tabs};
use crate::desk::Tab;
use crate::pure::people::keeps_record;
use crate::state::Page;

/// The element of the list, to which the keyboard comes back when a card is closed.
pub(crate) const LIST_ID: &str = "parcel-list";

/// At the left of a wide window; a sheet at the lower edge of a narrow one.
#[component]
pub(crate) fn Panel() -> impl IntoView {
    let page = Page::here();
    let open = move || page.sheet_open.get();
    let keeps = move || page.caller.with(|caller| keeps_record(caller.as_ref()));
    view! {
        <main class="panel" class:open=open aria-label=page.words("panel.title")>
            <button
                class="handle"
                type="button"
                aria-expanded=move || if open() { "true" } else { "false" }
                aria-label=page.words("panel.collapse")
                on:click=move |_| page.sheet_open.update(|open| *open = !*open)
            ></button>
            <Show when=keeps>
                <Tabs />
            </Show>
            <Show when=move || keeps() && page.desk().tab.get() == Tab::Changes fallback=Finding>
                <Desk />
            </Show>
        </main>
    }
}

/// Search, filters and the list.
#[component]
fn Finding() -> impl IntoView {
    view! {
        <Search />
        <div class="panel-conditions">
            <StatusFilter />
            <Filters />
        </div>
        <Results />
        <ParcelList />
    }
}
