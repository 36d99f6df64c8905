//! How many places answer the brief, and what its musts cost.

use cloudsite_proto::siting::{Relaxation, RelaxationStep};
use leptos::prelude::*;

use super::{ANSWER_ID, amount, fill_in, label};
use crate::browser::scroll_to;
use crate::pure::brief::{Draft, ROWS, Role, Subject};
use crate::pure::number::number;
use crate::state::Page;

/// Musts that are told of at most, those that cost most.
const MOST_TOLD: usize = 3;

/// The line above the places, and below it which musts keep most places out.
#[component]
pub(super) fn Summary() -> impl IntoView {
    let page = Page::here();
    let counts = move || {
        page.matched.with(|matched| {
            let reply = matched.reply()?;
            let of = |count: u32| number(f64::from(count), 0, page.language.get());
            let (suits, open, fails) = (of(reply.suits), of(reply.open), of(reply.fails));
            let counts = page.fill("brief.counts", &[("suits", &suits), ("open", &open), ("fails", &fails)]);
            let floors = reply
                .floors
                .as_ref()
                .filter(|_| page.brief.with(|brief| brief.as_ref().is_some_and(Draft::is_of_floors)));
            let floors = floors.map(|floors| page.fill("brief.floors_suit", &[("n", &of(floors.suits))]));
            let untried = (reply.untried > 0).then(|| page.fill("brief.untried", &[("n", &of(reply.untried))]));
            Some([floors, Some(counts), untried].into_iter().flatten().collect::<Vec<_>>().join(" "))
        })
    };
    let trouble =
        move || page.matched.with(|matched| matched.answer.as_ref()?.as_ref().err().map(|error| page.explain(error)));
    let costs = move || {
        page.matched.with(|matched| {
            let Some(reply) = matched.reply() else { return Vec::new() };
            let mut told: Vec<(usize, Relaxation)> = reply
                .relaxations
                .iter()
                .filter(|relaxation| relaxation.alone > 0)
                .filter_map(|relaxation| Some((*matched.rows.get(relaxation.criterion as usize)?, relaxation.clone())))
                .collect();
            told.sort_by_key(|(_, relaxation)| std::cmp::Reverse(relaxation.alone));
            told.truncate(MOST_TOLD);
            told
        })
    };
    view! {
        <p class="results brief-counts" role="status" aria-live="polite" data-testid="brief-counts">
            {move || counts().or_else(trouble).unwrap_or_else(|| page.text("brief.nothing_asked"))}
            <Show when=move || counts().is_some()>
                " "
                <button class="link" type="button" data-testid="brief-to-places" on:click=move |_| scroll_to(ANSWER_ID)>
                    {page.words("brief.to_places")}
                </button>
            </Show>
        </p>
        <Show when=move || !costs().is_empty()>
            <section class="brief-costs" data-testid="brief-costs">
                <h3>{page.words("brief.costs")}</h3>
                <ul>
                    {move || costs().into_iter().map(|(row, relaxation)| view! { <Cost row relaxation /> }).collect_view()}
                </ul>
            </section>
        </Show>
    }
}

/// What a must costs, and what would open how many places.
#[component]
fn Cost(
    /// The row that the must is in.
    row: usize,
    /// What it costs.
    relaxation: Relaxation,
) -> impl IntoView {
    let page = Page::here();
    let alone = relaxation.alone.to_string();
    // Where a building is asked for, it was not tried on what fails another must.
    let told = move || {
        let asks_room = page.brief.with(|brief| brief.as_ref().is_some_and(Draft::asks_room));
        let key = if asks_room && ROWS[row].1 != Subject::Footprint { "brief.alone_most" } else { "brief.alone" };
        page.fill(key, &[("what", &label(page, row)), ("n", &alone)])
    };
    let drop = move |_| fill_in(page, |draft| draft.rows[row].role = Role::Open);
    let step = move |step: RelaxationStep| {
        let (bound, opens) = (step.bound, step.opens.to_string());
        let text = move || page.fill("brief.step", &[("amount", &amount(page, row, bound)), ("n", &opens)]);
        view! {
            <button class="chip" type="button" data-testid="brief-step" on:click=move |_| fill_in(page, |draft| draft.rows[row].give_way(bound))>
                {text}
            </button>
        }
    };
    view! {
        <li>
            <span>{told}</span>
            <span class="chips">
                {relaxation.steps.into_iter().take(2).map(step).collect_view()}
                <button class="chip" type="button" on:click=drop>{page.words("brief.drop")}</button>
            </span>
        </li>
    }
}
