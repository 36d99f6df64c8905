//! Changes on their way into the record: for those who keep it.

mod acts;
mod change_card;
mod change_list;
mod changeset;
mod changesets;
mod conflicts;
mod plan;
mod problem_list;
mod tabs;

pub(crate) use change_card::ChangeCard;
pub(crate) use problem_list::ProblemText;
pub(crate) use tabs::Tabs;

use leptos::prelude::*;

use self::changeset::OpenChangeset;
use self::changesets::Changesets;
use super::demand::DemandReport;
use crate::state::{Page, Tab};

/// The list of changesets, or the open one; or, on the tab beside, what briefs lacked.
#[component]
pub(crate) fn Changes() -> impl IntoView {
    let page = Page::here();
    view! {
        <Show when=move || page.tab.get() != Tab::Demand fallback=DemandReport>
            <Show when=move || page.open_changeset.with(Option::is_some) fallback=Changesets>
                <OpenChangeset />
            </Show>
        </Show>
    }
}
