//! Meetings that run, by the wire alone: the door, what people may do, what reaches whom, and coming back.

use std::time::{Duration, Instant};

use cloudsite_proto::audit::ListEventsRequest;
use cloudsite_proto::audit::audit_service_client::AuditServiceClient;
use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::conference_service_client::ConferenceServiceClient;
use cloudsite_proto::meeting::farewell::Reason;
use cloudsite_proto::meeting::join_request::Way;
use cloudsite_proto::meeting::join_response::Event;
use cloudsite_proto::meeting::meeting_service_client::MeetingServiceClient;
use cloudsite_proto::meeting::probe_request::Way as Probing;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{
    Chat, Hand, Heard, Lead, Leave, Listen, MeetingRole, Move, Offer, Pointer, ProbeRequest, Ready, Roam, Said,
    SetRole, SignalResponse, UpdateMeetingRequest,
};
use cloudsite_proto::scene::scene_event::Event as Scene;
use cloudsite_proto::scene::{Camera, SceneEvent, Select};
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now, way};
use cloudsite_tests::{Asker, Server, free_address};
use tempfile::TempDir;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

/// A server, and a host in a meeting with a guest who was let in.
async fn begun() -> (Server, cloudsite_proto::meeting::Meeting, Attendee, Attendee) {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let guest = admitted(&server, &meeting, &mut host, "Sato").await;
    (server, meeting, host, guest)
}

