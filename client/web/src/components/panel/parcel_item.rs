//! One parcel in the list.

use cloudsite_proto::land::Parcel;
use leptos::prelude::*;

use crate::components::status_chip::StatusChip;
use crate::pure::facts::{self, code_of, status_of, zone_of};
use crate::pure::number::area;
use crate::state::Page;

/// The element of a parcel in the list. Codes may hold characters that an id cannot, and ids are only compared.
pub(crate) fn element_id(code: &str) -> String {
    format!("parcel-{}", code.replace(char::is_whitespace, "_"))
}

/// Code, status, zone, area and plot ratio.
#[component]
pub(crate) fn ParcelItem(
    /// The parcel.
    parcel: Parcel,
    /// Code of the parcel that the keyboard stands on.
    active: RwSignal<Option<String>>,
) -> impl IntoView {
    let page = Page::here();
    let code = code_of(&parcel.name).to_owned();
    let status = status_of(&parcel);
    let parcel = StoredValue::new(parcel);
    let is = move |signal: RwSignal<Option<String>>, code: &str| signal.with(|other| other.as_deref() == Some(code));
    let (own, chosen, opened) = (code.clone(), code.clone(), code.clone());
    let zone = move || {
        let language = page.language.get();
        page.zones.with(|zones| parcel.with_value(|parcel| zone_of(parcel, zones, language)))
    };
    let size = move || area(parcel.with_value(|parcel| parcel.area_m2), page.unit(), page.language.get());
    let plot_ratio = move || {
        let value = parcel.with_value(|parcel| facts::plot_ratio(parcel, page.language.get()));
        let value = value.unwrap_or_else(|| page.text("card.unknown"));
        page.fill("list.plot_ratio", &[("value", &value)])
    };
    view! {
        <li
            id=element_id(&code)
            class="item"
            class:active=move || is(active, &own)
            role="option"
            aria-selected=move || is(page.selected, &chosen).to_string()
            data-testid="parcel-item"
            data-code=code.clone()
            on:click=move |_| page.open(&opened)
        >
            <span class="item-code">{code.clone()} <span class="item-size">{size}</span></span>
            <StatusChip status />
            <span class="item-zone">{move || zone().unwrap_or_else(|| page.text("card.unknown"))}</span>
            <span class="item-ratio">{plot_ratio}</span>
        </li>
    }
}
