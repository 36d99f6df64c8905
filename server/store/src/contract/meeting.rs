//! Rules about meetings that are planned. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use std::collections::BTreeMap;

use cloudsite_domain::audit::{Action, Actor};
use cloudsite_domain::identity::{MemberId, Organisation, OrganisationKind, Role, Tier};
use cloudsite_domain::meeting::{
    CameBy, GuestLink, Kept, MOST_GUEST_LINKS, MOST_MEETINGS, MeetingId, MeetingRole, ParticipantId, Room, RoomId,
    Scheduled,
};
use cloudsite_domain::record::{Code, Language};
use jiff::Timestamp;

use super::{code, log};
use crate::Store;
use crate::changeset::Deed;
use crate::identity::{IdentityStore, NewMember, SecretHash};
use crate::meeting::{MeetingError, MeetingStore};

/// Everything that meetings need.
pub trait Planning: Store + IdentityStore + MeetingStore {}

impl<T: Store + IdentityStore + MeetingStore> Planning for T {}

/// A place where meetings are kept for a test.
pub trait MeetingFixture {
    /// Opens it. Called again after what it gave was dropped, it opens the same meetings.
    fn open_meetings(&self) -> Box<dyn Planning>;
}

/// Makes one `#[test]` of each rule about meetings. `$make` is a function that gives a fresh [`MeetingFixture`].
#[macro_export]
macro_rules! meeting_contract_tests {
    ($make:path) => {
        $crate::contract_tests! { $make;
            a_meeting_is_there_after_reopening,
            a_meeting_is_changed_by_who_read_the_newest,
            a_meeting_is_ended_once,
            meetings_are_listed_by_organisation_the_next_first,
            a_centre_plans_so_many_meetings,
            a_link_is_found_by_its_secret_alone,
            it_is_kept_when_a_link_was_first_used,
            links_are_numbered_and_bounded,
            who_was_sent_out_stays_out,
            what_people_are_is_kept_as_it_was_last,
            the_log_holds_no_title_and_no_secret,
        }
    };
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(secs).unwrap()
}

fn deed(did: &'static str) -> Deed {
    Deed { did, actor: Actor::named("Sato"), at: at(9), detail: BTreeMap::new() }
}

/// A store with two centres, and a member of the first.
fn opened(fixture: &impl MeetingFixture) -> (Box<dyn Planning>, MemberId) {
    let store = fixture.open_meetings();
    for name in ["tokyo", "berlin"] {
        let names = [(Language::En, name.to_owned())].into_iter().collect();
        let zone = "Asia/Tokyo".parse().unwrap();
        let kind = OrganisationKind::Centre;
        let centre = Organisation::new(code(name), kind, names, zone, vec![Language::En], Tier::Investor).unwrap();
        store.create_organisation(&centre, at(0)).unwrap();
    }
    let (name, roles) = ("Sato".parse().unwrap(), [Role::Host].into());
    let new = NewMember { organisation: code("tokyo"), name, email: None, roles, demo: false };
    let member = store.create_member(&new, at(0)).unwrap().id;
    (store, member)
}

fn meeting(id: u64, organisation: &str, author: MemberId, starts: i64) -> Scheduled {
    Scheduled {
        id: MeetingId(id),
        organisation: code(organisation),
        author,
        title: "看地 2027".parse().unwrap(),
        starts_at: at(starts),
        ends_at: at(starts + 3_600),
        time_zone: "Asia/Tokyo".parse().unwrap(),
        floors: [Language::Ja, Language::Zh].into(),
        is_cancelled: false,
        ended_at: None,
        version: 1,
    }
}

fn link(meeting: u64, name: &str) -> GuestLink {
    GuestLink {
        meeting: MeetingId(meeting),
        number: 0,
        name: name.parse().unwrap(),
        role: MeetingRole::Guest,
        language: Language::Ja,
        created_at: at(7),
        used_at: None,
        is_revoked: false,
    }
}

/// All of a meeting comes back.
pub fn a_meeting_is_there_after_reopening(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    let most = MeetingId::from_random([255; 8]).0;
    let kept = store.create_meeting(&meeting(most, "tokyo", member, 5_000), &deed("planned")).unwrap();
    assert_eq!(kept, meeting(most, "tokyo", member, 5_000));
    drop(store);
    let store = fixture.open_meetings();
    assert_eq!(store.meeting(kept.id).unwrap(), Some(kept));
    assert_eq!(store.meeting(MeetingId(7)).unwrap(), None);
}

