//! The status filter: the condition that is set most often.

use cloudsite_domain::record::ParcelStatus;
use leptos::prelude::*;

use crate::state::Page;

/// One switch a status; none set means any.
#[component]
pub(crate) fn StatusFilter() -> impl IntoView {
    let page = Page::here();
    let switch = move |status: ParcelStatus| {
        let set = move || page.filter.with(|filter| filter.statuses.contains(&status));
        view! {
            <label class="switch-chip" data-status=status.as_str()>
                <input
                    type="checkbox"
                    prop:checked=set
                    on:change=move |_| page.filter.update(|filter| filter.toggle(status))
                />
                <span>{move || page.text(&format!("status.{status}"))}</span>
            </label>
        }
    };
    view! {
        <fieldset class="status-filter" data-testid="filter-status">
            <legend class="unseen">{page.words("filter.status")}</legend>
            {ParcelStatus::ALL.iter().copied().map(switch).collect_view()}
        </fieldset>
    }
}
