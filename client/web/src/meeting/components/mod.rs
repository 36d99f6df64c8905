//! Meetings on the page: beside the park, which stays the main thing.

#![expect(unreachable_pub, reason = "the component macro writes `pub` whatever the component says")]

mod chat;
mod check;
mod consent;
mod controls;
mod devices;
mod floor;
mod invite;
mod led;
mod links;
mod lobby;
mod modal;
mod names;
mod over;
mod people;
mod person;
mod plan_form;
mod plans;
mod recordings;
mod replay;
mod rooms;
mod side;
mod tile;
mod tiles;
mod voices;

use leptos::prelude::*;

pub(super) use self::names::Names;
pub(super) use self::plans::Plans;

use self::check::Check;
use self::consent::RecordingLine;
use self::controls::Controls;
use self::floor::FloorLine;
use self::invite::Invite;
use self::led::LedLine;
use self::lobby::Lobby;
use self::over::Over;
use self::plan_form::PlanForm;
use self::recordings::Recordings;
use self::replay::ReplayBar;
use self::side::SidePanel;
use self::tiles::Tiles;
use self::voices::Voices;
use super::attending::Attending;
use super::hall::Phase;
use crate::state::Page;

/// What belongs to the meeting that one comes to or is in.
#[component]
pub(super) fn Room() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let replays = Memo::new(move |_| attending.archive.replay.with(Option::is_some));
    let is_inside = Memo::new(move |_| hall.is_inside());
    let waits = Memo::new(move |_| hall.phase.with(|phase| *phase == Phase::Lobby));
    view! {
        <Check />
        <Over />
        <PlanForm />
        <Invite />
        <Recordings />
        <Show when=move || waits.get()>
            <Lobby />
            <RecordingLine />
        </Show>
        <Show when=move || is_inside.get()>
            <Tiles />
            <Voices />
            <SidePanel />
            <RecordingLine />
            <LedLine />
            <FloorLine />
            <Controls />
        </Show>
        <Show when=move || replays.get() && !is_inside.get()>
            <ReplayBar />
        </Show>
        <Show when=move || hall.away.get()>
            <Away />
        </Show>
        <Show when=move || is_inside.get() && !hall.away.get() && hall.unconnected.get() != 0>
            <p class="meeting-away" role="alert" data-testid="meeting-unconnected">{page.words("meeting.unconnected")}</p>
        </Show>
    }
}

/// What is said while the stream is lost.
#[component]
fn Away() -> impl IntoView {
    let page = Page::here();
    view! { <p class="meeting-away" role="alert" data-testid="meeting-away">{page.words("meeting.away")}</p> }
}
