//! A meeting is recorded while everyone who is present agrees.

use std::collections::BTreeMap;
use std::time::Duration;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::meeting::{Participant, ParticipantId, Recording, RoomId};
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::recorded_event::{Began, Paused, Present, Resumed, Uttered, What};
use cloudsite_proto::meeting::said::What as Said;
use cloudsite_proto::scene::scene_event::Event as Scene;
use cloudsite_sfu::{PeerId, TrackId};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::super::{convert, media};
use super::Running;
use crate::grpc::{Refusal, blocking};
use crate::meeting::recording::{Recorded, Recorder, Trouble};
use crate::meeting::wire::time_to_wire;

/// How often a camera that moves is written down: whoever replays it moves smoothly between two.
const BETWEEN_CAMERAS: Duration = Duration::from_millis(200);

/// What a meeting has to do with its recording.
pub(super) struct Taping {
    recorder: Option<Recorder>,
    state: Recording,
    /// Who was there when it was written down last.
    present: Option<Present>,
    /// When a camera that moves was written down last.
    camera: Option<Instant>,
    /// A recording that is being ended.
    ending: Option<JoinHandle<()>>,
    /// Why what was asked for is not recorded.
    pub(super) trouble: Option<Trouble>,
}

impl Taping {
    /// Nothing is recorded yet.
    pub(super) const fn none() -> Self {
        Self { recorder: None, state: Recording::Off, present: None, camera: None, ending: None, trouble: None }
    }

    /// Ends what is recorded, and waits until it is on disk.
    pub(super) async fn end(&mut self) {
        if let Some(recorder) = self.recorder.take() {
            recorder.end().await;
        }
        if let Some(ending) = self.ending.take() {
            // One that did not come to its end is seen as cut off.
            let _ = ending.await;
        }
    }
}

impl Running {
    /// Records what is to be recorded from now on, and nothing else.
    pub(super) async fn record(&mut self, peers: &BTreeMap<ParticipantId, PeerId>) {
        let state = self.meeting.recording();
        let before = std::mem::replace(&mut self.taping.state, state);
        match state {
            Recording::Off => {
                if let Some(recorder) = self.taping.recorder.take() {
                    self.log_of_server("recording ended", &[]);
                    self.taping.end().await;
                    self.taping.ending = Some(tokio::spawn(recorder.end()));
                }
            }
            Recording::On if self.taping.recorder.is_none() => self.begin_recording().await,
            Recording::On if before != state => {
                self.note(What::Resumed(Resumed {}));
                // Much may have been shown in between.
                self.record_shown();
            }
            Recording::Waiting if before == Recording::On => self.note(What::Paused(Paused {})),
            Recording::On | Recording::Waiting => {}
        }
        let wanted = self.recorded(peers);
        if let Some(recorder) = &mut self.taping.recorder {
            recorder.update(wanted).await;
        }
        if state == Recording::On {
            let present = self.present();
            if self.taping.present.as_ref() != Some(&present) {
                self.note(What::Present(present.clone()));
                self.taping.present = Some(present);
            }
        }
    }

    async fn begin_recording(&mut self) {
        let (shelf, meeting) = (self.behind.shelf.clone(), self.id());
        let begun = blocking(move || Ok::<_, Refusal>(shelf.begin(meeting)));
        let place = begun.await.unwrap_or_else(|_| Err(std::io::Error::other("no thread was there for it")));
        let begun =
            place.and_then(|place| place.map(|place| Recorder::begin(self.behind.sfu.clone(), place)).transpose());
        let recorder = match begun {
            Ok(recorder) => recorder.ok_or(Trouble::TooMany),
            Err(error) => {
                tracing::error!(meeting = %self.id(), %error, "a recording cannot be written");
                Err(Trouble::of(&error))
            }
        };
        match recorder {
            Ok(recorder) => {
                let began = Began {
                    title: self.scheduled.title.to_string(),
                    at: Some(time_to_wire(self.now())),
                    revision: self.behind.views.public().newest().0,
                };
                recorder.note(What::Began(began));
                self.taping.recorder = Some(recorder);
                self.record_shown();
                self.taping.present = None;
                self.log_of_server("recording began", &[]);
            }
            Err(trouble) => self.give_up_recording(trouble),
        }
    }

    /// Looks whether what is recorded is still written.
    pub(super) fn look_at_recording(&mut self) {
        if let Some(trouble) = self.taping.recorder.as_mut().and_then(Recorder::trouble) {
            self.give_up_recording(trouble);
        }
    }

    /// Writes down what is shown in the main room, to which whatever comes next is added.
    fn record_shown(&self) {
        for (leader, said) in self.shown_in(RoomId::MAIN) {
            self.note(What::Uttered(Uttered { participant: leader.0, said: Some(said.clone()) }));
        }
    }

    /// Whoever believed to be recorded sees that they are not, and why.
    fn give_up_recording(&mut self, trouble: Trouble) {
        self.meeting.stop_recording();
        self.taping.trouble = Some(trouble);
        self.is_changed = true;
        self.log_of_server("recording failed", &[("why", trouble.word().to_owned())]);
    }

    /// Something was said to those in the same room.
    pub(super) fn record_said(&mut self, by: ParticipantId, said: &wire::Said) {
        let in_main = self.meeting.person(by).and_then(Participant::room) == Some(RoomId::MAIN);
        if self.taping.state != Recording::On || !in_main {
            return;
        }
        if let Some(Said::Scene(scene)) = &said.what
            && let Some(Scene::Camera(camera)) = &scene.event
        {
            // Where those look who look around alone is theirs.
            if self.meeting.leader(RoomId::MAIN) != Some(by) {
                return;
            }
            let is_soon = self.taping.camera.is_some_and(|last| last.elapsed() < BETWEEN_CAMERAS);
            if camera.moving && is_soon {
                return;
            }
            self.taping.camera = Some(Instant::now());
        }
        self.note(What::Uttered(Uttered { participant: by.0, said: Some(said.clone()) }));
    }

    fn note(&self, what: What) {
        if let Some(recorder) = &self.taping.recorder {
            recorder.note(what);
        }
    }

    fn present(&self) -> Present {
        let people = self.meeting.people().filter(|person| person.room() == Some(RoomId::MAIN));
        let leader = self.meeting.leader(RoomId::MAIN).map_or(0, |leader| leader.0);
        let people = people.map(|person| convert::person(&self.meeting, person)).collect();
        Present { people, leader }
    }

    fn recorded(
        &self,
        peers: &BTreeMap<ParticipantId, PeerId>,
    ) -> BTreeMap<(ParticipantId, cloudsite_domain::meeting::Source), Recorded> {
        let wanted = self.meeting.recorded().into_iter().filter_map(|(id, source)| {
            let (person, peer) = (self.meeting.person(id)?, *peers.get(&id)?);
            let track = TrackId { peer, source: media::source(source) };
            let floor = person.interpreting.map_or("", |work| work.floor.tag()).to_owned();
            Some(((id, source), Recorded { track, name: person.name.to_string(), floor }))
        });
        wanted.collect()
    }

    fn log_of_server(&self, did: &'static str, detail: &[(&'static str, String)]) {
        self.journal.note(did, Actor::named("server"), detail);
    }
}
