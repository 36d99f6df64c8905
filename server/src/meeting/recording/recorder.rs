//! Records one meeting that runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::Instant;

use cloudsite_domain::meeting::{ParticipantId, Source};
use cloudsite_proto::meeting::recorded_event::{TrackBegan, What};
use cloudsite_sfu::{Sfu, TrackId};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::disk::{Disk, DiskError, Job};
use super::shelf::Place;
use crate::meeting::wire::source_to_wire;

/// What waits for the disk. When there is no room, tracks wait in their taps, where what is too much is lost and the next key
/// frame goes on; of what happens, what is soon out of date is dropped, and that anything else was is said in the server's log.
const WAITING: usize = 4_096;

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
    ended: oneshot::Receiver<Result<(), DiskError>>,
}

impl Recorder {
    /// Begins one at a place.
    pub(crate) fn begin(sfu: Sfu, place: Place) -> std::io::Result<Self> {
        let (jobs, taken) = mpsc::channel(WAITING);
        let (end, ended) = oneshot::channel();
        let began = Instant::now();
        thread::Builder::new().name("recording".to_owned()).spawn(move || {
            let written = write(&place.folder, began, taken);
            if let Err(error) = &written {
                tracing::error!(error = error as &dyn std::error::Error, "a recording cannot go on");
            }
            drop(place);
            // Nobody may wait for it.
            let _ = end.send(written);
        })?;
        Ok(Self { sfu, jobs, following: BTreeMap::new(), tracks: 0, ended })
    }

    /// Whether nothing more can be written.
    pub(crate) fn is_broken(&self) -> bool {
        self.jobs.is_closed()
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
        // What went wrong was said where it did.
        let _ = ended.await;
    }
}

fn write(folder: &Path, began: Instant, jobs: mpsc::Receiver<Job>) -> Result<(), DiskError> {
    Disk::create(folder, began)?.run(jobs)
}
