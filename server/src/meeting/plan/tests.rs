//! Plans on the demo's people with a clock that is set by hand, and invitations read back by a calendar's reader.

use cloudsite_domain::identity::{DisplayName, Role, Tier};
use cloudsite_domain::meeting::{CameBy, MOST_FLOORS, MeetingRole};
use cloudsite_domain::record::Language;
use cloudsite_store::Store;
use cloudsite_store::identity::IdentityStore;
use icalendar::{Calendar, CalendarComponent, Component, Event, EventStatus};
use proptest::prelude::*;
use tonic::Status;

use super::invitation::{Invitation, said};
use super::*;
use crate::identity::sample::Sample;

/// The demo's people, and plans among them.
struct Fixture {
    people: Sample,
    plans: Plans,
}

fn fixture() -> Fixture {
    let people = Sample::new(true);
    let (identity, clock) = (Arc::clone(&people.identity), people.clock());
    let plans = Plans { store: Arc::clone(&people.store) as _, identity, clock };
    Fixture { people, plans }
}

impl Fixture {
    /// The demo's member with a role, who may have another role, in another organisation, in a test's eyes.
    fn member(&self, role: Role, organisation: &str) -> Principal {
        let mut members = self.people.store.members().unwrap().into_iter();
        let member = members.find(|member| member.roles.contains(&role)).unwrap();
        Principal::Member {
            id: member.id,
            name: member.name.to_string(),
            organisation: organisation.parse().unwrap(),
            roles: [role].into(),
            tier: Tier::Public,
        }
    }

    fn host(&self) -> Principal {
        self.member(Role::Host, "tokyo")
    }

    fn now(&self) -> i64 {
        (self.plans.clock)().as_second()
    }

    /// A meeting of an hour that begins in so many seconds.
    fn plan(&self, title: &str, begins_in: i64) -> wire::Meeting {
        let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let starts = self.now() + begins_in;
        wire::Meeting {
            title: title.to_owned(),
            starts_at: at(starts),
            ends_at: at(starts + 3_600),
            time_zone: "asia/tokyo".to_owned(),
            floors: vec!["ja".to_owned(), "zh".to_owned()],
            ..wire::Meeting::default()
        }
    }

    fn planned(&self, begins_in: i64) -> Scheduled {
        self.plans.create(&self.host(), Some(self.plan("Visit", begins_in))).unwrap()
    }

    fn titles(&self, who: &Principal) -> Vec<String> {
        self.plans.list(who).unwrap().into_iter().map(|meeting| meeting.title.to_string()).collect()
    }
}

/// A link for a guest to a meeting.
fn asked(meeting: &Scheduled) -> wire::CreateGuestLinkRequest {
    wire::CreateGuestLinkRequest {
        parent: convert::meeting_name(meeting.id),
        display_name: "Frau Weiß".to_owned(),
        role: wire::MeetingRole::Guest.into(),
        language: "de".to_owned(),
    }
}

fn refused<T>(answer: Result<T, Refusal>) -> (Code, String) {
    let status = Status::from(answer.err().expect("it is refused"));
    (status.code(), status.message().to_owned())
}

#[test]
fn a_meeting_is_listed_for_those_it_is_for_until_it_is_over() {
    let fixture = fixture();
    let host = fixture.host();
    for (title, begins_in) in [("last", 90_000), ("first", 60), ("second", 7_200)] {
        fixture.plans.create(&host, Some(fixture.plan(title, begins_in))).unwrap();
    }
    let all = ["first", "second", "last"];
    for (who, role) in [
        (host.clone(), wire::MeetingRole::Host),
        (fixture.member(Role::Interpreter, "tokyo"), wire::MeetingRole::Interpreter),
        (fixture.member(Role::Approver, "bureau"), wire::MeetingRole::Official),
    ] {
        assert_eq!(fixture.titles(&who), all, "{who:?}");
        let first = &fixture.plans.list(&who).unwrap()[0];
        let shown = fixture.plans.shown(first, &who);
        assert_eq!((shown.own_role(), shown.open, shown.time_zone.as_str()), (role, true, "Asia/Tokyo"), "{who:?}");
    }
    let strangers = [
        fixture.member(Role::Host, "example-centre-2"),
        fixture.member(Role::Investor, "example-firm"),
        fixture.member(Role::Auditor, "bureau"),
        Principal::Operator,
    ];
    for who in strangers {
        assert!(fixture.titles(&who).is_empty(), "{who:?}");
    }
    // Open for an hour after its end, and over from then on.
    fixture.people.pass(60 + 3_600 + 3_600);
    assert_eq!(fixture.titles(&host), all);
    fixture.people.pass(1);
    assert_eq!(fixture.titles(&host), all[1..]);
}

