//! The other filters.

use leptos::prelude::*;

use crate::pure::facts::code_of;
use crate::pure::filter::{Filter, LAND_USES};
use crate::pure::number::{area_input, typed, unit_key};
use crate::pure::place::Place;
use crate::pure::text::best_name;
use crate::state::Page;

/// Zone, land use, area and power; folded up to leave room for the list.
#[component]
pub(crate) fn Filters() -> impl IntoView {
    let page = Page::here();
    let set = move || page.filter.with(Filter::conditions);
    view! {
        <details class="filters">
            <summary>
                {page.words("filter.title")}
                <Show when=move || { set() > 0 }>
                    <span class="count">{set}</span>
                </Show>
            </summary>
            <div class="fields">
                <ZoneField />
                <LandUseField />
                <AreaField />
                <PowerField />
            </div>
        </details>
    }
}

#[component]
fn ZoneField() -> impl IntoView {
    let page = Page::here();
    let chosen = move || page.filter.with(|filter| filter.zone.clone());
    let options = move || {
        let language = page.language.get();
        let zones = page.zones.get();
        let option = move |zone: cloudsite_proto::land::Zone| {
            let selected = chosen().as_ref() == Some(&zone.name);
            let name = best_name(&zone.names, language);
            view! { <option value=zone.name.clone() selected=selected>{name}</option> }
        };
        zones.into_iter().map(option).collect_view()
    };
    let choose = move |event| {
        let zone = some(event_target_value(&event));
        if let Some(name) = &zone {
            page.show(Place::Zone(code_of(name).to_owned()));
        }
        page.filter.update(|filter| filter.zone = zone);
    };
    view! {
        <label>
            <span>{page.words("filter.zone")}</span>
            <select
                class="select"
                data-testid="filter-zone"
                on:change=choose
            >
                <option value="">{page.words("filter.any")}</option>
                {options}
            </select>
        </label>
    }
}

#[component]
fn LandUseField() -> impl IntoView {
    let page = Page::here();
    let option = move |code: &'static str| {
        let selected = move || page.filter.with(|filter| filter.land_use.as_deref() == Some(code));
        view! {
            <option value=code prop:selected=selected>{move || page.text(&format!("land_use.{code}"))}</option>
        }
    };
    view! {
        <label>
            <span>{page.words("filter.land_use")}</span>
            <select
                class="select"
                on:change=move |event| page.filter.update(|filter| filter.land_use = some(event_target_value(&event)))
            >
                <option value="" prop:selected=move || page.filter.with(|filter| filter.land_use.is_none())>
                    {page.words("filter.any")}
                </option>
                {LAND_USES.map(option).into_iter().collect_view()}
            </select>
        </label>
    }
}

#[component]
fn AreaField() -> impl IntoView {
    let page = Page::here();
    let name = move || page.fill("filter.area", &[("unit", &page.text(unit_key(page.unit())))]);
    let area_m2 =
        move |event| typed(&event_target_value(&event)).map(|value| untrack(move || page.unit()).to_m2(value));
    view! {
        <div class="pair" role="group" aria-label=name>
            <span>{name}</span>
            <input
                class="field"
                inputmode="decimal"
                aria-label=page.words("filter.from")
                placeholder=page.words("filter.from")
                prop:value=move || area_input(page.filter.with(|filter| filter.min_area_m2), page.unit())
                on:change=move |event| page.filter.update(|filter| filter.min_area_m2 = area_m2(event))
            />
            <input
                class="field"
                inputmode="decimal"
                aria-label=page.words("filter.to")
                placeholder=page.words("filter.to")
                prop:value=move || area_input(page.filter.with(|filter| filter.max_area_m2), page.unit())
                on:change=move |event| page.filter.update(|filter| filter.max_area_m2 = area_m2(event))
            />
        </div>
    }
}

#[component]
fn PowerField() -> impl IntoView {
    let page = Page::here();
    let shown = move || page.filter.with(|filter| filter.min_power_kw.map_or_else(String::new, |kw| kw.to_string()));
    view! {
        <label>
            <span>{page.words("filter.power")}</span>
            <input
                class="field"
                inputmode="decimal"
                placeholder=page.words("filter.min")
                prop:value=shown
                on:change=move |event| {
                    page.filter.update(|filter| filter.min_power_kw = typed(&event_target_value(&event)));
                }
            />
        </label>
    }
}

fn some(value: String) -> Option<String> {
    (!value.is_empty()).then_some(value)
}
