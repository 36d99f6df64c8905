//! What happened while a meeting was recorded, as a file: each event with its length before it, so that of a log that was cut
//! off all is there but the last.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::recorded_event::What;
use prost::Message;

use crate::private_file;

/// The file within the folder of a recording.
const FILE: &str = "events.binpb";

/// The longest log that is read, bytes: twelve hours of a guide who never rests are a twentieth of it.
const LONGEST: u64 = 1 << 30;

/// Writes a log.
pub(super) struct Log(BufWriter<File>);

impl Log {
    /// A new one in a folder.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let file = private_file::create(&path(folder))?;
        // By it another process sees that the recording goes on. Where files cannot be locked, it would seem cut off there.
        let _unlocked = file.try_lock();
        Ok(Self(BufWriter::new(file)))
    }

    /// Adds an event.
    pub(super) fn add(&mut self, at_ms: u64, what: What) -> io::Result<()> {
        let event = wire::RecordedEvent { at_ms, what: Some(what) };
        self.0.write_all(&event.encode_length_delimited_to_vec())
    }

    /// Gives what was added to the operating system.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }

    /// Nothing more is added; all is on disk.
    pub(super) fn close(mut self) -> io::Result<()> {
        self.0.flush()?;
        self.0.get_ref().sync_all()
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Whether any process still writes the log in a folder.
pub(super) fn is_being_written(folder: &Path) -> io::Result<bool> {
    let file = File::open(path(folder))?;
    Ok(matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// All events of the log in a folder, up to where it was cut off, and how many bytes they are.
pub(super) fn read(folder: &Path) -> io::Result<(Vec<wire::RecordedEvent>, u64)> {
    let path = path(folder);
    let length = fs::metadata(&path)?.len();
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} has {length} bytes", path.display())));
    }
    let bytes = fs::read(&path)?;
    let mut rest = bytes.as_slice();
    let mut events = Vec::new();
    while !rest.is_empty() {
        let Ok(event) = wire::RecordedEvent::decode_length_delimited(&mut rest) else { break };
        events.push(event);
    }
    Ok((events, length))
}
