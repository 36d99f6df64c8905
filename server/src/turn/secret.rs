//! The secret that this server and coturn share: a file in the data folder for its owner's eyes only.

use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs, io};

use crate::private_file;

/// The file's name within the data folder.
const FILE: &str = "turn-secret";

/// What a secret has at least, characters: who writes a short one by hand is told.
const SHORTEST: usize = 16;

/// The secret.
#[derive(Clone)]
pub(crate) struct Secret(Arc<str>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// Reads the secret of a data folder, which is made if there is none.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Self::read(text.trim()).ok_or_else(|| damaged(&path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let bytes: [u8; 32] = private_file::random()?;
                let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
                let text: String = bytes.into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
                private_file::replace(&path, text.as_bytes())?;
                Ok(Self(text.into()))
            }
            Err(error) => Err(error),
        }
    }

    /// One that stands in a line of coturn's configuration as it is.
    fn read(text: &str) -> Option<Self> {
        let fits = text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(text.into()))
    }

    /// The secret itself, for coturn's configuration and for making credentials.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// One that a test knows.
    #[cfg(test)]
    pub(crate) fn known(text: &str) -> Self {
        Self(text.into())
    }
}

fn damaged(path: &Path) -> io::Error {
    let (path, least) = (path.display(), SHORTEST);
    io::Error::other(format!("{path} is damaged: it holds {least} or more letters and digits and nothing else"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let made = Secret::open(folder.path()).unwrap();
        assert_eq!(made.reveal().len(), 64);
        assert_eq!(Secret::open(folder.path()).unwrap().reveal(), made.reveal());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_named_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        for text in ["", "short", "sixteen letters\nno-auth", "quotes\"and=more\"in"] {
            fs::write(&path, text).unwrap();
            let error = Secret::open(folder.path()).unwrap_err().to_string();
            assert!(error.contains(FILE) && error.contains("damaged"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