#[test]
fn a_meeting_is_changed_by_whoever_read_the_newest() {
    let fixture = fixture();
    let host = fixture.host();
    let first = fixture.planned(60);
    let given = |version: &Scheduled| fixture.plans.shown(version, &host);
    assert_eq!(fixture.plans.update(&host, Some(given(&first))).unwrap(), first, "nothing has changed");
    let renamed = wire::Meeting { title: "Second visit".to_owned(), ..given(&first) };
    let second = fixture.plans.update(&host, Some(renamed.clone())).unwrap();
    assert_eq!((second.title.as_str(), second.version), ("Second visit", 2));
    assert_eq!(refused(fixture.plans.update(&host, Some(renamed))).0, Code::Aborted);
    let official = fixture.member(Role::Approver, "bureau");
    assert_eq!(refused(fixture.plans.update(&official, Some(given(&second)))).0, Code::PermissionDenied);
    let stranger = fixture.member(Role::Host, "example-centre-2");
    assert_eq!(refused(fixture.plans.update(&stranger, Some(given(&second)))).0, Code::NotFound);
    // When its time is over it can be called off still, and not be held.
    fixture.people.pass(90_000);
    let late = wire::Meeting { title: "Too late".to_owned(), ..given(&second) };
    assert_eq!(refused(fixture.plans.update(&host, Some(late))).1, "meeting.ends_at: this time is over");
    let off = fixture.plans.update(&host, Some(wire::Meeting { cancelled: true, ..given(&second) })).unwrap();
    assert!(off.is_cancelled && off.version == 3, "{off:?}");
}

#[test]
fn a_link_leads_to_its_meeting_until_it_is_taken_back() {
    let fixture = fixture();
    let host = fixture.host();
    let meeting = fixture.planned(60);
    let (_, link, secret) = fixture.plans.create_link(&host, &asked(&meeting)).unwrap();
    let found = fixture.plans.by_link(secret.reveal()).unwrap();
    assert_eq!(found, Some((meeting.clone(), link.clone())));
    assert_eq!((link.number, link.role, link.language), (1, MeetingRole::Guest, Language::De));
    let stranger = fixture.member(Role::Host, "example-centre-2");
    assert_eq!(refused(fixture.plans.links(&stranger, &convert::meeting_name(meeting.id))).0, Code::NotFound);
    fixture.plans.revoke_link(&host, &convert::link_name(meeting.id, 1)).unwrap();
    assert_eq!(fixture.plans.by_link(secret.reveal()).unwrap(), None);
    let (code, message) = refused(fixture.plans.invitation(secret.reveal()));
    assert!(code == Code::NotFound && !message.contains(secret.reveal()), "{message}");
    assert_eq!(refused(fixture.plans.revoke_link(&host, &convert::link_name(meeting.id, 2))).0, Code::NotFound);
    fixture.people.pass(60 + 3_600 + 3_601);
    assert_eq!(refused(fixture.plans.create_link(&host, &asked(&meeting))).0, Code::FailedPrecondition);
}

