//! Floors that can be let, by the same brief.

use cloudsite_proto::siting::{Floor, Standing};
use leptos::prelude::*;
use prost::Message;

use super::FLOORS_ID;
use super::places::{StandingTold, Why, notes};
use crate::components::compare::Toggle;
use crate::pure::brief::{LISTED, share, standing_word};
use crate::pure::compare::storey;
use crate::pure::facts::code_of;
use crate::pure::number::{area, number};
use crate::state::Page;

/// The floors that come first, if any does not fail.
#[component]
pub(super) fn Floors() -> impl IntoView {
    let page = Page::here();
    let told = move || {
        page.matched.with(|matched| {
            let reply = matched.reply()?;
            let floors = reply.floors.as_ref()?;
            let is_told =
                |floor: &&Floor| floor.place.as_ref().is_some_and(|place| place.standing() != Standing::Fails);
            let one = |floor: &Floor| (floor.clone(), reply.full_points, matched.rows.clone());
            let of = |count: u32| number(f64::from(count), 0, page.language.get());
            let (suits, open, fails) = (of(floors.suits), of(floors.open), of(floors.fails));
            let counts = page.fill("brief.counts", &[("suits", &suits), ("open", &open), ("fails", &fails)]);
            Some((counts, floors.places.iter().filter(is_told).take(LISTED).map(one).collect::<Vec<_>>()))
        })
    };
    let counts = move || told().map(|(counts, _)| counts).unwrap_or_default();
    let floors = move || told().map(|(_, floors)| floors).unwrap_or_default();
    let is_any = move || {
        page.matched.with(|matched| {
            let floors = matched.reply().and_then(|reply| reply.floors.as_ref());
            floors.is_some_and(|floors| floors.suits + floors.open + floors.fails > 0)
        })
    };
    view! {
        <Show when=is_any>
            <section class="brief-joined" id=FLOORS_ID data-testid="brief-floors">
                <h3>{page.words("brief.floors")}</h3>
                <p class="hint" data-testid="brief-floors-counts">{counts}</p>
                <ul class="places">
                    <For
                        each=floors
                        key=|(floor, _, rows)| (floor.encode_to_vec(), rows.clone())
                        let((floor, full, rows))
                    >
                        <FloorItem floor full rows />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

/// One floor: building, storey, area and score; unfolded, every criterion.
#[component]
fn FloorItem(
    /// The floor.
    floor: Floor,
    /// The points of a place that is all that is wished.
    full: u64,
    /// The row of each criterion.
    rows: Vec<usize>,
) -> impl IntoView {
    let page = Page::here();
    let place = floor.place.clone().unwrap_or_default();
    let standing = place.standing();
    let percent = share(place.points, full) * 100.0;
    let (building, parcel) = (code_of(&floor.building).to_owned(), code_of(&place.parcel).to_owned());
    let (level, unit, area_m2, from, name) = (floor.floor, floor.unit, floor.area_m2, floor.from, floor.name);
    let compared = name.clone();
    let which = move || storey(level, &unit, page.language.get());
    let place = StoredValue::new(place);
    let rows = StoredValue::new(rows);
    let told = move || {
        let mut told = place.with_value(|place| rows.with_value(|rows| notes(page, place, rows, (full, true))));
        if !from.is_empty() {
            told.insert(0, page.fill("brief.free_from", &[("day", &from)]));
        }
        told
    };
    let answers = move || place.with_value(|place| rows.get_value().into_iter().zip(place.answers.clone()).collect());
    let look = move |_| {
        page.joined.set(Vec::new());
        if !parcel.is_empty() {
            page.open(&parcel);
        }
    };
    view! {
        <li class="place" data-testid="floor" data-name=name data-standing=standing_word(standing)>
            <button class="place-head unranked" type="button" data-testid="floor-head" on:click=look>
                <span class="item-code">{building}</span>
                <span>{which} " · " {move || area(area_m2, page.unit(), page.language.get())}</span>
                {(standing == Standing::Suits && full > 0)
                    .then(|| view! { <span class="place-score">{move || number(percent, 0, page.language.get())} " %"</span> })}
                <StandingTold standing />
            </button>
            <ul class="place-notes">{move || told().into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}</ul>
            <Toggle key=compared class="chip place-toggle" />
            <Why answers full />
        </li>
    }
}
