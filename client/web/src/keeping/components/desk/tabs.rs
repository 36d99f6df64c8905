//! Between finding land, changes to the record and what briefs lacked.

use leptos::prelude::*;

use crate::keeping::desk::{Desk, Listed};
use crate::state::{Page, Tab};

/// The tabs; the second with how many changesets are on their way.
#[component]
pub(crate) fn Tabs() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let count = move || {
        let counted = desk.listed.get() == Listed::Open;
        desk.list.with(|list| counted.then_some(list.changesets.len())).filter(|count| *count > 0)
    };
    let tab = move |tab: Tab, key: &'static str, id: &'static str| {
        let chosen = move || page.tab.get() == tab;
        let choose = move |_| {
            page.tab.set(tab);
            page.sheet_open.set(true);
        };
        view! {
            <button
                type="button"
                role="tab"
                aria-selected=move || chosen().to_string()
                data-testid=id
                on:click=choose
            >
                {page.words(key)}
                <Show when=move || tab == Tab::Changes && count().is_some()>
                    <span class="count">{count}</span>
                </Show>
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=page.words("changes.tabs")>
            {tab(Tab::Find, "panel.title", "tab-find")}
            {tab(Tab::Changes, "changes.title", "tab-changes")}
            {tab(Tab::Demand, "demand.title", "tab-demand")}
        </div>
    }
}
