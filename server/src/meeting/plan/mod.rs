//! Meetings that are planned, by whom they are changed, and the links by which guests come.

mod convert;
pub(crate) mod http;
mod invitation;
mod service;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::identity::Principal;
use cloudsite_domain::meeting::{
    CameBy, GuestLink, Kept, MeetingId, OPEN_BEFORE, ParticipantId, Scheduled, Standing, role_without_link,
};
use cloudsite_proto::meeting as wire;
use cloudsite_store::changeset::Deed;
use cloudsite_store::meeting::{MeetingError, MeetingStore};
use jiff::Timestamp;
use tonic::Code;

use self::convert::Plan;
pub(crate) use self::service::server;
use crate::grpc::Refusal;
use crate::identity::secret::{Secret, hash};
use crate::identity::{Clock, Identity};
use crate::private_file::random;

/// Meetings in a list.
const MOST_LISTED: usize = 200;

/// What everything about plans is answered from.
#[derive(Clone)]
pub(crate) struct Plans {
    /// Where meetings are kept.
    pub(crate) store: Arc<dyn MeetingStore>,
    /// Which centres there are, and what they are called.
    pub(crate) identity: Arc<Identity>,
    /// When it is now.
    pub(crate) clock: Clock,
}

impl From<MeetingError> for Refusal {
    fn from(error: MeetingError) -> Self {
        let in_the_way = |reason| Self::InTheWay {
            code: Code::FailedPrecondition,
            reason,
            message: error.to_string(),
            violations: Vec::new(),
        };
        match error {
            MeetingError::Full => in_the_way("MEETINGS_FULL"),
            MeetingError::LinksFull => in_the_way("GUEST_LINKS_FULL"),
            MeetingError::Store(error) => Self::Store(error),
            MeetingError::Unknown(id) => unknown(id),
            MeetingError::UnknownLink(id, number) => {
                Self::NotFound { kind: "guest link", name: convert::link_name(id, number) }
            }
            MeetingError::Moved { .. } => moved(),
        }
    }
}

fn unknown(id: MeetingId) -> Refusal {
    Refusal::NotFound { kind: "meeting", name: convert::meeting_name(id) }
}

fn moved() -> Refusal {
    Refusal::Moved("the meeting has changed since it was read: read it again".to_owned())
}

fn over(message: &str) -> Refusal {
    let (code, reason, message) = (Code::FailedPrecondition, "MEETING_OVER", message.to_owned());
    Refusal::InTheWay { code, reason, message, violations: Vec::new() }
}

fn deed(caller: &Principal, did: &'static str, at: Timestamp) -> Deed {
    Deed { did, actor: Actor::from(caller), at, detail: BTreeMap::new() }
}

/// For a meeting that is running.
impl Plans {
    /// A meeting's number from its name, which stands in a field.
    pub(crate) fn id_of(field: &str, name: &str) -> Result<MeetingId, Refusal> {
        convert::meeting_id(field, name)
    }

    /// Refuses whoever does not keep a meeting. Blocks.
    pub(crate) fn keeps(&self, caller: &Principal, id: MeetingId) -> Result<(), Refusal> {
        self.kept(caller, id).map(drop)
    }

    /// The meeting with a number, whosever it is. Blocks.
    pub(crate) fn meeting(&self, id: MeetingId) -> Result<Option<Scheduled>, Refusal> {
        Ok(self.store.meeting(id)?)
    }

    /// Who was sent out of a meeting. Blocks.
    pub(crate) fn removed(&self, meeting: MeetingId) -> Result<BTreeMap<ParticipantId, Option<CameBy>>, Refusal> {
        Ok(self.store.removed(meeting)?)
    }

    /// Keeps that someone was sent out of a meeting, and by which way they had come, and tells the audit log. Blocks.
    pub(crate) fn remove(
        &self,
        meeting: MeetingId,
        who: ParticipantId,
        came: Option<CameBy>,
        by: Actor,
    ) -> Result<(), Refusal> {
        let deed = Deed { did: "removed", actor: by, at: (self.clock)(), detail: BTreeMap::new() };
        Ok(self.store.remove_participant(meeting, who, came, &deed)?)
    }

    /// Keeps whether a meeting is locked, and what these people are in it. Blocks.
    pub(crate) fn keep(
        &self,
        meeting: MeetingId,
        is_locked: bool,
        kept: &BTreeMap<ParticipantId, Kept>,
    ) -> Result<(), Refusal> {
        Ok(self.store.keep(meeting, is_locked, kept)?)
    }

