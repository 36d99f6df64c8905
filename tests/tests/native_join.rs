//! Two showrooms take part in a meeting with the native viewer: they are led, and hear each other.

use std::path::PathBuf;
use std::time::Duration;
use std::{fs, process};

use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::join_response::Event;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::{End, Heard, Lead, Meeting, MeetingRole, Person, Said};
use cloudsite_proto::scene::scene_event::Event as Scene;
use cloudsite_proto::scene::{Camera, SceneEvent};
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now};
use cloudsite_tests::firewall::{Firewall, Gap};
use cloudsite_tests::showroom::{Screen, Showroom};
use cloudsite_tests::{Server, eventually};
use tempfile::TempDir;

/// Two viewers draw in software, in a debug build.
const WITHIN: Duration = Duration::from_mins(2);

/// What the first and the second one's microphones hear.
const TONES: [f32; 2] = [440.0, 1_000.0];

/// The driver description of lavapipe.
fn lavapipe() -> PathBuf {
    let drivers = fs::read_dir("/usr/share/vulkan/icd.d").expect("there is Vulkan (Debian: mesa-vulkan-drivers)");
    let mut files = drivers.flatten().map(|entry| entry.path());
    let is_software =
        |file: &PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lvp_icd"));
    files.find(is_software).expect("there is lavapipe (Debian: mesa-vulkan-drivers)")
}

async fn until_said(showroom: &Showroom, words: &str) {
    eventually(words, WITHIN, async || showroom.log().contains(words).then_some(())).await;
}

/// Waits until someone says that they look from here.
async fn until_there(host: &mut Attendee, id: u32, shown: &Camera) {
    let is_near = |seen: &Camera| {
        let apart_m = (seen.target_east_m - shown.target_east_m).hypot(seen.target_north_m - shown.target_north_m);
        apart_m < 5.0 && (seen.distance_m - shown.distance_m).abs() < 10.0
    };
    host.until("someone is where they were led", |event| match event {
        Event::Heard(Heard { from, said: Some(Said { what: Some(What::Scene(scene)) }), .. }) if *from == id => {
            matches!(&scene.event, Some(Scene::Camera(camera)) if is_near(camera)).then_some(())
        }
        _ => None,
    })
    .await;
}

