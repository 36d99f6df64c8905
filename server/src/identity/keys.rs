//! The keys that access tokens are sealed with: a file in the data folder for its owner's eyes only. The newest one
//! seals; older ones open what they sealed until that is over.

use std::path::Path;
use std::{fs, io};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloudsite_domain::identity::LONGEST_SERVICE_TOKEN;
use jiff::{SignedDuration, Timestamp};
use pasetors::keys::SymmetricKey;
use pasetors::version4::V4;
use serde::{Deserialize, Serialize};

use crate::private_file::{self, random};

/// The file's name within the data folder.
const FILE: &str = "identity-keys.json";

/// How old a key may be before a start of the server makes another.
const FRESH: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    key: String,
    made_at: Timestamp,
}

/// A key by its id.
pub(super) struct Key {
    pub(super) id: String,
    pub(super) key: SymmetricKey<V4>,
}

/// All keys, the newest first; never empty.
pub(super) struct Keys {
    newest: Key,
    older: Vec<Key>,
}

impl Keys {
    /// Reads the keys of a data folder, making one if there is none or the newest is old, and forgetting those that
    /// sealed nothing that is still good.
    pub(super) fn open(folder: &Path, now: Timestamp) -> io::Result<Self> {
        let path = folder.join(FILE);
        let mut stored: Vec<Stored> = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| damaged(&path, error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let age = |stored: &Stored| now.duration_since(stored.made_at);
        let kept = stored.len();
        stored.retain(|stored| age(stored) <= FRESH + LONGEST_SERVICE_TOKEN);
        if stored.first().is_none_or(|newest| age(newest) > FRESH) {
            let (id, key) = (random::<9>()?, random::<32>()?);
            let made = Stored { id: URL_SAFE_NO_PAD.encode(id), key: URL_SAFE_NO_PAD.encode(key), made_at: now };
            stored.insert(0, made);
            write(&path, &stored)?;
        } else if stored.len() < kept {
            write(&path, &stored)?;
        }
        let mut keys = stored.into_iter().map(|stored| {
            let bytes = URL_SAFE_NO_PAD.decode(&stored.key).map_err(|error| damaged(&path, error))?;
            let key = SymmetricKey::from(&bytes).map_err(|_| damaged(&path, "a key has another length"))?;
            Ok::<_, io::Error>(Key { id: stored.id, key })
        });
        let newest = keys.next().ok_or_else(|| damaged(&path, "it holds no key"))??;
        Ok(Self { newest, older: keys.collect::<Result<_, _>>()? })
    }

    /// The key to seal with.
    pub(super) const fn newest(&self) -> &Key {
        &self.newest
    }

    /// The key with an id.
    pub(super) fn find(&self, id: &str) -> Option<&Key> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| key.id == id)
    }
}

fn damaged(path: &Path, what: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("{} is damaged: {what}", path.display()))
}

fn write(path: &Path, stored: &[Stored]) -> io::Result<()> {
    private_file::replace(path, &serde_json::to_vec(stored)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_second(number * 86_400).unwrap()
    }

    #[test]
    fn keys_are_replaced_and_kept_while_what_they_sealed_is_good() {
        let folder = tempfile::tempdir().unwrap();
        let ids = |now| {
            let keys = Keys::open(folder.path(), now).unwrap();
            std::iter::once(&keys.newest).chain(&keys.older).map(|key| key.id.clone()).collect::<Vec<_>>()
        };
        let first = ids(day(0));
        assert_eq!(first.len(), 1);
        assert_eq!(ids(day(30)), first, "a month is not old");
        let both = ids(day(31));
        assert_eq!(both[1..], first);
        assert_eq!(ids(day(396)).len(), 3, "a year on, the first may have sealed what is still good");
        assert!(!ids(day(400)).contains(&first[0]), "after that it goes");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
        }
    }

    #[test]
    fn a_damaged_file_is_named_and_left() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "{}", r#"[{"id":"a","key":"AAAA","made_at":"2026-01-01T00:00:00Z"}]"#] {
            fs::write(folder.path().join(FILE), text).unwrap();
            let error = Keys::open(folder.path(), "2026-01-01T00:00:00Z".parse().unwrap()).err().unwrap().to_string();
            assert!(error.contains(FILE) && error.contains("damaged"), "{error}");
            assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
        }
    }
}