    /// Whether a meeting was locked when it ran last, and what people were in it. Blocks.
    pub(crate) fn kept_of(&self, meeting: MeetingId) -> Result<(bool, BTreeMap<ParticipantId, Kept>), Refusal> {
        Ok(self.store.kept(meeting)?)
    }

    /// Keeps that a host has ended a meeting, so that nobody comes into it any more, and tells the audit log. Blocks.
    pub(crate) fn end(&self, meeting: MeetingId, by: Actor) -> Result<Scheduled, Refusal> {
        let deed = Deed { did: "ended", actor: by, at: (self.clock)(), detail: BTreeMap::new() };
        Ok(self.store.end_meeting(meeting, &deed)?)
    }

    /// Tells the audit log of what happens in a meeting. The detail is few and short words, and never a secret. Blocks.
    pub(crate) fn log(
        &self,
        meeting: MeetingId,
        did: &'static str,
        actor: Actor,
        detail: BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        Ok(self.store.log_meeting(meeting, &Deed { did, actor, at: (self.clock)(), detail })?)
    }
}

impl Plans {
    /// The meeting that a link leads people to; none if no link has this secret, or it was taken back. Blocks.
    pub(crate) fn by_link(&self, secret: &str) -> Result<Option<(Scheduled, GuestLink)>, Refusal> {
        Ok(self.store.guest_link(&hash(secret))?.filter(|(_, link)| !link.is_revoked && !link.role.is_equipment()))
    }

    /// The meeting to which a token brings a feed or a player; none if it brings nothing there, or was taken back. Blocks.
    pub(crate) fn by_token(&self, secret: &str) -> Result<Option<(Scheduled, GuestLink)>, Refusal> {
        Ok(self.store.guest_link(&hash(secret))?.filter(|(_, link)| !link.is_revoked && link.role.is_equipment()))
    }

    /// Takes back the token of what was sent out of a meeting, so that it does not come back by itself. Blocks.
    pub(crate) fn take_back(&self, meeting: MeetingId, link: u32, by: Actor) -> Result<(), Refusal> {
        let deed = Deed { did: "link_revoked", actor: by, at: (self.clock)(), detail: BTreeMap::new() };
        self.store.revoke_guest_link(meeting, link, &deed)?;
        Ok(())
    }

    /// Keeps that someone, who is called so, came by a link just now, and tells whether it is good still. Blocks.
    pub(crate) fn use_link(&self, meeting: MeetingId, link: u32, who: Actor) -> Result<bool, Refusal> {
        let deed = Deed { did: "link_used", actor: who, at: (self.clock)(), detail: BTreeMap::new() };
        Ok(!self.store.use_guest_link(meeting, link, &deed)?.is_revoked)
    }

    /// Whether a link was taken back. Blocks.
    pub(crate) fn is_taken_back(&self, meeting: MeetingId, link: u32) -> Result<bool, Refusal> {
        let links = self.store.guest_links(meeting)?;
        Ok(links.iter().find(|known| known.number == link).is_none_or(|known| known.is_revoked))
    }

    /// A meeting as someone is shown it now.
    pub(crate) fn shown(&self, meeting: &Scheduled, principal: &Principal) -> wire::Meeting {
        convert::meeting_to_wire(meeting, principal, (self.clock)())
    }

    fn create(&self, caller: &Principal, given: Option<wire::Meeting>) -> Result<Scheduled, Refusal> {
        let Principal::Member { id: author, organisation, .. } = caller else {
            return Err(Refusal::Denied("meetings are planned by the hosts of a centre".to_owned()));
        };
        let plan = convert::plan(given)?;
        let now = (self.clock)();
        let meeting = Scheduled {
            id: MeetingId::from_random(random().map_err(|_| Refusal::Interrupted)?),
            organisation: organisation.clone(),
            author: *author,
            title: plan.title,
            starts_at: plan.starts_at,
            ends_at: plan.ends_at,
            time_zone: plan.time_zone,
            floors: plan.floors,
            is_cancelled: false,
            ended_at: None,
            version: 1,
        };
        meeting.check(now).map_err(convert::invalid)?;
        Ok(self.store.create_meeting(&meeting, &deed(caller, "planned", now))?)
    }