/// By what the viewer asks itself (tiles), what it watches and the meeting.
#[tokio::test]
async fn a_showroom_joins_by_tls() {
    let folder = TempDir::new().expect("a folder can be made");
    let server = Server::start_with_tls(folder, &["--tls-development"], "data/tls-development.pem").await;
    let (screen, driver) = (Screen::start().await, lavapipe());
    let meeting = meeting_now(&server).await;
    let secret = guest_link(&server, &meeting, "Osaka", MeetingRole::Guest).await;
    let link = server.url(&format!("/?meet={secret}"));
    let certificate = server.data().join("tls-development.pem").display().to_string();

    let folder = server.scratch().join("trusting");
    let words = ["--join", &link, "--ca", &certificate];
    let showroom = Showroom::join(&screen, &driver, &folder, TONES[0], &words).await;
    until_said(&showroom, "Site visit: in the lobby").await;
    eventually("the viewer asks for tiles by TLS", WITHIN, async || {
        let metrics = server.get("/metrics").await.text();
        let mut tiles = metrics.lines().filter(|line| line.contains(r#"route="/tiles/{revision}/"#));
        tiles.any(|line| line.contains(r#"code="200""#)).then_some(())
    })
    .await;

    let folder = server.scratch().join("wary");
    let wary = Showroom::join(&screen, &driver, &folder, TONES[1], &["--join", &link]).await;
    until_said(&wary, "certificate").await;
    assert!(!wary.log().contains("in the lobby"), "nobody is trusted whom nobody vouches for");
}

/// Where a showroom is, what its microphone hears, whether the loudspeaker, too, and how else its viewer is started.
struct Place<'a> {
    name: &'a str,
    hertz: f32,
    is_aloud: bool,
    words: &'a [&'a str],
}

/// A showroom that a host has let in, with its number.
async fn showroom(
    server: &Server,
    screen: &Screen,
    host: &mut Attendee,
    meeting: &Meeting,
    Place { name, hertz, is_aloud, words }: Place<'_>,
) -> (u32, Showroom) {
    let secret = guest_link(server, meeting, name, MeetingRole::Guest).await;
    let link = server.url(&format!("/?meet={secret}"));
    let folder = server.scratch().join(format!("{name}-{}", process::id()));
    let (driver, words) = (lavapipe(), [&["--join", &link], words].concat());
    let showroom = if is_aloud {
        Showroom::join_aloud(screen, &driver, &folder, hertz, &words).await
    } else {
        Showroom::join(screen, &driver, &folder, hertz, &words).await
    };
    until_said(&showroom, "Site visit: in the lobby").await;
    assert!(!showroom.log().contains(&secret), "a secret stands in the log");
    let is_at_the_door = |person: &&Person| person.waiting && person.name == name;
    host.until_state("someone waits", |state| state.people.iter().any(|person| is_at_the_door(&person))).await;
    let id = host.state.people.iter().find(is_at_the_door).expect("someone waits").id;
    host.act(Doing::Admit(id)).await.expect("a host lets people in");
    until_said(&showroom, "Site visit: in, nobody leads, microphone on").await;
    (id, showroom)
}

/// Two of them, with headsets.
async fn showrooms(server: &Server, screen: &Screen, host: &mut Attendee, meeting: &Meeting) -> Vec<(u32, Showroom)> {
    let mut showrooms = Vec::new();
    for (name, hertz) in ["Osaka", "Nagoya"].into_iter().zip(TONES) {
        let place = Place { name, hertz, is_aloud: false, words: &[] };
        showrooms.push(showroom(server, screen, host, meeting, place).await);
    }
    showrooms
}

/// Waits until each of two hears the other, and nobody themselves.
async fn until_heard(showrooms: &[(u32, Showroom)]) {
    for (own, (_, showroom)) in showrooms.iter().enumerate() {
        let other = TONES[1 - own];
        let heard = eventually("the other is heard", WITHIN, async || {
            showroom.tones([other, TONES[own]]).filter(|[other, _]| *other > 0.1)
        })
        .await;
        assert!(heard[1] < 0.05 * heard[0], "{other} Hz and the own tone are heard as loud as {heard:?}");
    }
}

#[tokio::test]
async fn where_udp_does_not_pass_showrooms_hear_each_other_over_tcp() {
    let gap = Gap::reserve().await;
    let (folder, address) = (TempDir::new().expect("a folder can be made"), gap.address().to_string());
    let (server, screen) = (Server::start_saying(folder, &["--media-public", &address]).await, Screen::start().await);
    let firewall = Firewall::start(gap, server.media());
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let showrooms = showrooms(&server, &screen, &mut host, &meeting).await;
    until_heard(&showrooms).await;

    assert_eq!(firewall.cut(), 2, "each has one connection");
    for (own, (_, showroom)) in showrooms.iter().enumerate() {
        let is_still = async || showroom.tones([TONES[1 - own]]).filter(|[other]| *other < 0.01);
        eventually("nobody is heard without a connection", WITHIN, is_still).await;
    }
    until_heard(&showrooms).await;
    for (_, showroom) in &showrooms {
        let tried = showroom.log().matches("trying TCP").count();
        assert_eq!(tried, 1, "what has worked is tried again: {}", showroom.log());
    }
}

#[tokio::test]
async fn who_speaks_does_not_hear_themselves_from_a_room_with_a_loudspeaker() {
    let (server, screen) = (Server::start().await, Screen::start().await);
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let place = |name, hertz, is_aloud, words| Place { name, hertz, is_aloud, words };
    let headset = place("Osaka", TONES[0], false, &[]);
    let (_, osaka) = showroom(&server, &screen, &mut host, &meeting, headset).await;
    let heard = async |what: &str, matches: fn(&[f32; 2]) -> bool| {
        eventually(what, WITHIN, async || osaka.tones(TONES).filter(matches)).await
    };

    let as_it_is = place("Nagoya", TONES[1], true, &["--no-echo-cancellation"][..]);
    let (_, nagoya) = showroom(&server, &screen, &mut host, &meeting, as_it_is).await;
    heard("the other and an echo of oneself are heard", |[own, other]| *other > 0.1 && *own > 0.05).await;
    drop(nagoya);

    let open = place("Kyoto", TONES[1], true, &[]);
    let (_, kyoto) = showroom(&server, &screen, &mut host, &meeting, open).await;
    eventually("one is heard there", WITHIN, async || kyoto.tones([TONES[0]]).filter(|[loud]| *loud > 0.2)).await;
    heard("the other is heard, and nothing of oneself", |[own, other]| *other > 0.1 && *own < 0.005).await;
}

#[tokio::test]
async fn showrooms_are_led_and_hear_each_other() {
    let (server, screen) = (Server::start().await, Screen::start().await);
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let showrooms = showrooms(&server, &screen, &mut host, &meeting).await;
    until_heard(&showrooms).await;

    host.act(Doing::Lead(Lead { stop: false })).await.expect("a host leads");
    let shown =
        Camera { target_east_m: 120.0, target_north_m: -60.0, pitch_deg: 40.0, distance_m: 500.0, ..Camera::default() };
    let scene = SceneEvent { event: Some(Scene::Camera(shown)) };
    // Before all have heard who leads, and after: whoever leads shows the park again and again.
    host.say(What::Scene(scene.clone())).await.expect("who leads shows the park");
    for (_, showroom) in &showrooms {
        until_said(showroom, "leads, microphone on").await;
    }
    host.say(What::Scene(scene)).await.expect("who leads shows the park");
    host.write("Look there").await.expect("a host writes");
    for (_, showroom) in &showrooms {
        until_said(showroom, "Look there").await;
    }
    host.act(Doing::Lead(Lead { stop: true })).await.expect("a host gives the lead up");
    let first = showrooms[0].0;
    until_there(&mut host, first, &shown).await;

    host.act(Doing::End(End {})).await.expect("a host ends the meeting");
    for (_, showroom) in &showrooms {
        until_said(showroom, "over: the host has ended it").await;
    }
}
