//! The file that keeps the key which signs checkpoints.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use cloudsite_domain::audit::SecretKey;

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
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(folder, &path),
        Err(error) => Err(error),
    }
}

/// Appears under its name only when it is whole and on disk, for its owner's eyes only.
fn make(folder: &Path, path: &Path) -> io::Result<SecretKey> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let key = SecretKey::from_random(bytes);
    let draft = folder.join(format!("{FILE}.new"));
    // What a crash left may have other permissions.
    let _ = fs::remove_file(&draft);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{}", key.reveal())?;
    file.sync_all()?;
    drop(file);
    fs::rename(&draft, path)?;
    Ok(key)
}
