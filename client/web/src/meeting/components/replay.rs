//! A meeting that is replayed in the park.

use cloudsite_proto::meeting::Track;
use leptos::html;
use leptos::prelude::*;
use web_sys::HtmlMediaElement;

use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::pure::replay::{Replay, clock, loudness};
use crate::state::Page;

/// How far a voice may be beside the rest before it is moved, seconds: less is not heard, and each move is.
const BESIDE_SECS: f64 = 0.4;

/// Lines that stand above the bar.
const LINES: usize = 3;

/// The bar at the lower edge, with who is there and what was written above it.
#[component]
pub(super) fn ReplayBar() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let archive = attending.archive;
    let title = move || archive.with(|replay| replay.title().to_owned());
    let length = Memo::new(move |_| archive.with(Replay::length_ms).unwrap_or_default());
    let names = Memo::new(move |_| {
        let at = archive.at_ms.get();
        let names = archive.with(|replay| {
            replay.present_at(at).iter().map(|person| person.name.clone()).collect::<Vec<_>>().join(", ")
        });
        names.unwrap_or_default()
    });
    let pauses = Memo::new(move |_| {
        let at = archive.at_ms.get();
        archive.with(|replay| replay.pauses_at(at)).unwrap_or_default()
    });
    let play_key = move || if archive.plays.get() { "meeting.replay.pause" } else { "meeting.replay.play" };
    let seek = move |event| {
        if let Ok(at) = event_target_value(&event).parse() {
            attending.seek(at);
        }
    };
    view! {
        <section class="replay" aria-label=page.words("meeting.replay") data-testid="replay-bar" data-at=move || archive.at_ms.get()>
            <Pictures />
            <Lines />
            <p class="replay-title">
                <b>{title}</b> " · " {move || names.get()}
                <Show when=move || pauses.get()>" · " {page.words("meeting.replay.paused")}</Show>
            </p>
            <div class="replay-acts">
                <button class="button primary" type="button" data-testid="replay-play" on:click=move |_| attending.play(!archive.plays.get_untracked())>
                    {move || page.text(play_key())}
                </button>
                <input
                    type="range"
                    min="0"
                    max=move || length.get().to_string()
                    step="100"
                    aria-label=page.words("meeting.replay.at")
                    aria-valuetext=move || clock(archive.at_ms.get())
                    data-testid="replay-at"
                    prop:value=move || archive.at_ms.get().to_string()
                    on:input=seek
                />
                <span class="meeting-time">{move || clock(archive.at_ms.get())} " / " {move || clock(length.get())}</span>
                <button class="button" type="button" data-testid="replay-end" on:click=move |_| attending.end_replay()>
                    {page.words("card.close")}
                </button>
            </div>
            <Voices />
        </section>
    }
}

/// The newest lines that were written.
#[component]
fn Lines() -> impl IntoView {
    let page = Page::here();
    let archive = Attending::here().archive;
    let lines = Memo::new(move |_| {
        let at = archive.at_ms.get();
        let lines = archive.with(|replay| replay.lines_at(at, 0)).unwrap_or_default();
        lines.into_iter().rev().take(LINES).rev().collect::<Vec<_>>()
    });
    view! {
        <ol class="replay-lines" role="log" aria-label=page.words("meeting.chat") data-testid="replay-lines">
            {move || lines.get().into_iter().map(|line| view! { <li><b>{line.name}</b> " " {line.text}</li> }).collect_view()}
        </ol>
    }
}

#[component]
fn Pictures() -> impl IntoView {
    let page = Page::here();
    let archive = Attending::here().archive;
    let pictures = Memo::new(move |_| {
        let at = archive.at_ms.get();
        archive.with(|replay| replay.pictures_at(at)).unwrap_or_default()
    });
    let picture = move |track: Track| {
        let element = NodeRef::<html::Video>::new();
        follow(track.begins_ms, move || element.get().map(|element| HtmlMediaElement::clone(&element)));
        view! { <video node_ref=element src=track.path muted playsinline preload="auto" title=track.name></video> }
    };
    view! {
        <div class="replay-pictures" aria-label=page.words("meeting.tiles")>
            <For each=move || pictures.get() key=|track| track.path.clone() let(track)>{picture(track)}</For>
        </div>
    }
}

#[component]
fn Voices() -> impl IntoView {
    let page = Page::here();
    let archive = Attending::here().archive;
    let voices = Memo::new(move |_| {
        let at = archive.at_ms.get();
        archive.with(|replay| replay.voices_at(at)).unwrap_or_default()
    });
    let voice = move |track: Track| {
        let element = NodeRef::<html::Audio>::new();
        follow(track.begins_ms, move || element.get().map(|element| HtmlMediaElement::clone(&element)));
        let path = track.path.clone();
        Effect::new(move |_| {
            if let Some(element) = element.get() {
                element.set_volume(voices.with(|voices| loudness(&track, voices, page.language.get().tag())));
            }
        });
        view! { <audio node_ref=element src=path preload="auto"></audio> }
    };
    view! {
        <div hidden data-testid="replay-voices">
            <For each=move || voices.get() key=|track| track.path.clone() let(track)>{voice(track)}</For>
        </div>
    }
}

/// Keeps an element where the replay is; `begins_ms` is where in it the element begins.
fn follow(begins_ms: u64, element: impl Fn() -> Option<HtmlMediaElement> + 'static) {
    let archive = Attending::here().archive;
    Effect::new(move |_| {
        let (at_ms, plays) = (archive.at_ms.get(), archive.plays.get());
        let Some(element) = element() else { return };
        let wanted_secs = at_ms.saturating_sub(begins_ms) as f64 / 1e3;
        if (element.current_time() - wanted_secs).abs() > BESIDE_SECS {
            element.set_current_time(wanted_secs);
        }
        if plays == element.paused() {
            browser::play(&element, plays);
        }
    });
}
