//! The bar with which one takes part.

use cloudsite_proto::meeting::Hand;
use cloudsite_proto::meeting::act::Act as Which;
use leptos::prelude::*;

use super::devices::Line;
use super::floor::Floor;
use crate::meeting::attending::Attending;
use crate::meeting::hall::{Points, Side};
use crate::meeting::media::{self, Own};
use crate::meeting::pure::seen::Seen;
use crate::state::Page;

/// A microphone.
pub(super) const MICROPHONE: &str =
    "M10 2.8a2.4 2.4 0 0 0-2.4 2.4v4.6a2.4 2.4 0 0 0 4.8 0V5.2A2.4 2.4 0 0 0 10 2.8ZM5 9.6a5 5 0 0 0 10 0M10 14.6v2.6";
const CAMERA: &str = "M2.5 6.5A1.5 1.5 0 0 1 4 5h7a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 11 15H4a1.5 1.5 0 0 1-1.5-1.5Zm10 2.2 5-2.7v8l-5-2.7";
const SCREEN: &str = "M2.5 4.5h15v9h-15ZM7 17h6M10 13.5V17M10 11V7m-2 2 2-2 2 2";
/// A hand that is up.
pub(super) const HAND: &str = "M6 10.5V5.2a1.1 1.1 0 0 1 2.2 0V9m0-4.8a1.1 1.1 0 0 1 2.2 0V9m0-4a1.1 1.1 0 0 1 2.2 0v4.6m0-2.6a1.1 1.1 0 0 1 2.2 0v4.4a5.4 5.4 0 0 1-5.4 5.4c-2.4 0-3.6-1-4.6-3L3.6 11a1.1 1.1 0 0 1 1.9-1.1L6 10.5";
const PEOPLE: &str = "M7.2 9.4a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM2 16c.6-3 2.6-4.4 5.2-4.4s4.6 1.4 5.2 4.4M13 4.3a2.6 2.6 0 0 1 0 5M14.5 11.8c1.9.4 3 1.7 3.5 4.2";
const CHAT: &str = "M3 4.5h14v9H9l-4 3.5v-3.5H3Z";
const POINT: &str = "M10 17.5c3-3.6 4.6-6.4 4.6-8.7a4.6 4.6 0 0 0-9.2 0c0 2.3 1.6 5.1 4.6 8.7ZM10 10.4a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2Z";
/// Who leads.
pub(super) const LEAD: &str = "M10 2.5 16.5 17 10 13.5 3.5 17Z";
const LEAVE: &str = "M8 3.5H4.5A1.5 1.5 0 0 0 3 5v10a1.5 1.5 0 0 0 1.5 1.5H8M8 10h9m-3-3.5L17.5 10 14 13.5";

/// At the lower edge, above nothing and beneath the controls of the park.
#[component]
pub(super) fn Controls() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let publishes = Memo::new(move |_| hall.seen.with(Seen::publishes));
    let hand = Memo::new(move |_| hall.seen.with(|seen| seen.me().is_some_and(|me| me.hand > 0)));
    let waiting = Memo::new(move |_| {
        hall.seen.with(
            |seen| if seen.hosts() { seen.state.people.iter().filter(|person| person.waiting).count() } else { 0 },
        )
    });
    view! {
        <nav class="meeting-bar" aria-label=page.words("meeting.bar") data-testid="meeting-bar">
            <Line />
            <Show when=move || publishes.get()>
                <Switch own=Own::Microphone icon=MICROPHONE />
                <Switch own=Own::Camera icon=CAMERA />
                {media::can_share().then(|| view! { <Switch own=Own::Screen icon=SCREEN /> })}
            </Show>
            <Press
                icon=HAND
                key="meeting.hand"
                testid="hand"
                pressed=Signal::derive(move || hand.get())
                press=Callback::new(move |()| attending.tell(Which::Hand(Hand { up: !hand.get_untracked() })))
            />
            <Opener icon=PEOPLE side=Side::People key="meeting.people" testid="people" count=Signal::derive(move || waiting.get()) />
            <Opener icon=CHAT side=Side::Chat key="meeting.chat" testid="chat" count=Signal::derive(move || hall.unread.get()) />
            <Floor />
            <PointButton />
            <LeadButton />
            <button
                class="control leave"
                type="button"
                aria-label=page.words("meeting.leave")
                title=page.words("meeting.leave")
                data-testid="leave"
                on:click=move |_| attending.leave()
            >
                <svg viewBox="0 0 20 20" aria-hidden="true"><path d=LEAVE /></svg>
            </button>
        </nav>
    }
}

