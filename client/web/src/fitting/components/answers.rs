//! What is found, at every movement.

use cloudsite_domain::siting::Verdict;
use cloudsite_domain::siting::massing::{Check, Findings};
use leptos::prelude::*;

use crate::fitting::fitter::Fitter;
use crate::fitting::pure::answers::{Line, check as line_of, sides, word};
use crate::pure::measure::short_length;
use crate::pure::number::area;
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
    let setback_source = move || {
        let language = page.language.get();
        trial.ground.with(|ground| ground.as_ref().and_then(|ground| ground.basis.of_setbacks(language)))
    };
    let edges = move || {
        trial.ground.with(|ground| {
            let Some(ground) = ground else { return (Vec::new(), 0) };
            trial.findings.with(|findings| sides(&ground.site, findings, page.language.get(), page.unit()))
        })
    };
    view! {
        <p class="fit-verdict" role="status" data-verdict=move || word(verdict.get()) data-testid="fit-verdict">{said}</p>
        <p class="fit-areas">{areas}</p>
        {proposals}
        // Each stays where it is while a hand moves the factory, unfolded if it was.
        <ul class="answers">{Check::ALL.iter().map(|check| view! { <Checked check=*check /> }).collect_view()}</ul>
        <h3>{page.words("fit.setbacks")}</h3>
        <p class="fit-needs">{move || setbacks(page)}</p>
        {move || {
            setback_source().map(|source| view! { <p class="fit-needs" data-testid="fit-setbacks-source">{source}</p> })
        }}
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
    let of = |value: f64| short_length(value, page.unit(), page.language.get());
    let (least, most) = (all.into_iter().fold(f64::INFINITY, f64::min), all.into_iter().fold(0.0, f64::max));
    if most - least < 1e-9 {
        return page.fill("fit.at_least", &[("n", &of(most))]);
    }
    page.fill("fit.setback_range", &[("least", &of(least)), ("most", &of(most))])
}

/// The answer to a check and, unfolded, who says what it is held to.
#[component]
fn Checked(
    /// Which one.
    check: Check,
) -> impl IntoView {
    let page = Page::here();
    let trial = Fitter::here().trial;
    let line = Memo::new(move |_| {
        trial.findings.with(|findings| line_of(findings.of(check), page.language.get(), page.unit()))
    });
    let sources = Memo::new(move |_| {
        let language = page.language.get();
        trial.ground.with(|ground| {
            let basis = ground.as_ref().map(|ground| &ground.basis);
            trial
                .findings
                .with(|findings| basis.map(|basis| basis.of(findings.of(check), language)))
                .unwrap_or_default()
        })
    });
    let each = move || sources.get().into_iter().map(|source| view! { <li>{source}</li> }).collect_view();
    view! {
        <li class="answer" data-verdict=move || word(line.get().verdict) data-testid=format!("fit-{check}")>
            <Told line />
            <Show when=move || !sources.with(Vec::is_empty)>
                <details class="answer-why" data-testid=format!("fit-{check}-sources")>
                    <summary>{page.words("fit.held_to")}</summary>
                    <ul>{each}</ul>
                </details>
            </Show>
        </li>
    }
}

#[component]
fn Answer(
    /// What is said.
    line: Line,
) -> impl IntoView {
    let (verdict, id) = (word(line.verdict), format!("fit-{}", line.id));
    view! {
        <li class="answer" data-verdict=verdict data-testid=id>
            <Told line />
        </li>
    }
}

/// What was asked, what it is, whether that will do, and the bounds.
#[component]
fn Told(
    /// What is said.
    #[prop(into)]
    line: Signal<Line>,
) -> impl IntoView {
    let page = Page::here();
    let key = move || match line.with(|line| line.verdict) {
        Verdict::Pass => "fit.pass",
        Verdict::Fail => "fit.fail",
        Verdict::Unknown => "fit.unknown",
    };
    view! {
        <span class="answer-label">{move || line.with(|line| line.label.clone())}</span>
        <b>{move || line.with(|line| line.value.clone())}</b>
        <span class="answer-verdict">{move || page.text(key())}</span>
        <small>{move || line.with(|line| line.bound.clone())}</small>
    }
}
