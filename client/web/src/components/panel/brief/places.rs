//! The places that answer the brief, and why.

use std::collections::BTreeSet;

use cloudsite_domain::siting::Lacking;
use cloudsite_proto::siting::answer::Value;
use cloudsite_proto::siting::{Answer, Assembly, Change, Place, Standing, StepAnswer, Verdict};
use leptos::prelude::*;
use prost::Message;

use super::{amount, label, together, worded};
use crate::components::compare::Toggle;
use crate::pure::brief::{LISTED, ROWS, Role, Subject, share, standing_word};
use crate::pure::facts::code_of;
use crate::pure::number::number;
use crate::pure::whom::Whom;
use crate::state::Page;

/// A place as it is listed: how many come before it, the points of one that is all that is wished, and the row of each
/// criterion.
type Listed = (usize, Place, u64, Vec<usize>);

/// The first places that suit or may suit, or of the others, as far as they are explained.
fn listed(page: Page, fail: bool) -> Vec<Listed> {
    page.matched.with(|matched| {
        let Some(reply) = matched.reply() else { return Vec::new() };
        let is_asked = |place: &Place| (place.standing() == Standing::Fails) == fail;
        let places = reply.places.iter().enumerate().filter(|(_, place)| is_asked(place));
        places.map(|(rank, place)| (rank, place.clone(), reply.full_points, matched.rows.clone())).collect()
    })
}

/// The first places that suit, and those of which something has to be asked.
#[component]
pub(super) fn Places() -> impl IntoView {
    let page = Page::here();
    let places = Memo::new(move |_| listed(page, false));
    view! { <List places testid="places" /> }
}

/// The first of those that do not suit.
#[component]
pub(super) fn Unsuitable() -> impl IntoView {
    let page = Page::here();
    let places = Memo::new(move |_| {
        let mut places = listed(page, true);
        places.truncate(LISTED);
        places
    });
    view! {
        <Show when=move || !places.with(Vec::is_empty)>
            <section class="brief-joined" data-testid="brief-unsuitable">
                <h3>{page.words("brief.unsuitable")}</h3>
                <List places testid="unsuitable" />
            </section>
        </Show>
    }
}

/// Places in their order, some at first and more on demand.
#[component]
fn List(
    /// All that are explained.
    places: Memo<Vec<Listed>>,
    /// By what tests find it.
    testid: &'static str,
) -> impl IntoView {
    let page = Page::here();
    let most = RwSignal::new(LISTED);
    // All that a must opened by giving way is there at once.
    let count = Memo::new(move |_| {
        let opened = |(_, place, ..): &Listed| is_opened(page, place);
        let opened = places.with(|places| places.iter().rposition(opened)).map_or(0, |last| last + 1);
        most.get().max(opened)
    });
    let shown = move || places.with(|places| places.iter().take(count.get()).cloned().collect::<Vec<_>>());
    let more = move || places.with(Vec::len).saturating_sub(count.get()).min(LISTED);
    view! {
        <ol class="places" data-testid=testid>
            // By all that is shown of it: what stays the same stays where it is, unfolded if it was.
            <For
                each=shown
                key=|(rank, place, _, rows)| (*rank, place.encode_to_vec(), rows.clone())
                let((rank, place, full, rows))
            >
                <PlaceItem rank place full rows />
            </For>
        </ol>
        <Show when=move || { more() > 0 }>
            <button
                class="button more"
                type="button"
                data-testid=format!("{testid}-more")
                on:click=move |_| most.set(count.get_untracked() + LISTED)
            >
                {move || page.fill("result.more", &[("n", &more().to_string())])}
            </button>
        </Show>
    }
}

/// Whether a place suits since a must last gave way. Follows.
fn is_opened(page: Page, place: &Place) -> bool {
    let is_new = |before: &BTreeSet<String>| !before.contains(&place.parcel);
    place.standing() == Standing::Suits && page.suited_before.with(|before| before.as_ref().is_some_and(is_new))
}

