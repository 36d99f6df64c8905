//! What is wrong with the open changeset.

use cloudsite_proto::change::{Problem, Severity};
use leptos::prelude::*;

use crate::keeping::Keeping;
use crate::keeping::desk::Desk;
use crate::keeping::pure::compare::path_name;
use crate::keeping::pure::draft::place_of;
use crate::pure::camera::plan_view;
use crate::pure::facts::code_of;
use crate::state::Page;
use crate::viewer::look;

/// At most so many are listed; the worst come first.
const MOST: usize = 200;

/// Each problem with its rule, severity, place and what would mend it. A click flies there.
#[component]
pub(super) fn ProblemList() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let listed =
        move || desk.problems.with(|problems| problems.iter().take(MOST).cloned().enumerate().collect::<Vec<_>>());
    let more = move || desk.problems.with(|problems| problems.len().saturating_sub(MOST));
    view! {
        <Show when=move || desk.problems.with(|problems| !problems.is_empty())>
            <h3>{page.words("problems.title")}</h3>
            <ul class="problems" data-testid="problems">
                <For each=listed key=|(index, problem)| (*index, problem.feature.clone(), problem.rule.clone()) let((_, problem))>
                    <ProblemItem problem />
                </For>
            </ul>
            <Show when=move || { more() > 0 }>
                <p class="empty hint">{move || page.fill("problems.more", &[("n", &more().to_string())])}</p>
            </Show>
        </Show>
    }
}

/// The word of a severity.
pub(crate) const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Unspecified | Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

#[component]
fn ProblemItem(
    /// The problem.
    problem: Problem,
) -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let (severity, feature) = (severity_word(problem.severity()), problem.feature.clone());
    let go = {
        let problem = problem.clone();
        move |_| {
            let place = desk.changes.with_untracked(|changes| place_of(&problem, changes));
            fly(page, place);
            desk.looked_at.set(Some(problem.feature.clone()).filter(|feature| !feature.is_empty()));
        }
    };
    view! {
        <li>
            <button class="problem" type="button" data-severity=severity data-testid="problem" on:click=go>
                <ProblemText problem />
                <b>{code_of(&feature).to_owned()}</b>
            </button>
        </li>
    }
}

/// What a problem says.
#[component]
pub(crate) fn ProblemText(
    /// The problem.
    problem: Problem,
) -> impl IntoView {
    let page = Page::here();
    let key = format!("severity.{}", severity_word(problem.severity()));
    let field = problem.field.clone();
    let place = problem.place.map(|place| {
        let text = move || {
            let numbers = [place.ring + 1, place.vertex + 1].map(|number| number.to_string());
            let at = format!("{:.3}, {:.3}", place.x, place.y);
            page.fill("problems.place", &[("ring", &numbers[0]), ("vertex", &numbers[1]), ("at", &at)])
        };
        view! { <small>{text}</small> }
    });
    let fix = problem.fix.clone().map(|fix| {
        view! { <small class="fix">{move || page.fill("problems.fix", &[("fix", &fix.message)])}</small> }
    });
    let field = (!field.is_empty()).then(|| view! { <small>{move || path_name(&field, page.language.get())}</small> });
    view! {
        <span class="problem-text">
            <span class="severity">{move || page.text(&key)}</span>
            <span>{problem.message.clone()}</span>
            {field}
            {place}
            {fix}
            <small class="rule">{problem.rule.clone()}</small>
        </span>
    }
}

/// Flies to a part of the park, if it is known where that is.
pub(crate) fn fly(page: Page, bounds: Option<cloudsite_proto::land::LonLatBounds>) {
    let is_split = untrack(|| page.keeping.get().is_some_and(Keeping::splits));
    let view = page.park.with_untracked(|park| plan_view(park.as_ref()?, bounds.as_ref()?, is_split));
    if let Some(camera) = view {
        look(page, camera);
    }
}
