//! The table: a column for each place, a row for each question.

use leptos::prelude::*;

use super::choice::toggle;
use super::lines::{by_brief, by_record};
use crate::pure::compare::{Cell, Line, Said, Sign, floor_of};
use crate::state::Page;

/// What the brief finds, then what the record says.
#[component]
pub(super) fn Table(
    /// Whether only what differs is shown.
    differing: RwSignal<bool>,
) -> impl IntoView {
    let page = Page::here();
    let keys = Memo::new(move |_| page.compared.with(|chosen| chosen.keys().to_vec()));
    let brief = Memo::new(move |_| keys.with(|keys| by_brief(page, keys)));
    let record = Memo::new(move |_| keys.with(|keys| by_record(page, keys)));
    let count = move || keys.with(Vec::len);
    let same = move || {
        let of = |lines: &Vec<Line>| lines.iter().filter(|line| !line.differs()).count();
        brief.with(of) + record.with(of)
    };
    let hidden = move || format!(" {}", page.fill("comparison.hidden", &[("n", &same().to_string())]));
    view! {
        <div class="comparison-scroll" tabindex="0" role="region" aria-labelledby="comparison-title">
            <table data-testid="comparison-table">
                <caption>
                    {move || page.fill("comparison.caption", &[("n", &count().to_string())])}
                    {move || differing.get().then(hidden)}
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{page.words("comparison.what")}</th>
                        <For each=move || keys.get() key=|key| key.clone() let(key)>
                            <Head key />
                        </For>
                    </tr>
                </thead>
                <Section title="comparison.by_brief" lines=brief differing />
                <Section title="comparison.by_record" lines=record differing />
            </table>
        </div>
    }
}

/// What a place is called, which leads to it in the park, and the way out of the table.
#[component]
fn Head(
    /// The place's.
    key: String,
) -> impl IntoView {
    let page = Page::here();
    let place = StoredValue::new(key);
    let title = move || place.with_value(|key| page.title(key));
    let named = move |text: &str| page.fill(text, &[("code", &title())]);
    let show = move |_| page.open_compared(&place.get_value());
    let remove = move |_| {
        toggle(page, &place.get_value());
        if page.compared.with_untracked(|chosen| chosen.keys().is_empty()) {
            page.stop_comparing();
        }
    };
    let trouble = move || {
        let key = place.get_value();
        let missing = if floor_of(&key).is_some() { "comparison.floor_missing" } else { "card.missing" };
        page.compared_places.with(|places| {
            places.get(&key)?.as_ref().err().map(|error| match error {
                cloudsite_link::LinkError::NotFound { .. } => named(missing),
                error => page.explain(error),
            })
        })
    };
    view! {
        <th scope="col" data-testid="comparison-place" data-code=place.get_value()>
            <button class="link" type="button" title=move || named("comparison.show") on:click=show>{title}</button>
            <button
                class="comparison-remove"
                type="button"
                data-testid="comparison-remove"
                aria-label=move || named("comparison.remove")
                on:click=remove
            >
                "×"
            </button>
            {move || trouble().map(|text| view! { <small role="alert">{text}</small> })}
        </th>
    }
}

/// Lines under a heading; nothing where there are none.
#[component]
fn Section(
    /// Key of the heading.
    title: &'static str,
    /// All lines.
    lines: Memo<Vec<Line>>,
    /// Whether only what differs is shown.
    differing: RwSignal<bool>,
) -> impl IntoView {
    let page = Page::here();
    let shown = move || {
        let all = lines.get();
        all.into_iter().filter(|line| !differing.get() || line.differs()).collect::<Vec<_>>()
    };
    let width = move || (page.compared.with(|chosen| chosen.keys().len()) + 1).to_string();
    view! {
        <Show when=move || !shown().is_empty()>
            <tbody>
                <tr class="comparison-section">
                    <th scope="rowgroup" colspan=width><span>{page.words(title)}</span></th>
                </tr>
                {move || shown().into_iter().map(|line| row(page, line)).collect_view()}
            </tbody>
        </Show>
    }
}

fn row(page: Page, line: Line) -> impl IntoView {
    let best = line.best();
    let cells = line.cells.into_iter().zip(best).map(|(cell, best)| answer(page, cell, best)).collect_view();
    view! {
        <tr data-testid="comparison-row">
            <th scope="row">{line.name}</th>
            {cells}
        </tr>
    }
}

/// One answer: sign, value, whether it is the best, whom to ask, and who says so.
fn answer(page: Page, cell: Cell, is_best: bool) -> impl IntoView {
    let (sign, read) = match cell.sign {
        Sign::None => ("", ""),
        Sign::Pass => ("✓", "comparison.pass"),
        Sign::Fail => ("✗", "comparison.fail"),
        Sign::Unknown => ("?", "comparison.open_question"),
    };
    let mut notes = cell.notes;
    let is_unknown = matches!(cell.said, Said::Unknown { .. } | Said::NotApplicable);
    let said = match cell.said {
        Said::Nothing => "–".to_owned(),
        Said::Waiting => page.text("comparison.waiting"),
        Said::NotApplicable => page.text("comparison.not_applicable"),
        Said::Unknown { whom } => {
            notes.push(whom.advice(page.language.get()));
            page.text("card.unknown")
        }
        Said::Known(value) => value,
    };
    let sign_view = (!sign.is_empty()).then(|| {
        view! {
            <span class="comparison-sign" aria-hidden="true">{sign}</span>
            <span class="unseen">{page.text(read)} ": "</span>
        }
    });
    view! {
        <td class:best=is_best data-sign=sign>
            {sign_view} <span class:unknown=is_unknown>{said}</span>
            {is_best.then(|| view! { <span class="comparison-best">{page.text("comparison.best")}</span> })}
            // A day stays on one line.
            {notes.into_iter().map(|note| view! { <small>{note.replace('-', "\u{2011}")}</small> }).collect_view()}
        </td>
    }
}
