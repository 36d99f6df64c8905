//! The site brief: what a project needs, and which places answer it.

mod dossier;
mod joined;
mod places;
mod row;
mod saved;
mod summary;

use leptos::prelude::*;

use self::dossier::DossierMaker;
use self::joined::{Joined, SecondOpinions};
use self::places::Places;
pub(crate) use self::places::value;
use self::row::BriefRow;
use self::saved::Saved;
use self::summary::Summary;
use crate::pure::brief::{Draft, ROWS, Subject, TEMPLATES};
use crate::pure::number::{number, unit_key};
use crate::state::Page;
use crate::task::Loader;

/// Opens the brief.
#[component]
pub(crate) fn OpenBrief() -> impl IntoView {
    let page = Page::here();
    view! {
        <button
            class="button brief-open"
            type="button"
            data-testid="brief-open"
            on:click=move |_| page.brief.set(Some(Draft::default()))
        >
            {page.words("brief.open")}
        </button>
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
        let rows = TEMPLATES.iter().find(|(name, _)| *name == chosen).map(|(_, rows)| *rows);
        page.brief.set(Some(rows.map_or_else(Draft::default, Draft::of_template)));
    };
    let option = move |(name, _): (&'static str, _)| {
        view! { <option value=name>{move || page.text(&format!("brief.template.{name}"))}</option> }
    };
    let change_day = move |event| {
        let day = event_target_value(&event);
        fill_in(page, |draft| draft.day = day);
    };
    let day = move || page.brief.with(|brief| brief.as_ref().map(|draft| draft.day.clone()).unwrap_or_default());
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
                <ul>{(0..ROWS.len()).map(|index| view! { <BriefRow index /> }).collect_view()}</ul>
            </details>
            <Summary />
            <DossierMaker />
            <Places />
            <Joined />
            <SecondOpinions />
        </div>
    }
}

/// Fills something in, while the brief stands open.
fn fill_in(page: Page, change: impl FnOnce(&mut Draft)) {
    page.brief.update(|brief| {
        if let Some(draft) = brief {
            change(draft);
        }
    });
}

/// What a row asks about, with the unit that it is asked in.
pub(crate) fn label(page: Page, row: usize) -> String {
    let text = page.text(&format!("brief.row.{}", ROWS[row].0));
    if row == crate::pure::brief::AREA_ROW {
        return format!("{text} ({})", page.text(unit_key(page.unit())));
    }
    text
}

/// An amount of a row, given in the wire's unit, as it is shown.
fn amount(page: Page, row: usize, amount: f64) -> String {
    let language = page.language.get();
    let Subject::Amount { scale, decimals, .. } = ROWS[row].1 else { return String::new() };
    if row == crate::pure::brief::AREA_ROW {
        return crate::pure::number::area(amount, page.unit(), language);
    }
    let value = number(amount / scale, decimals, language);
    page.fill(&format!("brief.amount.{}", ROWS[row].0), &[("n", &value)])
}
