//! What was recorded of the meetings that one keeps.

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::{Recording, Source, Track};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::modal::Modal;
use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::pure::replay::clock;
use crate::state::Page;

/// The dialog.
#[component]
pub(super) fn Recordings() -> impl IntoView {
    let page = Page::here();
    let archive = Attending::here().archive;
    let open = Signal::derive(move || archive.open.get());
    let closed = Callback::new(move |()| archive.open.set(false));
    let list = move || match archive.recordings.get() {
        None => view! { <p class="empty" role="status">{page.words("meeting.recordings.loading")}</p> }.into_any(),
        Some(Err(error)) => view! { <p class="empty" role="alert">{page.explain(&error)}</p> }.into_any(),
        Some(Ok(recordings)) if recordings.is_empty() => {
            view! { <p class="empty" data-testid="no-recordings">{page.words("meeting.recordings.none")}</p> }
                .into_any()
        }
        Some(Ok(recordings)) => {
            let rows = recordings.into_iter().map(|recording| view! { <Row recording /> }).collect_view();
            view! { <ul class="meeting-list" data-testid="recordings">{rows}</ul> }.into_any()
        }
    };
    view! {
        <Modal open title="recordings-title" testid="recordings-dialog" closed>
            <h2 id="recordings-title">{page.words("meeting.recordings")}</h2>
            {list}
            <div class="dialog-buttons">
                <button class="button" type="button" data-testid="recordings-close" on:click=move |_| archive.open.set(false)>
                    {page.words("card.close")}
                </button>
            </div>
        </Modal>
    }
}

#[component]
fn Row(
    /// What was recorded.
    recording: Recording,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let (asks, busy) = (RwSignal::new(false), RwSignal::new(false));
    let failure = RwSignal::new(None::<LinkError>);
    let began = recording.began_at.map_or(0, |at| at.seconds);
    let (length, running, cut_off) = (clock(recording.length_ms), recording.running, recording.cut_off);
    let kind = move || {
        let key = match (running, cut_off) {
            (true, _) => Some("meeting.recordings.running"),
            (false, true) => Some("meeting.recordings.cut_off"),
            (false, false) => None,
        };
        key.map(|key| format!(" · {}", page.text(key)))
    };
    let (title, name) = (recording.title.clone(), recording.name.clone());
    let files = recording.tracks.clone().into_iter().map(|track| view! { <File track /> }).collect_view();
    let has_files = !recording.tracks.is_empty();
    let replay = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let recording = recording.clone();
        spawn_local(async move {
            if let Err(error) = attending.replay(recording).await {
                failure.try_set(Some(error));
            }
            busy.try_set(false);
        });
    };
    let delete = move |_| {
        if asks.get_untracked() {
            attending.delete_recording(name.clone());
        } else {
            asks.set(true);
        }
    };
    view! {
        <li class="meeting-row" data-testid="recording">
            <b>{title}</b>
            <span class="meeting-time">
                {move || browser::date_and_time(began, page.language.get())} " · " {length} {kind}
            </span>
            <div class="meeting-acts">
                <button class="button primary" type="button" data-testid="replay" disabled=move || busy.get() on:click=replay>
                    {page.words("meeting.replay")}
                </button>
                {(!running).then(|| view! {
                    <button class="link" type="button" data-testid="delete-recording" on:click=delete>
                        {move || page.text(if asks.get() { "meeting.recordings.delete_sure" } else { "meeting.recordings.delete" })}
                    </button>
                })}
            </div>
            {has_files.then(|| view! {
                <details class="recording-files">
                    <summary>{page.words("meeting.recordings.files")}</summary>
                    <ul>{files}</ul>
                </details>
            })}
            <p class="failure" role="alert">{move || failure.get().map(|error| page.explain(&error))}</p>
        </li>
    }
}

/// A file, to be taken away.
#[component]
fn File(
    /// Whose and what.
    track: Track,
) -> impl IntoView {
    let page = Page::here();
    let key = match track.source() {
        Source::Camera => "meeting.own.camera",
        Source::Screen => "meeting.own.screen",
        Source::Microphone | Source::Unspecified => "meeting.own.microphone",
    };
    let from = clock(track.begins_ms);
    let megabytes = format!("{:.1} MB", track.bytes as f64 / 1e6);
    view! {
        <li>
            <a href=track.path download="">{track.name} " · " {page.words(key)}</a>
            <span class="meeting-time">" " {from} " · " {megabytes}</span>
        </li>
    }
}
