//! A parcel's status, by word and colour.

use cloudsite_domain::record::ParcelStatus;
use leptos::prelude::*;

use crate::state::Page;

/// The chip. The colours are those of the 3D view; the word says the same to those who cannot tell them apart.
#[component]
pub(crate) fn StatusChip(
    /// The status.
    status: ParcelStatus,
) -> impl IntoView {
    let page = Page::here();
    view! {
        <span class="chip" data-status=status.as_str()>
            {move || page.text(&format!("status.{status}"))}
        </span>
    }
}
