//! The audit log: what happened to the record and around it, as a chain in which nothing can be changed unseen.
//!
//! Each [`Event`] is sealed with the hash of the one before it, so a changed, missing, moved or inserted event is found
//! and placed by [`Verifier`]. What a chain cannot show, that its end was cut off or all of it written anew, a signed
//! [`Checkpoint`] shows, best one that is kept elsewhere. An event of a revision holds the digest of what that revision
//! changed, so the versions on disk are tied to the log too.

mod chain;
mod checkpoint;
mod digest;
mod event;
mod fault;
mod revision;

pub use chain::{Link, Verified, Verifier};
pub use checkpoint::{Checkpoint, InvalidKey, Milestone, PublicKey, SecretKey};
pub use digest::{Digest, InvalidHex};
pub use event::{Action, Actor, Event, Happening, KEY_DETAIL, Made};
pub use fault::Fault;
pub use revision::{RevisionDigest, roll_back_digest, version_digest};
