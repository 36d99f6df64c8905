//! Secrets that are shown once and kept as a hash.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cloudsite_store::identity::SecretHash;
use sha2::{Digest, Sha256};

use crate::private_file::random;

/// 256 random bits, as text that can stand in an address.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A new one.
    pub(crate) fn generate() -> io::Result<Self> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random::<32>()?)))
    }

    /// Its text, for the one who is to have it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> SecretHash {
        hash(&self.0)
    }
}

/// What would be kept of a secret that someone comes with. Looking a hash up takes a time that says nothing about the
/// secret.
pub(crate) fn hash(given: &str) -> SecretHash {
    SecretHash(Sha256::digest(given).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_not_told() {
        let (one, two) = (Secret::generate().unwrap(), Secret::generate().unwrap());
        assert_ne!(one.reveal(), two.reveal());
        assert_eq!(one.reveal().len(), 43);
        assert!(one.reveal().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(one.hash(), hash(one.reveal()));
        assert!(!format!("{one:?} {:?}", one.hash()).contains(one.reveal()));
    }
}