/// One place: its score, what binds it, what is unknown, what it would take; unfolded, every criterion.
#[component]
fn PlaceItem(
    /// Counted from 0.
    rank: usize,
    /// The place.
    place: Place,
    /// The points of one that is all that is wished.
    full: u64,
    /// The row of each criterion.
    rows: Vec<usize>,
) -> impl IntoView {
    let page = Page::here();
    let code = code_of(&place.parcel).to_owned();
    let standing = place.standing();
    let percent = share(place.points, full) * 100.0;
    let (opened, shown, compared) = (code.clone(), code.clone(), code.clone());
    let place = StoredValue::new(place);
    let rows = StoredValue::new(rows);
    let is_new = Memo::new(move |_| place.with_value(|place| is_opened(page, place)));
    let is_shown = move || page.selected.with(|selected| selected.as_deref() == Some(shown.as_str()));
    let notes = move || place.with_value(|place| rows.with_value(|rows| notes(page, place, rows, (full, false))));
    let answers = move || {
        let rows = rows.get_value();
        place.with_value(|place| rows.into_iter().zip(place.answers.clone()).collect::<Vec<_>>())
    };
    view! {
        <li class="place" class:active=is_shown data-testid="place" data-code=code.clone() data-standing=standing_word(standing)>
            <button class="place-head" type="button" data-testid="place-head" on:click=move |_| { page.joined.set(Vec::new()); page.open(&opened); }>
                <span class="place-rank">{rank + 1}</span>
                <span class="item-code">{code.clone()}</span>
                {(standing == Standing::Suits && full > 0)
                    .then(|| view! {
                        <span class="place-score">{move || number(percent, 0, page.language.get())} " %"</span>
                        <span class="place-bar" aria-hidden="true"><span style=format!("width:{percent}%")></span></span>
                    })}
                <StandingTold standing />
                <Show when=move || is_new.get()>
                    <span class="place-new" data-testid="place-new">{page.words("brief.newly")}</span>
                </Show>
            </button>
            <ul class="place-notes">{move || notes().into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}</ul>
            <Toggle key=compared class="chip place-toggle" />
            <Why answers full />
        </li>
    }
}

/// How a place stands, where it does not suit.
#[component]
pub(super) fn StandingTold(
    /// How.
    standing: Standing,
) -> impl IntoView {
    let page = Page::here();
    (standing != Standing::Suits).then(|| {
        view! {
            <span class="place-standing" data-standing=standing_word(standing)>
                {move || page.text(&format!("brief.standing.{}", standing_word(standing)))}
            </span>
        }
    })
}

/// Every answer, unfolded on demand.
#[component]
pub(super) fn Why(
    /// By row of the brief.
    answers: impl Fn() -> Vec<(usize, Answer)> + Send + 'static,
    /// The points of a place that is all that is wished.
    full: u64,
) -> impl IntoView {
    let page = Page::here();
    view! {
        <details class="place-why">
            <summary>{page.words("brief.why")}</summary>
            <table>
                <tbody>
                    {move || answers().into_iter().map(|(row, answer)| view! { <AnswerRow row answer full /> }).collect_view()}
                </tbody>
            </table>
        </details>
    }
}

/// A place or parcels that are joined, as far as it is said what binds and what it would take.
pub(super) struct Told<'a> {
    standing: Standing,
    answers: &'a [Answer],
    binding: Option<u32>,
    changes: &'a [Change],
    together: bool,
    musts_suffice: bool,
}

impl<'a> From<&'a Place> for Told<'a> {
    fn from(place: &'a Place) -> Self {
        let Place { answers, binding, changes, together, musts_suffice, .. } = place;
        let (binding, together, musts_suffice) = (*binding, *together, *musts_suffice);
        Self { standing: place.standing(), answers, binding, changes, together, musts_suffice }
    }
}

impl<'a> From<&'a Assembly> for Told<'a> {
    fn from(assembly: &'a Assembly) -> Self {
        let Assembly { answers, binding, changes, together, musts_suffice, .. } = assembly;
        let (binding, together, musts_suffice) = (*binding, *together, *musts_suffice);
        Self { standing: assembly.standing(), answers, binding, changes, together, musts_suffice }
    }
}

/// What is worth saying of a place at once. `full` is the points of one that is all that is wished.
pub(super) fn notes<'a>(
    page: Page,
    told: impl Into<Told<'a>>,
    rows: &[usize],
    (full, is_floor): (u64, bool),
) -> Vec<String> {
    let told = told.into();
    let mut notes = shortcomings(page, told.answers, rows, is_floor);
    notes.extend(binds(page, &told, rows));
    notes.extend(wins(page, &told, rows, full));
    notes
}

/// The must that a place meets most narrowly.
fn binds(page: Page, told: &Told<'_>, rows: &[usize]) -> Option<String> {
    let index = told.binding? as usize;
    let (row, answer) = (*rows.get(index)?, told.answers.get(index)?);
    let what = label(page, row);
    if ROWS[row].1 == Subject::Footprint {
        return Some(page.fill("brief.binding_room", &[("what", &what)]));
    }
    let asked = page.brief.with(|brief| {
        let row = brief.as_ref()?.rows[row];
        let of_step = |step: u32| row.steps().get(step as usize).map(|step| (step.min, step.on.clone()));
        answer.step.map_or_else(|| Some((row.amount?, String::new())), of_step)
    });
    let (asked, day) = asked.map(|(asked, day)| (amount(page, row, asked), day)).unwrap_or_default();
    let key = if day.is_empty() { "brief.binding" } else { "brief.binding_on" };
    Some(page.fill(key, &[("what", &what), ("has", &value(page, row, answer)), ("asked", &asked), ("day", &day)]))
}

