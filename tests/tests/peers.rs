//! Media between clients of another make, aiortc, over the running server: what is heard and seen, where nothing may come, and
//! over bad networks.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::{Meeting, MeetingRole, Move, Switch};
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now};
use cloudsite_tests::impairment::{Impairment, Network};
use cloudsite_tests::peer::{self, Peer, Report};
use cloudsite_tests::{Server, eventually};
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(30);

const RED: [u8; 3] = [200, 30, 30];
const BLUE: [u8; 3] = [30, 30, 200];

/// A guest who was let in, or waits.
async fn guest(server: &Server, meeting: &Meeting, host: &mut Attendee, name: &str, is_let_in: bool) -> Attendee {
    let secret = guest_link(server, meeting, name, MeetingRole::Guest).await;
    let mut guest = Attendee::guest(server, &secret).await.expect("the guest joins");
    if is_let_in {
        host.act(Doing::Admit(guest.id())).await.expect("a host lets in");
        let id = guest.id();
        guest.until_state("the guest is in", |state| state.people.iter().any(|p| p.id == id && !p.waiting)).await;
    }
    guest
}

/// Sends a tone and a colour.
async fn connect(attendee: &mut Attendee, tone: u32, colour: [u8; 3]) -> Peer {
    let peer = Peer::connect(attendee, tone, colour).await;
    let on = Switch { microphone: true, camera: true, screen: false };
    attendee.act(Doing::Switch(on)).await.expect("everyone switches their own");
    peer
}

/// Looks until a peer's report is as it is looked for.
async fn until(what: &str, peer: &mut Peer, mut holds: impl FnMut(&Report) -> bool) -> Report {
    let last = RefCell::new(None);
    let begun = std::time::Instant::now();
    let found = eventually(what, SOON, async || {
        let report = peer.report().await;
        if begun.elapsed() > SOON / 2 {
            println!("{report:?}");
        }
        let is_found = holds(&report);
        last.replace(Some(report));
        is_found.then_some(())
    });
    let () = found.await;
    last.into_inner().expect("it was looked at")
}

#[tokio::test]
async fn a_client_of_another_make_hears_and_sees_whom_it_may_and_no_one_else() {
    if !peer::is_there().await {
        return;
    }
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let mut sato = guest(&server, &meeting, &mut host, "Sato", true).await;
    let mut waiting = guest(&server, &meeting, &mut host, "Waiting", false).await;
    let mut at_host = connect(&mut host, 440, RED).await;
    let mut at_sato = connect(&mut sato, 800, BLUE).await;
    let mut outside = connect(&mut waiting, 1_200, [30, 200, 30]).await;
    let near = |tones: &[u32], tone: u32| tones.iter().any(|heard| heard.abs_diff(tone) <= 20);
    until("the host hears and sees the guest", &mut at_host, |report| near(&report.tones(), 800) && report.sees(BLUE))
        .await;
    until("the guest hears and sees the host", &mut at_sato, |report| near(&report.tones(), 440) && report.sees(RED))
        .await;
    for (who, peer) in [("the host", &mut at_host), ("the guest", &mut at_sato)] {
        let tones = peer.report().await.tones();
        assert!(!near(&tones, 1_200) && tones.len() == 1, "{who} hears {tones:?}");
    }
    let report = until("the lobby is connected too", &mut outside, |report| report.state == "connected").await;
    assert_eq!(report.packets(), 0, "the lobby is sent nothing");

    // One side withdraws: from then on not a packet passes, either way.
    host.act(Doing::OpenRoom("Caucus".to_owned())).await.expect("a room");
    host.act(Doing::Move(Move { participant: sato.id(), room: 1 })).await.expect("moved");
    let id = sato.id();
    sato.until_state("they are there", |state| state.people.iter().any(|p| p.id == id && p.room == 1)).await;
    // What was under way when they were moved has come by the second of two equal counts.
    let mut settled = (0, 0);
    eventually("nothing is under way", SOON, async || {
        let now = (at_host.report().await.packets(), at_sato.report().await.packets());
        let is_settled = now == settled;
        settled = now;
        is_settled.then_some(())
    })
    .await;
    let on = Switch { microphone: true, camera: true, screen: false };
    for _ in 0..20 {
        sato.act(Doing::Switch(on)).await.expect("they go on");
        let now = (at_host.report().await.packets(), at_sato.report().await.packets());
        assert_eq!(now, settled, "packets of the other side");
    }
    assert_eq!(outside.report().await.packets(), 0, "the lobby is sent nothing");
    host.act(Doing::CloseRoom(1)).await.expect("all together again");
    until("media pass again", &mut at_host, |report| report.packets() > settled.0 + 50).await;
}

