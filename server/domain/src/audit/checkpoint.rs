//! Signed checkpoints: what shows that the end of a log was cut off, or all of it written anew.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;

use super::digest::{Fields, read_hex, write_hex};
use super::{Digest, InvalidHex, Link};
use crate::record::Revision;

/// A text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no Ed25519 key: 64 lower-case hexadecimal digits are one")]
pub struct InvalidKey;

impl From<InvalidHex> for InvalidKey {
    fn from(_: InvalidHex) -> Self {
        Self
    }
}

/// The key that checkpoints are signed with. Never printed but by [`SecretKey::reveal`].
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of 32 random bytes.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&bytes))
    }

    /// What others know it by.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The secret itself, as hexadecimal digits, for the file that keeps it.
    pub fn reveal(&self) -> String {
        Digest(self.0.to_bytes()).to_string()
    }

    /// Signs where the log and the record are.
    pub fn sign(&self, milestone: Milestone) -> Checkpoint {
        let key = self.public();
        let signature = self.0.sign(&milestone.digest(key).0).to_bytes();
        Checkpoint { milestone, key, signature }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(secret)")
    }
}

impl FromStr for SecretKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from_random(read_hex(text)?))
    }
}

/// The public half of the key that signs checkpoints, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl FromStr for PublicKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(read_hex(text)?))
    }
}

/// Where the log and the record are at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Milestone {
    /// The last event.
    pub link: Link,
    /// The newest revision.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
}

impl Milestone {
    /// What is signed: the fields `cloudsite.audit.checkpoint.v1`, sequence, hash, revision, time and public key,
    /// encoded as those of an event.
    fn digest(&self, key: PublicKey) -> Digest {
        Fields::of("cloudsite.audit.checkpoint.v1")
            .number(self.link.sequence)
            .bytes(&self.link.hash.0)
            .number(self.revision.0)
            .text(&self.at.to_string())
            .bytes(&key.0)
            .digest()
    }
}

/// A milestone with the signature that it was so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// What is signed.
    pub milestone: Milestone,
    /// By which key.
    pub key: PublicKey,
    /// The Ed25519 signature (RFC 8032).
    pub signature: [u8; 64],
}

impl Checkpoint {
    /// Whether its key has signed it. Whose key that is, is for others to know.
    pub fn is_genuine(&self) -> bool {
        let signed = self.milestone.digest(self.key);
        let key = VerifyingKey::from_bytes(&self.key.0);
        key.is_ok_and(|key| key.verify_strict(&signed.0, &Signature::from_bytes(&self.signature)).is_ok())
    }

    /// The signature as 128 hexadecimal digits.
    pub fn signature_hex(&self) -> String {
        std::fmt::from_fn(|f| write_hex(&self.signature, f)).to_string()
    }

    /// Reads a signature of 128 hexadecimal digits.
    pub fn read_signature(text: &str) -> Result<[u8; 64], InvalidHex> {
        read_hex(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_is_genuine() {
        let key = SecretKey::from_random([7; 32]);
        let link = Link { sequence: 4, hash: Digest([1; 32]) };
        let checkpoint = key.sign(Milestone { link, revision: Revision(2), at: Timestamp::UNIX_EPOCH });
        assert!(checkpoint.is_genuine());
        assert_eq!(Checkpoint::read_signature(&checkpoint.signature_hex()), Ok(checkpoint.signature));
        let changes: [fn(&mut Checkpoint); 6] = [
            |checkpoint| checkpoint.milestone.link.sequence += 1,
            |checkpoint| checkpoint.milestone.link.hash.0[5] ^= 1,
            |checkpoint| checkpoint.milestone.revision.0 = 1,
            |checkpoint| checkpoint.milestone.at = "2026-01-01T00:00:00Z".parse().unwrap(),
            |checkpoint| checkpoint.signature[0] ^= 1,
            |checkpoint| checkpoint.key = SecretKey::from_random([8; 32]).public(),
        ];
        for (case, change) in changes.iter().enumerate() {
            let mut changed = checkpoint;
            change(&mut changed);
            assert!(!changed.is_genuine(), "case {case}");
        }
    }

    #[test]
    fn a_key_is_kept_as_text_and_printed_nowhere_else() {
        let key = SecretKey::from_random([7; 32]);
        let read: SecretKey = key.reveal().parse().unwrap();
        assert_eq!(read.public(), key.public());
        assert_eq!(key.public().to_string().parse(), Ok(key.public()));
        assert!(!format!("{key:?}").contains(&key.reveal()));
        for bad in ["", "00", "zz".repeat(32).as_str()] {
            assert!(bad.parse::<SecretKey>().is_err(), "{bad:?}");
        }
    }
}
