//! Recording: only with the consent of all who are present, and only what those present could hear and see.

use super::*;

/// What is done in a case, by whom.
type Acts<'a> = &'a [(ParticipantId, Act)];

const PRESENT: [ParticipantId; 6] = [HOST, GUEST, OTHER, INTERPRETER, SECOND, OBSERVER];

/// A meeting that is recorded, after further acts.
fn recorded(acts: Acts<'_>) -> Meeting {
    let mut all = vec![(HOST, Act::Record(true))];
    all.extend(PRESENT.iter().skip(1).map(|id| (*id, Act::AgreeToRecording(true))));
    all.extend(acts.iter().cloned());
    after(&all)
}

fn taken(meeting: &Meeting) -> String {
    let name = |id| meeting.person(id).unwrap().name.as_str();
    meeting.recorded().into_iter().map(|(id, source)| format!("{} {source}", name(id))).collect::<Vec<_>>().join(", ")
}

#[test]
fn nothing_is_recorded_before_the_last_who_is_present_agrees() {
    let mut meeting = after(&[(HOST, Act::Record(true))]);
    assert!(meeting.person(HOST).unwrap().agrees_to_recording, "who asks has agreed");
    for id in PRESENT.into_iter().skip(1) {
        assert_eq!(meeting.recording(), Recording::Waiting, "{id} has not agreed");
        assert!(meeting.recorded().is_empty(), "{id} has not agreed");
        meeting.apply(id, &Act::AgreeToRecording(true)).unwrap();
    }
    assert_eq!(meeting.recording(), Recording::On);
    assert_eq!(
        taken(&meeting),
        "host microphone, guest microphone, other microphone, interpreter microphone, \
        second microphone"
    );
}

#[test]
fn it_stands_as_those_who_are_present_say() {
    let caucus = || (HOST, Act::OpenRoom(name("side")));
    let table: [(&str, Acts<'_>, Recording); 8] = [
        ("one who agrees no longer stops it", &[(GUEST, Act::AgreeToRecording(false))], Recording::Waiting),
        ("an observer is asked as well", &[(OBSERVER, Act::AgreeToRecording(false))], Recording::Waiting),
        (
            "who agrees again starts it again",
            &[(GUEST, Act::AgreeToRecording(false)), (GUEST, Act::AgreeToRecording(true))],
            Recording::On,
        ),
        ("asked for twice is asked for once", &[(HOST, Act::Record(true))], Recording::On),
        ("who asked may stop it", &[(HOST, Act::Record(false))], Recording::Off),
        (
            "it is asked for anew each time",
            &[(HOST, Act::Record(false)), (HOST, Act::Record(true))],
            Recording::Waiting,
        ),
        (
            "who is in a caucus is not recorded, and not asked",
            &[(GUEST, Act::AgreeToRecording(false)), caucus(), (HOST, Act::Move(GUEST, RoomId(1)))],
            Recording::On,
        ),
        ("a meeting that is over is recorded no more", &[(HOST, Act::End)], Recording::Off),
    ];
    for (case, acts, expected) in table {
        assert_eq!(recorded(acts).recording(), expected, "{case}");
    }
}

#[test]
fn whoever_comes_is_asked_and_whoever_is_gone_is_not() {
    let mut meeting = recorded(&[(GUEST, Act::AgreeToRecording(false))]);
    meeting.lose(GUEST);
    assert_eq!(meeting.recording(), Recording::On, "the one who did not agree is gone");
    meeting.join(GUEST, joining("guest", MeetingRole::Guest, Language::Ja)).unwrap();
    assert_eq!(meeting.recording(), Recording::Waiting, "and is back");
    meeting.leave(GUEST);
    meeting.join(ParticipantId(9), joining("new", MeetingRole::Guest, Language::Ja)).unwrap();
    assert_eq!(meeting.recording(), Recording::On, "who waits in the lobby hears nothing and is not recorded");
    meeting.join(ParticipantId(10), joining("camera", MeetingRole::Feed, Language::Ja)).unwrap();
    assert_eq!(meeting.recording(), Recording::On, "a camera is nobody who could agree");
    meeting.apply(HOST, &Act::Admit(ParticipantId(9))).unwrap();
    assert_eq!(meeting.recording(), Recording::Waiting, "who is let in is asked");
    for id in PRESENT.into_iter().filter(|id| *id != GUEST).chain([ParticipantId(9)]) {
        meeting.lose(id);
    }
    assert_eq!(meeting.recording(), Recording::Waiting, "nobody is there");
}

#[test]
fn what_nobody_in_the_main_room_hears_is_not_recorded() {
    let floor = Some(Language::Ja);
    let table: [(&str, Acts<'_>, &str); 4] = [
        (
            "who is muted, and who shows a picture",
            &[(HOST, Act::Mute(OTHER)), (GUEST, Act::Switch { microphone: false, camera: true, screen: true })],
            "host microphone, guest camera, guest screen, interpreter microphone, second microphone",
        ),
        (
            "the interpreter whose turn it is",
            &[(INTERPRETER, Act::Interpret(floor)), (SECOND, Act::Interpret(floor)), (SECOND, Act::TakeFloor)],
            "host microphone, guest microphone, other microphone, second microphone",
        ),
        (
            "a caucus",
            &[
                (HOST, Act::OpenRoom(name("side"))),
                (HOST, Act::Move(GUEST, RoomId(1))),
                (HOST, Act::Move(OTHER, RoomId(1))),
            ],
            "host microphone, interpreter microphone, second microphone",
        ),
        ("nothing while one has not agreed", &[(OTHER, Act::AgreeToRecording(false))], ""),
    ];
    for (case, acts, expected) in table {
        assert_eq!(taken(&recorded(acts)), expected, "{case}");
    }
}

#[test]
fn nobody_agrees_to_what_is_not_asked() {
    let mut meeting = meeting();
    assert_eq!(meeting.apply(GUEST, &Act::AgreeToRecording(true)), Err(Refused::NotAsked));
    assert_eq!(meeting.recording(), Recording::Off);
}
