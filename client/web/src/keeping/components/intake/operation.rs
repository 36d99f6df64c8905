//! How far the import is, and why a file was refused.

use cloudsite_proto::change::{OperationState, Problem};
use leptos::prelude::*;

use crate::keeping::components::desk::ProblemText;
use crate::keeping::desk::Desk;
use crate::keeping::keeper::Keeper;
use crate::pure::number::number;
use crate::state::Page;

/// Steps of an import that the page has words for.
const STEPS: [&str; 4] = ["reading", "comparing", "checking", "writing"];

/// At most so many refusals are listed.
const MOST: usize = 100;

/// The import that is under way or has ended without a changeset.
#[component]
pub(super) fn Progress() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let keeper = Keeper::here();
    let operation = move || {
        desk.intake.with(|intake| intake.as_ref().and_then(|intake| intake.operation.clone())).unwrap_or_default()
    };
    let state = Memo::new(move |_| operation().state());
    let failed = move || matches!(state.get(), OperationState::Failed | OperationState::Cancelled);
    let runs = move || !failed() && state.get() != OperationState::Succeeded;
    let said = move || {
        let operation = operation();
        match operation.state() {
            OperationState::Succeeded => page.text("intake.nothing_new"),
            OperationState::Failed => {
                let count = number(operation.problem_count as f64, 0, page.language.get());
                page.fill("intake.refused", &[("n", &count)])
            }
            OperationState::Cancelled => page.text("intake.cancelled"),
            _ if STEPS.contains(&operation.step.as_str()) => page.text(&format!("step.{}", operation.step)),
            _ => page.text("step.queued"),
        }
    };
    let far = move || {
        let operation = operation();
        let [done, total] = [operation.done, operation.total].map(|count| number(count as f64, 0, page.language.get()));
        (operation.total > 0).then(|| format!("{done} / {total}"))
    };
    let share = move || {
        let operation = operation();
        (operation.total > 0).then(|| (operation.done as f64 / operation.total as f64).to_string())
    };
    let refusal = |problem: Problem| {
        let feature = problem.feature.clone();
        view! { <li class="problem" data-severity="error"><ProblemText problem /><b>{feature}</b></li> }
    };
    let refusals = move || operation().problems.into_iter().take(MOST).map(refusal).collect_view();
    let stop = move |_| {
        keeper.drop_intake();
    };
    let again = move |_| {
        keeper.ask_again();
    };
    view! {
        <p class="dialog-lead" role="status" data-testid="operation">{said} " " {far}</p>
        <Show when=runs>
            <progress max="1" value=share aria-label=said></progress>
        </Show>
        <Show when=failed>
            <ul class="problems refusals" data-testid="refusals">{refusals}</ul>
        </Show>
        <div class="dialog-buttons">
            <button class="button" type="button" on:click=stop>
                {move || page.text(if runs() { "sign_in.cancel" } else { "card.close" })}
            </button>
            <Show when=failed>
                <button class="button primary" type="button" data-testid="intake-again" on:click=again>
                    {page.words("intake.again")}
                </button>
            </Show>
        </div>
    }
}
