//! Where recordings are kept: in the data folder, a folder for each meeting and in it one for each recording, by its number.
//! What is wanted is looked up in the log of the recording, so that a name from outside never becomes a path.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloudsite_domain::meeting::MeetingId;
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::recorded_event::What;
use jiff::Timestamp;
use tokio::sync::watch;

use super::log;

/// The folder within the data folder.
const FOLDER: &str = "recordings";

/// Recordings of one meeting at most.
const MOST_RECORDINGS: usize = 100;

/// The recordings of a data folder.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    folder: PathBuf,
    written: Written,
}

/// What is being written.
type Written = Arc<Mutex<BTreeMap<(MeetingId, u32), Writing>>>;

/// A recording that is being written.
#[derive(Debug)]
struct Writing {
    /// Nothing more comes: what has come is still brought to disk.
    is_ending: bool,
    /// Closes when all is on disk.
    open: watch::Receiver<()>,
}

/// Where a recording is written. As long as it is there, something may still be written.
#[derive(Debug)]
pub(crate) struct Place {
    pub(super) folder: PathBuf,
    key: (MeetingId, u32),
    written: Written,
    _open: watch::Sender<()>,
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.written).remove(&self.key);
    }
}

fn lock(written: &Written) -> MutexGuard<'_, BTreeMap<(MeetingId, u32), Writing>> {
    written.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far a recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It goes on.
    Running,
    /// It was ended, and its last part is being brought to disk.
    Ending,
    /// Nothing more is written.
    Over,
}

/// A recording as its log tells it.
pub(super) struct Told {
    pub(super) number: u32,
    pub(super) progress: Progress,
    pub(super) events: Vec<wire::RecordedEvent>,
    pub(super) event_bytes: u64,
}

impl Told {
    /// When the last of it happened; none if it has not begun.
    pub(super) fn ended_at(&self) -> Option<Timestamp> {
        let (first, last) = (self.events.first()?, self.events.last()?);
        let Some(What::Began(began)) = &first.what else { return None };
        let began_at = began.at.and_then(|at| Timestamp::new(at.seconds, at.nanos).ok())?;
        began_at.checked_add(Duration::from_millis(last.at_ms)).ok()
    }
}

impl Shelf {
    /// That of a data folder.
    pub(crate) fn of(data: &Path) -> Self {
        Self::in_folder(&data.join(FOLDER))
    }

    /// That of a folder in which recordings are, and nothing else.
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), written: Written::default() }
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
        let numbers = self.numbers(meeting)?;
        if numbers.len() >= MOST_RECORDINGS {
            return Ok(None);
        }
        let number = numbers.last().map_or(1, |last| last + 1);
        let folder = self.folder(meeting, number);
        private_folder(&folder)?;
        let (key, written) = ((meeting, number), Arc::clone(&self.written));
        let (held, open) = watch::channel(());
        lock(&written).insert(key, Writing { is_ending: false, open });
        Ok(Some(Place { folder, key, written, _open: held }))
    }

    /// What is recorded of a meeting was ended: from now on it goes on no more, though it may not be on disk yet.
    pub(crate) fn end(&self, meeting: MeetingId) {
        for (_, writing) in lock(&self.written).range_mut((meeting, 0)..=(meeting, u32::MAX)) {
            writing.is_ending = true;
        }
    }

    fn progress(&self, meeting: MeetingId, number: u32) -> Progress {
        match lock(&self.written).get(&(meeting, number)) {
            Some(writing) if writing.is_ending => Progress::Ending,
            Some(_) => Progress::Running,
            None => Progress::Over,
        }
    }

    /// Waits until a recording that was ended is on disk. Returns at once for any other.
    pub(super) async fn until_on_disk(&self, meeting: MeetingId, number: u32) {
        let mut open = match lock(&self.written).get(&(meeting, number)) {
            Some(writing) if writing.is_ending => writing.open.clone(),
            _ => return,
        };
        // An error is the end: whoever wrote is gone.
        while open.changed().await.is_ok() {}
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
        // Asked first: a log that is read while it ends must not seem cut off.
        let progress = self.progress(meeting, number);
        match log::read(&self.folder(meeting, number)) {
            Ok((events, event_bytes)) => Ok(Some(Told { number, progress, events, event_bytes })),
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

    /// Deletes a recording; false if it is not there or still written. Blocks.
    pub(super) fn delete(&self, meeting: MeetingId, number: u32) -> io::Result<bool> {
        if self.progress(meeting, number) != Progress::Over {
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
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
