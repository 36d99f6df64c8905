//! Editing the open parcel: its outline and fields, while the rules answer.

mod fields;
mod outline;

use leptos::prelude::*;

use self::fields::Fields;
use self::outline::Outline;
use crate::keeping::desk::Desk;
use crate::keeping::editing::Editing;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::parcel_form::properties;
use crate::keeping::pure::rules::{Finding, asked};
use crate::keeping::rules::check;
use crate::state::Page;

/// What stands on the card in place of the record's words.
#[component]
pub(crate) fn Editor() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let keeper = Keeper::here();
    let findings = Memo::new(move |_| desk.editing.with(|editing| editing.as_ref().map(found).unwrap_or_default()));
    let changed = Memo::new(move |_| desk.editing.with(|editing| editing.as_ref().is_some_and(is_changed)));
    let valid = Memo::new(move |_| {
        desk.editing.with(|editing| {
            editing.as_ref().is_some_and(|editing| properties(&editing.original, &editing.inputs).is_ok())
        })
    });
    let saving = move || desk.editing.with(|editing| editing.as_ref().is_some_and(|editing| editing.saving));
    let failure =
        move || desk.editing.with(|editing| editing.as_ref()?.error.as_ref().map(|error| page.explain(error)));
    let item = move |finding: Finding| {
        let severity = finding.gravity.word();
        view! {
            <li class="problem" data-severity=severity data-testid="finding">
                <span class="problem-text">
                    <span class="severity">{move || page.text(&format!("severity.{severity}"))}</span>
                    <span>{finding.message}</span>
                </span>
            </li>
        }
    };
    let has_rules =
        Memo::new(move |_| desk.editing.with(|editing| editing.as_ref().is_some_and(|editing| editing.has_rules)));
    let all_well = move || has_rules.get() && valid.get() && findings.with(Vec::is_empty);
    let save = move |_| {
        keeper.save_edit();
    };
    view! {
        <div class="card-scroll editor" data-testid="editor">
            <Outline findings />
            <ul class="problems" aria-live="polite">{move || findings.get().into_iter().map(item).collect_view()}</ul>
            <Show when=all_well>
                <p class="all-well">{page.words("edit.no_findings")}</p>
            </Show>
            <Fields />
            <p class="failure" role="alert" data-testid="edit-failure">{failure}</p>
        </div>
        <div class="card-buttons">
            <button
                class="button primary"
                type="button"
                disabled=move || !changed.get() || !valid.get() || saving()
                data-testid="edit-save"
                on:click=save
            >
                {page.words("edit.save")}
            </button>
            <button class="button" type="button" data-testid="edit-cancel" on:click=move |_| desk.editing.set(None)>
                {page.words("sign_in.cancel")}
            </button>
        </div>
    }
}

/// What the rules say of what is edited.
fn found(editing: &Editing) -> Vec<Finding> {
    match properties(&editing.original, &editing.inputs) {
        Ok(properties) if editing.has_rules => check(&asked(&editing.code, &editing.areas, &properties)),
        _ => Vec::new(),
    }
}

/// Whether anything is other than the record has it.
fn is_changed(editing: &Editing) -> bool {
    editing.areas != editing.original_areas
        || properties(&editing.original, &editing.inputs).is_ok_and(|changed| changed != editing.original)
}
