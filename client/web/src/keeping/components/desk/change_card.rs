//! One changed feature: before and after, side by side.

use cloudsite_proto::change::{AttributeChange, ChangedFeature, Problem};
use cloudsite_proto::land::ChangeKind;
use leptos::prelude::*;

use super::change_list::kind_word;
use super::changeset::SideSwitch;
use super::plan::Plan;
use super::problem_list::{ProblemText, fly, severity_word};
use crate::keeping::desk::Desk;
use crate::keeping::pure::compare::{path_name, value_text};
use crate::pure::facts::code_of;
use crate::state::Page;

/// At the right of a wide window, over the list on a narrow one.
#[component]
pub(crate) fn ChangeCard() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let found = move || {
        let looked_at = desk.looked_at.get()?;
        desk.changes.with(|changes| changes.iter().find(|change| change.name == looked_at).cloned())
    };
    let code =
        move || desk.looked_at.with(|name| name.as_deref().map(|name| code_of(name).to_owned()).unwrap_or_default());
    view! {
        <aside class="card" aria-label=move || page.fill("compare.label", &[("code", &code())]) data-testid="change-card">
            <button
                class="close"
                type="button"
                aria-label=page.words("card.close")
                data-testid="change-close"
                on:click=move |_| desk.looked_at.set(None)
            >
                <svg viewBox="0 0 20 20" aria-hidden="true">
                    <path d="m5 5 10 10M15 5 5 15" />
                </svg>
            </button>
            <h2 data-testid="change-code">{code}</h2>
            {move || found().map(|change| view! { <Comparison change /> })}
        </aside>
    }
}

#[component]
fn Comparison(
    /// The changed feature.
    change: ChangedFeature,
) -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let (kind, bounds, name) = (kind_word(change.kind()), change.bounds, change.name.clone());
    let editor = change.editor.split(" (").next().unwrap_or_default().to_owned();
    let problems = move || {
        let own = |problem: &&Problem| problem.feature == name;
        desk.problems.with(|problems| problems.iter().filter(own).cloned().collect::<Vec<_>>())
    };
    let item = |problem: Problem| {
        let severity = severity_word(problem.severity());
        view! { <li class="problem" data-severity=severity><ProblemText problem /></li> }
    };
    let attributes: Vec<AttributeChange> =
        change.attributes.iter().filter(|attribute| attribute.path != "geometry").cloned().collect();
    let moved = change.moved.then(|| view! { <p class="notice" role="note">{page.words("compare.moved")}</p> });
    let shape_changed =
        change.kind() == ChangeKind::Updated && change.attributes.iter().any(|attribute| attribute.path == "geometry");
    view! {
        <p class="card-name">
            <span class="kind" data-kind=kind>{move || page.text(&format!("kind.{kind}"))}</span>
            <span>{editor}</span>
            <SideSwitch />
        </p>
        <div class="card-scroll">
            {moved}
            <ul class="problems">{move || problems().into_iter().map(item).collect_view()}</ul>
            <Table attributes />
            <h3>{move || page.text(if shape_changed { "compare.shape_changed" } else { "compare.geometry" })}</h3>
            <Plan before=change.before_geojson.clone() after=change.after_geojson.clone() />
        </div>
        <div class="card-buttons">
            <button class="button primary" type="button" on:click=move |_| fly(page, bounds)>
                {page.words("card.fly")}
            </button>
        </div>
    }
}

/// Attribute by attribute.
#[component]
fn Table(
    /// What has changed.
    attributes: Vec<AttributeChange>,
) -> impl IntoView {
    let page = Page::here();
    if attributes.is_empty() {
        return ().into_any();
    }
    let cell = move |path: String, json: String, class: &'static str| {
        let said = move || value_text(&path, &json, page.language.get()).unwrap_or_else(|| page.text("compare.none"));
        view! { <td class=class>{said}</td> }
    };
    let row = move |change: AttributeChange| {
        let AttributeChange { path, before, after } = change;
        let named = path.clone();
        view! {
            <tr data-path=path.clone()>
                <th scope="row">{move || path_name(&named, page.language.get())}</th>
                {cell(path.clone(), before, "was")}
                {cell(path.clone(), after, "is")}
            </tr>
        }
    };
    view! {
        <table class="compare" data-testid="compare">
            <thead>
                <tr>
                    <td></td>
                    <th scope="col">{page.words("compare.before")}</th>
                    <th scope="col">{page.words("compare.after")}</th>
                </tr>
            </thead>
            <tbody>{attributes.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}
