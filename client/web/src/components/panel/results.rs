//! How many parcels there are, and in which order.

use cloudsite_proto::land::ParcelOrder;
use leptos::prelude::*;

use crate::pure::filter::Filter;
use crate::pure::number::number;
use crate::state::Page;

/// The orders, with the keys of their names.
const ORDERS: [(ParcelOrder, &str); 4] = [
    (ParcelOrder::Availability, "sort.availability"),
    (ParcelOrder::Unspecified, "sort.code"),
    (ParcelOrder::AreaDescending, "sort.area_descending"),
    (ParcelOrder::AreaAscending, "sort.area_ascending"),
];

/// The line above the list.
#[component]
pub(crate) fn Results() -> impl IntoView {
    let page = Page::here();
    let count = move || {
        let (loaded, total) = page.list.with(|list| (list.loaded, list.total));
        match (loaded, total) {
            (false, _) => page.text("result.loading"),
            (true, 1) => page.text("result.count_one"),
            (true, total) => {
                let total = number(f64::from(total), 0, page.language.get());
                page.fill("result.count", &[("n", &total)])
            }
        }
    };
    let option = move |(order, key): (ParcelOrder, &'static str)| {
        view! {
            <option value=order.as_str_name() prop:selected=move || page.order.get() == order>{page.words(key)}</option>
        }
    };
    let choose = move |event| {
        page.order.set(ParcelOrder::from_str_name(&event_target_value(&event)).unwrap_or_default());
    };
    view! {
        <div class="results">
            <p role="status" aria-live="polite" data-testid="result-count">{count}</p>
            <Show when=move || page.filter.with(Filter::is_active)>
                <button class="link" type="button" on:click=move |_| page.filter.set(Filter::default())>
                    {page.words("filter.clear")}
                </button>
            </Show>
            <select class="select quiet" aria-label=page.words("sort.label") on:change=choose>
                {ORDERS.map(option).into_iter().collect_view()}
            </select>
        </div>
    }
}
