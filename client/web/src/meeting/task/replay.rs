//! Recordings: which there are, and the one that is replayed in the park.

use std::sync::Arc;
use std::time::Duration;

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::Recording;
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::pure::replay::Replay;

/// How often what is replayed goes on.
const STEP: Duration = Duration::from_millis(100);

impl Attending {
    /// Opens the list of what was recorded, as it is now.
    pub(in crate::meeting) fn open_recordings(self) {
        browser::fold("details.meetings");
        self.archive.recordings.set(None);
        self.archive.open.set(true);
        let client = self.loader.client();
        spawn_local(async move {
            let found = client.recordings("meetings/-").await.map(newest_first);
            self.archive.recordings.set(Some(found));
        });
    }

    /// Deletes a recording for good, and looks again.
    pub(in crate::meeting) fn delete_recording(self, name: String) {
        let client = self.loader.client();
        spawn_local(async move {
            if let Err(error) = client.delete_recording(&name).await {
                self.page.toast.set(Some(untrack(|| self.page.explain(&error))));
            }
            if self.archive.open.get_untracked() {
                self.open_recordings();
            }
        });
    }

    /// Replays a recording from its beginning.
    pub(in crate::meeting) async fn replay(self, recording: Recording) -> Result<(), LinkError> {
        let events = self.loader.client().recorded_events(&recording.name).await?;
        let newest = self.page.park.with_untracked(|park| park.as_ref().map_or(0, |park| park.revision));
        self.archive.replay.set(Some(Arc::new(Replay::new(recording, events, newest))));
        self.archive.open.set(false);
        self.seek(0);
        self.play(true);
        Ok(())
    }

    /// Goes on, or stops where it is.
    pub(in crate::meeting) fn play(self, plays: bool) {
        let archive = self.archive;
        let run = archive.run.try_update_value(|run| {
            *run += 1;
            *run
        });
        let is_over = untrack(|| archive.with(|replay| archive.at_ms.get() >= replay.length_ms()));
        if plays && is_over == Some(true) {
            self.seek(0);
        }
        archive.plays.set(plays);
        if !plays {
            return;
        }
        spawn_local(async move {
            let mut before = js_sys::Date::now();
            loop {
                sleep(STEP).await;
                if Some(archive.run.get_value()) != run {
                    return;
                }
                let now = js_sys::Date::now();
                self.go_on(elapsed_ms(now - before));
                before = now;
            }
        });
    }

    fn go_on(self, by_ms: u64) {
        let archive = self.archive;
        let Some(replay) = archive.replay.get_untracked() else { return };
        let was = archive.at_ms.get_untracked();
        let at = was.saturating_add(by_ms).min(replay.length_ms());
        for scene in replay.shown_between(was, at) {
            self.see(&scene);
        }
        for (person, pointer) in replay.pointed_between(was, at) {
            self.see_pointer(person, pointer);
        }
        archive.at_ms.set(at);
        if at == replay.length_ms() {
            self.play(false);
        }
    }

    /// Goes to a moment, milliseconds from the beginning.
    pub(in crate::meeting) fn seek(self, at_ms: u64) {
        let Some(replay) = self.archive.replay.get_untracked() else { return };
        self.archive.at_ms.set(at_ms.min(replay.length_ms()));
        self.hall.followed.set_value(None);
        for event in replay.shown_at(at_ms).all() {
            self.see(event);
        }
        for (person, pointer) in replay.pointed_at(at_ms) {
            self.take_pointer_away(person);
            if let Some(pointer) = pointer {
                self.see_pointer(person, pointer);
            }
        }
    }

    /// Puts what is replayed away; the park is as it is now.
    pub(in crate::meeting) fn end_replay(self) {
        self.play(false);
        if let Some(replay) = self.archive.replay.get_untracked() {
            for person in replay.pointed_at(0).into_keys() {
                self.take_pointer_away(person);
            }
        }
        self.archive.replay.set(None);
        self.hall.followed.set_value(None);
        self.page.as_of.set(None);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is not negative, and a day at most")]
fn elapsed_ms(ms: f64) -> u64 {
    ms.clamp(0.0, 86_400_000.0) as u64
}

fn newest_first(mut recordings: Vec<Recording>) -> Vec<Recording> {
    recordings.sort_by_key(|recording| std::cmp::Reverse(recording.began_at.map_or(0, |at| at.seconds)));
    recordings
}
