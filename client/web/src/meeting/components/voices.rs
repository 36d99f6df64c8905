//! The voices that are heard.

use leptos::html;
use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::meeting::media;
use crate::meeting::pure::floors::volume;

/// An element a voice, which nobody sees.
#[component]
pub(super) fn Voices() -> impl IntoView {
    let hall = Attending::here().hall;
    let voices = Memo::new(move |_| hall.tracks.with(super::super::pure::tiles::Tracks::voices));
    view! {
        <div hidden data-testid="voices">
            <For each=move || voices.get() key=Clone::clone let((mid, participant))>
                <Voice mid participant />
            </For>
        </div>
    }
}

#[component]
fn Voice(
    /// The receiver.
    mid: String,
    /// Whose voice it gives.
    participant: u32,
) -> impl IntoView {
    let hall = Attending::here().hall;
    let audio = NodeRef::<html::Audio>::new();
    let loudness =
        Memo::new(move |_| hall.seen.with(|seen| volume(&seen.state, seen.own, participant, hall.original.get())));
    Effect::new(move |_| {
        hall.connection.track();
        if let Some(audio) = audio.get() {
            media::attach(&audio, Some(&mid));
        }
    });
    Effect::new(move |_| {
        if let Some(audio) = audio.get() {
            media::volume(&audio, loudness.get());
        }
    });
    view! { <audio node_ref=audio autoplay data-participant=participant.to_string()></audio> }
}
