//! The open changeset.

use cloudsite_proto::change::{Changeset, ChangesetState};
use leptos::prelude::*;

use super::acts::Acts;
use super::change_list::ChangeList;
use super::changesets::Counts;
use super::conflicts::Conflicts;
use super::problem_list::ProblemList;
use crate::keeping::desk::Desk;
use crate::keeping::pure::draft::Side;
use crate::keeping::pure::work::{WAY, is_on_its_way, state_key, state_word};
use crate::state::Page;

/// Where it is on its way, what there is to do, what is wrong with it and what it changes.
#[component]
pub(crate) fn OpenChangeset() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let failure = move || desk.failure.with(|failure| failure.as_ref().map(|error| page.explain(error)));
    let head = move || desk.changeset.get().map(|changeset| view! { <Head changeset /> });
    view! {
        <div class="desk-back">
            <button class="link" type="button" data-testid="changeset-back" on:click=move |_| page.open_changeset.set(None)>
                "← " {page.words("changes.all")}
            </button>
        </div>
        <div class="list-scroll changeset" data-testid="changeset">
            {head}
            <Show when=move || failure().is_some()>
                <p class="failure pad" role="alert" data-testid="changeset-failure">{failure}</p>
            </Show>
            <Conflicts />
            <Show when=move || desk.changeset.with(Option::is_none) && failure().is_none()>
                <p class="empty" role="status">{page.words("changes.entries_loading")}</p>
            </Show>
            <ProblemList />
            <ChangeList />
        </div>
    }
}

#[component]
fn Head(
    /// The changeset.
    changeset: Changeset,
) -> impl IntoView {
    let page = Page::here();
    let state = changeset.state();
    let (base, head) = (changeset.base_revision, changeset.head_revision);
    let is_open = is_on_its_way(state);
    let moved_on = move || {
        let numbers = [("base", base.to_string()), ("head", head.to_string())];
        let numbers = numbers.each_ref().map(|(name, number)| (*name, number.as_str()));
        page.fill("changes.moved_on", &numbers)
    };
    let decided = changeset
        .decisions
        .last()
        .cloned()
        .filter(|decision| state == ChangesetState::Rejected && !decision.reason.is_empty());
    let reason = decided.map(|decision| {
        view! { <p class="pad" role="note">{move || page.fill("changes.reason", &[("reason", &decision.reason)])}</p> }
    });
    let validation = changeset.validation.clone();
    let found = validation.map(|found| {
        let text = move || {
            let (errors, warnings) = (found.errors.to_string(), found.warnings.to_string());
            page.fill("changes.found", &[("errors", &errors), ("warnings", &warnings), ("day", &found.day)])
        };
        view! { <p class="changeset-found" data-errors=found.errors>{text}</p> }
    });
    view! {
        <header class="changeset-head">
            <h2 data-testid="changeset-title">{changeset.title.clone()}</h2>
            <Way state />
            <p class="changeset-line">
                <Counts created=changeset.created updated=changeset.updated ended=changeset.ended />
                <SideSwitch />
            </p>
            {found}
            {reason}
            {(is_open && base < head).then(|| view! { <p class="notice" role="note" data-testid="moved-on">{moved_on}</p> })}
            <Acts changeset=changeset.clone() />
        </header>
    }
}

/// The steps on the way, the present one marked.
#[component]
fn Way(
    /// Where the changeset is.
    state: ChangesetState,
) -> impl IntoView {
    let page = Page::here();
    if state == ChangesetState::Rejected {
        return view! {
            <p class="state" data-state="rejected" data-testid="changeset-state">{page.words(state_key(state))}</p>
        }
        .into_any();
    }
    let here = WAY.iter().position(|(step, _)| *step == state).unwrap_or(0);
    let step = move |(index, (_, key)): (usize, &(ChangesetState, &'static str))| {
        view! {
            <li class:done=index < here aria-current=(index == here).then_some("step")>{page.words(key)}</li>
        }
    };
    view! {
        <ol class="way" data-testid="changeset-state" data-state=state_word(state)>
            {WAY.iter().enumerate().map(step).collect_view()}
        </ol>
    }
    .into_any()
}

/// Whether the 3D park shows before or after.
#[component]
pub(super) fn SideSwitch() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let button = move |side: Side, key: &'static str| {
        view! {
            <button
                type="button"
                aria-pressed=move || (desk.side.get() == side).to_string()
                data-testid=key
                on:click=move |_| desk.side.set(side)
            >
                {page.words(key)}
            </button>
        }
    };
    view! {
        <span class="segments" role="group" aria-label=page.words("compare.side")>
            {button(Side::Before, "compare.before")} {button(Side::After, "compare.after")}
            {button(Side::Both, "compare.both")}
        </span>
    }
}