/// Of two who read the same version, the second to write is refused.
pub fn a_meeting_is_changed_by_who_read_the_newest(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    let first = store.create_meeting(&meeting(4, "tokyo", member, 5_000), &deed("planned")).unwrap();
    let change = Scheduled {
        title: "Visit".parse().unwrap(),
        starts_at: at(6_000),
        ends_at: at(7_000),
        time_zone: "Europe/Berlin".parse().unwrap(),
        floors: [].into(),
        is_cancelled: true,
        ..first
    };
    let second = store.update_meeting(&change, &deed("changed")).unwrap();
    assert_eq!(second, Scheduled { version: 2, ..change.clone() });
    let late = store.update_meeting(&change, &deed("changed"));
    assert!(matches!(late, Err(MeetingError::Moved { expected: 1, actual: 2 })), "{late:?}");
    assert_eq!(store.meeting(second.id).unwrap(), Some(second));
    let unknown = store.update_meeting(&meeting(5, "tokyo", member, 5_000), &deed("changed"));
    assert!(matches!(unknown, Err(MeetingError::Unknown(MeetingId(5)))), "{unknown:?}");
}

/// The first end counts, and a meeting that was ended is one that has changed.
pub fn a_meeting_is_ended_once(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    let planned = store.create_meeting(&meeting(4, "tokyo", member, 5_000), &deed("planned")).unwrap();
    let ended = store.end_meeting(planned.id, &Deed { at: at(5_100), ..deed("ended") }).unwrap();
    assert_eq!(ended, Scheduled { ended_at: Some(at(5_100)), version: 2, ..planned.clone() });
    assert_eq!(store.end_meeting(planned.id, &Deed { at: at(5_200), ..deed("ended") }).unwrap(), ended);
    let late = store.update_meeting(&planned, &deed("changed"));
    assert!(matches!(late, Err(MeetingError::Moved { expected: 1, actual: 2 })), "{late:?}");
    drop(store);
    let store = fixture.open_meetings();
    assert_eq!(store.meeting(planned.id).unwrap(), Some(ended));
    let told = log(store.as_ref());
    let ends = told.iter().filter(|event| event.happening.detail.get("did").is_some_and(|did| did == "ended"));
    assert_eq!(ends.count(), 1, "the log is told once");
    let unknown = store.end_meeting(MeetingId(5), &deed("ended"));
    assert!(matches!(unknown, Err(MeetingError::Unknown(MeetingId(5)))), "{unknown:?}");
}

/// A list holds what the organisations plan and nothing else, from a moment on.
pub fn meetings_are_listed_by_organisation_the_next_first(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    let planned =
        [(1, "tokyo", 9_000), (2, "berlin", 6_000), (9, "tokyo", 7_000), (3, "tokyo", 7_000), (5, "tokyo", 10)];
    for (id, organisation, starts) in planned {
        store.create_meeting(&meeting(id, organisation, member, starts), &deed("planned")).unwrap();
    }
    let listed = |organisations: &[Code], from, most| {
        let found = store.meetings(organisations, at(from), most).unwrap();
        found.iter().map(|meeting| meeting.id.0).collect::<Vec<_>>()
    };
    let (tokyo, berlin) = (code("tokyo"), code("berlin"));
    let one = std::slice::from_ref(&tokyo);
    assert_eq!(listed(one, 0, 9), [5, 3, 9, 1]);
    assert_eq!(listed(one, 10_600, 9), [3, 9, 1], "two end at this very moment");
    assert_eq!(listed(one, 10_601, 9), [1]);
    assert_eq!(listed(&[berlin, tokyo.clone()], 4_000, 3), [2, 3, 9]);
    assert_eq!(listed(&[], 0, 9), [0; 0]);
}

/// One centre cannot fill the disk, and does not stand in another's way; what is over counts no more.
pub fn a_centre_plans_so_many_meetings(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    for id in 1..=MOST_MEETINGS as u64 {
        store.create_meeting(&meeting(id, "tokyo", member, 5_000), &deed("planned")).unwrap();
    }
    let more = meeting(9_999, "tokyo", member, 5_000);
    let refused = store.create_meeting(&more, &deed("planned"));
    assert!(matches!(refused, Err(MeetingError::Full)), "{refused:?}");
    store.create_meeting(&meeting(9_998, "berlin", member, 5_000), &deed("planned")).unwrap();
    let first = store.meeting(MeetingId(1)).unwrap().unwrap();
    let cancelled = store.update_meeting(&Scheduled { is_cancelled: true, ..first }, &deed("changed"));
    assert_eq!(cancelled.unwrap().version, 2, "the last one that has room is changed as any other");
    let later = Deed { at: at(8_600), ..deed("planned") };
    store.create_meeting(&Scheduled { starts_at: at(9_000), ends_at: at(9_600), ..more }, &later).unwrap();
}

