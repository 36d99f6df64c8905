//! Records one meeting that runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::Instant;

use cloudsite_domain::meeting::{ParticipantId, Source};
use cloudsite_proto::meeting::recorded_event::{TrackBegan, What};
use cloudsite_sfu::{Sfu, TrackId};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::disk::{Disk, DiskError, Job, is_full};
use super::shelf::Place;
use crate::meeting::wire::source_to_wire;

/// What waits for the disk. When there is no room, tracks wait in their taps, where what is too much is lost and the next key
/// frame goes on; of what happens, what is soon out of date is dropped, and that anything else was is said in the server's log.
const WAITING: usize = 4_096;

/// Why nothing is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no room for it.
    DiskFull,
    /// The meeting has as many as may be kept.
    TooMany,
    /// Another reason, which was logged.
    NotWritten,
}

impl Trouble {
    /// It, as the audit log has it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::DiskFull => "disk full",
            Self::TooMany => "too many",
            Self::NotWritten => "not written",
        }
    }

    /// Why it could not be begun.
    pub(crate) fn of(error: &std::io::Error) -> Self {
        if is_full(error) { Self::DiskFull } else { Self::NotWritten }
    }
}

/// A source that is to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// The track that it is now. Whoever connects anew has another.
    pub(crate) track: TrackId,
    /// What whoever it is of is called.
    pub(crate) name: String,
    /// The floor that the voice is on, a BCP 47 tag; empty is none.
    pub(crate) floor: String,
}

/// Someone's source that is recorded.
struct Following {
    recorded: Recorded,
    number: u32,
    task: JoinHandle<()>,
}

/// A recording that goes on.
pub(crate) struct Recorder {
    sfu: Sfu,
    jobs: mpsc::Sender<Job>,
    following: BTreeMap<(ParticipantId, Source), Following>,
    tracks: u32,
    /// Why the thread has ended early; gone once it was told.
    ended: Option<oneshot::Receiver<Trouble>>,
}

impl Recorder {
    /// Begins one at a place.
    pub(crate) fn begin(sfu: Sfu, place: Place) -> std::io::Result<Self> {
        let (jobs, taken) = mpsc::channel(WAITING);
        let (end, ended) = oneshot::channel();
        let began = Instant::now();
        thread::Builder::new().name("recording".to_owned()).spawn(move || {
            let written = write(&place.folder, began, taken);
            drop(place);
            if let Err(error) = &written {
                tracing::error!(error = error as &dyn std::error::Error, "a recording cannot go on");
                let trouble = if error.is_full() { Trouble::DiskFull } else { Trouble::NotWritten };
                // Nobody may wait for it.
                let _ = end.send(trouble);
            }
        })?;
        Ok(Self { sfu, jobs, following: BTreeMap::new(), tracks: 0, ended: Some(ended) })
    }

    /// Why nothing more can be written; none while it goes on.
    pub(crate) fn trouble(&mut self) -> Option<Trouble> {
        if !self.jobs.is_closed() {
            return None;
        }
        let told = self.ended.as_mut()?.try_recv();
        if told == Err(TryRecvError::Empty) {
            // It says why a moment after it takes nothing any more.
            return None;
        }
        self.ended = None;
        Some(told.unwrap_or(Trouble::NotWritten))
    }

    /// Something has happened.
    pub(crate) fn note(&self, what: What) {
        let job = Job::Event(Instant::now(), what);
        if self.jobs.try_send(job).is_err() {
            tracing::warn!("the disk does not keep up with a recording: something that happened is not in it");
        }
    }

    /// These sources are recorded from now on, and no others.
    pub(crate) async fn update(&mut self, wanted: BTreeMap<(ParticipantId, Source), Recorded>) {
        let over: Vec<_> = self
            .following
            .iter()
            .filter(|(key, following)| wanted.get(key) != Some(&following.recorded))
            .map(|(key, _)| *key)
            .collect();
        for key in over {
            if let Some(following) = self.following.remove(&key) {
                following.task.abort();
                let _broken = self.jobs.send(Job::Close(following.number)).await;
            }
        }
        for (key, recorded) in wanted {
            if !self.following.contains_key(&key) {
                self.follow(key, recorded).await;
            }
        }
    }

    async fn follow(&mut self, (participant, source): (ParticipantId, Source), recorded: Recorded) {
        self.tracks += 1;
        let number = self.tracks;
        let (name, floor) = (recorded.name.clone(), recorded.floor.clone());
        let source_to_wire = source_to_wire(source).into();
        let (participant_to_wire, file) = (participant.0, String::new());
        let began = TrackBegan { number, participant: participant_to_wire, name, source: source_to_wire, file, floor };
        if self.jobs.send(Job::Open(began)).await.is_err() {
            return;
        }
        let (sfu, jobs, track) = (self.sfu.clone(), self.jobs.clone(), recorded.track);
        let task = tokio::spawn(async move {
            let mut tap = sfu.tap(track).await;
            while let Some(frame) = tap.next().await {
                if jobs.send(Job::Frame(number, frame)).await.is_err() {
                    return;
                }
            }
        });
        self.following.insert((participant, source), Following { recorded, number, task });
    }

    /// Ends it, and waits until all is on disk.
    pub(crate) async fn end(mut self) {
        self.update(BTreeMap::new()).await;
        let Self { jobs, ended, .. } = self;
        drop(jobs);
        if let Some(ended) = ended {
            // What went wrong was said where it did.
            let _ = ended.await;
        }
    }
}

fn write(folder: &Path, began: Instant, jobs: mpsc::Receiver<Job>) -> Result<(), DiskError> {
    Disk::create(folder, began)?.run(jobs)
}
