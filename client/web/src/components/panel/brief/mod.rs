//! The site brief: what a project needs, and which places answer it.

mod dossier;
mod floors;
mod joined;
mod legend;
mod open;
mod places;
mod ramp;
mod refusal;
mod row;
mod saved;
mod summary;

use leptos::prelude::*;

use self::dossier::DossierMaker;
use self::floors::Floors;
use self::joined::{Joined, SecondOpinions};
use self::places::{Places, Unsuitable};
pub(crate) use self::places::{step_lines, value};
use self::row::BriefRow;
use self::saved::Saved;
use self::summary::Summary;
use crate::browser;
use crate::pure::brief::{Draft, GROUPS, Measure, ROWS, Role, Subject, TEMPLATES, measure_of};
use crate::pure::measure::{self, LengthUnit, floor_key, length};
use crate::pure::number::{area, number, unit_key};
use crate::state::Page;
use crate::task::Loader;

/// The ids of what is found: all of it, parcels that are joined, and floors.
const ANSWER_ID: &str = "brief-answer";
const JOINED_ID: &str = "brief-joined";
const FLOORS_ID: &str = "brief-floors";

/// Opens the brief, and the sheet that it stands on in a narrow window.
#[component]
pub(crate) fn OpenBrief() -> impl IntoView {
    let page = Page::here();
    let open = move |_| {
        page.brief.set(Some(Draft::default()));
        page.sheet_open.set(true);
    };
    view! {
        <div class="panel-start">
            <button class="button primary brief-open" type="button" data-testid="brief-open" on:click=open>
                {page.words("brief.open")} <small>{page.words("brief.open_hint")}</small>
            </button>
        </div>
    }
}

/// The brief in place of the list.
#[component]
pub(crate) fn BriefPanel() -> impl IntoView {
    let page = Page::here();
    let loader = expect_context::<Loader>();
    let choose = move |event| {
        loader.leave_saved();
        let chosen = event_target_value(&event);
        let today = browser::today().parse().unwrap_or(jiff::civil::Date::ZERO);
        let template = TEMPLATES.iter().find(|(name, _)| *name == chosen);
        let draft = template.map_or_else(Draft::default, |(name, rows)| Draft::of_template(name, rows, today));
        page.suited_before.set(None);
        page.brief.set(Some(draft));
    };
    let option = move |(name, _): (&'static str, _)| {
        view! { <option value=name>{move || page.text(&format!("brief.template.{name}"))}</option> }
    };
    let change_day = move |event| {
        let day = event_target_value(&event);
        fill_in(page, |draft| draft.day = day);
    };
    let day = move || page.brief.with(|brief| brief.as_ref().map(|draft| draft.day.clone()).unwrap_or_default());
    // Whoever asks what only floors have looks for a floor.
    let floors_first = move || page.asks_for_floors();
    view! {
        <div class="brief" data-testid="brief">
            <button class="link brief-back" type="button" data-testid="brief-close" on:click=move |_| page.brief.set(None)>
                "← " {page.words("brief.back")}
            </button>
            <h2>{page.words("brief.title")}</h2>
            <div class="fields brief-head">
                <label>
                    <span>{page.words("brief.template")}</span>
                    <select class="select" data-testid="brief-template" on:change=choose>
                        <option value="">{page.words("brief.template.none")}</option>
                        {TEMPLATES.map(option).into_iter().collect_view()}
                    </select>
                </label>
                <label>
                    <span>{page.words("brief.day")}</span>
                    <input class="field" type="date" data-testid="brief-day" prop:value=day on:change=change_day />
                </label>
                <p class="hint">{page.words("brief.hint")}</p>
            </div>
            <Saved />
            <details class="brief-rows" open>
                <summary>{page.words("brief.needs")}</summary>
                {GROUPS.map(|(name, rows)| view! { <Group name rows /> }).collect_view()}
            </details>
            <Summary />
            <DossierMaker />
            <div class="brief-answer" id=ANSWER_ID>
                <Show when=floors_first>
                    <Floors />
                </Show>
                <Places />
                <Joined />
                <Show when=move || !floors_first()>
                    <Floors />
                </Show>
                // What does not suit comes after all that may.
                <Unsuitable />
                <SecondOpinions />
            </div>
        </div>
    }
}

