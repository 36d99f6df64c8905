//! Where meetings are kept that are planned, and the links to them: [`MeetingStore`], beside the record's.

use std::collections::BTreeMap;

use cloudsite_domain::meeting::{
    CameBy, GuestLink, Kept, MOST_GUEST_LINKS, MOST_MEETINGS, MeetingId, ParticipantId, Scheduled,
};
use cloudsite_domain::record::Code;
use jiff::Timestamp;

use crate::StoreError;
use crate::changeset::Deed;
use crate::identity::SecretHash;

/// Why something about a meeting could not be kept. Nothing is ever half done.
#[derive(Debug, thiserror::Error)]
pub enum MeetingError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such meeting.
    #[error("there is no meeting {0}")]
    Unknown(MeetingId),
    /// The meeting has no such link.
    #[error("meeting {0} has no link {1}")]
    UnknownLink(MeetingId, u32),
    /// It has changed since the writer read it.
    #[error("the meeting has changed since: version {actual}, not {expected}")]
    Moved {
        /// The version that the writer read.
        expected: u64,
        /// The present version.
        actual: u64,
    },
    /// The centre has planned as many as it can.
    #[error("a centre has {MOST_MEETINGS} meetings before it at most: wait until one is over")]
    Full,
    /// As many links were made as can be.
    #[error("{MOST_GUEST_LINKS} links are made to a meeting at most")]
    LinksFull,
}

impl From<rusqlite::Error> for MeetingError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Meetings by centre, the links to them, and who was sent out of them. Each write is one transaction with its event in the
/// audit log, which holds neither titles nor secrets. Calls block; what has returned is on disk. Times are kept to the
/// microsecond.
pub trait MeetingStore: Send + Sync {
    /// Keeps a new meeting, whose version becomes 1, if fewer than [`MOST_MEETINGS`] of its centre end after the deed.
    fn create_meeting(&self, meeting: &Scheduled, deed: &Deed) -> Result<Scheduled, MeetingError>;

    /// The meeting with a number, whosever it is.
    fn meeting(&self, id: MeetingId) -> Result<Option<Scheduled>, MeetingError>;

    /// Meetings of organisations that end at a moment or after it, the first to begin first, at most `most`.
    fn meetings(
        &self,
        organisations: &[Code],
        ending_from: Timestamp,
        most: usize,
    ) -> Result<Vec<Scheduled>, MeetingError>;

    /// Keeps title, times, zone, floors and whether it is called off, if nobody has changed the meeting since
    /// `meeting.version`. Gives it with the next version.
    fn update_meeting(&self, meeting: &Scheduled, deed: &Deed) -> Result<Scheduled, MeetingError>;

    /// Keeps that a host ended a meeting, at the moment of the deed. One that was ended already stays so, and nothing more
    /// happens.
    fn end_meeting(&self, meeting: MeetingId, deed: &Deed) -> Result<Scheduled, MeetingError>;

    /// Keeps a new link to a meeting, good from now on, and gives it with its number, if the meeting has fewer than
    /// [`MOST_GUEST_LINKS`].
    fn create_guest_link(&self, link: &GuestLink, secret: &SecretHash, deed: &Deed) -> Result<GuestLink, MeetingError>;

    /// All links of a meeting, by number.
    fn guest_links(&self, meeting: MeetingId) -> Result<Vec<GuestLink>, MeetingError>;

    /// The link with a secret and the meeting that it leads to, also if it was taken back.
    fn guest_link(&self, secret: &SecretHash) -> Result<Option<(Scheduled, GuestLink)>, MeetingError>;

    /// Keeps that someone came by a link, at the moment of the deed, if nobody had before and it was not taken back. Gives it
    /// as it is then.
    fn use_guest_link(&self, meeting: MeetingId, number: u32, deed: &Deed) -> Result<GuestLink, MeetingError>;

    /// Takes a link back. One that was taken back already stays so, and nothing more happens.
    fn revoke_guest_link(&self, meeting: MeetingId, number: u32, deed: &Deed) -> Result<GuestLink, MeetingError>;

    /// Keeps that someone was sent out of a meeting, and by which way they had come. For whoever was already nothing more happens.
    fn remove_participant(
        &self,
        meeting: MeetingId,
        participant: ParticipantId,
        came: Option<CameBy>,
        deed: &Deed,
    ) -> Result<(), MeetingError>;

    /// Who was sent out of a meeting, and by which way they had come, where that is known.
    fn removed(&self, meeting: MeetingId) -> Result<BTreeMap<ParticipantId, Option<CameBy>>, MeetingError>;

    /// Keeps whether a meeting is locked, and what these people are in it, in place of what they were. It has no event: what led
    /// to it has.
    fn keep(
        &self,
        meeting: MeetingId,
        is_locked: bool,
        kept: &BTreeMap<ParticipantId, Kept>,
    ) -> Result<(), MeetingError>;

    /// Whether a meeting is locked, and what people were last in it.
    fn kept(&self, meeting: MeetingId) -> Result<(bool, BTreeMap<ParticipantId, Kept>), MeetingError>;

    /// Tells the audit log of what happens in a meeting and is kept nowhere else.
    fn log_meeting(&self, meeting: MeetingId, deed: &Deed) -> Result<(), MeetingError>;
}