/// A secret leads to one link and its meeting, also when it was taken back: what that means is for others to say.
pub fn a_link_is_found_by_its_secret_alone(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    let planned = store.create_meeting(&meeting(4, "tokyo", member, 5_000), &deed("planned")).unwrap();
    let (one, other) = (SecretHash([1; 32]), SecretHash([2; 32]));
    let first = store.create_guest_link(&link(4, "Frau Weiß"), &one, &deed("link_made")).unwrap();
    let second = store.create_guest_link(&link(4, "Herr Schwarz"), &other, &deed("link_made")).unwrap();
    assert_eq!(first, GuestLink { number: 1, ..link(4, "Frau Weiß") });
    drop(store);
    let store = fixture.open_meetings();
    assert_eq!(store.guest_link(&one).unwrap(), Some((planned.clone(), first)));
    assert_eq!(store.guest_link(&SecretHash([3; 32])).unwrap(), None);
    let gone = store.revoke_guest_link(planned.id, 2, &deed("link_revoked")).unwrap();
    assert_eq!(gone, GuestLink { is_revoked: true, ..second });
    assert_eq!(store.guest_link(&other).unwrap(), Some((planned, gone)));
}

/// It is the first time that counts, and nobody comes by what was taken back.
pub fn it_is_kept_when_a_link_was_first_used(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    let planned = store.create_meeting(&meeting(4, "tokyo", member, 5_000), &deed("planned")).unwrap();
    for secret in [1, 2] {
        store.create_guest_link(&link(4, "x"), &SecretHash([secret; 32]), &deed("link_made")).unwrap();
    }
    let came = |number, seconds| {
        store.use_guest_link(planned.id, number, &Deed { at: at(seconds), ..deed("link_used") }).unwrap().used_at
    };
    assert_eq!((came(1, 20), came(1, 30)), (Some(at(20)), Some(at(20))));
    store.revoke_guest_link(planned.id, 2, &deed("link_revoked")).unwrap();
    let late = store.use_guest_link(planned.id, 2, &deed("link_used")).unwrap();
    assert_eq!((late.used_at, late.is_revoked), (None, true));
    let missing = store.use_guest_link(planned.id, 3, &deed("link_used"));
    assert!(matches!(missing, Err(MeetingError::UnknownLink(MeetingId(4), 3))), "{missing:?}");
    drop(store);
    let links = fixture.open_meetings().guest_links(planned.id).unwrap();
    assert_eq!(links.iter().map(|link| link.used_at).collect::<Vec<_>>(), [Some(at(20)), None]);
}

/// Links count up within a meeting, and there are only so many.
pub fn links_are_numbered_and_bounded(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    for id in [4, 5] {
        store.create_meeting(&meeting(id, "tokyo", member, 5_000), &deed("planned")).unwrap();
    }
    let make = |meeting: u64, number: u8| {
        let secret = SecretHash([number; 32].map(|byte| byte ^ meeting as u8));
        store.create_guest_link(&link(meeting, "x"), &secret, &deed("link_made"))
    };
    let numbers: Vec<u32> = (0..MOST_GUEST_LINKS as u8).map(|number| make(4, number * 2).unwrap().number).collect();
    assert_eq!(numbers, (1..=MOST_GUEST_LINKS as u32).collect::<Vec<_>>());
    store.revoke_guest_link(MeetingId(4), 3, &deed("link_revoked")).unwrap();
    assert!(matches!(make(4, 255), Err(MeetingError::LinksFull)));
    assert_eq!(make(5, 254).unwrap().number, 1);
    let links = store.guest_links(MeetingId(4)).unwrap();
    let revoked: Vec<u32> = links.iter().filter(|link| link.is_revoked).map(|link| link.number).collect();
    assert_eq!((links.len(), revoked), (MOST_GUEST_LINKS, vec![3]));
    let missing = store.revoke_guest_link(MeetingId(5), 2, &deed("link_revoked"));
    assert!(matches!(missing, Err(MeetingError::UnknownLink(MeetingId(5), 2))), "{missing:?}");
    for missing in [
        make(6, 1).err(),
        store.revoke_guest_link(MeetingId(6), 1, &deed("link_revoked")).err(),
        store.remove_participant(MeetingId(6), ParticipantId(1), None, &deed("removed")).err(),
        store.log_meeting(MeetingId(6), &deed("admitted")).err(),
    ] {
        assert!(matches!(missing, Some(MeetingError::Unknown(MeetingId(6)))), "{missing:?}");
    }
}

