//! Recording a meeting, by the wire alone: only with everyone's consent, only what was said to all, only for its hosts.

use std::fs;
use std::path::Path;
use std::time::Duration;

use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::recorded_event::What;
use cloudsite_proto::meeting::recording_service_client::RecordingServiceClient;
use cloudsite_proto::meeting::said::What as Said;
use cloudsite_proto::meeting::{
    DeleteRecordingRequest, Lead, ListRecordingsRequest, Meeting, MeetingRole, Move, ReadRecordingRequest,
    RecordedEvent, Recording, RecordingState, RecordingTrouble,
};
use cloudsite_proto::scene::scene_event::Event as Scene;
use cloudsite_proto::scene::{Camera, SceneEvent};
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now};
use cloudsite_tests::{Asker, Server, cloudsite, eventually, free_address, get};
use serde_json::json;
use tempfile::TempDir;
use tonic::Code;

const SOON: Duration = Duration::from_secs(20);

/// A host in a meeting with a guest who was let in.
async fn begun(server: &Server) -> (Meeting, Attendee, Attendee) {
    let meeting = meeting_now(server).await;
    let mut host = Attendee::member(server, "host", &meeting).await.expect("the host joins");
    let secret = guest_link(server, &meeting, "Sato", MeetingRole::Guest).await;
    let mut guest = Attendee::guest(server, &secret).await.expect("the guest joins");
    host.act(Doing::Admit(guest.id())).await.expect("a host lets in");
    let id = guest.id();
    guest.until_state("the guest is in", |state| state.people.iter().any(|p| p.id == id && !p.waiting)).await;
    (meeting, host, guest)
}

async fn until_recording(who: &mut Attendee, is: RecordingState) {
    who.until_state(is.as_str_name(), |state| state.recording() == is).await;
}

async fn recordings(server: &Server, parent: &str) -> Vec<Recording> {
    let host = Asker::of(server, Some("host")).await;
    let mut client = RecordingServiceClient::new(server.channel().await);
    let request = ListRecordingsRequest { parent: parent.to_owned() };
    client.list_recordings(host.ask(request)).await.expect("a host lists").into_inner().recordings
}

/// The one recording that there is, once its log has begun: that a meeting is recorded is shown a moment before.
async fn begun_recording(server: &Server, parent: &str) -> Recording {
    eventually("a recording is there", SOON, async || {
        let found = recordings(server, parent).await;
        assert!(found.len() < 2, "one recording, not {found:?}");
        found.into_iter().next()
    })
    .await
}

async fn events(server: &Server, name: &str) -> Vec<RecordedEvent> {
    let host = Asker::of(server, Some("host")).await;
    let mut client = RecordingServiceClient::new(server.channel().await);
    let request = ReadRecordingRequest { name: name.to_owned() };
    let mut pieces = client.read_recording(host.ask(request)).await.expect("a host reads").into_inner();
    let mut events = Vec::new();
    while let Some(piece) = pieces.message().await.expect("the stream goes on") {
        events.extend(piece.events);
    }
    events
}

/// What happened, a word an event; of who is there their number.
fn words(events: &[RecordedEvent]) -> Vec<String> {
    let word = |event: &RecordedEvent| match event.what.as_ref().expect("something happened") {
        What::Began(began) => format!("began {}", began.title),
        What::Present(present) => format!("{} there", present.people.len()),
        What::Uttered(uttered) => match uttered.said.as_ref().and_then(|said| said.what.as_ref()) {
            Some(Said::Chat(chat)) => format!("said {}", chat.text),
            Some(Said::Scene(SceneEvent { event: Some(Scene::Camera(camera)) })) => {
                format!("looked {}", camera.heading_deg)
            }
            other => format!("{other:?}"),
        },
        What::TrackBegan(_) => "track began".to_owned(),
        What::TrackEnded(_) => "track ended".to_owned(),
        What::Paused(_) => "paused".to_owned(),
        What::Resumed(_) => "resumed".to_owned(),
        What::Ended(_) => "ended".to_owned(),
    };
    let mut words: Vec<String> = events.iter().map(word).collect();
    words.dedup();
    words
}

fn camera(heading_deg: f64) -> Said {
    let camera = Camera { heading_deg, distance_m: 500.0, ..Camera::default() };
    Said::Scene(SceneEvent { event: Some(Scene::Camera(camera)) })
}

