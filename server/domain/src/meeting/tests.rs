//! Meetings by tables: who may do what, and who then hears and sees whom.

mod kept;
mod recording;
mod rooms;

use std::collections::BTreeSet;
use std::fmt::Write;

use expect_test::{Expect, expect};
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::identity::{DisplayName, MemberId, Principal, Role, Tier};
use crate::record::Language;

const HOST: ParticipantId = ParticipantId(1);
const GUEST: ParticipantId = ParticipantId(2);
const OTHER: ParticipantId = ParticipantId(3);
const INTERPRETER: ParticipantId = ParticipantId(4);
const SECOND: ParticipantId = ParticipantId(5);
const OBSERVER: ParticipantId = ParticipantId(6);
const FEED: ParticipantId = ParticipantId(7);
const PLAYER: ParticipantId = ParticipantId(8);
const OF_GUEST: ParticipantId = ParticipantId(9);

fn name(text: &str) -> DisplayName {
    text.parse().unwrap()
}

fn joining(who: &str, role: MeetingRole, language: Language) -> Joining {
    let side = Side::Invited;
    Joining { name: name(who), role, side, came: None, language, back_in: None, seating: 0 }
}

/// A host who reads Chinese, two guests who read Japanese and English, two interpreters, an observer; floors in Japanese and
/// English. All were let in, and everyone's microphone is on but the observer's.
fn meeting() -> Meeting {
    let mut meeting = Meeting::new([Language::Ja, Language::En].into());
    let all = [
        (HOST, "host", MeetingRole::Host, Language::Zh),
        (GUEST, "guest", MeetingRole::Guest, Language::Ja),
        (OTHER, "other", MeetingRole::Guest, Language::En),
        (INTERPRETER, "interpreter", MeetingRole::Interpreter, Language::Ja),
        (SECOND, "second", MeetingRole::Interpreter, Language::Ja),
        (OBSERVER, "observer", MeetingRole::Observer, Language::Zh),
    ];
    for (id, who, role, language) in all {
        meeting.join(id, joining(who, role, language)).unwrap();
        if role.waits() {
            meeting.apply(HOST, &Act::Admit(id)).unwrap();
        }
        if role.publishes() {
            meeting.apply(id, &Act::Switch { microphone: true, camera: false, screen: false }).unwrap();
        }
    }
    meeting
}

/// A meeting after acts.
fn after(acts: &[(ParticipantId, Act)]) -> Meeting {
    let mut meeting = meeting();
    for (by, act) in acts {
        meeting.apply(*by, act).unwrap_or_else(|refused| panic!("{by} does {act:?}: {refused}"));
    }
    meeting
}

/// For each who receives anything, from whom they hear, and in brackets what else comes from whom.
fn heard(meeting: &Meeting) -> String {
    let routes = desired_routes(meeting);
    let called = |id| meeting.person(id).unwrap().name.as_str();
    let mut lines = String::new();
    for to in meeting.people() {
        let of = |route: &&Route| route.to == to.id;
        let words: Vec<_> = routes
            .iter()
            .filter(of)
            .map(|route| match route.source {
                Source::Microphone => called(route.from).to_owned(),
                other => format!("[{} {other}]", called(route.from)),
            })
            .collect();
        writeln!(lines, "{}: {}", to.name, words.join(" ")).unwrap();
    }
    lines
}

#[expect(clippy::needless_pass_by_value, reason = "so that an expectation is written in place")]
fn check(acts: &[(ParticipantId, Act)], expected: Expect) {
    expected.assert_eq(&heard(&after(acts)));
}

