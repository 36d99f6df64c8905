//! Where recordings are kept: in the data folder, a folder for each meeting and in it one for each recording, by its number.
//! What is wanted is looked up in the log of the recording, so that a name from outside never becomes a path.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloudsite_domain::meeting::MeetingId;
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::recorded_event::What;

use super::log;

/// The folder within the data folder.
const FOLDER: &str = "recordings";

/// Recordings of one meeting at most.
const MOST_RECORDINGS: u32 = 100;

/// The recordings of a data folder.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    folder: PathBuf,
    running: Arc<Mutex<BTreeSet<(MeetingId, u32)>>>,
}

/// Where a recording is written. While it is there, the recording goes on.
#[derive(Debug)]
pub(crate) struct Place {
    pub(super) folder: PathBuf,
    key: (MeetingId, u32),
    running: Arc<Mutex<BTreeSet<(MeetingId, u32)>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.running).remove(&self.key);
    }
}

fn lock(running: &Mutex<BTreeSet<(MeetingId, u32)>>) -> MutexGuard<'_, BTreeSet<(MeetingId, u32)>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A recording as its log tells it.
pub(super) struct Told {
    pub(super) number: u32,
    pub(super) running: bool,
    pub(super) events: Vec<wire::RecordedEvent>,
    pub(super) event_bytes: u64,
}

impl Shelf {
    /// That of a data folder.
    pub(crate) fn of(data: &Path) -> Self {
        Self { folder: data.join(FOLDER), running: Arc::default() }
    }

    fn of_meeting(&self, meeting: MeetingId) -> PathBuf {
        self.folder.join(meeting.to_string())
    }

    /// The folder of a recording.
    pub(super) fn folder(&self, meeting: MeetingId, number: u32) -> PathBuf {
        self.of_meeting(meeting).join(number.to_string())
    }

    /// A place for a new recording of a meeting; none if it has as many as may be. Blocks.
    pub(crate) fn begin(&self, meeting: MeetingId) -> io::Result<Option<Place>> {
        let number = self.numbers(meeting)?.last().map_or(1, |last| last + 1);
        if number > MOST_RECORDINGS {
            return Ok(None);
        }
        let folder = self.folder(meeting, number);
        private_folder(&folder)?;
        let running = Arc::clone(&self.running);
        lock(&running).insert((meeting, number));
        Ok(Some(Place { folder, key: (meeting, number), running }))
    }

    /// The numbers of a meeting's recordings, in order. Blocks.
    pub(super) fn numbers(&self, meeting: MeetingId) -> io::Result<Vec<u32>> {
        numbered(&self.of_meeting(meeting))
    }

    /// The meetings of which there are recordings. Blocks.
    pub(super) fn meetings(&self) -> io::Result<Vec<MeetingId>> {
        Ok(numbered(&self.folder)?.into_iter().map(MeetingId).collect())
    }

    /// A recording; none if it is not there. Blocks.
    pub(super) fn told(&self, meeting: MeetingId, number: u32) -> io::Result<Option<Told>> {
        match log::read(&self.folder(meeting, number)) {
            Ok((events, event_bytes)) => {
                let running = lock(&self.running).contains(&(meeting, number));
                Ok(Some(Told { number, running, events, event_bytes }))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file of a recording; none if its log tells of no such file. Blocks.
    pub(super) fn file(&self, meeting: MeetingId, number: u32, name: &str) -> io::Result<Option<PathBuf>> {
        let Some(told) = self.told(meeting, number)? else { return Ok(None) };
        let is_told = told.events.iter().any(|event| match &event.what {
            Some(What::TrackBegan(track)) => track.file == name,
            _ => false,
        });
        Ok(is_told.then(|| self.folder(meeting, number).join(name)))
    }

    /// Deletes a recording; false if it is not there or goes on. Blocks.
    pub(super) fn delete(&self, meeting: MeetingId, number: u32) -> io::Result<bool> {
        if lock(&self.running).contains(&(meeting, number)) {
            return Ok(false);
        }
        match fs::remove_dir_all(self.folder(meeting, number)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The numbers that folders within a folder are called by, in order; none if it is not there.
fn numbered<N: FromStr + Ord>(folder: &Path) -> io::Result<Vec<N>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        numbers.extend(entry?.file_name().to_str().and_then(|name| name.parse().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Makes a folder that only its owner can look into, and those above it.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
