//! Before one joins: what it is, what one is called, and whether camera and microphone work.

use cloudsite_proto::meeting::MeetingRole;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use super::devices::{Choice, Level};
use super::modal::Modal;
use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::hall::{Entrance, Phase};
use crate::meeting::media::{self, Own};
use crate::meeting::pure::clock::span;
use crate::meeting::pure::quality::Probed;
use crate::meeting::pure::words::role_key;
use crate::pure::meet::Meet;
use crate::state::Page;

/// The button that the keyboard begins at.
const JOIN_ID: &str = "meeting-join";

/// The dialog with the choice, and while one is on the way in.
#[component]
pub(super) fn Check() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let open = Signal::derive(move || {
        hall.phase.with(|phase| matches!(phase, Phase::Asking | Phase::Checking | Phase::Entering))
    });
    let closed = Callback::new(move |()| {
        attending.stop();
        for own in Own::ALL {
            media::forgo(own);
        }
        attending.put_away();
    });
    view! {
        <Modal open title="meeting-check-title" testid="meeting-check" closed>
            {move || match hall.entrance.get() {
                None => view! { <p role="status" id="meeting-check-title">{page.words("meeting.asking")}</p> }.into_any(),
                Some(entrance) => view! { <Form entrance closed /> }.into_any(),
            }}
        </Modal>
    }
}

#[component]
fn Form(
    /// Where one comes to.
    entrance: Entrance,
    /// Goes away again.
    closed: Callback<()>,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let Entrance { way, meeting, role, .. } = entrance;
    let publishes = role != MeetingRole::Observer;
    if publishes {
        attending.switch(Own::Camera, true);
        attending.switch(Own::Microphone, true);
    }
    let is_guest = matches!(way, Meet::Link(_));
    let can_enter = meeting.open && !meeting.cancelled;
    if can_enter {
        attending.probe(way);
    }
    let (starts_at, ends_at) = span(&meeting);
    let (own_zone, zone) = (browser::own_zone(), meeting.time_zone.clone());
    let is_elsewhere = !zone.is_empty() && zone != own_zone;
    let time = move |zone: &str| browser::span_in((starts_at, ends_at), zone, page.language.get());
    let (cancelled, ended) = (meeting.cancelled, meeting.ended);
    let closed_words = move || {
        let key = match () {
            () if cancelled => "meeting.refused.cancelled",
            () if !ended && browser::now_secs() < starts_at => "meeting.refused.early",
            () => "meeting.refused.over",
        };
        (!can_enter).then(|| page.text(key))
    };
    let enters = move || hall.phase.with(|phase| *phase == Phase::Entering);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if can_enter && !enters() {
            attending.join();
        }
    };
    let there = zone.clone();
    request_animation_frame(|| browser::focus(JOIN_ID));
    view! {
        <form class="meeting-check" on:submit=submit>
            <h2 id="meeting-check-title" data-testid="meeting-title">{meeting.title}</h2>
            <p class="meeting-time" data-testid="meeting-time">{move || time(&own_zone)}</p>
            {is_elsewhere.then(|| view! {
                <p class="meeting-time there" data-testid="meeting-time-there">{move || time(&there)} " · " {zone}</p>
            })}
            <p class="dialog-lead">
                {move || page.fill("meeting.comes_as", &[("role", &page.text(role_key(role)))])}
            </p>
            {is_guest.then(|| view! {
                <label>
                    <span>{page.words("meeting.name")}</span>
                    <input
                        class="field"
                        type="text"
                        autocomplete="name"
                        maxlength="100"
                        data-testid="meeting-name"
                        prop:value=move || hall.name.get()
                        on:input=move |event| hall.name.set(event_target_value(&event))
                    />
                </label>
            })}
            {publishes.then(|| view! { <Devices /> })}
            {can_enter.then(|| view! { <WayThere /> })}
            <p class="failure" role="alert" data-testid="meeting-closed">{closed_words}</p>
            <div class="dialog-buttons">
                <button class="button" type="button" data-testid="meeting-cancel" on:click=move |_| closed.run(())>
                    {page.words("sign_in.cancel")}
                </button>
                <button
                    class="button primary"
                    type="submit"
                    id=JOIN_ID
                    data-testid="meeting-join"
                    disabled=move || !can_enter || enters()
                    aria-busy=move || enters().to_string()
                >
                    {move || page.text(if enters() { "meeting.entering" } else { "meeting.join" })}
                </button>
            </div>
        </form>
    }
}

/// By which way one would be connected.
#[component]
fn WayThere() -> impl IntoView {
    let page = Page::here();
    let probed = Attending::here().hall.probed;
    let words = move || match probed.get() {
        Probed::Looking => page.text("meeting.path.looking"),
        Probed::NoWay => page.text("meeting.path.none"),
        Probed::Way { path, millis } => {
            let path = page.text(path.key().unwrap_or("meeting.path.udp"));
            format!("{path} · {}", page.fill("meeting.quality.detail", &[("ms", &format!("{millis:.0}"))]))
        }
    };
    view! {
        <p class="hint" role="status" data-testid="meeting-way" data-way=move || probed.with(Probed::word)>
            {page.words("meeting.path")} " " {words}
        </p>
    }
}

/// The own picture, the level of the microphone, and which of each is taken.
#[component]
fn Devices() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let video = NodeRef::<html::Video>::new();
    Effect::new(move |_| {
        hall.captured.track();
        if let Some(video) = video.get() {
            media::show(&video, Own::Camera);
        }
    });
    view! {
        <div class="meeting-devices">
            <div class="meeting-preview" class:dark=move || !hall.switches.get().camera>
                <video node_ref=video autoplay playsinline prop:muted=true data-testid="meeting-preview"></video>
                <p>{move || (!hall.switches.get().camera).then(|| page.text("meeting.no_picture"))}</p>
            </div>
            <Choice own=Own::Camera begins=true />
            <Choice own=Own::Microphone begins=true />
            <Level />
        </div>
    }
}
