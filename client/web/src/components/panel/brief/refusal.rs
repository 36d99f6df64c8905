//! What the server refuses of the brief, in the reader's words and units, at the row that it means.

use cloudsite_link::LinkError;
use leptos::prelude::*;

use super::{amount, label};
use crate::browser::scroll_to_start;
use crate::pure::brief::{ROWS, Refused, Subject, Why};
use crate::pure::measure::short_length;
use crate::state::Page;

/// The id of a row, and of what is said below it.
pub(super) fn row_id(row: usize) -> String {
    format!("brief-row-{}", ROWS[row].0)
}

fn said_id(row: usize) -> String {
    format!("brief-refused-{}", ROWS[row].0)
}

/// Why, without where. Follows.
fn reason(page: Page, refused: &Refused) -> String {
    let of = |row: usize, value: f64| match ROWS[row].1 {
        Subject::Footprint => short_length(value, page.unit(), page.language.get()),
        Subject::Amount { .. } | Subject::Words { .. } | Subject::Level { .. } => amount(page, row, value),
    };
    match (&refused.why, refused.row) {
        (Why::Range { value, least, most }, Some(row)) => {
            let [value, least, most] = [value, least, most].map(|value| of(row, *value));
            page.fill("brief.refused.range", &[("value", &value), ("least", &least), ("most", &most)])
        }
        (Why::Range { .. } | Why::NotANumber, _) => page.text("number.unreadable"),
        (Why::Contradicts { row }, _) => page.fill("brief.refused.contradicts", &[("what", &label(page, *row))]),
        (Why::Falls, _) => page.text("brief.ramp_falls"),
        (Why::SameDay, _) => page.text("brief.refused.same_day"),
        (Why::Early, _) => page.text("brief.refused.early"),
        (Why::WeighsNothing, _) => page.text("brief.weigh_nothing"),
        (Why::Said(said), _) => page.fill("error.invalid", &[("reason", said)]),
    }
}

/// An error of a brief in plain words: where the server refuses something that was filled in, what and why. Follows.
pub(super) fn explained(page: Page, error: &LinkError, refused: Option<&Refused>) -> String {
    let Some(refused) = refused else { return page.explain(error) };
    let why = reason(page, refused);
    match refused.row {
        Some(row) => page.fill("brief.refused", &[("what", &label(page, row)), ("why", &why)]),
        None => why,
    }
}

/// What is refused, in the answer that is shown. Follows.
fn refused<T>(page: Page, of: impl FnOnce(&Refused) -> Option<T>) -> Option<T> {
    page.matched.with(|matched| of(matched.refused.as_ref()?))
}

/// The id of what says that a part of a row is refused; none if it is not. Follows.
pub(super) fn refused_at(page: Page, row: usize, parts: &'static [&'static str]) -> Option<String> {
    refused(page, |refused| refused.is_of(row, parts).then(|| said_id(row)))
}

/// What is refused of a row, below it; of a ramp that falls the ramp says so itself.
#[component]
pub(super) fn RowRefused(
    /// Which row.
    row: usize,
) -> impl IntoView {
    let page = Page::here();
    let told = move || {
        let is_here = |refused: &Refused| refused.row == Some(row) && refused.why != Why::Falls;
        refused(page, |refused| is_here(refused).then(|| reason(page, refused)))
    };
    let testid = format!("brief-{}-refused", ROWS[row].0);
    let said = move |text: String| {
        view! { <small class="brief-refused" id=said_id(row) data-testid=testid.clone()>{text}</small> }
    };
    move || told().map(&said)
}

/// A way to the row that is refused.
#[component]
pub(super) fn ToRefused() -> impl IntoView {
    let page = Page::here();
    let row = move || refused(page, |refused| refused.row);
    let way = move |row: usize| {
        view! {
            " "
            <button class="link" type="button" data-testid="brief-to-refused" on:click=move |_| scroll_to_start(&row_id(row))>
                {page.words("brief.refused.show")}
            </button>
        }
    };
    move || row().map(way)
}