async fn admitted(
    server: &Server,
    meeting: &cloudsite_proto::meeting::Meeting,
    host: &mut Attendee,
    name: &str,
) -> Attendee {
    let secret = guest_link(server, meeting, name, MeetingRole::Guest).await;
    let mut guest = Attendee::guest(server, &secret).await.expect("the guest joins");
    assert!(guest.state.people.iter().all(|person| person.waiting), "{:?}", guest.state);
    let id = guest.id();
    host.until_state("the guest waits", |state| state.people.iter().any(|person| person.id == id && person.waiting))
        .await;
    host.act(Doing::Admit(id)).await.expect("a host lets in");
    guest
        .until_state("the guest is in", |state| state.people.iter().any(|person| person.id == id && !person.waiting))
        .await;
    guest
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

fn scene(event: Scene) -> What {
    What::Scene(SceneEvent { event: Some(event) })
}

fn camera(heading_deg: f64) -> What {
    scene(Scene::Camera(Camera { heading_deg, distance_m: 500.0, ..Camera::default() }))
}

/// The heading that an event tells of the camera of someone.
fn heading(event: &Event) -> Option<(u32, f64)> {
    let Event::Heard(Heard { from, said: Some(Said { what: Some(What::Scene(scene)) }), .. }) = event else {
        return None;
    };
    match scene.event {
        Some(Scene::Camera(camera)) => Some((*from, camera.heading_deg)),
        _ => None,
    }
}

#[tokio::test]
async fn a_guest_is_let_in_and_talks() {
    let (server, meeting, mut host, mut guest) = begun().await;
    assert_eq!(guest.welcome.meeting.as_ref().map(|meeting| meeting.title.as_str()), Some("Site visit"));
    host.until_state("both are there", |state| state.people.len() == 2).await;
    let seen = host.sees(guest.id()).expect("the host sees the guest");
    assert_eq!((seen.name.as_str(), seen.role(), seen.hears.as_str()), ("Sato", MeetingRole::Guest, "ja"));
    guest.write("よろしくお願いします").await.expect("the guest writes");
    assert_eq!(host.line().await, (guest.id(), "よろしくお願いします".to_owned()));
    assert_eq!(guest.line().await.0, guest.id(), "one's own line stands among the others'");
    guest.act(Doing::Hand(Hand { up: true })).await.expect("the guest raises a hand");
    let id = guest.id();
    host.until_state("the hand is up", |state| state.people.iter().any(|p| p.id == id && p.hand == 1)).await;

    // Who waits neither hears nor says anything.
    let secret = guest_link(&server, &meeting, "Observer", MeetingRole::Observer).await;
    let mut waiting = Attendee::guest(&server, &secret).await.expect("joins");
    let refused = waiting.write("hello?").await.map_err(|status| status.code());
    assert_eq!(refused, Ok(()), "it is said to nobody");
    host.write("among us").await.expect("the host writes");
    assert_eq!(host.line().await.1, "among us", "nothing from the lobby before it");
    assert_eq!(waiting.state.people.len(), 1);
    host.act(Doing::Admit(waiting.id())).await.expect("the host lets them in");
    host.write("all of us").await.expect("the host writes");
    assert_eq!(waiting.line().await.1, "all of us", "nothing of what was said before");
}

#[tokio::test]
async fn what_is_not_for_someone_is_refused_to_them_alone() {
    let (server, meeting, mut host, mut guest) = begun().await;
    let refused = guest.act(Doing::Mute(host.id())).await.expect_err("no guest mutes");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "NOT_FOR_PARTICIPANT"));
    assert_eq!(refused.message(), "as guest one may not do that");
    let cases = [
        (Doing::Admit(1), Code::NotFound, "there is no participant 1"),
        (Doing::OpenRoom(String::new()), Code::InvalidArgument, "act.open_room: "),
        (
            Doing::SetRole(SetRole { participant: host.id(), role: 2 }),
            Code::FailedPrecondition,
            "a meeting keeps a host",
        ),
        (
            Doing::Listen(Listen { floor: "de".to_owned(), original: true }),
            Code::NotFound,
            "the meeting has no floor in de",
        ),
        (Doing::Move(Move { participant: guest.id(), room: 9 }), Code::NotFound, "there is no room 9"),
    ];
    for (act, code, message) in cases {
        let refused = host.act(act.clone()).await.expect_err("it makes no sense");
        assert_eq!(refused.code(), code, "{act:?}");
        assert!(refused.message().starts_with(message), "{act:?}: {}", refused.message());
    }
    let refused = guest.say(scene(Scene::Select(Select::default()))).await.expect_err("the guest does not lead");
    assert_eq!(refused.code(), Code::PermissionDenied);
    let offer = |sdp: &str, fresh| Signal::Offer(Offer { sdp: sdp.to_owned(), fresh });
    for (signal, field) in [
        (offer("v=0", true), "offer.sdp: "),
        (offer("", true), "offer.sdp: "),
        (offer(&"x".repeat(200_000), true), "offer.sdp: "),
        (offer("v=0", false), "offer.fresh: "),
        (Signal::Said(Said { what: None }), "said: "),
        (
            Signal::Said(Said { what: Some(What::Chat(Chat { text: " ".to_owned(), ..Chat::default() })) }),
            "said.chat.text",
        ),
    ] {
        let refused = guest.signal(signal.clone()).await.expect_err("it makes no sense");
        assert_eq!(refused.code(), Code::InvalidArgument, "{signal:?}");
        assert!(refused.message().starts_with(field), "{field} {}", refused.message());
    }
    // Nobody else has noticed, and both go on.
    guest.write("still here").await.expect("the guest goes on");
    assert_eq!(host.line().await.1, "still here");

    // The door, and who may not pass it.
    for (request, code) in [
        (Request::new(way(Way::Link("nothing".to_owned()))), Code::Unauthenticated),
        (Request::new(way(Way::ResumeToken("nothing".to_owned()))), Code::Unauthenticated),
        (Request::new(way(Way::Meeting(meeting.name.clone()))), Code::NotFound),
        (Asker::of(&server, Some("investor")).await.ask(way(Way::Meeting(meeting.name.clone()))), Code::NotFound),
        (Request::new(way(Way::Meeting("meetings/x".to_owned()))), Code::InvalidArgument),
        (Request::new(cloudsite_proto::meeting::JoinRequest::default()), Code::InvalidArgument),
    ] {
        let asked = format!("{:?}", request.get_ref().way);
        let refused = Attendee::join(&server, request).await.map(|_| ()).expect_err("the door is shut");
        assert_eq!(refused.code(), code, "{asked}: {refused:?}");
    }
    host.act(Doing::Lock(true)).await.expect("the host locks");
    let secret = guest_link(&server, &meeting, "Late", MeetingRole::Guest).await;
    let refused = Attendee::guest(&server, &secret).await.map(|_| ()).expect_err("it is locked");
    assert_eq!(reason(&refused), "MEETING_LOCKED");
}