/// It holds by meeting, and after a restart.
pub fn who_was_sent_out_stays_out(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    for id in [4, 5] {
        store.create_meeting(&meeting(id, "tokyo", member, 5_000), &deed("planned")).unwrap();
    }
    let (seven, last, other) = (ParticipantId(7), ParticipantId(u32::MAX), ParticipantId(8));
    let (link, someone) = (Some(CameBy::Link(3)), Some(CameBy::Member(member)));
    for (participant, came) in [(seven, link), (last, someone), (other, None), (seven, None)] {
        store.remove_participant(MeetingId(4), participant, came, &deed("removed")).unwrap();
    }
    drop(store);
    let store = fixture.open_meetings();
    assert_eq!(store.removed(MeetingId(4)).unwrap(), [(seven, link), (other, None), (last, someone)].into());
    assert_eq!(store.removed(MeetingId(5)).unwrap(), [].into());
}

/// By meeting, the last of each, and after a restart.
pub fn what_people_are_is_kept_as_it_was_last(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    for id in [4, 5] {
        store.create_meeting(&meeting(id, "tokyo", member, 5_000), &deed("planned")).unwrap();
    }
    let caucus = Room { id: RoomId(2), name: Some("密谈".parse().unwrap()) };
    let main = Room { id: RoomId::MAIN, name: None };
    let kept = |role, room, seating, came| Kept { role, room, is_muted: seating == 3, seating, came };
    let guest = kept(MeetingRole::Guest, Some(caucus), 3, Some(CameBy::Link(7)));
    let host = kept(MeetingRole::Host, Some(main), 1, Some(CameBy::Member(member)));
    let (one, two, three) = (ParticipantId(1), ParticipantId(2), ParticipantId(u32::MAX));
    store.keep(MeetingId(4), false, &[(one, host.clone()), (two, host.clone())].into()).unwrap();
    store.keep(MeetingId(4), true, &[(two, guest.clone())].into()).unwrap();
    let waits = kept(MeetingRole::Interpreter, None, u64::from(u32::MAX), None);
    store.keep(MeetingId(4), true, &[(three, waits.clone())].into()).unwrap();
    drop(store);
    let store = fixture.open_meetings();
    assert_eq!(store.kept(MeetingId(4)).unwrap(), (true, [(one, host), (two, guest), (three, waits)].into()));
    assert_eq!(store.kept(MeetingId(5)).unwrap(), (false, [].into()));
    assert_eq!(store.kept(MeetingId(6)).unwrap(), (false, [].into()), "there is none");
    assert!(matches!(store.keep(MeetingId(6), true, &[].into()), Err(MeetingError::Unknown(MeetingId(6)))));
}

/// Each write has its event, which names the meeting and nothing that is said of it; what changes nothing has none.
pub fn the_log_holds_no_title_and_no_secret(fixture: &impl MeetingFixture) {
    let (store, member) = opened(fixture);
    let planned = store.create_meeting(&meeting(4, "tokyo", member, 5_000), &deed("planned")).unwrap();
    store.update_meeting(&planned, &deed("changed")).unwrap();
    store.update_meeting(&planned, &deed("changed")).unwrap_err();
    let secret = SecretHash([0xab; 32]);
    store.create_guest_link(&link(4, "Frau Weiß"), &secret, &deed("link_made")).unwrap();
    for _ in 0..2 {
        store.revoke_guest_link(planned.id, 1, &deed("link_revoked")).unwrap();
        store.remove_participant(planned.id, ParticipantId(7), None, &deed("removed")).unwrap();
    }
    let seen = Deed { detail: [("revision".to_owned(), "3".to_owned())].into(), ..deed("admitted") };
    store.log_meeting(planned.id, &seen).unwrap();
    let events = log(&*store);
    assert!(
        events.iter().all(|event| event.happening.action == Action::Meeting && event.happening.subject == "meetings/4")
    );
    let told = |key| events.iter().map(|event| event.happening.detail.get(key).map_or("", String::as_str)).collect();
    let (did, links, people): (Vec<&str>, Vec<&str>, Vec<&str>) = (told("did"), told("link"), told("participant"));
    assert_eq!(did, ["planned", "changed", "link_made", "link_revoked", "removed", "admitted"]);
    assert_eq!(links, ["", "", "1", "1", "", ""]);
    assert_eq!(people, ["", "", "", "", "7", ""]);
    assert_eq!(events[5].happening.detail["revision"], "3");
    let all = format!("{events:?}");
    assert!(["看地", "Weiß", "abab", "171"].iter().all(|word| !all.contains(word)), "{all}");
}