/// Packets of sound that have come.
fn packets(report: &Report) -> u64 {
    report.lines.values().filter(|line| line.kind == "audio").map(|line| line.packets).sum()
}

/// The share of the sound that came between two reports, by the packets' own numbers: a busy machine does not change it.
fn share(before: &Report, after: &Report) -> f64 {
    let lost = |report: &Report| report.lines.values().filter(|l| l.kind == "audio").map(|l| l.lost).sum::<u64>();
    let came = (packets(after) - packets(before)) as f64;
    came / (came + lost(after) as f64 - lost(before) as f64)
}

/// Pictures that have been decoded.
fn pictures(report: &Report) -> u64 {
    report.lines.values().filter(|line| line.kind == "video").map(|line| line.frames).sum()
}

/// A server whose media port clients reach over a network, a host and a guest at it, each with a peer.
struct Apart {
    _server: Server,
    network: Network,
    _people: (Attendee, Attendee),
    _host: Peer,
    guest: Peer,
}

async fn apart(impairment: Impairment) -> Apart {
    let socket = Network::reserve().await;
    let public: SocketAddr = socket.local_addr().expect("it is bound");
    let folder = TempDir::new().expect("a folder");
    let server = Server::start_saying(folder, &["--media-public", &public.to_string()]).await;
    let network = Network::start(socket, server.media(), impairment, 7);
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let mut sato = guest(&server, &meeting, &mut host, "Sato", true).await;
    let at_host = connect(&mut host, 440, RED).await;
    let at_guest = connect(&mut sato, 800, BLUE).await;
    Apart { _server: server, network, _people: (host, sato), _host: at_host, guest: at_guest }
}

#[tokio::test]
async fn voices_and_pictures_pass_a_bad_network() {
    if !peer::is_there().await {
        return;
    }
    let mut apart = apart(Impairment::default()).await;
    until("pictures come", &mut apart.guest, |report| report.sees(RED)).await;
    for delay_ms in [10, 100, 200] {
        for loss in [0.0, 0.01, 0.05, 0.1, 0.2] {
            let (delay, jitter) = (Duration::from_millis(delay_ms), Duration::from_millis(delay_ms / 10));
            apart.network.become_bad(Impairment { loss, delay, jitter, duplication: 0.01, ..Impairment::default() });
            let before = apart.guest.report().await;
            let after = until(&format!("{loss} of {delay_ms} ms: sound and pictures go on"), &mut apart.guest, |now| {
                packets(now) >= packets(&before) + 150 && pictures(now) >= pictures(&before) + 20
            })
            .await;
            let share = share(&before, &after);
            println!(
                "{:>3} ms, {:>2.0} % lost each way: {:.0} % of the sound came",
                2 * delay_ms,
                loss * 100.0,
                share * 100.0
            );
            // Two ways, each with its loss; what is repeated comes once.
            let expected = (1.0 - loss) * (1.0 - loss);
            assert!((expected - 0.15..=expected + 0.15).contains(&share), "{share} of the sound came, not {expected}");
        }
    }
    // A translator forgets everyone: what still comes finds each of them again.
    apart.network.become_bad(Impairment::default());
    let before = until("a good network again", &mut apart.guest, |now| now.state == "connected").await;
    apart.network.rebind();
    let rebound = Instant::now();
    until("sound comes again", &mut apart.guest, |now| packets(now) >= packets(&before) + 10).await;
    let took = rebound.elapsed();
    assert!(took < Duration::from_secs(1), "media were away for {took:?}");
}
