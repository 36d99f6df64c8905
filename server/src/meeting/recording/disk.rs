//! The thread that writes a recording.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cloudsite_proto::meeting::recorded_event::{Ended, TrackBegan, TrackEnded, What};
use cloudsite_sfu::Frame;
use tokio::sync::mpsc::Receiver;

use super::file::{FileError, TrackFile};
use super::log::Log;

/// Something to write.
pub(super) enum Job {
    /// Something has happened.
    Event(Instant, What),
    /// What comes under a number is this from now on.
    Open(TrackBegan),
    /// Something of a track. Of one that is not open nothing is written.
    Frame(u32, Frame),
    /// Nothing more of a track is written.
    Close(u32),
}

/// Why a recording could not be written on.
#[derive(Debug, thiserror::Error)]
pub(super) enum DiskError {
    /// The log could not be written.
    #[error("what happens cannot be written to {}", folder.display())]
    Log {
        /// The folder of the recording.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A track could not be written.
    #[error(transparent)]
    Track(#[from] FileError),
}

impl DiskError {
    /// Whether there is no room for it, as against any other reason.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Self::Log { source, .. } | Self::Track(FileError::Disk { source, .. }) => is_full(source),
            Self::Track(FileError::Changed { .. }) => false,
        }
    }
}

/// Whether a file cannot be written because there is no room for it.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

/// A track that is recorded.
struct Open {
    track: TrackBegan,
    file: TrackFile,
    /// The number that the file has in the log.
    number: u32,
    /// Whether the log tells of it.
    is_told: bool,
}

/// Writes a recording into a folder.
pub(super) struct Disk {
    folder: PathBuf,
    log: Log,
    began: Instant,
    tracks: BTreeMap<u32, Open>,
    /// Files that were begun. A track has another one when its codec changes.
    files: u32,
}

impl Disk {
    /// A recording that begins now in a folder, which is there and empty.
    pub(super) fn create(folder: &Path, began: Instant) -> Result<Self, DiskError> {
        let log = Log::create(folder).map_err(|source| DiskError::Log { folder: folder.to_owned(), source })?;
        Ok(Self { folder: folder.to_owned(), log, began, tracks: BTreeMap::new(), files: 0 })
    }

    /// Writes until nobody gives it anything any more, or it cannot.
    pub(super) fn run(mut self, mut jobs: Receiver<Job>) -> Result<(), DiskError> {
        while let Some(job) = jobs.blocking_recv() {
            self.take(job)?;
            while let Ok(job) = jobs.try_recv() {
                self.take(job)?;
            }
            self.log.flush().map_err(|source| DiskError::Log { folder: self.folder.clone(), source })?;
        }
        self.close()
    }

    fn take(&mut self, job: Job) -> Result<(), DiskError> {
        match job {
            Job::Event(at, what) => self.add(at, what),
            Job::Open(track) => {
                self.open(track);
                Ok(())
            }
            Job::Frame(number, frame) => self.write(number, &frame),
            Job::Close(number) => self.close_track(number),
        }
    }

    /// A time in the recording, milliseconds.
    fn at_ms(&self, at: Instant) -> u64 {
        millis(at.saturating_duration_since(self.began))
    }

    fn add(&mut self, at: Instant, what: What) -> Result<(), DiskError> {
        let at_ms = self.at_ms(at);
        self.log.add(at_ms, what).map_err(|source| DiskError::Log { folder: self.folder.clone(), source })
    }

    fn open(&mut self, track: TrackBegan) {
        self.files += 1;
        let file = TrackFile::new(&self.folder, &stem(self.files, &track));
        self.tracks.insert(track.number, Open { track, file, number: self.files, is_told: false });
    }

    fn write(&mut self, number: u32, frame: &Frame) -> Result<(), DiskError> {
        let Some(open) = self.tracks.get_mut(&number) else { return Ok(()) };
        match open.file.write(frame) {
            Err(FileError::Changed { .. }) => {
                let track = open.track.clone();
                self.close_track(number)?;
                self.open(track);
                return self.write(number, frame);
            }
            written => written?,
        }
        if open.is_told {
            return Ok(());
        }
        let Some(file) = open.file.name().map(str::to_owned) else { return Ok(()) };
        open.is_told = true;
        let told = TrackBegan { number: open.number, file, ..open.track.clone() };
        self.add(frame.at, What::TrackBegan(told))
    }

    fn close_track(&mut self, number: u32) -> Result<(), DiskError> {
        let Some(open) = self.tracks.remove(&number) else { return Ok(()) };
        let Some(written) = open.file.finish()? else { return Ok(()) };
        let begins_ms = written.first_taken.map(|taken| self.at_ms(taken));
        let ended = TrackEnded { number: open.number, length_ms: millis(written.duration), begins_ms };
        self.add(written.first_at + written.duration, What::TrackEnded(ended))
    }

    fn close(mut self) -> Result<(), DiskError> {
        for number in self.tracks.keys().copied().collect::<Vec<_>>() {
            self.close_track(number)?;
        }
        self.add(Instant::now(), What::Ended(Ended {}))?;
        self.log.close().map_err(|source| DiskError::Log { folder: self.folder, source })
    }
}

/// The name of a track's file without its ending: a number, whose and what. No name of anyone stands in it.
fn stem(number: u32, track: &TrackBegan) -> String {
    let source = track.source().as_str_name().trim_start_matches("SOURCE_").to_lowercase();
    format!("{number:03}-{source}-{}", track.participant)
}

/// A time in whole milliseconds.
pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