#[tokio::test]
async fn only_what_everyone_agrees_to_is_recorded() {
    let server = Server::start().await;
    let (meeting, mut host, mut guest) = begun(&server).await;
    let refused = guest.act(Doing::Record(true)).await.expect_err("no guest asks for it");
    assert_eq!(refused.code(), Code::PermissionDenied);
    let refused = guest.act(Doing::AgreeToRecording(true)).await.expect_err("nobody asks for it");
    assert_eq!(refused.code(), Code::FailedPrecondition);

    host.act(Doing::Lead(Lead { stop: false })).await.expect("the host leads");
    host.say(camera(11.0)).await.expect("the host looks");
    host.act(Doing::Record(true)).await.expect("a host asks");
    until_recording(&mut guest, RecordingState::Waiting).await;
    host.write("before").await.expect("the host writes");
    assert!(recordings(&server, &meeting.name).await.is_empty(), "the guest has not agreed");
    guest.act(Doing::AgreeToRecording(true)).await.expect("the guest agrees");
    until_recording(&mut host, RecordingState::On).await;
    host.write("on the record").await.expect("the host writes");
    host.say(camera(22.0)).await.expect("the host looks");
    guest.say(camera(33.0)).await.expect("where the guest looks is theirs");

    // Someone comes, and is asked first.
    let secret = guest_link(&server, &meeting, "Late", MeetingRole::Observer).await;
    let mut late = Attendee::guest(&server, &secret).await.expect("joins");
    assert_eq!(late.state.recording(), RecordingState::On, "who waits knows it");
    host.act(Doing::Admit(late.id())).await.expect("let in");
    until_recording(&mut host, RecordingState::Waiting).await;
    host.write("off the record").await.expect("the host writes");
    late.act(Doing::AgreeToRecording(true)).await.expect("they agree");
    until_recording(&mut host, RecordingState::On).await;

    // One side withdraws for a talk among themselves.
    host.act(Doing::OpenRoom("Caucus".to_owned())).await.expect("a room");
    host.act(Doing::Move(Move { participant: guest.id(), room: 1 })).await.expect("moved");
    let id = guest.id();
    guest.until_state("they are there", |state| state.people.iter().any(|p| p.id == id && p.room == 1)).await;
    guest.write("among ourselves").await.expect("the guest writes");
    host.act(Doing::CloseRoom(1)).await.expect("back");

    // One agrees no longer.
    guest.act(Doing::AgreeToRecording(false)).await.expect("the guest withdraws consent");
    until_recording(&mut host, RecordingState::Waiting).await;
    host.write("not any more").await.expect("the host writes");
    host.act(Doing::Record(false)).await.expect("the host gives up");
    until_recording(&mut late, RecordingState::Off).await;

    let found = recordings(&server, &meeting.name).await;
    let [recording] = found.as_slice() else { panic!("one recording, not {found:?}") };
    assert_eq!((recording.title.as_str(), recording.running, recording.cut_off), ("Site visit", false, false));
    let heard = words(&events(&server, &recording.name).await);
    let expected = [
        "began Site visit",
        "looked 11",
        "2 there",
        "said on the record",
        "looked 22",
        "paused",
        "resumed",
        "looked 22",
        "3 there",
        "2 there",
        "3 there",
        "paused",
        "ended",
    ];
    assert_eq!(heard, expected);
    assert!(recording.event_bytes < 4_096, "{} bytes", recording.event_bytes);
}

#[tokio::test]
async fn a_recording_is_its_hosts() {
    let server = Server::start().await;
    let (meeting, mut host, mut guest) = begun(&server).await;
    host.act(Doing::Record(true)).await.expect("a host asks");
    guest.act(Doing::AgreeToRecording(true)).await.expect("the guest agrees");
    until_recording(&mut host, RecordingState::On).await;
    let recording = begun_recording(&server, "meetings/-").await;
    assert!(recording.running);
    let name = recording.name.clone();
    let mut client = RecordingServiceClient::new(server.channel().await);
    let keeper = Asker::of(&server, Some("host")).await;
    let delete = |name: &str| DeleteRecordingRequest { name: name.to_owned() };
    let refused = client.delete_recording(keeper.ask(delete(&name))).await.expect_err("it goes on");
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");

    for role in [None, Some("investor"), Some("editor"), Some("auditor")] {
        let asker = Asker::of(&server, role).await;
        let read = asker.ask(ReadRecordingRequest { name: name.clone() });
        let refused = client.read_recording(read).await.map(|_| ()).expect_err("it is not theirs");
        let code = if role.is_none() { Code::Unauthenticated } else { Code::PermissionDenied };
        assert_eq!(refused.code(), code, "{role:?}");
    }
    let path = format!("/recordings/{}/1/events.binpb", meeting.name.trim_start_matches("meetings/"));
    let answer = get(&server.url(&path), &[]).await;
    assert_eq!(answer.status, 404, "what happened is no file to take away");

    host.act(Doing::Record(false)).await.expect("the host ends it");
    for wrong in ["", "meetings/x", "meetings/1/recordings/x"] {
        let refused = client.delete_recording(keeper.ask(delete(wrong))).await.expect_err("no name");
        assert!(refused.message().starts_with("name: "), "{wrong}: {}", refused.message());
    }
    client.delete_recording(keeper.ask(delete(&name))).await.expect("the host deletes it");
    assert!(recordings(&server, &meeting.name).await.is_empty());
    let gone = client.delete_recording(keeper.ask(delete(&name))).await.expect_err("it is gone");
    assert_eq!(gone.code(), Code::NotFound);
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have readable names")
}