/// Rows that have to do with each other; folded where none of them is asked, but for the first group.
#[component]
fn Group(
    /// The key of its name.
    name: &'static str,
    /// Which rows.
    rows: &'static [usize],
) -> impl IntoView {
    let page = Page::here();
    let is_first = GROUPS[0].0 == name;
    let asked = Memo::new(move |_| {
        page.brief.with(|brief| {
            let draft = brief.as_ref();
            rows.iter().filter(|row| draft.is_some_and(|draft| draft.rows[**row].role != Role::Open)).count()
        })
    });
    // Unfolded by what is asked, and not folded again under the hand that asks less.
    let open = Memo::new(move |was: Option<&bool>| was == Some(&true) || is_first || asked.get() > 0);
    view! {
        <details class="brief-group" prop:open=open>
            <summary data-testid=format!("brief-group-{name}")>
                {move || page.text(&format!("brief.group.{name}"))}
                {move || (asked.get() > 0).then(|| view! { <span class="count">{asked.get()}</span> })}
            </summary>
            <ul>{rows.iter().map(|index| view! { <BriefRow index=*index /> }).collect_view()}</ul>
        </details>
    }
}

/// Fills something in, while the brief stands open.
fn fill_in(page: Page, change: impl FnOnce(&mut Draft)) {
    page.suited_before.set(None);
    page.brief.update(|brief| {
        if let Some(draft) = brief {
            change(draft);
        }
    });
}

/// A word of a row's quality, as it is said.
fn worded(page: Page, row: usize, word: &str) -> String {
    let quality = match ROWS[row].1 {
        Subject::Words { quality, .. } | Subject::Level { quality, .. } => quality,
        Subject::Amount { .. } | Subject::Footprint => "",
    };
    page.text(&format!("{quality}.{word}"))
}

/// Things that are said in one breath.
fn together(page: Page, said: Vec<String>) -> String {
    let join = |one: String, other: String| page.fill("brief.change_and", &[("one", &one), ("other", &other)]);
    said.into_iter().reduce(join).unwrap_or_default()
}

/// What a row asks about, with the unit that it is asked in.
pub(crate) fn label(page: Page, row: usize) -> String {
    let unit = page.unit();
    let symbol = LengthUnit::of(unit).symbol();
    let key = format!("brief.row.{}", ROWS[row].0);
    match measure_of(row) {
        Measure::Area => format!("{} ({})", page.text(&key), page.text(unit_key(unit))),
        Measure::Length if ROWS[row].1 == Subject::Footprint => format!("{} ({symbol} × {symbol})", page.text(&key)),
        Measure::Length => format!("{} ({symbol})", page.text(&key)),
        Measure::Price => page.fill(&key, &[("unit", &page.text(unit_key(unit)))]),
        Measure::Rent => page.fill(&key, &[("unit", &page.text(floor_key(unit)))]),
        Measure::Other => page.text(&key),
    }
}

/// An amount of a row, given in the wire's unit, as it is shown.
fn amount(page: Page, row: usize, amount: f64) -> String {
    let (language, unit) = (page.language.get(), page.unit());
    let Subject::Amount { scale, decimals, .. } = ROWS[row].1 else { return String::new() };
    match measure_of(row) {
        Measure::Area => return area(amount, unit, language),
        Measure::Length => return length(amount, decimals, unit, language),
        Measure::Price => return measure::price(amount, unit, language),
        Measure::Rent => return measure::rent(amount, unit, language),
        Measure::Other => {}
    }
    let shown = amount / scale;
    // Less than one is not said to be nothing.
    let decimals = if shown > 0.0 && shown < 1.0 { decimals.max(2) } else { decimals };
    let value = number(shown, decimals, language);
    page.fill(&format!("brief.amount.{}", ROWS[row].0), &[("n", &value)])
}