#[tokio::test]
async fn a_signal_is_done_once_and_in_order() {
    let (_server, _meeting, mut host, mut guest) = begun().await;
    let line = |text: &str| {
        let chat = Chat { text: text.to_owned(), parcel: String::new() };
        Signal::Said(Said { what: Some(What::Chat(chat)) })
    };
    for _ in 0..3 {
        let answer = guest.signal_as(10, line("once")).await.expect("it is done, or was");
        assert_eq!(answer, SignalResponse::default());
    }
    let late = guest.signal_as(9, line("late")).await.expect_err("a later one was done");
    assert!(late.message().starts_with("sequence: 9 comes after 10"), "{}", late.message());
    guest.signal_as(11, line("next")).await.expect("it is the next");
    assert_eq!(host.line().await.1, "once");
    assert_eq!(host.line().await.1, "next");
}

#[tokio::test]
async fn a_caucus_is_among_itself() {
    let (server, meeting, mut host, mut guest) = begun().await;
    let mut other = admitted(&server, &meeting, &mut host, "Tanaka").await;
    host.act(Doing::Lead(Lead { stop: false })).await.expect("the host leads");
    host.act(Doing::OpenRoom("Caucus".to_owned())).await.expect("the host opens a room");
    for id in [guest.id(), other.id()] {
        host.act(Doing::Move(Move { participant: id, room: 1 })).await.expect("the host moves them");
    }
    let id = guest.id();
    guest.until_state("the guest is there", |state| state.people.iter().any(|p| p.id == id && p.room == 1)).await;
    guest.write("among ourselves").await.expect("the guest writes");
    assert_eq!(other.line().await.1, "among ourselves");
    host.say(camera(77.0)).await.expect("the host looks around");
    host.write("in the main room").await.expect("the host writes");
    assert_eq!(host.line().await.1, "in the main room", "the host hears nothing of the caucus");
    host.act(Doing::CloseRoom(1)).await.expect("the host closes the room");
    host.write("all again").await.expect("the host writes");
    for back in [&mut guest, &mut other] {
        let mut lines = Vec::new();
        let mut seen = 0;
        while lines.last().is_none_or(|line| line != "all again") {
            let event = back.next().await.expect("the stream goes on");
            seen += usize::from(heading(&event).is_some());
            if let Event::Heard(Heard { said: Some(Said { what: Some(What::Chat(chat)) }), .. }) = event {
                lines.push(chat.text);
            }
        }
        assert!(!lines.contains(&"in the main room".to_owned()), "{lines:?}");
        assert_eq!(seen, 1, "back among the others they are shown where the guide is, once");
    }
}

/// The place that an event tells someone to point at; none of its place if they point at nothing any longer.
fn pointed(event: &Event) -> Option<(u32, Option<f64>)> {
    match event {
        Event::Heard(Heard { from, said: Some(Said { what: Some(What::Pointer(at)) }), .. }) => {
            Some((*from, (!at.gone).then_some(at.east_m)))
        }
        _ => None,
    }
}

fn pointer(east_m: f64) -> What {
    What::Pointer(Pointer { east_m, draws: true, ..Pointer::default() })
}

#[tokio::test]
async fn where_one_looks_from_and_points_at_is_seen_in_the_own_room_alone() {
    let (server, meeting, mut host, mut guest) = begun().await;
    let mut other = admitted(&server, &meeting, &mut host, "Tanaka").await;
    guest.act(Doing::Roam(Roam { free: true })).await.expect("the guest looks around");
    guest.say(camera(20.0)).await.expect("the guest is somewhere");
    guest.say(pointer(5.0)).await.expect("the guest points");
    guest.say(What::Pointer(Pointer { gone: true, ..Pointer::default() })).await.expect("and no longer");
    for seer in [&mut host, &mut other] {
        assert_eq!(seer.until("where the guest is", heading).await, (guest.id(), 20.0));
        assert_eq!(seer.until("what the guest points at", pointed).await, (guest.id(), Some(5.0)));
        assert_eq!(seer.until("no longer", pointed).await, (guest.id(), None));
    }
    let nowhere = guest.say(pointer(f64::NAN)).await.expect_err("that is no place");
    assert!(nowhere.message().starts_with("said.pointer: "), "{}", nowhere.message());

    // Two withdraw. Neither room sees anything of the other, in which as much goes on.
    host.act(Doing::OpenRoom("Caucus".to_owned())).await.expect("the host opens a room");
    for id in [guest.id(), other.id()] {
        host.act(Doing::Move(Move { participant: id, room: 1 })).await.expect("the host moves them");
    }
    let id = guest.id();
    guest.until_state("the guest is there", |state| state.people.iter().any(|p| p.id == id && p.room == 1)).await;
    let mut stays = admitted(&server, &meeting, &mut host, "Kato").await;
    for (one, east_m) in [(&mut guest, 11.0), (&mut host, 22.0)] {
        one.say(camera(east_m)).await.expect("they look around");
        one.say(pointer(east_m)).await.expect("they point");
        one.write("that is all").await.expect("they write");
    }
    for (seer, from, expected) in [(&mut other, guest.id(), 11.0), (&mut stays, host.id(), 22.0)] {
        let mut seen = Vec::new();
        loop {
            let event = seer.next().await.expect("the stream goes on");
            seen.extend(heading(&event));
            seen.extend(pointed(&event).map(|(from, at)| (from, at.unwrap_or_default())));
            if matches!(&event, Event::Heard(Heard { said: Some(Said { what: Some(What::Chat(_)) }), .. })) {
                break;
            }
        }
        assert_eq!(seen, [(from, expected); 2], "of their own room, once each");
    }
}

