//! The meetings that there are.

use cloudsite_proto::meeting::{Meeting, MeetingRole};
use leptos::prelude::*;

use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::hall::Planning;
use crate::meeting::pure::clock::span;
use crate::pure::facts::code_of;
use crate::pure::meet::Meet;
use crate::state::Page;

/// A list, the next first; for hosts a way to plan one and to invite.
#[component]
pub(in crate::meeting) fn Plans() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let plans = Memo::new(move |_| attending.plans_meetings());
    let list = move || match hall.plans.get() {
        None => view! { <p class="empty" role="status">{page.words("meeting.plans.loading")}</p> }.into_any(),
        Some(Err(error)) => view! { <p class="empty" role="alert">{page.explain(&error)}</p> }.into_any(),
        Some(Ok(meetings)) if meetings.is_empty() => {
            view! { <p class="empty" data-testid="no-meetings">{page.words("meeting.plans.none")}</p> }.into_any()
        }
        Some(Ok(meetings)) => {
            let rows = meetings.into_iter().map(|meeting| view! { <Row meeting /> }).collect_view();
            view! { <ul class="meeting-list" data-testid="meeting-list">{rows}</ul> }.into_any()
        }
    };
    view! {
        <div class="meeting-plans">
            <h2>{page.words("meeting.plans")}</h2>
            {list}
            <Show when=move || plans.get()>
                <button
                    class="button primary"
                    type="button"
                    data-testid="plan-meeting"
                    on:click=move |_| hall.planning.set(Some(Planning::Plan))
                >
                    {page.words("meeting.plan")}
                </button>
                <button class="button" type="button" data-testid="open-recordings" on:click=move |_| attending.open_recordings()>
                    {page.words("meeting.recordings")}
                </button>
            </Show>
        </div>
    }
}

#[component]
fn Row(
    /// Which meeting.
    meeting: Meeting,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let (starts_at, ends_at) = span(&meeting);
    let id = code_of(&meeting.name).to_owned();
    let (open, cancelled, ended, role) = (meeting.open, meeting.cancelled, meeting.ended, meeting.own_role());
    let hosts = role == MeetingRole::Host;
    let time = move || browser::span_in((starts_at, ends_at), &browser::own_zone(), page.language.get());
    let standing = move || {
        let key = match () {
            () if cancelled => "meeting.plans.cancelled",
            () if ended => "meeting.plans.ended",
            () if open => "meeting.plans.open",
            () => "meeting.plans.early",
        };
        page.text(key)
    };
    let title = meeting.title.clone();
    let (invited, called_off) = (meeting.clone(), meeting);
    let asks = RwSignal::new(false);
    let join = (open && !cancelled && role != MeetingRole::Unspecified).then(|| {
        let way = Meet::Meeting(id.clone());
        view! {
            <button class="button primary" type="button" data-testid=format!("join-{id}") on:click=move |_| page.meet.set(Some(way.clone()))>
                {page.words("meeting.join")}
            </button>
        }
    });
    let hosting = (hosts && !cancelled && !ended).then(move || {
        let call_off = move |_| {
            if asks.get_untracked() {
                attending.call_off(called_off.clone());
            } else {
                asks.set(true);
            }
        };
        view! {
            <button class="button" type="button" data-testid="invite" on:click=move |_| attending.invite_to(invited.clone())>
                {page.words("meeting.invite")}
            </button>
            <button class="link" type="button" data-testid="call-off" on:click=call_off>
                {move || page.text(if asks.get() { "meeting.call_off_sure" } else { "meeting.call_off" })}
            </button>
        }
    });
    view! {
        <li class="meeting-row" class:cancelled=cancelled || ended data-testid="meeting-row">
            <b>{title}</b>
            <span class="meeting-time">{time} " · " {standing}</span>
            <div class="meeting-acts">{join} {hosting}</div>
        </li>
    }
}
