//! Meetings of browsers over bad networks: where UDP does not pass, and what others notice of one who has stopped.

use std::time::{Duration, Instant};

use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::{Meeting, MeetingRole};
use cloudsite_tests::caller::{Caller, Picture, Report, SIMULCAST, SINGLE, Udp, Ways};
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now};
use cloudsite_tests::impairment::{Impairment, Network, Way};
use cloudsite_tests::{Browser, Server};

/// A longer time between two pictures is a freeze that someone notices, milliseconds.
const FREEZE_MS: f64 = 300.0;

/// A relay to the server's media port.
async fn network(server: &Server, impairment: Impairment, seed: u64) -> Network {
    Network::start(Network::reserve().await, server.media(), impairment, seed)
}

/// A guest who was let in.
async fn guest(server: &Server, meeting: &Meeting, host: &mut Attendee, name: &str) -> Attendee {
    let secret = guest_link(server, meeting, name, MeetingRole::Guest).await;
    let mut guest = Attendee::guest(server, &secret).await.expect("the guest joins");
    let id = guest.id();
    host.act(Doing::Admit(id)).await.expect("a host lets in");
    guest.until_state("the guest is in", |state| state.people.iter().any(|p| p.id == id && !p.waiting)).await;
    guest
}

/// As good as no UDP: what firewalls of companies leave.
const BLOCKED: Impairment =
    Impairment { loss: 1.0, lossy: None, duplication: 0.0, delay: Duration::ZERO, jitter: Duration::ZERO, rate_bps: 0 };

#[tokio::test]
async fn where_udp_does_not_pass_sound_and_pictures_come_over_tcp() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let blocked = network(&server, BLOCKED, 13).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let sato = guest(&server, &meeting, &mut host, "Sato").await;
    let browser = Browser::start().await;
    let host = Caller::connect(&browser, &server, host, Some(SINGLE), Ways::DIRECT).await;
    let ways = Ways { udp: Udp::Relay(blocked.address()), tcp: true };
    let sato = Caller::connect(&browser, &server, sato, Some(SINGLE), ways).await;
    for (caller, protocol) in [(&sato, "tcp"), (&host, "udp")] {
        let heard = caller.until("sound comes", |now| now.state == "connected" && now.sound_bytes > 0).await;
        assert_eq!(heard.protocol, protocol);
        let on = |now: &Report| now.sound_bytes > heard.sound_bytes + 10_000 && now.frames() > heard.frames() + 20;
        let later = caller.until("sound and pictures go on", on).await;
        assert_eq!(later.protocol, protocol, "it stays so");
    }
}

/// What the server holds in memory, bytes.
fn resident(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("the server runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel says so");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("it is a number") * 1_024
}

/// One of three is stopped where it is and goes on after this.
const STOPPED: Duration = Duration::from_secs(10);

/// What may wait for one who takes nothing, bytes, with what else a server takes meanwhile.
const MOST_GROWTH: u64 = 16 << 20;

/// Two see each other, and a third looks on by these ways and is stopped.
async fn stop_a_viewer(ways: Ways) {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let sato = guest(&server, &meeting, &mut host, "Sato").await;
    let looker = guest(&server, &meeting, &mut host, "Looker").await;
    let browser = Browser::start().await;
    let host = Caller::connect(&browser, &server, host, Some(SINGLE), Ways::DIRECT).await;
    let sato = Caller::connect(&browser, &server, sato, Some(SINGLE), Ways::DIRECT).await;
    let looker = Caller::connect(&browser, &server, looker, None, ways).await;
    for caller in [&host, &sato] {
        caller.until("each sees the other", |now| now.frames() > 40).await;
    }
    let sees_both = |now: &Report| now.pictures.len() == 2 && now.pictures.iter().all(|of| of.frames > 20);
    let before = looker.until("who looks on sees both", sees_both).await;
    let memory = resident(&server);

    looker.page().freeze();
    let stopped = Instant::now();
    for caller in [&host, &sato] {
        caller.begin().await;
    }
    let frames = [host.report().await.frames(), sato.report().await.frames()];
    for caller in [&host, &sato] {
        caller.until("ten seconds pass", |_| stopped.elapsed() >= STOPPED).await;
    }
    for (caller, frames) in [&host, &sato].into_iter().zip(frames) {
        let now = caller.report().await;
        let gap = now.longest_gap_ms();
        println!("beside one who is stopped: {} pictures, at most {gap:.0} ms apart", now.frames() - frames);
        assert!(now.frames() - frames >= 100 && gap <= FREEZE_MS, "{now:?}");
    }
    let growth = resident(&server).saturating_sub(memory);
    println!("the server has grown by {} kB", growth / 1_024);
    assert!(growth < MOST_GROWTH, "{growth} bytes");

    looker.page().thaw();
    let is_back = |now: &Report| now.state == "connected" && now.frames() >= before.frames() + 40;
    let back = looker.until("it is back", is_back).await;
    assert_eq!(back.pictures.len(), 2, "{back:?}");
}