/// What it would take for a place to be the first. Nothing is said of the one that is.
fn wins(page: Page, told: &Told<'_>, rows: &[usize], full: u64) -> Option<String> {
    let suits = told.standing == Standing::Suits;
    if told.musts_suffice {
        return (!suits).then(|| page.text("brief.wins_met"));
    }
    if full == 0 {
        return None;
    }
    let change = |change: &Change| {
        let index = change.criterion as usize;
        let row = *rows.get(index)?;
        let what = label(page, row);
        Some(match change.to {
            Some(to) => {
                let amount = changed(page, row, told.answers.get(index), to);
                page.fill("brief.change", &[("what", &what), ("amount", &amount)])
            }
            None => page.fill("brief.change_word", &[("what", &what)]),
        })
    };
    let wanted = if told.together { told.changes.len() } else { 1 };
    let changes: Vec<String> = told.changes.iter().take(wanted).filter_map(change).collect();
    if changes.is_empty() {
        return suits.then(|| page.text("brief.wins_none"));
    }
    let changes = together(page, changes);
    Some(page.fill(if suits { "brief.wins_with" } else { "brief.wins_met_with" }, &[("changes", &changes)]))
}

/// What is not as the brief asks, and what nobody knows.
pub(super) fn shortcomings(page: Page, answers: &[Answer], rows: &[usize], is_floor: bool) -> Vec<String> {
    let mut notes = Vec::new();
    for (row, answer) in rows.iter().zip(answers) {
        let what = label(page, *row);
        let is_must = page.brief.with(|brief| brief.as_ref().is_some_and(|draft| draft.rows[*row].role == Role::Must));
        match answer.verdict() {
            Verdict::Fail if !answer.steps.is_empty() => {
                notes.extend(
                    answer.step.map(|step| format!("{what}: {}", step_told(page, *row, answer, step as usize))),
                );
            }
            Verdict::Fail => {
                let has = value(page, *row, answer);
                notes.push(page.fill("brief.fails", &[("what", &what), ("has", &has)]));
                if !answer.from.is_empty() {
                    notes.push(page.fill("brief.from", &[("what", &what), ("day", &answer.from)]));
                }
            }
            Verdict::Unknown if answer.lacking == Lacking::KeptFree.as_str() && page.is_visitor() => {
                notes.push(page.fill("brief.told_signed_in", &[("what", &what)]));
            }
            Verdict::Unknown => {
                // An outline that is too intricate to be tried is nobody's to tell.
                let whom = Whom::of_row(&answer.source, *row, is_floor).told(page.language.get());
                let whom = whom.filter(|_| answer.lacking != Lacking::Outline.as_str());
                let key = match (is_must, &whom) {
                    (true, Some(_)) => "brief.unknown_must",
                    (true, None) => "brief.uncomputed_must",
                    (false, Some(_)) => "brief.unknown",
                    (false, None) => "brief.uncomputed",
                };
                notes.push(page.fill(key, &[("what", &what), ("whom", &whom.unwrap_or_default())]));
                if !answer.lacking.is_empty() {
                    let lack = page.text(&format!("lacking.{}", answer.lacking));
                    notes.push(page.fill("brief.lacking", &[("what", &what), ("lack", &lack)]));
                }
            }
            Verdict::Pass | Verdict::Unspecified => {}
        }
    }
    notes
}

/// What would have to be, in words: of a ramp or a building a share of it.
fn changed(page: Page, row: usize, answer: Option<&Answer>, to: f64) -> String {
    let is_share = ROWS[row].1 == Subject::Footprint || answer.is_some_and(|answer| !answer.steps.is_empty());
    if is_share { part(page, to) } else { amount(page, row, to) }
}

/// A share of what is asked, in words.
fn part(page: Page, share: f64) -> String {
    page.fill("brief.part", &[("n", &number(share * 100.0, 0, page.language.get()))])
}