#[test]
fn what_is_wrong_of_a_plan_is_named_all_at_once() {
    let fixture = fixture();
    let host = fixture.host();
    let good = || fixture.plan("Visit", 60);
    let at = |seconds, nanos| Some(prost_types::Timestamp { seconds, nanos });
    let tags = |count: usize| Language::ALL[..count].iter().map(|language| language.tag().to_owned()).collect();
    let cases = [
        (None, "meeting: is missing"),
        (Some(wire::Meeting { title: " Visit".to_owned(), ..good() }), "meeting.title: has 1 to 100"),
        (Some(wire::Meeting { title: "x".repeat(101), ..good() }), "meeting.title: has 1 to 100"),
        (Some(wire::Meeting { starts_at: None, ..good() }), "meeting.starts_at: is missing"),
        (Some(wire::Meeting { starts_at: at(i64::MAX, 0), ..good() }), "meeting.starts_at: is not a moment"),
        (Some(wire::Meeting { ends_at: at(fixture.now() + 90, 5), ..good() }), "meeting.ends_at: has a fraction"),
        (Some(wire::Meeting { ends_at: at(fixture.now() + 59, 0), ..good() }), "meeting.ends_at: a meeting ends after"),
        (
            Some(wire::Meeting { ends_at: at(fixture.now() + 43_261, 0), ..good() }),
            "meeting.ends_at: a meeting lasts 12",
        ),
        (Some(fixture.plan("Visit", -3_600)), "meeting.ends_at: this time is over"),
        (Some(wire::Meeting { time_zone: "Asia/Nowhere".to_owned(), ..good() }), "meeting.time_zone: the database"),
        (Some(wire::Meeting { time_zone: "+09:00".to_owned(), ..good() }), "meeting.time_zone: '+09:00' is not"),
        (Some(wire::Meeting { time_zone: "../../etc/passwd".to_owned(), ..good() }), "meeting.time_zone: "),
        (Some(wire::Meeting { floors: vec!["fr".to_owned()], ..good() }), "meeting.floors: 'fr' is not one of"),
        (Some(wire::Meeting { floors: tags(MOST_FLOORS + 1), ..good() }), "meeting.floors: a meeting is interpreted"),
    ];
    for (given, expected) in cases {
        let (code, message) = refused(fixture.plans.create(&host, given.clone()));
        assert!(code == Code::InvalidArgument && message.starts_with(expected), "{given:?}: {message}");
    }
    let (_, message) = refused(fixture.plans.create(&host, Some(wire::Meeting::default())));
    for field in ["meeting.title", "meeting.starts_at", "meeting.ends_at", "meeting.time_zone"] {
        assert!(message.contains(field), "{field} in {message}");
    }
    let meeting = fixture.planned(60);
    let good = asked(&meeting);
    let host_role = wire::MeetingRole::Host.into();
    let all =
        wire::CreateGuestLinkRequest { role: host_role, display_name: String::new(), language: "x".into(), ..good };
    let (_, message) = refused(fixture.plans.create_link(&host, &all));
    for field in ["display_name", "role", "language"] {
        assert!(message.contains(&format!("{field}: ")), "{field} in {message}");
    }
    for name in ["", "meetings/", "meetings/x", "meetings/1/guestLinks", "meetings/+1", "meetings/9223372036854775808"]
    {
        assert!(Plans::id_of("name", name).is_err() && convert::link_id(name).is_err(), "{name}");
    }
    assert_eq!(Plans::id_of("name", "meetings/9223372036854775807").unwrap(), MeetingId(i64::MAX as u64));
}

#[test]
fn what_happens_in_a_meeting_is_kept_and_told() {
    let fixture = fixture();
    let meeting = fixture.planned(60);
    let guest = ParticipantId(7);
    fixture.plans.remove(meeting.id, guest, Some(CameBy::Link(1)), Actor::from(&fixture.host())).unwrap();
    assert_eq!(fixture.plans.removed(meeting.id).unwrap(), [(guest, Some(CameBy::Link(1)))].into());
    let detail = [("revision".to_owned(), "3".to_owned())].into();
    fixture.plans.log(meeting.id, "admitted", Actor::named("guest"), detail).unwrap();
    assert_eq!(fixture.plans.meeting(meeting.id).unwrap(), Some(meeting.clone()));
    let mut told = Vec::new();
    let mut note = |event: cloudsite_domain::audit::Event| {
        told.push((event.happening.subject, event.happening.detail["did"].clone()));
        Ok(())
    };
    fixture.people.store.events(1..=u64::MAX, &mut note).unwrap();
    let expected = ["planned", "removed", "admitted"].map(|did| (convert::meeting_name(meeting.id), did.to_owned()));
    assert_eq!(told, expected);
}

