//! The unit that areas are shown in.

use cloudsite_domain::units::AreaUnit;
use leptos::prelude::*;

use crate::pure::number::{unit_key, unit_tag};
use crate::state::Page;

/// The list of units.
#[component]
pub(crate) fn UnitSelect() -> impl IntoView {
    let page = Page::here();
    let choose = move |event| {
        let tag = event_target_value(&event);
        page.chosen_unit.set(AreaUnit::ALL.into_iter().find(|unit| unit_tag(*unit) == tag));
    };
    let option = move |unit: AreaUnit| {
        view! {
            <option value=unit_tag(unit) prop:selected=move || page.unit() == unit>
                {move || page.text(unit_key(unit))}
            </option>
        }
    };
    view! {
        <select class="select" aria-label=page.words("unit.label") data-testid="unit-select" on:change=choose>
            {AreaUnit::ALL.map(option).into_iter().collect_view()}
        </select>
    }
}