#[tokio::test]
async fn nobody_shows_more_in_a_second_than_a_page_says() {
    let (_server, _meeting, mut host, mut guest) = begun().await;
    // One after another: of signals that overtake each other, the late ones are not done at all.
    let mut shown = 0;
    let refused = loop {
        match guest.say(pointer(f64::from(shown))).await {
            Ok(()) => shown += 1,
            Err(status) => break status,
        }
        assert!(shown < 2_000, "all {shown} were taken");
    };
    assert_eq!(refused.code(), Code::ResourceExhausted, "after {shown}: {refused}");
    assert_eq!(refused.message(), "cameras and pointers are said too often in one second");
    assert!(shown >= 60, "a page may show 60 times in a second, and {shown} were taken");
    // What must arrive is counted by itself.
    guest.write("and this").await.expect("a line is taken");
    assert_eq!(host.line().await.1, "and this");
}

#[tokio::test]
async fn an_observer_is_not_seen_in_the_park() {
    let (server, meeting, mut host, mut guest) = begun().await;
    let secret = guest_link(&server, &meeting, "Observer", MeetingRole::Observer).await;
    let mut observer = Attendee::guest(&server, &secret).await.expect("the observer joins");
    host.act(Doing::Admit(observer.id())).await.expect("the host lets them in");
    for what in [camera(1.0), pointer(1.0)] {
        let refused = observer.say(what).await.expect_err("an observer is not seen");
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
    guest.say(pointer(2.0)).await.expect("the guest points");
    assert_eq!(observer.until("what the guest points at", pointed).await, (guest.id(), Some(2.0)));
    host.act(Doing::LetLead(observer.id())).await.expect("the host lets them lead");
    observer.say(pointer(3.0)).await.expect("whoever leads shows");
    assert_eq!(guest.until("what is pointed at", pointed).await, (observer.id(), Some(3.0)));
}

#[tokio::test]
async fn everyone_follows_who_leads_and_a_latecomer_arrives_there() {
    let (server, meeting, mut host, mut guest) = begun().await;
    host.act(Doing::Lead(Lead { stop: false })).await.expect("the host leads");
    let select = Select { layer: "parcel".to_owned(), code: "WND-001".to_owned(), ..Select::default() };
    host.say(scene(Scene::Select(select.clone()))).await.expect("who leads shows");
    for turn in [10.0, 20.0, 30.0] {
        host.say(camera(turn)).await.expect("who leads moves");
    }
    let mut turns = Vec::new();
    while turns.len() < 3 {
        let (from, turn) = guest.until("the camera moves", heading).await;
        assert_eq!(from, host.id());
        turns.push(turn);
    }
    assert_eq!(turns, [10.0, 20.0, 30.0]);
    let mut late = admitted(&server, &meeting, &mut host, "Late").await;
    let chosen = late
        .until("what is open", |event| match event {
            Event::Heard(Heard { said: Some(Said { what: Some(What::Scene(scene)) }), .. }) => match &scene.event {
                Some(Scene::Select(select)) => Some(select.clone()),
                _ => None,
            },
            _ => None,
        })
        .await;
    assert_eq!(chosen, select);
    assert_eq!(late.until("where the others are", heading).await, (host.id(), 30.0));
    // A guest leads once a host lets them, and their camera is then the one.
    host.act(Doing::LetLead(guest.id())).await.expect("the host hands over");
    let id = guest.id();
    guest.until_state("the guest leads", |state| state.leader == id).await;
    guest.say(scene(Scene::Select(select))).await.expect("who leads shows");
    let refused = host.say(scene(Scene::Select(Select::default()))).await.expect_err("the host leads no more");
    assert_eq!(refused.code(), Code::PermissionDenied);
}

#[tokio::test]
async fn what_is_shown_in_a_caucus_is_shown_there_alone() {
    let (server, meeting, mut host, mut guest) = begun().await;
    host.act(Doing::Lead(Lead { stop: false })).await.expect("the host leads");
    host.act(Doing::OpenRoom("Caucus".to_owned())).await.expect("a room");
    host.act(Doing::Move(Move { participant: host.id(), room: 1 })).await.expect("the host withdraws");
    guest.until_state("nobody leads here", |state| state.leader == 0).await;
    host.act(Doing::Lead(Lead { stop: false })).await.expect("the host leads there");
    let select = |code: &str| Select { layer: "parcel".to_owned(), code: code.to_owned(), ..Select::default() };
    host.say(scene(Scene::Select(select("WND-007")))).await.expect("who leads shows");
    let main = Asker::of(&server, Some("host")).await.ask(way(Way::Meeting(meeting.name.clone())));
    let mut second = Attendee::join(&server, main).await.expect("one more host, in the main room");
    assert_eq!(second.state.leader, 0, "nobody there is led from a caucus");
    host.act(Doing::Move(Move { participant: host.id(), room: 0 })).await.expect("the host is back");
    let mut late = admitted(&server, &meeting, &mut second, "Late").await;
    host.write("that is all").await.expect("the host writes");
    for seer in [&mut guest, &mut second, &mut late] {
        loop {
            let event = seer.next().await.expect("the stream goes on");
            let Event::Heard(Heard { said: Some(Said { what: Some(what) }), .. }) = event else { continue };
            assert!(!matches!(what, What::Scene(_)), "{what:?}");
            if matches!(what, What::Chat(_)) {
                break;
            }
        }
    }
}

#[tokio::test]
async fn who_is_sent_out_stays_out_and_an_end_is_everyones() {
    let (server, meeting, mut host, mut guest) = begun().await;
    let farewell = |event: &Event| match event {
        Event::Farewell(farewell) => Some(farewell.reason()),
        _ => None,
    };
    let token = guest.welcome.resume_token.clone();
    host.act(Doing::Remove(guest.id())).await.expect("the host sends the guest out");
    assert_eq!(guest.until("the farewell", farewell).await, Reason::Removed);
    assert!(guest.next().await.is_none(), "the stream is over");
    let gone = guest.act(Doing::Hand(Hand { up: true })).await.expect_err("no longer there");
    assert_eq!(reason(&gone), "NOT_JOINED");
    let refused = Attendee::again(&server, None, &token).await.map(|_| ()).expect_err("sent out");
    assert_eq!(refused.code(), Code::PermissionDenied);

    // The same seat, taken from elsewhere.
    let mut second =
        Attendee::again(&server, Some("host"), &host.welcome.resume_token).await.expect("the host comes once more");
    assert_eq!(second.id(), host.id());
    assert_eq!(host.until("the farewell", farewell).await, Reason::Replaced);
    let stale = host.act(Doing::Lock(true)).await.expect_err("the other stream has the seat");
    assert_eq!(reason(&stale), "NOT_JOINED");

    let mut other = admitted(&server, &meeting, &mut second, "Tanaka").await;
    other.signal(Signal::Leave(Leave {})).await.expect("one may go");
    let id = other.id();
    second.until_state("the other is gone", |state| state.people.iter().all(|person| person.id != id)).await;
    let mut third = admitted(&server, &meeting, &mut second, "Kato").await;
    second.act(Doing::End(cloudsite_proto::meeting::End {})).await.expect("the host ends it");
    assert_eq!(third.until("the end", farewell).await, Reason::Ended);
    assert_eq!(second.until("the end", farewell).await, Reason::Ended);
}

#[tokio::test]
async fn whoever_comes_by_the_way_of_someone_who_was_sent_out_waits() {
    let (server, meeting, mut host, _guest) = begun().await;
    let secret = guest_link(&server, &meeting, "Interpreter", MeetingRole::Interpreter).await;
    let interpreter = Attendee::guest(&server, &secret).await.expect("an interpreter joins");
    let waits = |who: &Attendee| who.sees(who.id()).map(|person| (person.waiting, person.barred));
    assert_eq!(waits(&interpreter), Some((false, false)), "interpreters do not wait");
    host.act(Doing::Remove(interpreter.id())).await.expect("the host sends them out");
    let mut again = Attendee::guest(&server, &secret).await.expect("whoever has the link comes");
    assert_eq!(waits(&again), Some((true, true)));
    let refused = again.act(Doing::Hand(Hand { up: true })).await.expect_err("they wait");
    assert_eq!(refused.code(), Code::PermissionDenied);
    host.act(Doing::Admit(again.id())).await.expect("a host lets them in again");
    let id = again.id();
    again.until_state("they are in", |state| state.people.iter().any(|p| p.id == id && !p.waiting)).await;
}

#[tokio::test]
async fn a_meeting_that_is_put_off_or_called_off_is_so_for_those_inside() {
    let (server, meeting, mut host, mut guest) = begun().await;
    let keeper = Asker::of(&server, Some("host")).await;
    let mut client = MeetingServiceClient::new(server.channel().await);
    let mut later = meeting.clone();
    later.title = "Site visit, longer".to_owned();
    later.ends_at = later.ends_at.map(|end| prost_types::Timestamp { seconds: end.seconds + 3_600, ..end });
    let update = |meeting| UpdateMeetingRequest { meeting: Some(meeting) };
    let changed = client.update_meeting(keeper.ask(update(later.clone()))).await.expect("the host puts off the end");
    let former = guest.welcome.resume_token.clone();
    let told = guest
        .until("the new end", |event| match event {
            Event::Welcome(welcome) => welcome.meeting.clone(),
            _ => None,
        })
        .await;
    assert_eq!((told.title, told.ends_at), (later.title, later.ends_at));
    assert_ne!(guest.welcome.resume_token, former, "a token that is good until then");
    guest.write("so there is time").await.expect("the guest goes on");
    assert_eq!(host.line().await.1, "so there is time");

    let changed = changed.into_inner().meeting.expect("there is a meeting");
    let off = cloudsite_proto::meeting::Meeting { cancelled: true, ..changed };
    client.update_meeting(keeper.ask(update(off))).await.expect("the host calls it off");
    for who in [&mut host, &mut guest] {
        let farewell = |event: &Event| match event {
            Event::Farewell(farewell) => Some(farewell.reason()),
            _ => None,
        };
        assert_eq!(who.until("the farewell", farewell).await, Reason::Ended);
    }
}

#[tokio::test]
async fn after_a_power_failure_all_are_back_where_they_were() {
    let address = free_address();
    let server = Server::start_at(TempDir::new().expect("a folder"), address, &[]).await;
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let guest = admitted(&server, &meeting, &mut host, "Sato").await;
    let mut withdrawn = admitted(&server, &meeting, &mut host, "Tanaka").await;
    let mut unwanted = admitted(&server, &meeting, &mut host, "Unwanted").await;
    host.act(Doing::Remove(unwanted.id())).await.expect("sent out");
    while unwanted.next().await.is_some() {}
    host.act(Doing::OpenRoom("Caucus".to_owned())).await.expect("a room");
    host.act(Doing::Move(Move { participant: withdrawn.id(), room: 1 })).await.expect("a caucus");
    let id = withdrawn.id();
    withdrawn.until_state("they are there", |state| state.people.iter().any(|p| p.id == id && p.room == 1)).await;
    let folder = server.kill().await;
    let server = Server::start_at(folder, address, &[]).await;
    let begun = Instant::now();
    let mut host = Attendee::again(&server, Some("host"), &host.welcome.resume_token).await.expect("the host is back");
    let mut guest = Attendee::again(&server, None, &guest.welcome.resume_token).await.expect("the guest is back");
    let mut withdrawn = Attendee::again(&server, None, &withdrawn.welcome.resume_token).await.expect("they are back");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let refused = Attendee::again(&server, None, &unwanted.welcome.resume_token).await.map(|_| ());
    assert_eq!(refused.expect_err("still sent out").code(), Code::PermissionDenied);
    assert_eq!(withdrawn.sees(withdrawn.id()).map(|person| (person.waiting, person.room)), Some((false, 1)));
    host.until_state("all are back", |state| state.people.len() == 3).await;
    guest.write("back").await.expect("the guest writes");
    assert_eq!(host.line().await.1, "back", "without being let in again");
    withdrawn.write("still among ourselves").await.expect("they write");
    host.write("main room").await.expect("the host writes");
    assert_eq!(host.line().await.1, "main room", "nothing from the caucus");
}

#[tokio::test]
async fn the_audit_log_says_who_was_let_in() {
    let (server, _meeting, mut host, mut guest) = begun().await;
    guest.say(What::Ready(Ready {})).await.expect("a sign of life");
    guest.signal(Signal::Leave(Leave {})).await.expect("the guest goes");
    host.until_state("the guest is gone", |state| state.people.len() == 1).await;
    let auditor = Asker::of(&server, Some("auditor")).await;
    let mut audit = AuditServiceClient::new(server.channel().await);
    let told = cloudsite_tests::eventually("the log has it", Duration::from_secs(20), async || {
        let reply = audit.list_events(auditor.ask(ListEventsRequest::default())).await.expect("an auditor reads");
        let events = reply.into_inner().events;
        let of_meeting: Vec<_> = events.iter().filter(|event| event.action == "meeting").collect();
        let did = |word: &str| of_meeting.iter().any(|event| event.detail.get("did").is_some_and(|did| did == word));
        (did("let in") && did("left") && did("entered")).then(|| format!("{of_meeting:?}"))
    })
    .await;
    assert!(told.contains("Sato") && told.contains("revision"), "{told}");
    assert!(!told.contains(&guest.welcome.resume_token), "no secret in a log");
}

/// The offer of a browser that has nothing but a data channel.
const DATA_OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    a=extmap-allow-mixed\r\na=msid-semantic: WMS\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
    c=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=ice-options:trickle\r\n\
    a=fingerprint:sha-256 \
    00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n\
    a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";

#[tokio::test]
async fn whoever_may_join_sees_the_way_before() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let secret = guest_link(&server, &meeting, "Sato", MeetingRole::Guest).await;
    let mut client = ConferenceServiceClient::new(server.channel().await);
    let request = |way, offer_sdp: &str| ProbeRequest { way, offer_sdp: offer_sdp.to_owned() };
    let link = || Some(Probing::Link(secret.clone()));
    let answer = client.probe(request(link(), DATA_OFFER)).await.expect("a guest sees it").into_inner().answer_sdp;
    assert!(
        answer.contains("m=application") && answer.contains("a=candidate:") && answer.contains(" typ host"),
        "{answer}"
    );
    let host = Asker::of(&server, Some("host")).await;
    let as_member = || Some(Probing::Meeting(meeting.name.clone()));
    client.probe(host.ask(request(as_member(), DATA_OFFER))).await.expect("a host sees it");
    let cases = [
        (None, DATA_OFFER, Code::InvalidArgument),
        (link(), "v=0", Code::InvalidArgument),
        (link(), &"x".repeat(200_000), Code::InvalidArgument),
        (Some(Probing::Link("nothing".to_owned())), DATA_OFFER, Code::Unauthenticated),
        (as_member(), DATA_OFFER, Code::NotFound),
    ];
    for (way, offer, code) in cases {
        let refused = client.probe(request(way.clone(), offer)).await.expect_err("it is refused");
        assert_eq!(refused.code(), code, "{way:?}: {refused:?}");
    }
    // More than look at once wait, and nobody's meeting notices.
    let mut answered = 0;
    let full = loop {
        match client.probe(request(link(), DATA_OFFER)).await {
            Ok(_) => answered += 1,
            Err(refused) => break refused,
        }
        assert!(answered < 100, "they are bounded");
    };
    assert_eq!(full.code(), Code::ResourceExhausted);
    Attendee::guest(&server, &secret).await.expect("one joins all the same");
}