#[tokio::test]
async fn nobody_notices_that_a_viewer_is_stopped_who_comes_back() {
    stop_a_viewer(Ways::DIRECT).await;
}

#[tokio::test]
async fn nobody_notices_that_a_viewer_over_tcp_is_stopped_who_comes_back() {
    stop_a_viewer(Ways { udp: Udp::None, tcp: true }).await;
}

/// How a line is bad, and what is sent over it.
struct Bad {
    case: &'static str,
    picture: Picture,
    /// The way in which a twentieth of all packets is lost.
    lossy: Way,
    /// How long one way takes.
    delay: Duration,
}

const BAD: [Bad; 3] = [
    Bad { case: "down, 200 ms there and back", picture: SINGLE, lossy: Way::Down, delay: Duration::from_millis(100) },
    Bad { case: "up", picture: SINGLE, lossy: Way::Up, delay: Duration::from_millis(20) },
    Bad { case: "up, in three layers", picture: SIMULCAST, lossy: Way::Up, delay: Duration::from_millis(20) },
];

/// How long a line is watched at a time.
const WATCHED: Duration = Duration::from_secs(10);

/// A machine that stands still for a moment freezes pictures, too, but not each time that it is looked at.
const TIMES: usize = 3;

/// The longest time between two pictures, in the best of some times.
async fn longest_gap_ms(looker: &Caller, case: &str) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..TIMES {
        looker.begin().await;
        let (before, began) = (looker.report().await, Instant::now());
        let now = looker.until("it is watched", |_| began.elapsed() >= WATCHED).await;
        let (frames, gap) = (now.frames() - before.frames(), now.longest_gap_ms());
        println!("{case}: {frames} pictures, at most {gap:.0} ms apart; {now:?}");
        assert!(frames >= 100, "{case}: {now:?}");
        best = best.min(gap);
        if best <= FREEZE_MS {
            break;
        }
    }
    best
}

#[tokio::test]
async fn where_a_twentieth_is_lost_pictures_go_on_and_little_more_than_that_is_sent_again() {
    for (seed, Bad { case, picture, lossy, delay }) in (1..).zip(BAD) {
        let server = Server::start().await;
        let meeting = meeting_now(&server).await;
        let bad = Impairment { loss: 0.05, lossy: Some(lossy), delay, ..Impairment::default() };
        let line = network(&server, bad, seed).await;
        let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
        let looker = guest(&server, &meeting, &mut host, "Looker").await;
        let browser = Browser::start().await;
        let (up, down) = match lossy {
            Way::Up => (Ways::through(line.address()), Ways::DIRECT),
            Way::Down => (Ways::DIRECT, Ways::through(line.address())),
        };
        let host = Caller::connect(&browser, &server, host, Some(picture), up).await;
        let looker = Caller::connect(&browser, &server, looker, None, down).await;
        looker.until("pictures come", |now| now.frames() > 100).await;
        let gap = longest_gap_ms(&looker, case).await;
        assert!(gap <= FREEZE_MS, "{case}: {gap:.0} ms");

        let sent = host.report().await.sent;
        assert_eq!(sent.len(), picture.layers.len(), "{case}: {sent:?}");
        let repairs: u64 = sent.iter().map(|layer| layer.repairs).sum();
        let lost: u64 = sent.iter().map(|layer| line.tally(layer.ssrc).lost).sum();
        println!("{case}: {lost} lost on the way up, {repairs} sent again");
        assert!(repairs <= 2 * lost, "{case}: {lost} lost, {repairs} sent again");
        let repaired: u64 = looker.report().await.pictures.iter().map(|pictures| pictures.repaired).sum();
        let mended = if lossy == Way::Up { repairs } else { repaired };
        assert!(mended > 0, "{case}: what is lost comes again in a stream of its own");
    }
}