    /// A meeting that someone may take part in as a member. Who may not is not told whether it is there.
    fn attended(&self, caller: &Principal, id: MeetingId) -> Result<Scheduled, Refusal> {
        let meeting = self.store.meeting(id)?.ok_or_else(|| unknown(id))?;
        if meeting.role_of(caller).is_some() { Ok(meeting) } else { Err(unknown(id)) }
    }

    /// A meeting that someone may change.
    fn kept(&self, caller: &Principal, id: MeetingId) -> Result<Scheduled, Refusal> {
        let meeting = self.attended(caller, id)?;
        if meeting.is_kept_by(caller) {
            Ok(meeting)
        } else {
            Err(Refusal::Denied("a meeting is changed by the hosts of the centre that holds it".to_owned()))
        }
    }

    fn list(&self, caller: &Principal) -> Result<Vec<Scheduled>, Refusal> {
        let centres = self.identity.organisations().into_iter().map(|centre| centre.code().clone());
        let centres: Vec<_> = centres.filter(|centre| role_without_link(centre, caller).is_some()).collect();
        let ending_from = (self.clock)().saturating_sub(OPEN_BEFORE).unwrap_or(Timestamp::MIN);
        Ok(self.store.meetings(&centres, ending_from, MOST_LISTED)?)
    }

    fn update(&self, caller: &Principal, given: Option<wire::Meeting>) -> Result<Scheduled, Refusal> {
        let given = given.ok_or_else(|| Refusal::field("meeting", "is missing"))?;
        let present = self.kept(caller, convert::meeting_id("meeting.name", &given.name)?)?;
        if given.etag.is_empty() {
            return Err(Refusal::field("meeting.etag", "must be given: that of the meeting as it was read"));
        }
        if given.etag != present.version.to_string() {
            return Err(moved());
        }
        if present.ended_at.is_some() {
            return Err(over("the meeting was ended: plan another one"));
        }
        let Plan { title, starts_at, ends_at, time_zone, floors, is_cancelled } = convert::plan(Some(given))?;
        let next = Scheduled { title, starts_at, ends_at, time_zone, floors, is_cancelled, ..present.clone() };
        if next == present {
            return Ok(present);
        }
        let now = (self.clock)();
        next.check(now).map_err(convert::invalid)?;
        let did = if next.is_cancelled && !present.is_cancelled { "called_off" } else { "changed" };
        Ok(self.store.update_meeting(&next, &deed(caller, did, now))?)
    }

    /// Makes a link, and gives it with the secret, which is kept nowhere.
    fn create_link(
        &self,
        caller: &Principal,
        request: &wire::CreateGuestLinkRequest,
    ) -> Result<(Scheduled, GuestLink, Secret), Refusal> {
        let meeting = self.kept(caller, convert::meeting_id("parent", &request.parent)?)?;
        let now = (self.clock)();
        let link = convert::guest_link(meeting.id, request, now)?;
        if matches!(meeting.standing(now), Standing::Over | Standing::Cancelled) {
            return Err(over("the meeting is over or was called off: nobody is invited to it"));
        }
        let secret = Secret::generate().map_err(|_| Refusal::Interrupted)?;
        let made = self.store.create_guest_link(&link, &secret.hash(), &deed(caller, "link_made", now))?;
        Ok((meeting, made, secret))
    }

    fn links(&self, caller: &Principal, parent: &str) -> Result<(Scheduled, Vec<GuestLink>), Refusal> {
        let meeting = self.kept(caller, convert::meeting_id("parent", parent)?)?;
        let links = self.store.guest_links(meeting.id)?;
        Ok((meeting, links))
    }

    fn revoke_link(&self, caller: &Principal, name: &str) -> Result<(Scheduled, GuestLink), Refusal> {
        let (id, number) = convert::link_id(name)?;
        let meeting = self.kept(caller, id)?;
        let revoke = deed(caller, "link_revoked", (self.clock)());
        let link = self.store.revoke_guest_link(meeting.id, number, &revoke)?;
        Ok((meeting, link))
    }

    /// What a secret leads to. Whoever has none that is good is not told why, and the secret is not repeated.
    fn invitation(&self, secret: &str) -> Result<(Scheduled, GuestLink), Refusal> {
        let no_link = || Refusal::NotFound { kind: "guest link", name: "meetings/-/guestLinks/-".to_owned() };
        self.by_link(secret)?.ok_or_else(no_link)
    }
}

#[cfg(test)]
mod tests;
