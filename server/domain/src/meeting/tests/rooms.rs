//! What goes with someone from room to room, and what stays.

use super::*;

#[test]
fn an_interpreter_who_is_moved_speaks_the_floor_unless_someone_there_does() {
    let at_work = [
        (HOST, Act::OpenRoom(name("Caucus"))),
        (INTERPRETER, Act::Interpret(Some(Language::Ja))),
        (SECOND, Act::Interpret(Some(Language::Ja))),
        (HOST, Act::Move(GUEST, RoomId(1))),
        (HOST, Act::Move(INTERPRETER, RoomId(1))),
    ];
    let speaks = |meeting: &Meeting, id| meeting.person(id).unwrap().interpreting.unwrap().is_active;
    let both = |meeting: &Meeting| (speaks(meeting, INTERPRETER), speaks(meeting, SECOND));
    let mut meeting = after(&at_work);
    assert_eq!(both(&meeting), (true, false), "the first goes on in the caucus");
    let heard =
        |meeting: &Meeting| desired_routes(meeting).iter().any(|route| (route.from, route.to) == (INTERPRETER, GUEST));
    assert!(heard(&meeting), "and is heard there");
    meeting.apply(HOST, &Act::Move(SECOND, RoomId(1))).unwrap();
    assert_eq!(both(&meeting), (true, false), "the second relieves them there");
    meeting.apply(HOST, &Act::CloseRoom(RoomId(1))).unwrap();
    assert_eq!(both(&meeting), (true, false), "one of them speaks the floor when all are back");
    assert!(heard(&meeting));
}

#[test]
fn the_lead_stays_in_its_room() {
    let mut meeting = after(&[
        (HOST, Act::SetRole(OTHER, MeetingRole::Official)),
        (HOST, Act::OpenRoom(name("Caucus"))),
        (HOST, Act::Lead),
        (HOST, Act::Move(HOST, RoomId(1))),
    ]);
    let leaders = |meeting: &Meeting| (meeting.leader(RoomId::MAIN), meeting.leader(RoomId(1)));
    assert_eq!(leaders(&meeting), (None, None), "whoever leaves a room leads it no more");
    meeting.apply(HOST, &Act::Lead).unwrap();
    meeting.apply(OTHER, &Act::Lead).unwrap();
    assert_eq!(leaders(&meeting), (Some(OTHER), Some(HOST)), "each room has its own");
    meeting.apply(HOST, &Act::StopLeading).unwrap();
    assert_eq!(leaders(&meeting), (Some(OTHER), None), "of one's own room alone");
    meeting.apply(HOST, &Act::Lead).unwrap();
    meeting.apply(HOST, &Act::CloseRoom(RoomId(1))).unwrap();
    assert_eq!(leaders(&meeting), (Some(OTHER), None));
    meeting.apply(OTHER, &Act::RaiseHand(true)).unwrap();
    meeting.apply(HOST, &Act::Move(OTHER, RoomId::MAIN)).unwrap();
    assert_eq!(meeting.leader(RoomId::MAIN), Some(OTHER), "who is there already stays what they are");
}
