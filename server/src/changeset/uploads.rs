//! The bytes of uploads, a file each in the data folder. How long a file is says how much of it is here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cloudsite_store::imports::UploadId;

use crate::grpc::Refusal;

/// The folder within the data folder.
const FOLDER: &str = "uploads";

/// The uploads of a data folder.
pub(super) struct Uploads {
    folder: PathBuf,
    /// Held while a piece is written: pieces of one file come one after the other, and each is small.
    writing: Mutex<()>,
}

fn failed(error: &io::Error) -> Refusal {
    tracing::error!(%error, "an upload cannot be kept");
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Refusal::Exhausted("the disk takes no more of the file"),
        _ => Refusal::Interrupted,
    }
}

impl Uploads {
    pub(super) fn within(data: &Path) -> Self {
        Self { folder: data.join(FOLDER), writing: Mutex::new(()) }
    }

    /// Where the bytes of an upload lie.
    pub(super) fn path(&self, id: UploadId) -> PathBuf {
        self.folder.join(id.0.to_string())
    }

    /// How much of an upload is here, bytes.
    pub(super) fn received(&self, id: UploadId) -> Result<u64, Refusal> {
        match fs::metadata(self.path(id)) {
            Ok(file) => Ok(file.len()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Keeps a piece of an upload of `size` bytes, and gives how much is here then. What is here already has to be the
    /// same bytes.
    pub(super) fn keep(&self, id: UploadId, size: u64, offset: u64, data: &[u8]) -> Result<u64, Refusal> {
        let _in_turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let received = self.received(id)?;
        if offset > received {
            return Err(Refusal::Offset { expected: received });
        }
        if offset.saturating_add(data.len() as u64) > size {
            return Err(Refusal::field("data", format!("the file was said to have {size} bytes, and this is more")));
        }
        let known = usize::try_from(received - offset).unwrap_or(usize::MAX).min(data.len());
        self.write(id, offset, data, known, size)
            .map_err(|error| failed(&error))?
            .ok_or_else(|| Refusal::field("data", "other bytes are there already"))
    }

    /// `None` if the first `known` bytes are not those that are there.
    fn write(&self, id: UploadId, offset: u64, data: &[u8], known: usize, size: u64) -> io::Result<Option<u64>> {
        fs::create_dir_all(&self.folder)?;
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(self.path(id))?;
        file.seek(SeekFrom::Start(offset))?;
        let mut there = vec![0; known];
        file.read_exact(&mut there)?;
        if there != data[..known] {
            return Ok(None);
        }
        if let Err(error) = file.write_all(&data[known..]) {
            // Half a piece would look like a whole one.
            file.set_len(offset + known as u64)?;
            return Err(error);
        }
        let received = file.metadata()?.len();
        if received == size {
            // Whole: an import of it has to find it after a power failure too.
            file.sync_all()?;
            File::open(&self.folder)?.sync_all()?;
        }
        Ok(Some(received))
    }

    /// Forgets the bytes of an upload.
    pub(super) fn remove(&self, id: UploadId) {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => tracing::warn!(%error, "an upload stays behind"),
            _ => {}
        }
    }

    /// Forgets all bytes but those of the uploads in `kept`.
    pub(super) fn keep_only(&self, kept: &[UploadId]) -> io::Result<()> {
        let _in_turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let id = entry.file_name().to_string_lossy().parse().ok().map(UploadId);
            if id.is_some_and(|id| !kept.contains(&id)) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_kept_in_order_and_may_come_again() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::within(folder.path());
        let id = UploadId(7);
        let keep = |offset, data: &[u8]| uploads.keep(id, 10, offset, data);
        assert_eq!(uploads.received(id).unwrap(), 0);
        assert_eq!(keep(0, b"01234").unwrap(), 5);
        assert!(matches!(keep(6, b"6789"), Err(Refusal::Offset { expected: 5 })));
        assert_eq!(keep(0, b"01234").unwrap(), 5, "the same again");
        assert_eq!(keep(3, b"3456").unwrap(), 7, "some of it again");
        assert!(matches!(keep(3, b"3x5"), Err(Refusal::Fields(_))), "other bytes");
        assert!(matches!(keep(7, b"7890"), Err(Refusal::Fields(_))), "more than announced");
        assert_eq!(keep(7, b"789").unwrap(), 10);
        assert_eq!(fs::read(uploads.path(id)).unwrap(), b"0123456789");

        uploads.keep(UploadId(8), 1, 0, b"x").unwrap();
        uploads.keep_only(&[UploadId(8)]).unwrap();
        assert_eq!((uploads.received(id).unwrap(), uploads.received(UploadId(8)).unwrap()), (0, 1));
        uploads.remove(UploadId(8));
        assert_eq!(uploads.received(UploadId(8)).unwrap(), 0);
    }
}
