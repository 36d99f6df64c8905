//! The file that keeps the key which signs checkpoints.

use std::path::Path;
use std::{fs, io};

use cloudsite_domain::audit::SecretKey;

use crate::private_file;

/// The file's name within the data folder.
pub(super) const FILE: &str = "audit.key";

/// The key of a data folder, made from the operating system's random numbers if there is none.
pub(super) fn read_or_make(folder: &Path) -> io::Result<SecretKey> {
    let path = folder.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => text
            .trim_end()
            .parse()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path),
        Err(error) => Err(error),
    }
}

fn make(path: &Path) -> io::Result<SecretKey> {
    let key = SecretKey::from_random(private_file::random()?);
    private_file::replace(path, format!("{}\n", key.reveal()).as_bytes())?;
    Ok(key)
}
