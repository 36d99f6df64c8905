//! Plans, links and roles to the wire's types and back. What is wrong of a plan is named all at once, each by its field.

use std::collections::BTreeSet;

use cloudsite_domain::identity::{DisplayName, Principal, TimeZoneName};
use cloudsite_domain::meeting::{GuestLink, InvalidMeeting, MeetingId, MeetingRole, OPEN_BEFORE, Scheduled, Standing};
use cloudsite_domain::record::Language;
use cloudsite_proto::meeting as wire;
use jiff::Timestamp;

use crate::grpc::Refusal;
use crate::identity::{language, time_zone};
use crate::meeting::wire::{role_from_wire, role_to_wire, time_to_wire};

/// What a host says of a meeting.
pub(super) struct Plan {
    pub(super) title: DisplayName,
    pub(super) starts_at: Timestamp,
    pub(super) ends_at: Timestamp,
    pub(super) time_zone: TimeZoneName,
    pub(super) floors: BTreeSet<Language>,
    pub(super) is_cancelled: bool,
}

pub(super) fn meeting_name(id: MeetingId) -> String {
    format!("meetings/{id}")
}

pub(super) fn link_name(meeting: MeetingId, number: u32) -> String {
    format!("{}/guestLinks/{number}", meeting_name(meeting))
}

pub(super) fn meeting_to_wire(meeting: &Scheduled, principal: &Principal, now: Timestamp) -> wire::Meeting {
    let own_role = meeting.role_of(principal).map_or(wire::MeetingRole::Unspecified, role_to_wire);
    wire::Meeting {
        name: meeting_name(meeting.id),
        organisation: format!("organisations/{}", meeting.organisation),
        title: meeting.title.to_string(),
        starts_at: Some(time_to_wire(meeting.starts_at)),
        ends_at: Some(time_to_wire(meeting.ends_at)),
        time_zone: meeting.time_zone.to_string(),
        floors: meeting.floors.iter().map(|floor| floor.tag().to_owned()).collect(),
        cancelled: meeting.is_cancelled,
        etag: meeting.version.to_string(),
        open: meeting.standing(now) == Standing::Open,
        own_role: own_role.into(),
        ended: meeting.ended_at.is_some(),
    }
}

/// A link to a meeting; whoever lists it says who is there by it.
pub(super) fn link_to_wire(meeting: &Scheduled, link: &GuestLink) -> wire::GuestLink {
    wire::GuestLink {
        name: link_name(link.meeting, link.number),
        display_name: link.name.to_string(),
        role: role_to_wire(link.role).into(),
        language: link.language.tag().to_owned(),
        created_at: Some(time_to_wire(link.created_at)),
        revoked: link.is_revoked,
        used_at: link.used_at.map(time_to_wire),
        expires_at: Some(time_to_wire(meeting.ends_at + OPEN_BEFORE)),
        present: Vec::new(),
    }
}

/// Digits and nothing else, as names have them.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn id_in(name: &str) -> Option<MeetingId> {
    let number: Option<u64> = digits(name.strip_prefix("meetings/")?);
    number.filter(|number| i64::try_from(*number).is_ok()).map(MeetingId)
}

/// A meeting's number from its name, which is in this field.
pub(super) fn meeting_id(field: &str, name: &str) -> Result<MeetingId, Refusal> {
    id_in(name).ok_or_else(|| Refusal::field(field, format!("'{name}' is not a name of the form 'meetings/{{id}}'")))
}

/// A link's meeting and number from its name.
pub(super) fn link_id(name: &str) -> Result<(MeetingId, u32), Refusal> {
    let parts = name.split_once("/guestLinks/").and_then(|(meeting, number)| Some((id_in(meeting)?, digits(number)?)));
    let form = "meetings/{id}/guestLinks/{number}";
    parts.ok_or_else(|| Refusal::field("name", format!("'{name}' is not a name of the form '{form}'")))
}

/// The fields that are wrong, as they are found.
#[derive(Default)]
struct Wrong(Vec<(String, String)>);

impl Wrong {
    /// What was read, or none and what is wrong with it.
    fn take<T>(&mut self, read: Result<T, Refusal>) -> Result<Option<T>, Refusal> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(Refusal::Fields(fields)) => {
                self.0.extend(fields);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }
}

fn name(field: &str, text: &str) -> Result<DisplayName, Refusal> {
    text.parse().map_err(|_| Refusal::field(field, "has 1 to 100 characters on one line, no space at either end"))
}

/// A moment as calendars know them.
fn moment(field: &str, at: Option<prost_types::Timestamp>) -> Result<Timestamp, Refusal> {
    let at = at.ok_or_else(|| Refusal::field(field, "is missing"))?;
    if at.nanos != 0 {
        return Err(Refusal::field(field, "has a fraction of a second"));
    }
    Timestamp::from_second(at.seconds).map_err(|error| Refusal::field(field, format!("is not a moment: {error}")))
}

fn floors(tags: &[String]) -> Result<BTreeSet<Language>, Refusal> {
    tags.iter().map(|tag| language("meeting.floors", tag)).collect()
}

/// What a host says of a meeting.
pub(super) fn plan(given: Option<wire::Meeting>) -> Result<Plan, Refusal> {
    let given = given.ok_or_else(|| Refusal::field("meeting", "is missing"))?;
    let mut wrong = Wrong::default();
    let title = wrong.take(name("meeting.title", &given.title))?;
    let starts_at = wrong.take(moment("meeting.starts_at", given.starts_at))?;
    let ends_at = wrong.take(moment("meeting.ends_at", given.ends_at))?;
    let time_zone = wrong.take(time_zone("meeting.time_zone", &given.time_zone))?;
    let floors = wrong.take(floors(&given.floors))?;
    match (title, starts_at, ends_at, time_zone, floors) {
        (Some(title), Some(starts_at), Some(ends_at), Some(time_zone), Some(floors)) => {
            Ok(Plan { title, starts_at, ends_at, time_zone, floors, is_cancelled: given.cancelled })
        }
        _ => Err(Refusal::Fields(wrong.0)),
    }
}

/// Which field of a plan makes no sense.
pub(super) fn invalid(problem: InvalidMeeting) -> Refusal {
    let field = match problem {
        InvalidMeeting::Backwards | InvalidMeeting::TooLong | InvalidMeeting::Past => "meeting.ends_at",
        InvalidMeeting::Floors => "meeting.floors",
    };
    Refusal::field(field, problem)
}

fn guest_role(role: i32) -> Result<MeetingRole, Refusal> {
    let found = role_from_wire(role).filter(|role| role.comes_by_link());
    found.ok_or_else(|| Refusal::field("role", "must be guest, interpreter, observer, feed or player"))
}

/// A link to make to a meeting.
pub(super) fn guest_link(
    meeting: MeetingId,
    request: &wire::CreateGuestLinkRequest,
    created_at: Timestamp,
) -> Result<GuestLink, Refusal> {
    let mut wrong = Wrong::default();
    let name = wrong.take(name("display_name", &request.display_name))?;
    let role = wrong.take(guest_role(request.role))?;
    let language = wrong.take(language("language", &request.language))?;
    match (name, role, language) {
        (Some(name), Some(role), Some(language)) => {
            Ok(GuestLink { meeting, number: 0, name, role, language, created_at, used_at: None, is_revoked: false })
        }
        _ => Err(Refusal::Fields(wrong.0)),
    }
}
