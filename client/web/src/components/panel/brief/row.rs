//! One row of the brief.

use cloudsite_domain::siting::Quantity;
use leptos::prelude::*;

use super::ramp::Steps;
use super::refusal::{RowRefused, refused_at, row_id};
use super::{amount, fill_in, label};
use crate::components::typed::typed;
use crate::pure::brief::{
    Draft, MOST_WEIGHT, Measure, RAMP_ROW, ROWS, Role, Row, Subject, classes, measure_of, wire_per_shown,
};
use crate::pure::measure::{LengthUnit, input};
use crate::pure::number::area_input;
use crate::state::Page;

/// The roles, with the keys of their names.
const ROLES: [(Role, &str); 3] =
    [(Role::Open, "brief.open_role"), (Role::Must, "brief.must"), (Role::Wish, "brief.wish")];

/// What is asked, how much it counts, and how much of it.
#[component]
pub(super) fn BriefRow(
    /// Which one.
    index: usize,
) -> impl IntoView {
    let page = Page::here();
    let row = Memo::new(move |known: Option<&Row>| {
        let now = page.brief.with(|brief| brief.as_ref().map(|draft| draft.rows[index]));
        now.or(known.copied()).unwrap_or_else(|| Draft::default().rows[1])
    });
    let role = move |(role, key): (Role, &'static str)| {
        view! {
            <button
                type="button"
                aria-pressed=move || (row.get().role == role).to_string()
                data-testid=format!("brief-{}-{}", ROWS[index].0, &key["brief.".len()..])
                on:click=move |_| fill_in(page, |draft| draft.rows[index].role = role)
            >
                {page.words(key)}
            </button>
        }
    };
    let is = move |role: Role| row.get().role == role;
    let counts = matches!(ROWS[index].1, Subject::Amount { .. });
    let is_level = matches!(ROWS[index].1, Subject::Level { .. });
    let is_footprint = ROWS[index].1 == Subject::Footprint;
    view! {
        <li class="brief-row" id=row_id(index) class:asked=move || !is(Role::Open)>
            <span class="brief-label">{move || label(page, index)}</span>
            <span class="segments" role="group" aria-label=move || label(page, index)>
                {ROLES.map(role).collect_view()}
            </span>
            <Show when=move || !is(Role::Open) && index == RAMP_ROW>
                <Steps index row />
            </Show>
            <Show when=move || is(Role::Must) && counts && index != RAMP_ROW>
                {if classes(index).is_empty() { view! { <Amount index row /> }.into_any() } else { view! { <Class index row /> }.into_any() }}
            </Show>
            <Show when=move || !is(Role::Open) && is_level>
                <Class index row />
            </Show>
            <Show when=move || !is(Role::Open) && is_footprint>
                <Sides index row />
            </Show>
            <Show when=move || is(Role::Wish)>
                <Weight index row />
            </Show>
            <RowRefused row=index />
        </li>
    }
}

/// How much there must be.
#[component]
fn Amount(
    /// Which row.
    index: usize,
    /// As it is filled in.
    row: Memo<Row>,
) -> impl IntoView {
    let page = Page::here();
    let Subject::Amount { at_most, .. } = ROWS[index].1 else { return ().into_any() };
    let shown = move || match row.get().amount {
        amount if measure_of(index) == Measure::Area => area_input(amount, page.unit()),
        amount => amount.map(|amount| input(amount / wire_per_shown(index, page.unit()))).unwrap_or_default(),
    };
    let change = move |event| {
        let Ok(value) = typed(page, &event) else { return };
        let value = value.map(|value| value * untrack(|| wire_per_shown(index, page.unit())));
        fill_in(page, |draft| draft.rows[index].amount = value);
    };
    let refused = move || refused_at(page, index, &["min", "max"]);
    view! {
        <label class="brief-amount">
            <span>{page.words(if at_most { "brief.at_most" } else { "brief.at_least" })}</span>
            <input
                class="field"
                type="text"
                inputmode="decimal"
                prop:value=shown
                aria-label=move || label(page, index)
                aria-invalid=move || refused().map(|_| "true")
                aria-describedby=refused
                data-testid=format!("brief-{}-amount", ROWS[index].0)
                on:change=change
            />
        </label>
    }
    .into_any()
}

/// What a class is called, and the amount that stands for it, for each class of a row.
fn choices(page: Page, index: usize) -> Vec<(String, f64)> {
    match ROWS[index].1 {
        Subject::Level { quality, levels } => {
            let level = |(place, level): (usize, &&str)| (page.text(&format!("{quality}.{level}")), place as f64);
            levels.iter().enumerate().map(level).collect()
        }
        _ => classes(index).iter().map(|(name, bound)| ((*name).to_owned(), *bound)).collect(),
    }
}

