//! Places side by side in the 3D view: the headings of the table, each over its place's pane.

use cloudsite_domain::record::ParcelStatus;
use leptos::prelude::*;

use super::StopComparing;
use super::choice::toggle;
use super::lines::by_brief;
use crate::components::status_chip::StatusChip;
use crate::pure::compare::{Compared, Said};
use crate::pure::facts::status_of;
use crate::pure::number::area;
use crate::state::Page;

/// A line above the panes: back to the table, and the way out.
#[component]
pub(crate) fn SplitHead() -> impl IntoView {
    let page = Page::here();
    view! {
        <header class="split-head" data-testid="split-head">
            <h2>{page.words("comparison.title")}</h2>
            <button
                class="button"
                type="button"
                data-testid="split-table"
                on:click=move |_| page.split.set(false)
            >
                {page.words("comparison.table")}
            </button>
            <StopComparing testid="split-close" />
        </header>
    }
}

/// The panes over the canvas: the same rectangles that the viewer draws, each with its place's heading.
#[component]
pub(crate) fn Panes() -> impl IntoView {
    let page = Page::here();
    // Those before while one is awaited, as the viewer still shows them.
    let places = Memo::new(move |before: Option<&Vec<Compared>>| {
        page.side_by_side().or_else(|| before.cloned()).unwrap_or_default()
    });
    let count = move || places.with(Vec::len).to_string();
    view! {
        <div class="panes" data-count=count role="group" aria-label=page.words("comparison.panes")>
            <For each=move || places.get() key=|place| place.key().to_owned() let(place)>
                <Pane place />
            </For>
        </div>
    }
}

/// What it is called, status, area and what the brief says, in the corner of a pane.
#[component]
fn Pane(
    /// The place.
    place: Compared,
) -> impl IntoView {
    let page = Page::here();
    let key = StoredValue::new(place.key().to_owned());
    let area_m2 = place.area_m2();
    let title = move || key.with_value(|key| page.title(key));
    let named = move |text: &str| page.fill(text, &[("code", &title())]);
    let show = move |_| page.open_compared(&key.get_value());
    let brief = Memo::new(move |_| found(page, &key.get_value()));
    let free = match place {
        Compared::Floor(floor) if !floor.from.is_empty() => {
            let from = move || page.fill("brief.free_from", &[("day", &floor.from)]);
            view! { <span>{from}</span> }.into_any()
        }
        Compared::Floor(_) => view! { <StatusChip status=ParcelStatus::Available /> }.into_any(),
        Compared::Parcel(parcel) => view! { <StatusChip status=status_of(&parcel) /> }.into_any(),
        Compared::Joined(joined) => {
            let count = joined.ids().len().to_string();
            view! { <span>{move || page.fill("comparison.joined", &[("n", &count)])}</span> }.into_any()
        }
    };
    view! {
        <section class="pane" data-testid="split-pane" data-code=key.get_value() aria-label=title>
            <div class="pane-caption" data-testid="split-caption">
                <button class="link" type="button" title=move || named("comparison.show") on:click=show>
                    {title}
                </button>
                {free}
                <span class="pane-area">{move || area(area_m2, page.unit(), page.language.get())}</span>
                <button
                    class="comparison-remove"
                    type="button"
                    data-testid="split-remove"
                    aria-label=move || named("comparison.remove")
                    on:click=move |_| toggle(page, &key.get_value())
                >
                    "×"
                </button>
                <Show when=move || brief.with(Option::is_some)>
                    <span class="pane-brief">{move || brief.get()}</span>
                </Show>
            </div>
        </section>
    }
}

/// What the brief finds of a place, in one line; none while there is no answer to a brief.
fn found(page: Page, key: &str) -> Option<String> {
    let lines = by_brief(page, &[key.to_owned()]);
    let cell = lines.first()?.cells.first()?;
    let said = match &cell.said {
        Said::Known(said) => Some(said.clone()),
        Said::Nothing | Said::Waiting | Said::NotApplicable | Said::Unknown { .. } => None,
    };
    Some(said.into_iter().chain(cell.notes.iter().cloned()).collect::<Vec<_>>().join(" · "))
}
