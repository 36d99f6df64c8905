//! Finding land: the site brief, search, filters and the list.

pub(super) mod brief;
mod filters;
mod parcel_item;
mod parcel_list;
mod results;
mod search;
mod status_filter;

use leptos::prelude::*;

use self::brief::{BriefPanel, OpenBrief};
use self::filters::Filters;
use self::parcel_list::ParcelList;
use self::results::Results;
use self::search::Search;
use self::status_filter::StatusFilter;
use super::compare::Tray;
use crate::keeping::Keeping;
use crate::state::{Page, Tab};

/// The element of the list, to which the keyboard comes back when a card is closed.
pub(crate) const LIST_ID: &str = "parcel-list";

/// At the left of a wide window; a sheet at the lower edge of a narrow one.
#[component]
pub(crate) fn Panel() -> impl IntoView {
    let page = Page::here();
    let open = move || page.sheet_open.get();
    let handle = move || {
        page.text(match (open(), page.brief.with(Option::is_some)) {
            (true, _) => "panel.to_park",
            (false, true) => "panel.to_brief",
            (false, false) => "panel.to_list",
        })
    };
    let keeps = Memo::new(move |_| page.keeps());
    let shows_changes = move || keeps.get() && page.tab.get() != Tab::Find;
    let keeping = move || page.keeping.get().filter(|_| keeps.get());
    view! {
        <main class="panel" class:open=open aria-label=page.words("panel.title")>
            <button
                class="handle"
                type="button"
                data-testid="sheet-handle"
                on:click=move |_| page.sheet_open.update(|open| *open = !*open)
            >
                {handle}
            </button>
            {move || keeping().map(Keeping::tabs)}
            <Show when=shows_changes fallback=Finding>
                <Show when=move || keeping().is_none()>
                    <p class="empty" role="status">{page.words("changes.loading")}</p>
                </Show>
                {move || keeping().map(Keeping::changes)}
            </Show>
        </main>
    }
}

/// Search, filters and the list; or the site brief.
#[component]
fn Finding() -> impl IntoView {
    let page = Page::here();
    let briefs = Memo::new(move |_| page.brief.with(Option::is_some));
    view! {
        <Tray />
        <Show when=move || !briefs.get() fallback=BriefPanel>
            // What most come for is there at once, however little of the panel is shown.
            <OpenBrief />
            <Search />
            <div class="panel-conditions">
                <StatusFilter />
                <Filters />
            </div>
            <Results />
            <ParcelList />
        </Show>
    }
}
