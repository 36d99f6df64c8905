//! What can be found wrong with a log.

use super::PublicKey;
use crate::record::{Code, Layer, Revision};

/// A place where the log, or the record beside it, is not what was sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An event's content and its hash do not agree.
    #[error("event {sequence} is not what was sealed: its content and its hash do not agree")]
    EventChanged {
        /// The event.
        sequence: u64,
    },
    /// Events are not there.
    #[error("event {first} is missing; {found} comes in its place")]
    EventMissing {
        /// The first one missing.
        first: u64,
        /// The one that comes next.
        found: u64,
    },
    /// An event comes again, or where another should.
    #[error("event {found} comes where event {expected} should: it was inserted, repeated or moved")]
    EventOutOfOrder {
        /// The number that should come.
        expected: u64,
        /// The one that comes.
        found: u64,
    },
    /// An event was sealed after another one than stands before it.
    #[error("event {sequence} was not sealed after the event {before} that is there: one of the two was exchanged")]
    EventUnlinked {
        /// The event.
        sequence: u64,
        /// The one before it.
        before: u64,
    },
    /// A checkpoint was signed at an event that is not there any more.
    #[error("the log ends at event {last}, but a checkpoint was signed at event {sealed}: the end was cut off")]
    EndMissing {
        /// The last event there is.
        last: u64,
        /// The event that was signed.
        sealed: u64,
    },
    /// The chain is whole but not the one that was signed.
    #[error("the checkpoint at event {sequence} was signed over other events: the log was written anew after {after}")]
    EventsExchanged {
        /// The last event that is known to be as it was signed.
        after: u64,
        /// The checkpoint's event.
        sequence: u64,
    },
    /// A checkpoint's signature is false.
    #[error("the checkpoint at event {sequence} is not what its key has signed")]
    CheckpointForged {
        /// The checkpoint's event.
        sequence: u64,
    },
    /// A checkpoint is signed with a key that the log has not named before.
    #[error("the checkpoint at event {sequence} is signed with a key that is not the record's: {key}")]
    CheckpointKeyUnknown {
        /// The checkpoint's event.
        sequence: u64,
        /// The key.
        key: PublicKey,
    },
    /// A revision's events do not count up as revisions do.
    #[error("event {sequence} is of revision {found} where revision {expected} comes next")]
    RevisionOutOfOrder {
        /// The event.
        sequence: u64,
        /// The revision that should come.
        expected: Revision,
        /// The one that comes.
        found: Revision,
    },
    /// The record has a revision of which the log knows nothing.
    #[error("revision {revision} is in the record but not in the log")]
    RevisionUnlogged {
        /// The revision.
        revision: Revision,
    },
    /// The log knows a revision that the record has not.
    #[error("revision {revision} is in the log, at event {sequence}, but not in the record")]
    RevisionMissing {
        /// The event.
        sequence: u64,
        /// The revision.
        revision: Revision,
    },
    /// A version of a feature is not what was written.
    #[error("{layer} '{code}' is not what was written in revision {revision}")]
    VersionChanged {
        /// The revision that made the version.
        revision: Revision,
        /// The feature's layer.
        layer: Layer,
        /// The feature's code.
        code: Code,
    },
    /// What a revision changed is not what its event says.
    #[error("revision {revision} is not what event {sequence} sealed: its author, message, time or changes differ")]
    RevisionChanged {
        /// The event.
        sequence: u64,
        /// The revision.
        revision: Revision,
    },
}

impl Fault {
    /// The stable id of the rule that does not hold.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::EventChanged { .. } => "audit.event_changed",
            Self::EventMissing { .. } => "audit.event_missing",
            Self::EventOutOfOrder { .. } => "audit.event_out_of_order",
            Self::EventUnlinked { .. } => "audit.event_unlinked",
            Self::EndMissing { .. } => "audit.end_missing",
            Self::EventsExchanged { .. } => "audit.events_exchanged",
            Self::CheckpointForged { .. } => "audit.checkpoint_forged",
            Self::CheckpointKeyUnknown { .. } => "audit.checkpoint_key_unknown",
            Self::RevisionOutOfOrder { .. } => "audit.revision_out_of_order",
            Self::RevisionUnlogged { .. } => "audit.revision_unlogged",
            Self::RevisionMissing { .. } => "audit.revision_missing",
            Self::VersionChanged { .. } => "audit.version_changed",
            Self::RevisionChanged { .. } => "audit.revision_changed",
        }
    }
}
