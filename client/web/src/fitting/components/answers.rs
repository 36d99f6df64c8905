//! What is found, at every movement.

use cloudsite_domain::siting::Verdict;
use cloudsite_domain::siting::massing::Findings;
use leptos::prelude::*;

use crate::fitting::fitter::Fitter;
use crate::fitting::pure::answers::{Line, checks, sides, word};
use crate::pure::number::{area, short_number};
use crate::state::{Card, Page};

/// The whole in a line, what can be proposed, and each answer below.
#[component]
pub(super) fn Answers(
    /// The buttons.
    proposals: AnyView,
) -> impl IntoView {
    let page = Page::here();
    let trial = Fitter::here().trial;
    let verdict = Memo::new(move |_| trial.findings.with(Findings::verdict));
    let open = Memo::new(move |_| {
        trial.findings.with(|findings| {
            let all =
                findings.checks.iter().map(|found| found.verdict).chain(findings.sides.iter().map(|side| side.verdict));
            let of = |verdict| all.clone().filter(|found| *found == verdict).count();
            (of(Verdict::Fail), of(Verdict::Unknown))
        })
    });
    let said = move || {
        let (fails, unknown) = open.get();
        let (key, n) = match verdict.get() {
            Verdict::Pass => ("fit.stands", 0),
            Verdict::Unknown => ("fit.may_stand", unknown),
            Verdict::Fail => ("fit.fails", fails),
        };
        page.fill(key, &[("n", &n.to_string())])
    };
    let areas = move || {
        let (language, unit) = (page.language.get(), page.unit());
        trial.findings.with(|findings| {
            let of = |area_m2: f64| area(area_m2, unit, language);
            page.fill("fit.areas", &[("ground", &of(findings.footprint_m2)), ("floor", &of(findings.floor_m2))])
        })
    };
    let lines = move || trial.findings.with(|findings| checks(findings, page.language.get()));
    let edges = move || {
        trial.ground.with(|ground| {
            let Some(ground) = ground else { return (Vec::new(), 0) };
            trial.findings.with(|findings| sides(&ground.site, findings, page.language.get()))
        })
    };
    view! {
        <p class="fit-verdict" role="status" data-verdict=move || word(verdict.get()) data-testid="fit-verdict">{said}</p>
        <p class="fit-areas">{areas}</p>
        {proposals}
        <ul class="answers">{move || lines().into_iter().map(|line| view! { <Answer line /> }).collect_view()}</ul>
        <h3>{page.words("fit.setbacks")}</h3>
        <p class="fit-needs">{move || setbacks(page)}</p>
        <ul class="answers">
            {move || edges().0.into_iter().map(|line| view! { <Answer line /> }).collect_view()}
        </ul>
        {move || {
            let more = edges().1;
            (more > 0).then(|| view! { <p class="hint">{page.fill("fit.more_sides", &[("n", &more.to_string())])}</p> })
        }}
    }
}

/// The setbacks that the record asks for, from the least to the most.
fn setbacks(page: Page) -> String {
    let told = page.card.with(|card| match card {
        Card::Loaded { parcel, .. } => parcel.setbacks,
        Card::Loading | Card::Failed(_) => None,
    });
    let Some(told) = told else { return page.text("fit.unknown.setbacks") };
    let all = [told.front_m, told.side_m, told.rear_m];
    let language = page.language.get();
    let of = |value: f64| short_number(value, language);
    let (least, most) = (all.into_iter().fold(f64::INFINITY, f64::min), all.into_iter().fold(0.0, f64::max));
    if most - least < 1e-9 {
        return page.fill("fit.at_least", &[("n", &format!("{} m", of(most)))]);
    }
    page.fill("fit.setback_range", &[("least", &of(least)), ("most", &of(most))])
}

#[component]
fn Answer(
    /// What is said.
    line: Line,
) -> impl IntoView {
    let page = Page::here();
    let Line { id, label, value, bound, verdict } = line;
    let key = match verdict {
        Verdict::Pass => "fit.pass",
        Verdict::Fail => "fit.fail",
        Verdict::Unknown => "fit.unknown",
    };
    view! {
        <li class="answer" data-verdict=word(verdict) data-testid=format!("fit-{id}")>
            <span class="answer-label">{label}</span>
            <b>{value}</b>
            <span class="answer-verdict">{page.words(key)}</span>
            <small>{bound}</small>
        </li>
    }
}