/// A meeting from one moment to another in a zone.
fn scheduled(zone: &str, starts: &str, ends: &str) -> Scheduled {
    Scheduled {
        id: MeetingId(77),
        organisation: "tokyo".parse().unwrap(),
        author: cloudsite_domain::identity::MemberId(1),
        title: "Visit, talk; a \\ and more".parse().unwrap(),
        starts_at: starts.parse().unwrap(),
        ends_at: ends.parse().unwrap(),
        time_zone: zone.parse().unwrap(),
        floors: [Language::Zh, Language::Ja].into(),
        is_cancelled: false,
        ended_at: None,
        version: 3,
    }
}

/// What Python 3's `zoneinfo` says of the same instants, where clocks are changed and where they are not.
#[test]
fn a_time_is_said_as_the_clocks_of_its_zone_show_it() {
    let cases = [
        ("Europe/Berlin", "2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z", "2027-03-28 01:30 +01:00 – 03:30 +02:00"),
        ("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25 02:30 +02:00 – 02:30 +01:00"),
        ("America/New_York", "2027-03-14T06:30:00Z", "2027-03-14T07:30:00Z", "2027-03-14 01:30 -05:00 – 03:30 -04:00"),
        ("America/New_York", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01 01:30 -04:00 – 01:30 -05:00"),
        (
            "Australia/Lord_Howe",
            "2026-10-03T15:00:00Z",
            "2026-10-03T16:00:00Z",
            "2026-10-04 01:30 +10:30 – 03:00 +11:00",
        ),
        ("Europe/Dublin", "2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z", "2027-03-28 00:30 +00:00 – 02:30 +01:00"),
        (
            "America/Santiago",
            "2026-09-06T03:30:00Z",
            "2026-09-06T04:30:00Z",
            "2026-09-05 23:30 -04:00 – 2026-09-06 01:30 -03:00",
        ),
        (
            "Asia/Kathmandu",
            "2026-12-01T18:00:00Z",
            "2026-12-01T19:00:00Z",
            "2026-12-01 23:45 +05:45 – 2026-12-02 00:45 +05:45",
        ),
        ("Asia/Tokyo", "2026-12-01T00:00:00Z", "2026-12-01T01:00:00Z", "2026-12-01 09:00 +09:00 – 10:00 +09:00"),
    ];
    for (zone, starts, ends, expected) in cases {
        let meeting = scheduled(zone, starts, ends);
        assert_eq!(said(&meeting), format!("{expected} ({zone})"));
        // The instants themselves are in UTC, whatever the clocks do.
        let event = read_back(&calendar(&meeting, Language::En));
        let utc = |text: &str| text.replace(['-', ':'], "");
        let times = (event.property_value("DTSTART").unwrap(), event.property_value("DTEND").unwrap());
        assert_eq!(times, (utc(starts).as_str(), utc(ends).as_str()), "{zone}");
    }
}

const ADDRESS: &str = "https://park.example/?meet=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn calendar(meeting: &Scheduled, language: Language) -> String {
    calendar_for(meeting, language, "Müller, Anna; 王")
}

fn calendar_for(meeting: &Scheduled, language: Language, guest: &str) -> String {
    let name: DisplayName = guest.parse().unwrap();
    let link = GuestLink {
        meeting: meeting.id,
        number: 1,
        name,
        role: MeetingRole::Guest,
        language,
        created_at: Timestamp::UNIX_EPOCH,
        used_at: None,
        is_revoked: false,
    };
    let made_at = Timestamp::UNIX_EPOCH;
    Invitation { meeting, link: &link, centre: "東京ビジネスセンター, 3rd floor", address: ADDRESS, made_at }.calendar()
}

/// The one event of a calendar file.
fn read_back(file: &str) -> Event {
    let calendar: Calendar = file.parse().unwrap();
    assert_eq!(calendar.property_value("VERSION"), Some("2.0"));
    match calendar.components.as_slice() {
        [CalendarComponent::Event(event)] => event.clone(),
        other => panic!("not one event: {other:?}"),
    }
}