#[test]
fn without_interpretation_everyone_hears_everyone() {
    check(
        &[],
        expect![[r"
            host: guest other interpreter second
            guest: host other interpreter second
            other: host guest interpreter second
            interpreter: host guest other second
            second: host guest other interpreter
            observer: host guest other interpreter second
        "]],
    );
}

#[test]
fn an_interpreter_is_heard_by_whoever_chose_the_floor() {
    // The guest reads Japanese, so a Japanese floor is what they hear first, above what is said.
    check(
        &[(INTERPRETER, Act::Interpret(Some(Language::Ja))), (SECOND, Act::Interpret(Some(Language::Ja)))],
        expect![[r"
            host: guest other
            guest: host other interpreter
            other: host guest
            interpreter: host guest other
            second: host guest other
            observer: host guest other
        "]],
    );
}

#[test]
fn whoever_wants_no_original_hears_the_interpreter_alone() {
    let only = Act::Listen(Listening { floor: Some(Language::Ja), original: false });
    let to_ja = (INTERPRETER, Act::Interpret(Some(Language::Ja)));
    check(
        &[(GUEST, only.clone()), to_ja.clone()],
        expect![[r"
            host: guest other second
            guest: interpreter
            other: host guest second
            interpreter: host guest other second
            second: host guest other
            observer: host guest other second
        "]],
    );
    // As soon as nobody speaks the floor, the original is back.
    let off = Act::Switch { microphone: false, camera: false, screen: false };
    check(
        &[(GUEST, only), to_ja, (INTERPRETER, off)],
        expect![[r"
            host: guest other second
            guest: host other second
            other: host guest second
            interpreter: host guest other second
            second: host guest other
            observer: host guest other second
        "]],
    );
}

#[test]
fn interpreters_relay_and_hand_over() {
    // The second interprets into English, by way of Japanese, and hears what is said all the same.
    check(
        &[
            (INTERPRETER, Act::Interpret(Some(Language::Ja))),
            (SECOND, Act::Interpret(Some(Language::En))),
            (SECOND, Act::Listen(Listening { floor: Some(Language::Ja), original: false })),
        ],
        expect![[r"
            host: guest other
            guest: host other interpreter
            other: host guest second
            interpreter: host guest other
            second: host guest other interpreter
            observer: host guest other
        "]],
    );
    check(
        &[
            (INTERPRETER, Act::Interpret(Some(Language::Ja))),
            (SECOND, Act::Interpret(Some(Language::Ja))),
            (SECOND, Act::TakeFloor),
        ],
        expect![[r"
            host: guest other
            guest: host other second
            other: host guest
            interpreter: host guest other
            second: host guest other
            observer: host guest other
        "]],
    );
}

#[test]
fn a_caucus_and_the_others_do_not_hear_each_other() {
    let show = Act::Switch { microphone: true, camera: true, screen: true };
    check(
        &[
            (GUEST, show),
            (HOST, Act::OpenRoom(name("Caucus"))),
            (HOST, Act::Move(GUEST, RoomId(1))),
            (HOST, Act::Move(INTERPRETER, RoomId(1))),
            (INTERPRETER, Act::Interpret(Some(Language::Ja))),
        ],
        expect![[r"
            host: other second
            guest: interpreter
            other: host second
            interpreter: guest [guest camera] [guest screen]
            second: host other
            observer: host other second
        "]],
    );
}

/// A camera that was brought in and two players, one of whoever speaks and one of the guest, with everyone's camera on.
fn equipped() -> Meeting {
    let mut meeting = after(&[(GUEST, Act::Switch { microphone: true, camera: true, screen: true })]);
    for (id, who, role) in [
        (FEED, "feed", MeetingRole::Feed),
        (PLAYER, "player", MeetingRole::Player),
        (OF_GUEST, "of guest", MeetingRole::Player),
    ] {
        meeting.join(id, joining(who, role, Language::Ja)).unwrap();
    }
    meeting.play(PLAYER, None).unwrap();
    meeting.play(OF_GUEST, Some(GUEST)).unwrap();
    meeting.apply(FEED, &Act::Switch { microphone: true, camera: true, screen: false }).unwrap();
    meeting
}

#[test]
fn equipment_sends_or_plays_and_nothing_else() {
    let seen = heard(&equipped());
    expect![[r"
        host: guest [guest camera] [guest screen] other interpreter second feed [feed camera]
        guest: host other interpreter second feed [feed camera]
        other: host guest [guest camera] [guest screen] interpreter second feed [feed camera]
        interpreter: host guest [guest camera] [guest screen] other second feed [feed camera]
        second: host guest [guest camera] [guest screen] other interpreter feed [feed camera]
        observer: host guest [guest camera] [guest screen] other interpreter second feed [feed camera]
        feed: 
        player: host guest [guest camera] [guest screen] other interpreter second feed [feed camera]
        of guest: guest [guest camera] [guest screen]
    "]]
    .assert_eq(&seen);
    // A player of whoever speaks plays the interpreter into its language, and a player of someone plays them.
    let mut interpreted = equipped();
    interpreted.apply(INTERPRETER, &Act::Interpret(Some(Language::Ja))).unwrap();
    let voices = |to| {
        let routes = desired_routes(&interpreted).into_iter();
        let voices = routes.filter(move |route| route.to == to && route.source == Source::Microphone);
        voices.map(|route| route.from).collect::<Vec<_>>()
    };
    assert_eq!((voices(PLAYER), voices(OF_GUEST)), (vec![INTERPRETER], vec![GUEST]));
}

#[test]
fn equipment_comes_into_a_caucus_only_if_it_is_brought_there() {
    let mut meeting = equipped();
    meeting.apply(HOST, &Act::OpenRoom(name("Caucus"))).unwrap();
    meeting.apply(HOST, &Act::Move(GUEST, RoomId(1))).unwrap();
    let touches = |meeting: &Meeting, id| {
        desired_routes(meeting).iter().filter(|route| route.from == GUEST && route.to == id).count()
    };
    assert_eq!((touches(&meeting, PLAYER), touches(&meeting, OF_GUEST)), (0, 0));
    assert_eq!(meeting.play(PLAYER, Some(GUEST)), Err(Refused::NoParticipant(GUEST)), "elsewhere");
    meeting.apply(HOST, &Act::Move(OF_GUEST, RoomId(1))).unwrap();
    assert_eq!((touches(&meeting, PLAYER), touches(&meeting, OF_GUEST)), (0, 3));
    for (act, refused) in [
        (Act::SetRole(FEED, MeetingRole::Host), Refused::Equipment(FEED)),
        (Act::SetRole(OTHER, MeetingRole::Player), Refused::Equipment(OTHER)),
        (Act::LetLead(FEED), Refused::Equipment(FEED)),
    ] {
        assert_eq!(meeting.apply(HOST, &act), Err(refused), "{act:?}");
    }
    meeting.apply(HOST, &Act::Mute(FEED)).unwrap();
    meeting.apply(HOST, &Act::Remove(FEED)).unwrap();
    assert_eq!(
        meeting.play(OF_GUEST, Some(OBSERVER)),
        Err(Refused::NoParticipant(OBSERVER)),
        "nobody sees an observer"
    );
}

#[test]
fn closing_a_room_brings_everyone_back() {
    let withdrawn = after(&[(HOST, Act::OpenRoom(name("Caucus"))), (HOST, Act::Move(GUEST, RoomId(1)))]);
    assert_eq!(audience(&withdrawn, GUEST), [], "nobody else is there");
    assert!(!audience(&withdrawn, HOST).contains(&GUEST));
    let mut back = withdrawn;
    back.apply(HOST, &Act::CloseRoom(RoomId(1))).unwrap();
    assert_eq!(desired_routes(&back), desired_routes(&meeting()));
    assert_eq!(audience(&back, GUEST), [HOST, OTHER, INTERPRETER, SECOND, OBSERVER]);
}

#[test]
fn a_meeting_that_begins_anew_brings_nobody_out_of_a_caucus() {
    let before = after(&[(HOST, Act::OpenRoom(name("Caucus"))), (HOST, Act::Move(GUEST, RoomId(1)))]);
    let mut anew = Meeting::new(before.floors().clone());
    for person in before.people() {
        let back_in = match person.place {
            Place::Room(room) => before.room(room).cloned(),
            Place::Lobby => None,
        };
        let again = Joining { back_in, ..joining(person.name.as_str(), person.role, person.language) };
        anew.join(person.id, again).unwrap();
        if person.role.publishes() {
            anew.apply(person.id, &Act::Switch { microphone: true, camera: false, screen: false }).unwrap();
        }
    }
    assert_eq!(desired_routes(&anew), desired_routes(&before));
    assert_eq!(anew.room(RoomId(1)), before.room(RoomId(1)));
    anew.apply(HOST, &Act::OpenRoom(name("Second"))).unwrap();
    assert_eq!(anew.rooms().map(|room| room.id.0).collect::<Vec<_>>(), [0, 1, 2], "no number is given twice");
}

#[test]
fn who_is_muted_gone_or_removed_is_not_carried() {
    let of_guest = |meeting: &Meeting| {
        let routes = desired_routes(meeting);
        let (from, to) = (|route: &&Route| route.from == GUEST, |route: &&Route| route.to == GUEST);
        (routes.iter().filter(from).count(), routes.iter().filter(to).count())
    };
    assert_eq!(of_guest(&meeting()), (5, 4));
    let mut muted = after(&[(HOST, Act::Mute(GUEST))]);
    assert_eq!(of_guest(&muted), (0, 4));
    muted.apply(GUEST, &Act::Switch { microphone: true, camera: false, screen: false }).unwrap();
    assert_eq!(of_guest(&muted), (0, 4), "nobody gives their own voice back");
    muted.apply(HOST, &Act::Unmute(GUEST)).unwrap();
    assert_eq!(of_guest(&muted), (5, 4));
    let mut lost = meeting();
    lost.lose(GUEST);
    assert_eq!(of_guest(&lost), (0, 0));
    lost.join(GUEST, joining("guest", MeetingRole::Guest, Language::Ja)).unwrap();
    assert_eq!(of_guest(&lost), (0, 4), "back, and silent until they switch something on");
    let mut removed = after(&[(HOST, Act::Remove(GUEST))]);
    assert_eq!(of_guest(&removed), (0, 0));
    let again = removed.join(GUEST, joining("guest", MeetingRole::Guest, Language::Ja));
    assert_eq!(again, Err(Refused::NotTaking));
    assert!(removed.was_removed(GUEST));
}

#[test]
fn the_lobby_hears_and_says_nothing() {
    let mut meeting = meeting();
    let late = ParticipantId(9);
    meeting.join(late, joining("late", MeetingRole::Guest, Language::En)).unwrap();
    meeting.apply(late, &Act::Switch { microphone: true, camera: true, screen: false }).unwrap();
    let touches = |meeting: &Meeting| {
        desired_routes(meeting).iter().filter(|route| route.from == late || route.to == late).count()
    };
    assert_eq!(touches(&meeting), 0);
    assert_eq!(audience(&meeting, late), []);
    assert!(!audience(&meeting, HOST).contains(&late));
    assert_eq!(meeting.apply(late, &Act::RaiseHand(true)), Err(Refused::InLobby));
    assert_eq!(meeting.apply(HOST, &Act::Move(late, RoomId::MAIN)), Err(Refused::NotAdmitted(late)));
    meeting.apply(HOST, &Act::Admit(late)).unwrap();
    // Voice and picture to six, and five voices back.
    assert_eq!(touches(&meeting), 2 * 6 + 5);
}

#[test]
fn moderation_is_the_hosts() {
    let acts = [
        Act::Admit(GUEST),
        Act::Remove(OTHER),
        Act::Mute(OTHER),
        Act::Unmute(OTHER),
        Act::Lock(true),
        Act::SetRole(OTHER, MeetingRole::Observer),
        Act::OpenRoom(name("x")),
        Act::CloseRoom(RoomId(1)),
        Act::Move(OTHER, RoomId::MAIN),
        Act::LetLead(OTHER),
        Act::LowerHand(OTHER),
        Act::Record(true),
        Act::End,
    ];
    for act in acts {
        for (id, role) in
            [(GUEST, MeetingRole::Guest), (INTERPRETER, MeetingRole::Interpreter), (OBSERVER, MeetingRole::Observer)]
        {
            let before = meeting();
            let mut tried = before.clone();
            assert_eq!(tried.apply(id, &act), Err(Refused::NotForRole(role)), "{act:?}");
            assert_eq!(tried, before, "{act:?} was refused");
        }
        assert!(!may(MeetingRole::Official, &act), "{act:?}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let nobody = ParticipantId(77);
    let cases = [
        (nobody, Act::Lead, Refused::NotTaking),
        (HOST, Act::Admit(nobody), Refused::NoParticipant(nobody)),
        (HOST, Act::Move(GUEST, RoomId(3)), Refused::NoRoom(RoomId(3))),
        (HOST, Act::CloseRoom(RoomId::MAIN), Refused::MainRoom),
        (HOST, Act::Remove(HOST), Refused::LastHost),
        (HOST, Act::SetRole(HOST, MeetingRole::Guest), Refused::LastHost),
        (GUEST, Act::Listen(Listening { floor: Some(Language::De), original: true }), Refused::NoFloor(Language::De)),
        (INTERPRETER, Act::Interpret(Some(Language::Ko)), Refused::NoFloor(Language::Ko)),
        (INTERPRETER, Act::TakeFloor, Refused::OnNoFloor),
        (GUEST, Act::Lead, Refused::NotForRole(MeetingRole::Guest)),
        (
            OBSERVER,
            Act::Switch { microphone: true, camera: false, screen: false },
            Refused::NotForRole(MeetingRole::Observer),
        ),
    ];
    for (by, act, refused) in cases {
        let before = meeting();
        let mut tried = before.clone();
        assert_eq!(tried.apply(by, &act), Err(refused), "{act:?}");
        assert_eq!(tried, before, "{act:?}");
    }
}

#[test]
fn the_lead_goes_from_hand_to_hand() {
    let mut meeting = meeting();
    meeting.apply(HOST, &Act::SetRole(OTHER, MeetingRole::Official)).unwrap();
    meeting.apply(OTHER, &Act::Lead).unwrap();
    assert_eq!(meeting.leader(RoomId::MAIN), Some(OTHER));
    meeting.apply(HOST, &Act::LetLead(GUEST)).unwrap();
    assert_eq!(meeting.apply(OTHER, &Act::Lead), Err(Refused::Led(GUEST)), "no host, so asks");
    assert_eq!(meeting.apply(OTHER, &Act::StopLeading), Err(Refused::Led(GUEST)));
    meeting.lose(GUEST);
    assert_eq!(meeting.leader(RoomId::MAIN), None, "nobody follows who is away");
    meeting.apply(OTHER, &Act::Lead).unwrap();
    meeting.leave(OTHER);
    assert_eq!(meeting.leader(RoomId::MAIN), None);
    meeting.apply(HOST, &Act::Lead).unwrap();
    meeting.apply(HOST, &Act::StopLeading).unwrap();
    assert_eq!(meeting.leader(RoomId::MAIN), None);
}

#[test]
fn observers_are_seen_in_the_park_only_while_they_lead() {
    let seen = |meeting: &Meeting| {
        let people = meeting.people().filter(|person| is_seen_in_park(meeting, person.id));
        people.map(|person| person.name.as_str().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let cases: [(&[(ParticipantId, Act)], &str); 4] = [
        (&[], "host guest other interpreter second"),
        (&[(HOST, Act::LetLead(OBSERVER))], "host guest other interpreter second observer"),
        (&[(HOST, Act::LetLead(OBSERVER)), (HOST, Act::StopLeading)], "host guest other interpreter second"),
        (&[(HOST, Act::SetRole(GUEST, MeetingRole::Observer))], "host other interpreter second"),
    ];
    for (acts, expected) in cases {
        assert_eq!(seen(&after(acts)), expected, "{acts:?}");
    }
    assert!(!is_seen_in_park(&meeting(), ParticipantId(99)), "who takes no part");
}

#[test]
fn hands_stand_in_the_order_in_which_they_went_up() {
    let meeting = after(&[
        (OTHER, Act::RaiseHand(true)),
        (GUEST, Act::RaiseHand(true)),
        (OTHER, Act::RaiseHand(true)),
        (SECOND, Act::RaiseHand(true)),
        (HOST, Act::LowerHand(SECOND)),
    ]);
    let hand = |id| meeting.person(id).unwrap().hand;
    assert!(hand(OTHER) < hand(GUEST), "raising it again loses no turn");
    assert_eq!(hand(SECOND), Hand::Down);
}

#[test]
fn doors_are_locked_and_rooms_are_full() {
    let mut meeting = after(&[(HOST, Act::Lock(true))]);
    let guest = || joining("x", MeetingRole::Guest, Language::En);
    let id = ParticipantId(20);
    let main = meeting.room(RoomId::MAIN).unwrap().clone();
    assert_eq!(meeting.join(id, guest()), Err(Refused::Locked));
    meeting.join(id, Joining { back_in: Some(main), ..guest() }).unwrap();
    assert_eq!(meeting.person(id).unwrap().place, Place::Room(RoomId::MAIN), "who was in comes back");
    meeting.join(ParticipantId(21), joining("second host", MeetingRole::Host, Language::Zh)).unwrap();
    meeting.apply(HOST, &Act::Lock(false)).unwrap();
    let mut next = 100;
    let mut fill = |meeting: &mut Meeting, role| loop {
        next += 1;
        if let Err(refused) = meeting.join(ParticipantId(next), joining("x", role, Language::En)) {
            return refused;
        }
    };
    assert_eq!(fill(&mut meeting, MeetingRole::Guest), Refused::LobbyFull);
    assert_eq!(fill(&mut meeting, MeetingRole::Official), Refused::Full);
    let waiting = meeting.people().filter(|person| person.place == Place::Lobby).count();
    assert_eq!((waiting, meeting.people().count()), (LOBBY_PLACES, LOBBY_PLACES + PLACES));
    let someone = meeting.people().find(|person| person.place == Place::Lobby).unwrap().id;
    assert_eq!(meeting.apply(HOST, &Act::Admit(someone)), Err(Refused::Full));
    for _ in 1..MOST_ROOMS {
        meeting.apply(HOST, &Act::OpenRoom(name("x"))).unwrap();
    }
    assert_eq!(meeting.apply(HOST, &Act::OpenRoom(name("x"))), Err(Refused::RoomsFull));
    meeting.apply(HOST, &Act::End).unwrap();
    assert_eq!(meeting.apply(HOST, &Act::Lock(false)), Err(Refused::Over));
    assert_eq!(meeting.join(GUEST, guest()), Err(Refused::Over));
}

fn scheduled() -> Scheduled {
    let at = |secs| Timestamp::from_second(secs).unwrap();
    Scheduled {
        id: MeetingId(1),
        organisation: "tokyo".parse().unwrap(),
        author: MemberId(1),
        title: name("Visit"),
        starts_at: at(100_000),
        ends_at: at(103_600),
        time_zone: "Asia/Tokyo".parse().unwrap(),
        floors: BTreeSet::new(),
        is_cancelled: false,
        ended_at: None,
        version: 1,
    }
}

#[test]
fn a_meeting_is_open_around_its_time() {
    let at = |secs| Timestamp::from_second(secs).unwrap();
    let hour = OPEN_BEFORE.as_secs();
    let meeting = scheduled();
    let cases = [
        (99_999 - hour, Standing::Early),
        (100_000 - hour, Standing::Open),
        (103_600 + hour, Standing::Open),
        (103_601 + hour, Standing::Over),
    ];
    for (now, standing) in cases {
        assert_eq!(meeting.standing(at(now)), standing, "{now}");
    }
    let cancelled = Scheduled { is_cancelled: true, ..meeting.clone() };
    assert_eq!(cancelled.standing(at(100_000)), Standing::Cancelled);
    let ended = Scheduled { ended_at: Some(at(100_010)), ..meeting.clone() };
    assert_eq!(ended.standing(at(100_020)), Standing::Over, "nobody comes back into one that a host has ended");
    let lasting =
        |hours| Scheduled { ends_at: meeting.starts_at + SignedDuration::from_hours(hours), ..meeting.clone() };
    assert_eq!(lasting(12).check(at(0)), Ok(()));
    assert_eq!(lasting(13).check(at(0)), Err(InvalidMeeting::TooLong));
    assert_eq!(lasting(0).check(at(0)), Err(InvalidMeeting::Backwards));
    assert_eq!(lasting(1).check(at(200_000)), Err(InvalidMeeting::Past));
    assert_eq!(Scheduled { is_cancelled: true, ..lasting(1) }.check(at(200_000)), Ok(()));
    let many = Scheduled { floors: Language::ALL.into(), ..lasting(1) };
    assert_eq!(many.check(at(0)), Err(InvalidMeeting::Floors));
}

#[test]
fn members_come_without_a_link_as_what_they_are() {
    let member = |organisation: &str, role| Principal::Member {
        id: MemberId(1),
        name: "x".to_owned(),
        organisation: organisation.parse().unwrap(),
        roles: [role].into(),
        tier: Tier::Public,
    };
    let cases = [
        (member("tokyo", Role::Host), Some(MeetingRole::Host)),
        (member("tokyo", Role::Interpreter), Some(MeetingRole::Interpreter)),
        (member("berlin", Role::Host), None),
        (member("bureau", Role::Approver), Some(MeetingRole::Official)),
        (member("bureau", Role::Auditor), None),
        (member("firm", Role::Investor), None),
        (Principal::Visitor, None),
        (Principal::Operator, None),
    ];
    for (principal, role) in cases {
        assert_eq!(scheduled().role_of(&principal), role, "{principal:?}");
    }
}