/// A button that is pressed or not.
#[component]
fn Press(
    /// What it shows.
    icon: &'static str,
    /// What it is called.
    #[prop(into)]
    key: Signal<&'static str>,
    /// What a test finds it by.
    testid: &'static str,
    /// Whether it is pressed.
    pressed: Signal<bool>,
    /// Whether it stands for something that is off unless it is pressed.
    #[prop(optional)]
    slashed: bool,
    /// Whether it can be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// A number beside it; 0 is none.
    #[prop(optional, into)]
    count: Signal<usize>,
    /// Hears of a press.
    press: Callback<()>,
) -> impl IntoView {
    let page = Page::here();
    let words = move || page.text(key.get());
    view! {
        <button
            class="control"
            class:slashed=move || slashed && !pressed.get()
            type="button"
            aria-pressed=move || pressed.get().to_string()
            aria-label=words
            title=words
            disabled=move || disabled.get()
            data-testid=testid
            on:click=move |_| press.run(())
        >
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d=icon />
                <path class="slash" d="M3.5 3.5l13 13" />
            </svg>
            {move || (count.get() > 0).then(|| view! { <span class="control-count">{count.get()}</span> })}
        </button>
    }
}

/// Microphone, camera or screen.
#[component]
fn Switch(
    /// What is sent.
    own: Own,
    /// What it shows.
    icon: &'static str,
) -> impl IntoView {
    let attending = Attending::here();
    let hall = attending.hall;
    let is_on = Signal::derive(move || hall.switches.get().of(own));
    let muted =
        Memo::new(move |_| own == Own::Microphone && hall.seen.with(|seen| seen.me().is_some_and(|me| me.muted)));
    let key = Signal::derive(move || match (own, is_on.get()) {
        (Own::Microphone, _) if muted.get() => "meeting.news.muted",
        (Own::Microphone, true) => "meeting.microphone.off",
        (Own::Microphone, false) => "meeting.microphone.on",
        (Own::Camera, true) => "meeting.camera.off",
        (Own::Camera, false) => "meeting.camera.on",
        (Own::Screen, true) => "meeting.screen.off",
        (Own::Screen, false) => "meeting.screen.on",
    });
    let press = Callback::new(move |()| attending.switch(own, !is_on.get_untracked()));
    view! {
        <Press
            icon
            key
            testid=own.word()
            pressed=Signal::derive(move || is_on.get() && !muted.get())
            slashed={own != Own::Screen}
            disabled=Signal::derive(move || muted.get())
            press
        />
    }
}

/// Opens what stands at the side, or closes it.
#[component]
fn Opener(
    /// What it shows.
    icon: &'static str,
    /// What it opens.
    side: Side,
    /// What it is called.
    key: &'static str,
    /// What a test finds it by.
    testid: &'static str,
    /// A number beside it; 0 is none.
    count: Signal<usize>,
) -> impl IntoView {
    let hall = Attending::here().hall;
    let pressed = Signal::derive(move || hall.side.get() == Some(side));
    let press = Callback::new(move |()| {
        hall.side.update(|open| *open = if *open == Some(side) { None } else { Some(side) });
    });
    view! { <Press icon key=Signal::derive(move || key) testid pressed count press /> }
}

/// Takes the lead, or gives it up; there for whom it is.
#[component]
fn LeadButton() -> impl IntoView {
    let attending = Attending::here();
    let hall = attending.hall;
    let leads = Memo::new(move |_| hall.seen.with(Seen::leads));
    let may = Memo::new(move |_| leads.get() || hall.seen.with(Seen::may_lead));
    let key = Signal::derive(move || if leads.get() { "meeting.led.stop" } else { "meeting.lead" });
    let press = Callback::new(move |()| attending.lead(leads.get_untracked()));
    view! {
        <Show when=move || may.get()>
            <Press icon=LEAD key testid="lead" pressed=Signal::derive(move || leads.get()) press />
        </Show>
    }
}

/// Lets hands point at the park; there for whoever is seen in it.
#[component]
fn PointButton() -> impl IntoView {
    let attending = Attending::here();
    let hall = attending.hall;
    let may = Memo::new(move |_| hall.seen.with(Seen::is_seen_in_park));
    view! {
        <Show when=move || may.get()>
            <Press
                icon=POINT
                key="meeting.point"
                testid="point"
                pressed=Signal::derive(move || hall.points.get() != Points::No)
                press=Callback::new(move |()| attending.toggle_points())
            />
        </Show>
    }
}
