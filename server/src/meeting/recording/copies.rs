//! Copies of recordings for a backup, and putting them back. The server may be writing others at the same time.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use cloudsite_domain::meeting::MeetingId;

use super::log;
use super::service::recording_name;
use super::shelf::{Shelf, private_folder};

/// What was copied.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Copied {
    /// How many recordings.
    pub(crate) recordings: u32,
    /// How large they are.
    pub(crate) bytes: u64,
    /// The names of those that were not copied: out of a data folder because they are being written, into one because one of
    /// this name is there.
    pub(crate) left_out: Vec<String>,
}

/// Copies the recordings of a data folder to a folder, which is made if there are any.
pub(crate) fn copy_out(data: &Path, to: &Path) -> io::Result<Copied> {
    let (shelf, copies) = (Shelf::of(data), Shelf::in_folder(to));
    copy_all(&shelf, &copies, |meeting, number| log::is_being_written(&shelf.folder(meeting, number)))
}

/// Puts recordings that were copied to a folder back into a data folder. What is there stays.
pub(crate) fn put_back(from: &Path, data: &Path) -> io::Result<Copied> {
    let (copies, shelf) = (Shelf::in_folder(from), Shelf::of(data));
    copy_all(&copies, &shelf, |meeting, number| Ok(shelf.folder(meeting, number).exists()))
}

fn copy_all(from: &Shelf, to: &Shelf, is_left_out: impl Fn(MeetingId, u32) -> io::Result<bool>) -> io::Result<Copied> {
    let mut copied = Copied::default();
    for meeting in from.meetings()? {
        for number in from.numbers(meeting)? {
            let name = recording_name(meeting, number);
            match is_left_out(meeting, number) {
                Ok(false) => {}
                Ok(true) => {
                    copied.left_out.push(name);
                    continue;
                }
                // One that has no log has not begun.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            }
            let (source, target) = (from.folder(meeting, number), to.folder(meeting, number));
            match copy_folder(&source, &target) {
                Ok(bytes) => {
                    copied.recordings += 1;
                    copied.bytes += bytes;
                }
                // It was deleted in the meantime.
                Err(error) if error.kind() == ErrorKind::NotFound && !source.exists() => fs::remove_dir_all(&target)?,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(copied)
}

/// Copies the files of a folder to a new one, which only its owner can look into; all is on disk then.
fn copy_folder(from: &Path, to: &Path) -> io::Result<u64> {
    private_folder(to)?;
    let mut bytes = 0;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let copy = to.join(entry.file_name());
            bytes += fs::copy(entry.path(), &copy)?;
            File::open(copy)?.sync_all()?;
        }
    }
    File::open(to)?.sync_all()?;
    Ok(bytes)
}