/// Whether a line is as long as one may be: 75 octets, and one more where the last piece of a folded one is full.
fn is_line(line: &str) -> bool {
    line.len() <= 76 && !line.contains(['\r', '\n'])
}

/// An hour in Tokyo that is called something.
fn called(title: &str) -> Scheduled {
    let meeting = scheduled("Asia/Tokyo", "2026-12-01T00:00:00Z", "2026-12-01T01:00:00Z");
    Scheduled { title: title.parse().unwrap(), ..meeting }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Letters of one to four bytes and spaces, in any order: where lines are folded nothing is lost.
    #[test]
    fn whatever_a_meeting_is_called_is_read_back(
        title in r"[aü老😀]([aü老😀,;\ \x{3000}]|😀{1,40}|ü{1,40}| {1,40}){0,9}",
        zeros in 0..40_usize,
    ) {
        let title: String = title.chars().take(99).chain(['x']).collect();
        let name = format!("{}{}{}x", "0".repeat(zeros), "😀".repeat(10), " ".repeat(89 - zeros));
        let file = calendar_for(&called(&title), Language::En, &name);
        prop_assert!(file.split("\r\n").all(is_line), "{file}");
        let event = read_back(&file);
        prop_assert_eq!(event.get_summary().unwrap(), title.replace('\u{3000}', " "));
        prop_assert!(event.get_description().unwrap().contains(&name));
    }
}

/// Many spaces after letters of two and of four bytes, the names with which folding never ended.
#[test]
fn folding_comes_to_an_end() {
    for (letter, letters) in [("😀", 24), ("ü", 40)] {
        for lead in 0..8 {
            let name = format!("{}{}{}x", "a".repeat(lead), letter.repeat(letters), " ".repeat(99 - letters - lead));
            let event = read_back(&calendar_for(&called(&name), Language::En, &name));
            assert_eq!(event.get_summary(), Some(name.as_str()));
            assert!(event.get_description().unwrap().contains(&name));
        }
    }
}

#[test]
fn an_invitation_is_read_back_in_every_language() {
    let meeting = scheduled("Asia/Tokyo", "2026-12-01T00:00:00Z", "2026-12-01T01:00:00Z");
    for language in Language::ALL {
        let file = calendar(&meeting, language);
        for line in file.split("\r\n") {
            assert!(is_line(line), "{line:?}");
        }
        assert!(file.ends_with("END:VCALENDAR\r\n"));
        assert!(file.contains("SUMMARY:Visit\\, talk\\; a \\\\ and more\r\n"), "{file}");
        let event = read_back(&file);
        assert_eq!(event.get_summary(), Some("Visit, talk; a \\ and more"));
        assert_eq!((event.get_url(), event.get_sequence()), (Some(ADDRESS), Some(3)));
        assert_eq!(event.get_uid(), Some("meeting-77@cloudsite"));
        assert_eq!(event.get_status(), Some(EventStatus::Confirmed));
        let description = event.get_description().unwrap();
        for part in [
            "Müller, Anna; 王\n",
            "東京ビジネスセンター, 3rd floor\n",
            "2026-12-01 09:00 +09:00 – 10:00 +09:00 (Asia/Tokyo)\n",
            "中文, 日本語\n",
            ADDRESS,
            words::words(language).private,
        ] {
            assert!(description.contains(part), "{part:?} in {description:?}");
        }
    }
}

#[test]
fn a_meeting_that_was_called_off_is_taken_out_of_the_calendar() {
    let meeting = scheduled("Asia/Tokyo", "2026-12-01T00:00:00Z", "2026-12-01T01:00:00Z");
    let off = Scheduled { is_cancelled: true, version: 4, ..meeting };
    let event = read_back(&calendar(&off, Language::Ja));
    assert_eq!((event.get_status(), event.get_sequence()), (Some(EventStatus::Cancelled), Some(4)));
    assert_eq!(event.get_uid(), Some("meeting-77@cloudsite"));
    let description = event.get_description().unwrap();
    assert!(
        description.starts_with("この会議は中止になりました。\n") && !description.contains(ADDRESS),
        "{description}"
    );
}