async fn backup(data: &Path, to: &Path) -> serde_json::Value {
    cloudsite(["backup", text(to), "--json", "--data", text(data)]).await.exits(0).json()
}

#[tokio::test]
async fn everyone_is_told_why_nothing_is_recorded() {
    let server = Server::start().await;
    fs::write(server.data().join("recordings"), "no folder").expect("the folder can be written");
    let (_meeting, mut host, mut guest) = begun(&server).await;
    assert_eq!(guest.state.recording_trouble(), RecordingTrouble::Unspecified);
    host.act(Doing::Record(true)).await.expect("a host asks");
    guest.act(Doing::AgreeToRecording(true)).await.expect("the guest agrees");
    for who in [&mut host, &mut guest] {
        let is = RecordingTrouble::NotWritten;
        who.until_state("why", |state| state.recording_trouble() == is && state.recording() == RecordingState::Off)
            .await;
    }
    host.act(Doing::Record(false)).await.expect("the host has read it");
    let is = RecordingTrouble::Unspecified;
    guest.until_state("it is put away", |state| state.recording_trouble() == is).await;
}

#[tokio::test]
async fn a_server_that_stops_leaves_a_recording_that_can_be_read() {
    for is_killed in [false, true] {
        let address = free_address();
        let server = Server::start_at(TempDir::new().expect("a folder"), address, &[]).await;
        let (meeting, mut host, mut guest) = begun(&server).await;
        host.act(Doing::Record(true)).await.expect("a host asks");
        guest.act(Doing::AgreeToRecording(true)).await.expect("the guest agrees");
        until_recording(&mut host, RecordingState::On).await;
        host.write("kept").await.expect("the host writes");
        let recording = begun_recording(&server, &meeting.name).await;
        let kept = "said kept".to_owned();
        eventually("the line is on disk", SOON, async || {
            words(&events(&server, &recording.name).await).contains(&kept).then_some(())
        })
        .await;
        let report = backup(&server.data(), &server.scratch().join("running")).await;
        assert_eq!((&report["recordings"], &report["recordings_left_out"]), (&json!(0), &json!([recording.name])));
        let folder = if is_killed { server.kill().await } else { server.terminate().await.1 };
        let copy = folder.path().join("over");
        let report = backup(&folder.path().join("data"), &copy).await;
        assert_eq!((&report["recordings"], &report["recordings_left_out"]), (&json!(1), &json!([])), "{report}");
        let restored = folder.path().join("restored");
        let words_of = ["restore", text(&copy), "--json", "--data", text(&restored)];
        assert_eq!(cloudsite(words_of).await.exits(0).json()["recordings"], 1);
        let log = recording.name.replace("meetings/", "recordings/").replace("/recordings/", "/") + "/events.binpb";
        let log_in = |folder: &Path| fs::read(folder.join(&log)).expect("the log is there");
        assert_eq!(log_in(&restored), log_in(&folder.path().join("data")));
        let server = Server::start_at(folder, address, &[]).await;
        let [found] = recordings(&server, &meeting.name).await.try_into().expect("one recording");
        assert_eq!((found.running, found.cut_off), (false, is_killed), "killed: {is_killed}");
        let heard = words(&events(&server, &found.name).await);
        assert!(heard.contains(&kept), "killed: {is_killed}: {heard:?}");
        // Nothing goes on after a restart that nobody asked for.
        let host = Attendee::again(&server, Some("host"), &host.welcome.resume_token).await.expect("the host is back");
        assert_eq!(host.state.recording(), RecordingState::Off, "killed: {is_killed}");
    }
}
