//! What is supplied to a parcel, and from when.

use cloudsite_proto::land::Supply;
use leptos::prelude::*;

use crate::pure::facts::{SupplyLine, supply};
use crate::state::Page;

/// One row a capacity; what comes later is told apart from what is there.
#[component]
pub(crate) fn Supplies(
    /// In the record's order: by kind, then by day.
    supplies: Vec<Supply>,
) -> impl IntoView {
    let page = Page::here();
    if supplies.is_empty() {
        return view! { <p class="unknown">{page.words("card.supplies_none")}</p> }.into_any();
    }
    let row = |line: SupplyLine| {
        view! {
            <li class="supply" class:later=!line.now>
                <span class="supply-kind">{line.kind}</span>
                <span class="supply-capacity">{line.capacity}</span>
                <span class="supply-when">{line.when}</span>
                <small>{line.said}</small>
            </li>
        }
    };
    let rows = move || {
        let language = page.language.get();
        supplies.iter().map(|entry| row(supply(entry, language))).collect_view()
    };
    view! { <ul class="supplies">{rows}</ul> }.into_any()
}
