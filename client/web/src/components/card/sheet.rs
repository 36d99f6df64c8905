//! What the record says of a parcel.

use cloudsite_proto::identity::Role;
use cloudsite_proto::land::Parcel;
use leptos::prelude::*;

use super::facts::Facts;
use super::routes::Routes;
use super::supplies::Supplies;
use crate::components::compare::{OpenComparison, Toggle};
use crate::components::header::share_button::share;
use crate::components::status_chip::StatusChip;
use crate::pure::facts::{code_of, planning, status_of, terms};
use crate::pure::people::has;
use crate::pure::text::best_name;
use crate::state::{Page, Wanted};

/// Everything but the code, with the buttons below.
#[component]
pub(crate) fn Sheet(
    /// The parcel.
    parcel: Parcel,
    /// The revision it was read at.
    revision: u64,
) -> impl IntoView {
    let page = Page::here();
    let status = status_of(&parcel);
    let code = code_of(&parcel.name).to_owned();
    let since = parcel.since_revision;
    let supplies = parcel.supplies.clone();
    let parcel = StoredValue::new(parcel);
    let name = move || parcel.with_value(|parcel| best_name(&parcel.names, page.language.get()));
    let planned = move || {
        let (language, unit) = (page.language.get(), page.unit());
        page.zones.with(|zones| parcel.with_value(|parcel| planning(parcel, zones, language, unit)))
    };
    let had = move || parcel.with_value(|parcel| terms(parcel, page.language.get(), page.unit()));
    let compared = code.clone();
    let fly = move |_| {
        page.stop_comparing();
        page.wanted.set(Some(Wanted { code: code.clone(), fly: true }));
    };
    let may_edit = move || {
        page.caller.with(|caller| has(caller.as_ref(), Role::Editor))
            && page.shows_present()
            && page.keeping.with(Option::is_some)
    };
    let edit = move |_| {
        if let Some(keeping) = page.keeping.get_untracked() {
            keeping.edit(parcel.get_value());
        }
    };
    view! {
        <p class="card-name">
            <StatusChip status />
            <span>{name}</span>
        </p>
        <div class="card-scroll">
            <h3>{page.words("card.section.planning")}</h3>
            <Facts facts=planned />
            <h3>{page.words("card.section.terms")}</h3>
            <Facts facts=had />
            <h3>{page.words("card.section.supplies")}</h3>
            <Supplies supplies />
            <h3>{page.words("card.section.routes")}</h3>
            <Routes />
            <p class="card-revision">
                {move || page.fill("card.revision", &[("n", &revision.to_string())])} " · "
                {move || page.fill("card.since", &[("n", &since.to_string())])}
            </p>
        </div>
        <div class="card-buttons">
            <button class="button primary" type="button" on:click=fly>{page.words("card.fly")}</button>
            <button
                class="button"
                type="button"
                data-testid="fit-open"
                on:click=move |_| page.fit.set(Some(String::new()))
            >
                {page.words("fit.open")}
            </button>
            <button class="button" type="button" on:click=move |_| share(page)>{page.words("share")}</button>
            <Toggle key=compared class="button" />
            <OpenComparison />
            <Show when=may_edit>
                <button class="button" type="button" data-testid="edit" on:click=edit>{page.words("edit.edit")}</button>
            </Show>
        </div>
    }
}
