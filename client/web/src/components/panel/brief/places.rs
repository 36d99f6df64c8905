//! The places that answer the brief, and why.

use cloudsite_proto::siting::answer::Value;
use cloudsite_proto::siting::{Answer, Place, Standing, Verdict};
use leptos::prelude::*;
use prost::Message;

use super::{amount, label};
use crate::components::compare::Toggle;
use crate::pure::brief::{LISTED, ROWS, Role, Subject, share, standing_word};
use crate::pure::facts::code_of;
use crate::pure::number::number;
use crate::state::Page;

/// The first places.
#[component]
pub(super) fn Places() -> impl IntoView {
    let page = Page::here();
    let places = move || {
        page.matched.with(|matched| {
            let reply = matched.reply();
            reply.map_or_else(Vec::new, |reply| {
                let place =
                    |(rank, place): (usize, &Place)| (rank, place.clone(), reply.full_points, matched.rows.clone());
                reply.places.iter().take(LISTED).enumerate().map(place).collect()
            })
        })
    };
    view! {
        <ol class="places" data-testid="places">
            // By all that is shown of it: what stays the same stays where it is, unfolded if it was.
            <For
                each=places
                key=|(rank, place, _, rows)| (*rank, place.encode_to_vec(), rows.clone())
                let((rank, place, full, rows))
            >
                <PlaceItem rank place full rows />
            </For>
        </ol>
    }
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
    let is_shown = move || page.selected.with(|selected| selected.as_deref() == Some(shown.as_str()));
    let notes = move || place.with_value(|place| rows.with_value(|rows| notes(page, place, rows)));
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

/// What is worth saying of a place at once.
pub(super) fn notes(page: Page, place: &Place, rows: &[usize]) -> Vec<String> {
    let name = |index: usize| rows.get(index).map(|row| label(page, *row)).unwrap_or_default();
    let mut notes = shortcomings(page, &place.answers, rows);
    if let Some(index) = place.binding {
        let row = rows.get(index as usize).copied().unwrap_or_default();
        let has = place.answers.get(index as usize).map(|answer| value(page, row, answer)).unwrap_or_default();
        let asked = page.brief.with(|brief| brief.as_ref().and_then(|draft| draft.rows[row].amount));
        let asked = asked.map(|asked| amount(page, row, asked)).unwrap_or_default();
        notes.push(page.fill("brief.binding", &[("what", &name(index as usize)), ("has", &has), ("asked", &asked)]));
    }
    let change = place.changes.iter().find_map(|change| Some((change.criterion as usize, change.to?)));
    if let Some((index, to)) = change {
        let row = rows.get(index).copied().unwrap_or_default();
        notes.push(page.fill("brief.wins_with", &[("what", &name(index)), ("amount", &amount(page, row, to))]));
    }
    notes
}

/// What is not as the brief asks, and what nobody knows.
pub(super) fn shortcomings(page: Page, answers: &[Answer], rows: &[usize]) -> Vec<String> {
    let mut notes = Vec::new();
    for (row, answer) in rows.iter().zip(answers) {
        let what = label(page, *row);
        let is_must = page.brief.with(|brief| brief.as_ref().is_some_and(|draft| draft.rows[*row].role == Role::Must));
        match answer.verdict() {
            Verdict::Fail => {
                let has = value(page, *row, answer);
                notes.push(page.fill("brief.fails", &[("what", &what), ("has", &has)]));
                if !answer.from.is_empty() {
                    notes.push(page.fill("brief.from", &[("what", &what), ("day", &answer.from)]));
                }
            }
            Verdict::Unknown => {
                let whom = if answer.source.is_empty() { page.text("brief.bureau") } else { answer.source.clone() };
                let key = if is_must { "brief.unknown_must" } else { "brief.unknown" };
                notes.push(page.fill(key, &[("what", &what), ("whom", &whom)]));
            }
            Verdict::Pass | Verdict::Unspecified => {}
        }
    }
    notes
}

/// What the record says, in words.
pub(crate) fn value(page: Page, row: usize, answer: &Answer) -> String {
    if ROWS[row].1 == Subject::Footprint {
        return page.text(match answer.verdict() {
            Verdict::Pass => "brief.room",
            Verdict::Fail => "brief.no_room",
            Verdict::Unknown | Verdict::Unspecified => "card.unknown",
        });
    }
    match &answer.value {
        Some(Value::Amount(value)) => {
            let from = amount(page, row, *value);
            match answer.up_to {
                None => from,
                Some(most) if most.is_finite() => {
                    page.fill("brief.between", &[("from", &from), ("to", &amount(page, row, most))])
                }
                Some(_) => page.fill("brief.no_less", &[("from", &from)]),
            }
        }
        Some(Value::Word(word)) => {
            let quality = match ROWS[row].1 {
                Subject::Words { quality, .. } | Subject::Level { quality, .. } => quality,
                Subject::Amount { .. } | Subject::Footprint => "",
            };
            page.text(&format!("{quality}.{word}"))
        }
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
    let sign = match answer.verdict() {
        Verdict::Pass | Verdict::Unspecified => "✓",
        Verdict::Fail => "✗",
        Verdict::Unknown => "?",
    };
    let points = share(answer.points, full) * 100.0;
    let told = (!answer.as_of.is_empty()).then(|| format!("{} {}", answer.source, answer.as_of).trim().to_owned());
    let answer = StoredValue::new(answer);
    view! {
        <tr data-sign=sign>
            <td>{if is_wish { String::new() } else { sign.to_owned() }}</td>
            <th scope="row">{move || label(page, row)}</th>
            <td>{move || answer.with_value(|answer| value(page, row, answer))} {told.map(|told| view! { <small>{told}</small> })}</td>
            <td>{is_wish.then_some(move || format!("+{}", number(points, 1, page.language.get())))}</td>
        </tr>
    }
}