/// Which class it must be.
#[component]
fn Class(
    /// Which row.
    index: usize,
    /// As it is filled in.
    row: Memo<Row>,
) -> impl IntoView {
    let page = Page::here();
    let change = move |event| {
        let chosen = event_target_value(&event).parse().ok();
        fill_in(page, |draft| draft.rows[index].amount = chosen);
    };
    let option = move |(name, amount): (String, f64)| {
        view! { <option value=amount.to_string() prop:selected=move || row.get().amount == Some(amount)>{name}</option> }
    };
    // What a step gives way to is no class, and is asked all the same.
    let between = move || {
        let amount = row.get().amount?;
        (!choices(page, index).iter().any(|(_, choice)| choice.to_bits() == amount.to_bits()))
            .then(|| (super::amount(page, index, amount), amount))
    };
    view! {
        <label class="brief-amount">
            <select
                class="select"
                aria-label=move || label(page, index)
                data-testid=format!("brief-{}-class", ROWS[index].0)
                on:change=change
            >
                <option value="" prop:selected=move || row.get().amount.is_none()>{page.words("brief.choose")}</option>
                {move || choices(page, index).into_iter().chain(between()).map(option).collect_view()}
            </select>
        </label>
    }
}

/// How long and how deep a building is.
#[component]
fn Sides(
    /// Which row.
    index: usize,
    /// As it is filled in.
    row: Memo<Row>,
) -> impl IntoView {
    let page = Page::here();
    let side = move |key: &'static str, part: &'static [&'static str], of: fn(&mut Row) -> &mut Option<f64>| {
        let shown = move || {
            let mut row = row.get();
            of(&mut row).map(|side| input(side / LengthUnit::of(page.unit()).metres())).unwrap_or_default()
        };
        let change = move |event| {
            let metres = LengthUnit::of(untrack(|| page.unit())).metres();
            let Ok(value) = typed(page, &event) else { return };
            let value = value.map(|side| side * metres);
            fill_in(page, |draft| *of(&mut draft.rows[index]) = value);
        };
        let named = move || page.fill(key, &[("unit", LengthUnit::of(page.unit()).symbol())]);
        let refused = move || refused_at(page, index, part);
        view! {
            <input
                class="field"
                type="text"
                inputmode="decimal"
                prop:value=shown
                aria-label=named
                aria-invalid=move || refused().map(|_| "true")
                aria-describedby=refused
                placeholder=named
                data-testid=key
                on:change=change
            />
        }
    };
    view! {
        <span class="brief-amount">
            {side("brief.width", &["width_m"], |row| &mut row.amount)} <span>"×"</span>
            {side("brief.depth", &["depth_m"], |row| &mut row.depth_m)}
        </span>
    }
}

/// How much a wish weighs, and between which weights the first place stays the first.
#[component]
fn Weight(
    /// Which row.
    index: usize,
    /// As it is filled in.
    row: Memo<Row>,
) -> impl IntoView {
    let page = Page::here();
    let change = move |event| {
        let weight = event_target_value(&event).parse().unwrap_or(0).min(MOST_WEIGHT);
        fill_in(page, |draft| draft.rows[index].weight = weight);
    };
    // From and to, percent of the slider.
    let stays = move || {
        page.matched.with(|matched| {
            let of_floors = page.asks_for_floors();
            let interval = matched
                .intervals(of_floors)
                .iter()
                .find(|one| matched.rows.get(one.criterion as usize) == Some(&index))?;
            let most = f64::from(MOST_WEIGHT);
            let to = interval.to.unwrap_or(most).min(most);
            Some((interval.from / most * 100.0, (to - interval.from) / most * 100.0, interval.from, to))
        })
    };
    let band = move || stays().map(|(from, width, ..)| format!("left:{from}%;width:{width}%")).unwrap_or_default();
    let said = move || {
        stays().map(|(_, _, from, to)| {
            let of = |bound: f64| format!("{bound:.0}");
            page.fill("brief.stays", &[("from", &of(from)), ("to", &of(to))])
        })
    };
    let weightless = move || {
        let all = page.brief.with(|brief| brief.as_ref().is_some_and(Draft::weighs_nothing));
        page.text(if all { "brief.weigh_nothing" } else { "brief.weighs_nothing" })
    };
    let full = move || {
        let is_ramp = || index == RAMP_ROW && row.with(|row| !row.steps().is_empty());
        if ROWS[index].1 == Subject::Footprint || is_ramp() {
            return page.text("brief.anchors_share");
        }
        let Subject::Amount { quantity, .. } = ROWS[index].1 else { return String::new() };
        let anchors = quantity.parse().map(Quantity::anchors);
        anchors.map_or_else(
            |_| String::new(),
            |anchors| {
                let of = |amount_of: f64| amount(page, index, amount_of);
                page.fill("brief.anchors", &[("none", &of(anchors.none)), ("full", &of(anchors.full))])
            },
        )
    };
    view! {
        <label class="brief-weight" title=full>
            <span>{page.words("brief.weight")} " " <output>{move || row.get().weight}</output></span>
            <span class="brief-slider">
                <span class="brief-band" style=band aria-hidden="true"></span>
                <input
                    type="range"
                    min="0"
                    max=MOST_WEIGHT
                    prop:value=move || row.get().weight.to_string()
                    aria-label=move || label(page, index)
                    data-testid=format!("brief-{}-weight", ROWS[index].0)
                    on:input=change
                />
            </span>
            <small>{said}</small>
            <Show when=move || row.get().weight == 0>
                <small class="brief-weightless" data-testid=format!("brief-{}-weightless", ROWS[index].0)>{weightless}</small>
            </Show>
        </label>
    }
}
