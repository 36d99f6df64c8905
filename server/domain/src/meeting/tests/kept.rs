//! Who comes back is what they were last, whatever they hold.

use std::collections::BTreeMap;

use super::*;

/// What someone holds who takes part: as whom they come back by it.
fn held(meeting: &Meeting, id: ParticipantId) -> Joining {
    let person = meeting.person(id).unwrap();
    let back_in = match person.place {
        Place::Room(room) => meeting.room(room).cloned(),
        Place::Lobby => None,
    };
    let seating = person.seating;
    Joining { back_in, seating, ..joining(person.name.as_str(), person.role, person.language) }
}

fn is_now(meeting: &Meeting, id: ParticipantId) -> (MeetingRole, Place, bool) {
    let person = meeting.person(id).unwrap();
    (person.role, person.place, person.switches.is_muted)
}

/// A new meeting, of which only that is known which was kept.
fn anew(before: &Meeting) -> Meeting {
    Meeting::new(before.floors().clone()).remembering(before.is_locked(), before.kept())
}

const MAIN: Place = Place::Room(RoomId::MAIN);

/// What is done, and by whom.
type Acts = Vec<(ParticipantId, Act)>;

#[test]
fn an_old_token_leads_into_no_room_and_no_role_of_before() {
    let guest = (MeetingRole::Guest, MAIN, false);
    let caucus = || (HOST, Act::OpenRoom(name("Caucus")));
    let cases: [(&str, Acts, Acts, _); 4] = [
        (
            "a caucus",
            vec![caucus(), (HOST, Act::Move(GUEST, RoomId(1)))],
            vec![(HOST, Act::Move(GUEST, RoomId::MAIN))],
            guest,
        ),
        (
            "a closed one",
            vec![caucus(), (HOST, Act::Move(GUEST, RoomId(1)))],
            vec![(HOST, Act::CloseRoom(RoomId(1)))],
            guest,
        ),
        (
            "a role",
            vec![(HOST, Act::SetRole(GUEST, MeetingRole::Host))],
            vec![(HOST, Act::SetRole(GUEST, MeetingRole::Guest))],
            guest,
        ),
        ("a voice", vec![], vec![(HOST, Act::Mute(GUEST))], (MeetingRole::Guest, MAIN, true)),
    ];
    for (what, first, then, expected) in cases {
        let mut meeting = after(&first);
        let old = held(&meeting, GUEST);
        for (by, act) in then {
            meeting.apply(by, &act).unwrap();
        }
        let mut begun_anew = anew(&meeting);
        meeting.leave(GUEST);
        let mut after_leaving = anew(&meeting);
        for (how, meeting) in
            [("left", &mut meeting), ("began anew", &mut begun_anew), ("left and began anew", &mut after_leaving)]
        {
            meeting.join(GUEST, old.clone()).unwrap();
            assert_eq!(is_now(meeting, GUEST), expected, "{what}, {how}");
        }
    }
}

#[test]
fn a_room_that_was_closed_meanwhile_is_not_opened_by_who_left_it() {
    let mut meeting = after(&[(HOST, Act::OpenRoom(name("Caucus"))), (HOST, Act::Move(GUEST, RoomId(1)))]);
    let old = held(&meeting, GUEST);
    meeting.leave(GUEST);
    meeting.apply(HOST, &Act::CloseRoom(RoomId(1))).unwrap();
    meeting.join(GUEST, old).unwrap();
    assert_eq!((is_now(&meeting, GUEST).1, meeting.rooms().count()), (MAIN, 1));
}

#[test]
fn what_was_given_just_before_a_server_stopped_is_good_though_it_was_not_kept() {
    let before = after(&[(HOST, Act::Mute(GUEST))]);
    let mut later = before.clone();
    later.apply(HOST, &Act::OpenRoom(name("Caucus"))).unwrap();
    later.apply(HOST, &Act::Move(GUEST, RoomId(1))).unwrap();
    let mut meeting = anew(&before);
    meeting.join(GUEST, held(&later, GUEST)).unwrap();
    assert_eq!(is_now(&meeting, GUEST), (MeetingRole::Guest, Place::Room(RoomId(1)), true), "in the caucus, and muted");
}

