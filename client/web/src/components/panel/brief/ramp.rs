//! Power that is needed in steps: so much from the first day, more from later ones.

use jiff::civil::Date;
use leptos::prelude::*;

use super::refusal::refused_at;
use super::{fill_in, label};
use crate::components::typed::typed;
use crate::pure::brief::{Later, MOST_LATER, ROWS, Role, Row, wire_per_shown};
use crate::pure::measure::input;
use crate::state::Page;

/// The amount and the day of each step, and ways to add and to remove one. A wish may leave them empty: then the more the better.
#[component]
pub(super) fn Steps(
    /// Which row.
    index: usize,
    /// As it is filled in.
    row: Memo<Row>,
) -> impl IntoView {
    let page = Page::here();
    let name = ROWS[index].0;
    let later = Memo::new(move |_| row.with(|row| row.later.iter().flatten().count()));
    let has_room = move || later.get() < MOST_LATER;
    let falls = move || row.with(Row::falls);
    let set_first = move |amount| fill_in(page, |draft| draft.rows[index].amount = amount);
    let set_day = move |day| fill_in(page, |draft| draft.rows[index].on = day);
    let is_wish = move || row.get().role == Role::Wish && row.with(|row| row.amount.is_none());
    view! {
        <div class="brief-ramp" data-testid=format!("brief-{name}-ramp")>
            <span class="brief-amount">
                <span>{page.words("brief.at_least")}</span>
                <AmountField index testid=format!("brief-{name}-amount") amount=Signal::derive(move || row.get().amount) set=set_first />
                <span>{page.words("brief.since")}</span>
                <DayField testid=format!("brief-{name}-since") day=Signal::derive(move || row.get().on) set=set_day />
            </span>
            <For each=move || 0..later.get() key=|step| *step let:step>
                <LaterStep index row step />
            </For>
            <Show when=is_wish>
                <small>{page.words("brief.ramp_wish")}</small>
            </Show>
            <Show when=falls>
                <small class="brief-ramp-falls" role="alert" data-testid="brief-ramp-falls">{page.words("brief.ramp_falls")}</small>
            </Show>
            <Show when=has_room>
                <button
                    class="chip"
                    type="button"
                    data-testid=format!("brief-{name}-add-step")
                    on:click=move |_| fill_in(page, |draft| draft.rows[index].add_step())
                >
                    "+ " {page.words("brief.add_step")}
                </button>
            </Show>
        </div>
    }
}

/// One step after the first.
#[component]
fn LaterStep(
    /// Which row.
    index: usize,
    /// As it is filled in.
    row: Memo<Row>,
    /// Which of the later steps.
    step: usize,
) -> impl IntoView {
    let page = Page::here();
    let name = ROWS[index].0;
    let here = move || row.with(|row| row.later[step]).unwrap_or_default();
    let change = move |change: &dyn Fn(&mut Later)| {
        fill_in(page, |draft| {
            if let Some(later) = draft.rows[index].later[step].as_mut() {
                change(later);
            }
        });
    };
    let set_amount = move |amount| change(&|later| later.amount = amount);
    let set_day = move |day| change(&|later| later.on = day);
    view! {
        <span class="brief-amount">
            <span>{page.words("brief.at_least")}</span>
            <AmountField index testid=format!("brief-{name}-amount-{}", step + 1) amount=Signal::derive(move || here().amount) set=set_amount />
            <span>{page.words("brief.since")}</span>
            <DayField testid=format!("brief-{name}-since-{}", step + 1) day=Signal::derive(move || here().on) set=set_day />
            <button
                class="chip"
                type="button"
                aria-label=page.words("brief.remove_step")
                title=page.words("brief.remove_step")
                data-testid=format!("brief-{name}-remove-{}", step + 1)
                on:click=move |_| fill_in(page, |draft| draft.rows[index].remove_step(step))
            >
                "×"
            </button>
        </span>
    }
}

/// How much.
#[component]
fn AmountField(
    /// Which row.
    index: usize,
    /// By what tests find it.
    testid: String,
    /// As it is filled in.
    amount: Signal<Option<f64>>,
    /// Takes what is filled in.
    set: impl Fn(Option<f64>) + Copy + 'static,
) -> impl IntoView {
    let page = Page::here();
    let per = move || wire_per_shown(index, page.unit());
    let shown = move || amount.get().map(|amount| input(amount / per())).unwrap_or_default();
    let change = move |event| {
        if let Ok(value) = typed(page, &event) {
            set(value.map(|value| value * untrack(per)));
        }
    };
    let refused = move || refused_at(page, index, &["min", "steps"]);
    view! {
        <input
            class="field"
            type="text"
            inputmode="decimal"
            prop:value=shown
            aria-label=move || label(page, index)
            aria-invalid=move || refused().map(|_| "true")
            aria-describedby=refused
            data-testid=testid
            on:change=change
        />
    }
}

/// From which day on.
#[component]
fn DayField(
    /// By what tests find it.
    testid: String,
    /// As it is chosen.
    day: Signal<Option<Date>>,
    /// Takes what is chosen.
    set: impl Fn(Option<Date>) + Copy + 'static,
) -> impl IntoView {
    let page = Page::here();
    let shown = move || day.get().map(|day| day.to_string()).unwrap_or_default();
    view! {
        <input
            class="field"
            type="date"
            prop:value=shown
            aria-label=page.words("brief.since")
            data-testid=testid
            on:change=move |event| set(event_target_value(&event).parse().ok())
        />
    }
}
