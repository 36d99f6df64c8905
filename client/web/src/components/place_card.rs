//! The card of the open zone or point of interest.

use leptos::prelude::*;

use super::card::facts::Facts;
use super::header::share_button::share;
use super::panel::LIST_ID;
use crate::browser;
use crate::pure::facts::Fact;
use crate::pure::place::{Place, poi_facts, zone_facts, zone_with};
use crate::pure::text::best_name;
use crate::state::Page;

/// What the card shows.
#[derive(Debug, Clone, PartialEq)]
enum Shown {
    Loading,
    /// A plain sentence.
    Failed(String),
    /// The name, and what is known besides.
    Loaded(String, Vec<Fact>),
}

/// Stands where a parcel's card does, with a button that lists a zone's parcels.
#[component]
pub(crate) fn PlaceCard() -> impl IntoView {
    let page = Page::here();
    let shown = Memo::new(move |_| shown(page));
    let title = move || match shown.get() {
        Shown::Loaded(name, _) => name,
        Shown::Loading | Shown::Failed(_) => page.place.with(|place| code(place.as_ref())),
    };
    let layer = move || page.place.with(|place| place.as_ref().map_or("zone", Place::layer));
    let close = move |_| {
        page.close_card();
        browser::focus(LIST_ID);
    };
    let fly = move |_| {
        page.stop_comparing();
        page.wanted_place.set(page.place.get_untracked().map(|place| (place, true)));
    };
    let is_zone = move || layer() == "zone";
    view! {
        <aside
            class="card"
            aria-label=move || page.fill(&format!("place.label_{}", layer()), &[("name", &title())])
            data-testid="place-card"
        >
            <button class="close" type="button" aria-label=page.words("card.close") data-testid="place-close" on:click=close>
                <svg viewBox="0 0 20 20" aria-hidden="true">
                    <path d="m5 5 10 10M15 5 5 15" />
                </svg>
            </button>
            <h2 data-testid="place-name">{title}</h2>
            <p class="card-name">{move || page.text(&format!("place.{}", layer()))}</p>
            {move || body(page, shown.get())}
            <div class="card-buttons">
                <Show when=is_zone>
                    <button
                        class="button primary"
                        type="button"
                        data-testid="place-parcels"
                        on:click=move |_| list_parcels(page)
                    >
                        {page.words("place.show_parcels")}
                    </button>
                </Show>
                <button class="button" class:primary=move || !is_zone() type="button" on:click=fly>
                    {page.words("card.fly")}
                </button>
                <button class="button" type="button" on:click=move |_| share(page)>{page.words("share")}</button>
            </div>
        </aside>
    }
}

fn body(page: Page, shown: Shown) -> AnyView {
    match shown {
        Shown::Loading => view! { <p class="empty" role="status">{page.words("place.loading")}</p> }.into_any(),
        Shown::Failed(reason) => view! { <p class="empty" role="alert">{reason}</p> }.into_any(),
        Shown::Loaded(_, facts) => view! {
            <div class="card-scroll">
                <Facts facts=move || facts.clone() />
            </div>
        }
        .into_any(),
    }
}

/// What the record says of the open place.
fn shown(page: Page) -> Shown {
    let Some(place) = page.place.get() else { return Shown::Loading };
    let language = page.language.get();
    let missing = || Shown::Failed(page.fill("place.missing", &[("code", place.code())]));
    match &place {
        Place::Zone(code) => page.zones.with(|zones| match zone_with(zones, code) {
            Some(zone) => Shown::Loaded(
                best_name(&zone.names, language),
                zone_facts(zone, page.free_in_zone.get(), language, page.unit()),
            ),
            // Park and zones come together.
            None if page.park.with(Option::is_none) => Shown::Loading,
            None => missing(),
        }),
        Place::Poi(code) => page.pois.with(|pois| match pois {
            None => Shown::Loading,
            Some(Err(error)) => Shown::Failed(page.fill("card.failed", &[("reason", &page.explain(error))])),
            Some(Ok(pois)) => match pois.iter().find(|poi| poi.code == *code) {
                Some(poi) => Shown::Loaded(best_name(&poi.names, language), poi_facts(poi, language)),
                None => missing(),
            },
        }),
    }
}

fn code(place: Option<&Place>) -> String {
    place.map(|place| place.code().to_owned()).unwrap_or_default()
}

/// Shows only the zone's parcels in the list; where the card lies over the list, it makes way.
fn list_parcels(page: Page) {
    let Some(Place::Zone(code)) = page.place.get_untracked() else { return };
    page.filter.update(|filter| filter.zone = Some(format!("zones/{code}")));
    if browser::is_narrow() {
        page.place.set(None);
        page.sheet_open.set(true);
    }
    browser::focus(LIST_ID);
}