#[test]
fn a_meeting_that_begins_anew_is_locked_as_before_and_gives_no_room_number_twice() {
    let before =
        after(&[(HOST, Act::OpenRoom(name("Caucus"))), (HOST, Act::Move(GUEST, RoomId(1))), (HOST, Act::Lock(true))]);
    let mut meeting = anew(&before);
    assert_eq!(meeting.join(ParticipantId(70), joining("x", MeetingRole::Guest, Language::En)), Err(Refused::Locked));
    meeting.join(HOST, held(&before, HOST)).unwrap();
    meeting.apply(HOST, &Act::OpenRoom(name("Second"))).unwrap();
    assert_eq!(meeting.rooms().map(|room| room.id.0).collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn whoever_comes_by_the_way_of_someone_who_was_sent_out_waits() {
    let ways = [
        (MeetingRole::Interpreter, CameBy::Link(7), CameBy::Link(8)),
        (MeetingRole::Official, CameBy::Member(MemberId(7)), CameBy::Member(MemberId(8))),
        (MeetingRole::Host, CameBy::Member(MemberId(7)), CameBy::Link(7)),
    ];
    for (role, way, another) in ways {
        let by = |came| Joining { came: Some(came), ..joining("x", role, Language::En) };
        let [first, former, again, other] = [70, 71, 72, 73].map(ParticipantId);
        let mut meeting = meeting();
        meeting.join(former, by(way)).unwrap();
        let token = Joining { came: Some(way), ..held(&meeting, former) };
        meeting.leave(former);
        meeting.join(first, by(way)).unwrap();
        meeting.apply(HOST, &Act::Remove(first)).unwrap();
        let removed = BTreeMap::from([(first, Some(way))]);
        let mut begun_anew = anew(&meeting).without(removed);
        begun_anew.join(HOST, held(&meeting, HOST)).unwrap();
        for meeting in [&mut meeting, &mut begun_anew] {
            meeting.join(again, by(way)).unwrap();
            meeting.join(other, by(another)).unwrap();
            meeting.join(former, token.clone()).unwrap();
            let seen = |id| meeting.person(id).map(|person| (person.place, meeting.bars(person.came)));
            assert_eq!(seen(again), Some((Place::Lobby, true)), "{role} by the same way");
            assert_eq!(seen(former), Some((Place::Lobby, true)), "{role} by a token of before");
            assert_eq!(seen(other), Some((MAIN, false)), "{role} by another way");
            meeting.apply(HOST, &Act::Admit(again)).unwrap();
            assert_eq!(is_now(meeting, again).1, MAIN, "a host lets them in again");
        }
    }
}

#[test]
fn of_more_than_are_kept_nobody_comes_in_by_what_they_hold() {
    let mut meeting = meeting();
    let old = Joining { seating: 1, ..held(&meeting, GUEST) };
    for number in 0..=MOST_LEFT as u32 {
        let id = ParticipantId(1_000 + number);
        meeting.join(id, joining("x", MeetingRole::Interpreter, Language::En)).unwrap();
        meeting.leave(id);
    }
    assert_eq!(meeting.kept().len(), MOST_LEFT + meeting.people().count());
    let last = ParticipantId(1_000 + MOST_LEFT as u32);
    meeting.join(last, Joining { role: MeetingRole::Host, ..old }).unwrap();
    assert_eq!(is_now(&meeting, last).1, Place::Lobby);
}

#[test]
fn no_host_waits_where_nobody_lets_in() {
    let (first, twice) = (ParticipantId(70), ParticipantId(71));
    let by = |number| Joining {
        came: Some(CameBy::Member(MemberId(number))),
        ..joining("x", MeetingRole::Host, Language::En)
    };
    // A member who is there twice sends the one of the two out, and comes by a third way.
    let mut meeting = Meeting::new(BTreeSet::new());
    meeting.join(first, by(7)).unwrap();
    meeting.join(twice, by(7)).unwrap();
    meeting.apply(first, &Act::Remove(twice)).unwrap();
    meeting.leave(first);
    meeting.join(ParticipantId(72), by(7)).unwrap();
    assert_eq!(is_now(&meeting, ParticipantId(72)).1, MAIN, "it is the same one");

    // One who was sent out waits, counts as nobody who lets in, and is let in where nobody else could do it.
    let (other, again) = (ParticipantId(80), ParticipantId(81));
    meeting.join(other, by(8)).unwrap();
    meeting.apply(ParticipantId(72), &Act::Remove(other)).unwrap();
    meeting.join(again, by(8)).unwrap();
    assert_eq!(is_now(&meeting, again).1, Place::Lobby);
    let gives_up = Act::SetRole(ParticipantId(72), MeetingRole::Official);
    assert_eq!(meeting.apply(ParticipantId(72), &gives_up), Err(Refused::LastHost));
    meeting.apply(ParticipantId(72), &Act::Remove(again)).unwrap();
    meeting.leave(ParticipantId(72));
    meeting.join(ParticipantId(82), by(8)).unwrap();
    assert_eq!(is_now(&meeting, ParticipantId(82)).1, MAIN, "nobody else is there");
}
