//! Adjacent parcels that together are what none of them is alone, and what other methods say of the places.

use cloudsite_proto::siting::{Assembly, Standing};
use leptos::prelude::*;
use prost::Message;

use super::JOINED_ID;
use super::places::{StandingTold, Why, notes};
use crate::components::compare::Toggle;
use crate::pure::brief::{share, standing_word};
use crate::pure::compare::joined_key;
use crate::pure::facts::code_of;
use crate::pure::number::{area, number};
use crate::state::Page;

/// The assemblies, if there are any.
#[component]
pub(super) fn Joined() -> impl IntoView {
    let page = Page::here();
    let found = move || {
        page.matched.with(|matched| {
            let Some(reply) = matched.reply() else { return Vec::new() };
            let one = |assembly: &Assembly| (assembly.clone(), reply.full_points, matched.rows.clone());
            reply.assemblies.iter().map(one).collect::<Vec<_>>()
        })
    };
    view! {
        <Show when=move || !found().is_empty()>
            <section class="brief-joined" id=JOINED_ID data-testid="brief-joined">
                <h3>{page.words("brief.joined")}</h3>
                <p class="hint">{page.words("brief.joined_hint")}</p>
                <ul class="places">
                    <For each=found key=|(assembly, _, rows)| (assembly.encode_to_vec(), rows.clone()) let((assembly, full, rows))>
                        <JoinedItem assembly full rows />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

/// One assembly: its parcels, area and score; unfolded, every criterion.
#[component]
fn JoinedItem(
    /// The assembly.
    assembly: Assembly,
    /// The points of a place that is all that is wished.
    full: u64,
    /// The row of each criterion.
    rows: Vec<usize>,
) -> impl IntoView {
    let page = Page::here();
    let codes: Vec<String> = assembly.parcels.iter().map(|name| code_of(name).to_owned()).collect();
    let (names, first) = (codes.join(" + "), codes.first().cloned().unwrap_or_default());
    let compared = joined_key(&codes);
    let standing = assembly.standing();
    let percent = share(assembly.points, full) * 100.0;
    let (ids, shown) = (assembly.ids.clone(), assembly.ids.clone());
    let area_m2 = assembly.area_m2;
    let assembly = StoredValue::new(assembly);
    let rows = StoredValue::new(rows);
    let notes =
        move || assembly.with_value(|assembly| rows.with_value(|rows| notes(page, assembly, rows, (full, false))));
    // It stands in no row with the parcels, so that it would be before them is said.
    let leads = assembly.with_value(|assembly| assembly.musts_suffice) && standing == Standing::Suits && full > 0;
    let notes = move || {
        let leads = leads.then(|| page.text("brief.joined_leads"));
        notes().into_iter().chain(leads).collect::<Vec<_>>()
    };
    let all =
        move || assembly.with_value(|assembly| rows.get_value().into_iter().zip(assembly.answers.clone()).collect());
    let is_shown = move || page.joined.with(|joined| *joined == shown);
    let look = move |_| {
        page.joined.set(ids.clone());
        page.open(&first);
    };
    view! {
        <li class="place" class:active=is_shown data-testid="joined" data-standing=standing_word(standing)>
            <button class="place-head unranked" type="button" data-testid="joined-head" on:click=look>
                <span class="item-code">{names}</span>
                <span>{move || area(area_m2, page.unit(), page.language.get())}</span>
                {(standing == Standing::Suits && full > 0)
                    .then(|| view! { <span class="place-score">{move || number(percent, 0, page.language.get())} " %"</span> })}
                <StandingTold standing />
            </button>
            <ul class="place-notes">{move || notes().into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}</ul>
            <Toggle key=compared class="chip place-toggle" />
            <Why answers=all full />
        </li>
    }
}

/// Whether other methods put the same place first.
#[component]
pub(super) fn SecondOpinions() -> impl IntoView {
    let page = Page::here();
    let told = move || {
        page.matched.with(|matched| {
            let Some(reply) = matched.reply() else { return Vec::new() };
            let first = reply.places.first().map(|place| place.parcel.as_str());
            let method = |method: &str| page.text(&format!("brief.method.{method}"));
            let (same, other): (Vec<_>, Vec<_>) =
                reply.opinions.iter().partition(|opinion| opinion.parcels.first().map(String::as_str) == first);
            let same: Vec<String> = same.iter().map(|opinion| method(&opinion.method)).collect();
            let agreed = (!same.is_empty())
                .then(|| page.fill("brief.opinion.same", &[("methods", &same.join(&page.text("brief.opinion.and")))]));
            let others = other.iter().filter_map(|opinion| {
                let code = code_of(opinion.parcels.first()?);
                Some(page.fill("brief.opinion.other", &[("method", &method(&opinion.method)), ("code", code)]))
            });
            agreed.into_iter().chain(others).collect::<Vec<_>>()
        })
    };
    view! {
        <Show when=move || !told().is_empty()>
            <section class="brief-opinions" data-testid="brief-opinions">
                <h3>{page.words("brief.opinions")}</h3>
                <ul class="place-notes">{move || told().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </section>
        </Show>
    }
}