/// What is found of a step of a ramp, in words.
fn step_told(page: Page, row: usize, answer: &Answer, index: usize) -> String {
    let asked =
        page.brief.with(|brief| brief.as_ref().and_then(|draft| draft.rows[row].steps().into_iter().nth(index)));
    let (Some(asked), Some(found)) = (asked, answer.steps.get(index)) else { return String::new() };
    let day = if asked.on.is_empty() { page.text("brief.first_day") } else { asked.on };
    let has = found.amount.map_or_else(|| page.text("card.unknown"), |has| between(page, row, has, found.up_to));
    let needed = amount(page, row, asked.min);
    let said = page.fill("brief.step_told", &[("has", &has), ("asked", &needed), ("day", &day)]);
    if found.from.is_empty() {
        return said;
    }
    let enough = page.fill("brief.step_from", &[("asked", &needed), ("day", &found.from)]);
    format!("{said} {enough}")
}

/// What is found of each step of a ramp, in words.
pub(crate) fn step_lines(page: Page, row: usize, answer: &Answer) -> Vec<String> {
    let line = |(index, step): (usize, &StepAnswer)| {
        format!("{} {}", sign(step.verdict()), step_told(page, row, answer, index))
    };
    answer.steps.iter().enumerate().map(line).collect()
}

/// An amount that may be more than its least.
fn between(page: Page, row: usize, least: f64, up_to: Option<f64>) -> String {
    let from = amount(page, row, least);
    match up_to {
        None => from,
        Some(most) if most.is_finite() => {
            page.fill("brief.between", &[("from", &from), ("to", &amount(page, row, most))])
        }
        Some(_) => page.fill("brief.no_less", &[("from", &from)]),
    }
}

/// What the record says, in words.
pub(crate) fn value(page: Page, row: usize, answer: &Answer) -> String {
    if let (Subject::Footprint, Some(Value::Amount(share))) = (ROWS[row].1, &answer.value) {
        return page.fill("brief.room_part", &[("part", &part(page, *share))]);
    }
    if ROWS[row].1 == Subject::Footprint {
        return page.text(match answer.verdict() {
            Verdict::Pass => "brief.room",
            Verdict::Fail => "brief.no_room",
            Verdict::Unknown | Verdict::Unspecified => "card.unknown",
        });
    }
    match &answer.value {
        Some(Value::Amount(value)) => between(page, row, *value, answer.up_to),
        Some(Value::Word(word)) => worded(page, row, word),
        None => page.text("card.unknown"),
    }
}

/// The answer to one criterion.
#[component]
fn AnswerRow(
    /// The row of the brief.
    row: usize,
    /// The answer.
    answer: Answer,
    /// The points of a place that is all that is wished.
    full: u64,
) -> impl IntoView {
    let page = Page::here();
    let is_wish =
        page.brief.with_untracked(|brief| brief.as_ref().is_some_and(|draft| draft.rows[row].role == Role::Wish));
    let sign = sign(answer.verdict());
    let points = share(answer.points, full) * 100.0;
    let told = said(&answer.source, &answer.as_of);
    let answer = StoredValue::new(answer);
    let found = move || answer.with_value(|answer| (!answer.steps.is_empty()).then(|| steps(page, row, answer)));
    let found = move || match found() {
        Some(steps) => steps.into_any(),
        None => view! {
            {answer.with_value(|answer| value(page, row, answer))}
            {told.clone().map(|told| view! { <small>{told}</small> })}
        }
        .into_any(),
    };
    view! {
        <tr data-sign=sign>
            <td>{if is_wish { String::new() } else { sign.to_owned() }}</td>
            <th scope="row">{move || label(page, row)}</th>
            <td>{found}</td>
            <td>{is_wish.then_some(move || format!("+{}", number(points, 1, page.language.get())))}</td>
        </tr>
    }
}

/// Who says so, and when; none where nobody is named.
fn said(source: &str, as_of: &str) -> Option<String> {
    (!as_of.is_empty()).then(|| format!("{source} {as_of}").trim().to_owned())
}

/// Each step of a ramp, with what is found and who says so. The one that binds stands out.
fn steps(page: Page, row: usize, answer: &Answer) -> impl IntoView + use<> {
    let step = |(index, found): (usize, &StepAnswer)| {
        let text = step_told(page, row, answer, index);
        let told = said(&found.source, &found.as_of);
        let binds = answer.step == Some(index as u32);
        let sign = sign(found.verdict());
        view! {
            <li class:binding=binds data-sign=sign>{sign} " " {text} {told.map(|told| view! { <small>{told}</small> })}</li>
        }
    };
    view! { <ul class="place-steps">{answer.steps.iter().enumerate().map(step).collect_view()}</ul> }
}

const fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass | Verdict::Unspecified => "✓",
        Verdict::Fail => "✗",
        Verdict::Unknown => "?",
    }
}