/// A picture in two sizes, of which only the smaller one passes a narrow line.
const TWO_SIZES: Picture = Picture { size: (640, 360), layers: &[2, 1], screen: None, late_ms: 0 };
const NARROW_BPS: u64 = 300_000;

/// The height of the highest picture that comes, pixels.
fn height(report: &Report) -> u32 {
    report.pictures.iter().map(|pictures| pictures.height).max().unwrap_or(0)
}

#[tokio::test]
async fn a_viewer_whose_line_is_narrow_gets_the_size_that_fits_and_others_the_larger_one() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let line = network(&server, Impairment::default(), 5).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let near = guest(&server, &meeting, &mut host, "Near").await;
    let far = guest(&server, &meeting, &mut host, "Far").await;
    let browser = Browser::start().await;
    let _host = Caller::connect(&browser, &server, host, Some(TWO_SIZES), Ways::DIRECT).await;
    let near = Caller::connect(&browser, &server, near, None, Ways::DIRECT).await;
    let far = Caller::connect(&browser, &server, far, None, Ways::through(line.address())).await;
    for viewer in [&near, &far] {
        viewer.until("the larger picture comes", |now| height(now) == 360).await;
    }

    let begun = Instant::now();
    line.become_bad(Impairment { rate_bps: NARROW_BPS, delay: Duration::from_millis(30), ..Impairment::default() });
    far.until("the smaller one comes down the narrow line", |now| height(now) == 180).await;
    println!("after {:.1?} the smaller one comes", begun.elapsed());
    far.begin().await;
    let (before, began) = (far.report().await, Instant::now());
    let after = far.until("it is watched", |_| began.elapsed() >= WATCHED).await;
    let (frames, sound) = (after.frames() - before.frames(), after.sound_bytes - before.sound_bytes);
    println!("{frames} pictures, {sound} bytes of sound, at most {:.0} ms apart; {after:?}", after.longest_gap_ms());
    assert_eq!(height(&after), 180, "{after:?}");
    assert!(frames >= 80, "half of all pictures at least: {after:?}");
    assert_eq!(height(&near.report().await), 360, "it is nothing to another viewer");

    let begun = Instant::now();
    line.become_bad(Impairment::default());
    far.until("the line is wide again", |now| height(now) == 360).await;
    println!("after {:.1?} the larger one comes again", begun.elapsed());
}

/// How far apart what was taken at one time may be played, milliseconds.
const MOST_APART_MS: f64 = 80.0;

#[tokio::test]
async fn what_someone_says_is_played_with_the_picture_of_it() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let other = guest(&server, &meeting, &mut host, "Other").await;
    let viewer = guest(&server, &meeting, &mut host, "Viewer").await;
    let browser = Browser::start().await;
    // Two are heard and seen: that the right two are put together is part of it.
    let _other = Caller::connect(&browser, &server, other, Some(SINGLE), Ways::DIRECT).await;
    let late = Picture { late_ms: 250, ..SINGLE };
    let _host = Caller::connect(&browser, &server, host, Some(late), Ways::DIRECT).await;
    let viewer = Caller::connect(&browser, &server, viewer, None, Ways::DIRECT).await;
    let is_together = |now: &Report| {
        now.apart_ms.len() == 2 && now.apart_ms.iter().all(|apart| apart.is_some_and(|ms| ms.abs() <= MOST_APART_MS))
    };
    let together = viewer.until("sound and picture of both are played together", is_together).await;
    println!("{:?} ms apart; the sound waits for {:?} ms", together.apart_ms, together.sound_waits_ms);
    let waits = together.sound_waits_ms.iter().filter(|ms| **ms >= f64::from(late.late_ms) / 2.0).count();
    assert_eq!(waits, 1, "of one the sound waits for its picture: {together:?}");
}
