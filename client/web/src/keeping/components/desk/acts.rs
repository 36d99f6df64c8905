//! What there is to do with the open changeset.

use cloudsite_proto::change::Changeset;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::keeping::desk::Desk;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::work::{Act, Work, work};
use crate::state::Page;

/// A button for each; rejecting asks for the reason first.
#[component]
pub(super) fn Acts(
    /// The changeset.
    changeset: Changeset,
) -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let keeper = Keeper::here();
    let rejecting = RwSignal::new(false);
    let found = Memo::new(move |_| page.caller.with(|caller| work(&changeset, caller.as_ref())));
    let button = move |(index, act): (usize, Act)| {
        let press = move |_| match act {
            Act::Reject => rejecting.update(|rejecting| *rejecting = !*rejecting),
            _ => keeper.act(act, String::new()),
        };
        let is_quiet = matches!(act, Act::Reject | Act::Delete);
        view! {
            <button
                class="button"
                class:primary=index == 0 && !is_quiet
                class:danger=is_quiet
                type="button"
                disabled=move || desk.doing.with(Option::is_some)
                aria-busy=move || (desk.doing.get() == Some(act)).to_string()
                data-testid=format!("act-{}", act.word())
                on:click=press
            >
                {move || page.text(&act.key())}
            </button>
        }
    };
    let buttons = move || found.with(|Work { acts, .. }| acts.iter().copied().enumerate().map(button).collect_view());
    let waits = move || found.with(|Work { waits_for, .. }| waits_for.map(|key| page.text(key)));
    view! {
        <Show when=move || waits().is_some()>
            <p class="changeset-waits" role="note">{waits}</p>
        </Show>
        <div class="acts">{buttons}</div>
        <Show when=move || rejecting.get()>
            <Reason rejecting />
        </Show>
    }
}

/// Why it is rejected.
#[component]
fn Reason(
    /// Whether this is shown.
    rejecting: RwSignal<bool>,
) -> impl IntoView {
    let page = Page::here();
    let keeper = Keeper::here();
    let reason = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let given = reason.get_untracked().trim().to_owned();
        if !given.is_empty() {
            keeper.act(Act::Reject, given);
            rejecting.set(false);
        }
    };
    view! {
        <form class="reason" on:submit=submit>
            <label>
                <span>{page.words("act.reject_reason")}</span>
                <textarea
                    class="field"
                    rows="2"
                    maxlength="1000"
                    required
                    data-testid="reject-reason"
                    prop:value=move || reason.get()
                    on:input=move |event| reason.set(event_target_value(&event))
                ></textarea>
            </label>
            <button class="button danger" type="submit" data-testid="reject-send">{page.words("act.reject_send")}</button>
        </form>
    }
}
