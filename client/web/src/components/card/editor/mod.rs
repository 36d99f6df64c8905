//! Editing the open parcel: its outline and fields, while the rules answer.

mod fields;
mod outline;

use cloudsite_domain::validation::Severity;
use jiff::civil::Date;
use leptos::prelude::*;

use self::fields::Fields;
use self::outline::Outline;
use crate::browser;
use crate::components::desk::severity_word_of;
use crate::editing::Editing;
use crate::pure::parcel_form::{body, properties};
use crate::pure::rules::{Finding, check};
use crate::state::Page;
use crate::task::Loader;

/// What stands on the card in place of the record's words.
#[component]
pub(crate) fn Editor() -> impl IntoView {
    let page = Page::here();
    let desk = page.desk();
    let loader = use_context::<Loader>();
    let day = browser::today().parse::<Date>().unwrap_or_default();
    let findings = Memo::new(move |_| {
        desk.editing.with(|editing| editing.as_ref().map(|editing| found(editing, day)).unwrap_or_default())
    });
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
        let severity = severity_word_of(finding.severity);
        view! {
            <li class="problem" data-severity=severity data-testid="finding">
                <span class="problem-text">
                    <span class="severity">{move || page.text(&format!("severity.{severity}"))}</span>
                    <span>{finding.message}</span>
                </span>
            </li>
        }
    };
    let save = move |_| {
        if let Some(loader) = loader {
            loader.save_edit();
        }
    };
    view! {
        <div class="card-scroll editor" data-testid="editor">
            <Outline findings />
            <ul class="problems" aria-live="polite">{move || findings.get().into_iter().map(item).collect_view()}</ul>
            <Show when=move || findings.with(Vec::is_empty)>
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

/// What the rules of a day say of what is edited; errors first.
fn found(editing: &Editing, day: Date) -> Vec<Finding> {
    let Ok(properties) = properties(&editing.original, &editing.inputs) else { return Vec::new() };
    let mut findings = check(&editing.code, &editing.areas, body(&properties), &editing.around, day);
    findings.sort_by_key(|finding| match finding.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Note => 2,
    });
    findings
}

/// Whether anything is other than the record has it.
fn is_changed(editing: &Editing) -> bool {
    editing.areas != editing.original_areas
        || properties(&editing.original, &editing.inputs).is_ok_and(|changed| changed != editing.original)
}
