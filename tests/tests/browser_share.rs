//! Pictures in browsers that are sent as large as they are shown; a shared screen; pages that find their way again when the network fails for a time, and when the server begins
//! anew; and a link that is taken back from whoever came by it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use cloudsite_proto::meeting::MeetingRole;
use cloudsite_tests::conference::{guest_link, meeting_now};
use cloudsite_tests::impairment::{Impairment, Network};
use cloudsite_tests::{Browser, FAKE_MEDIA, Page, Server};
use tempfile::TempDir;

const SOON: Duration = Duration::from_mins(1);

/// Encoding and decoding in software beside other tests takes its time.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long after a server is there again everyone sees everyone.
const BACK_WITHIN: Duration = Duration::from_secs(5);

/// The network as it should be.
const GOOD: Impairment =
    Impairment { loss: 0.0, lossy: None, duplication: 0.0, delay: Duration::ZERO, jitter: Duration::ZERO, rate_bps: 0 };

/// Notes what the page connects and shares: `lines` are its connections, `shared` is the screen, `way()` the ICE session of
/// the newest connection, `look()` puts into `seen` how many pictures that has decoded, and `count()` into `sent` which layers
/// of the camera it sends and how many pictures of the largest it has encoded.
const EYES: &str = "
    window.lines = []; window.seen = { line: 0, decoded: 0 }; window.sent = { layers: '', large: 0 };
    const Line = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Line {
        constructor(...given) { super(...given); window.lines.push(this); }
    };
    const share = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getDisplayMedia = async wish => { window.shared = await share(wish); return window.shared; };
    window.way = () => /a=ice-ufrag:(\\S+)/.exec(window.lines.at(-1)?.localDescription?.sdp ?? '')?.[1] ?? '';
    window.look = async () => {
        const line = window.lines.length;
        let decoded = 0;
        for (const entry of (await window.lines[line - 1].getStats()).values()) {
            if (entry.type === 'inbound-rtp') decoded += entry.framesDecoded ?? 0;
        }
        window.seen = { line, decoded };
    };
    window.count = async () => {
        const all = [...(await window.lines.at(-1).getStats()).values()];
        const layers = all.filter(entry => entry.type === 'outbound-rtp' && entry.rid);
        const sent = layers.filter(entry => entry.active).map(entry => entry.rid).sort().join('');
        window.sent = { layers: sent, large: layers.find(entry => entry.rid === 'h')?.framesEncoded ?? 0 };
    };
    return true";

/// A server whose media come and go by a network that can be made bad, in a folder and at an address of before if there is one.
async fn begin(before: Option<(TempDir, SocketAddr)>) -> (Server, Network) {
    let socket = Network::reserve().await;
    let public = socket.local_addr().expect("it is bound").to_string();
    let words = ["--media-public", public.as_str()];
    let server = match before {
        Some((folder, address)) => Server::start_at(folder, address, &words).await,
        None => Server::start_saying(TempDir::new().expect("a folder"), &words).await,
    };
    let network = Network::start(socket, server.media(), GOOD, 11);
    (server, network)
}

async fn open(browser: &Browser, address: &str) -> Page {
    // Nobody looks at the park here: drawing it would keep the processor from the pictures.
    let flags = [&FAKE_MEDIA[..], &["--disable-3d-apis"]].concat();
    browser.open_with(address, 1280, 800, &flags).await
}

/// Joins from the dialog, with camera and microphone.
async fn join(page: &Page) {
    page.run(EYES).await;
    let picture = "const video = document.querySelector('[data-testid=\"meeting-preview\"]');
        return video !== null && video.videoWidth > 0";
    page.until("the own picture is seen", SOON, picture).await;
    page.click("meeting-join").await;
    page.until("one is in", SOON, "return document.querySelector('[data-testid=\"meeting-bar\"]') !== null").await;
}

/// How many connections a page has made, and how many pictures the newest has decoded.
async fn seen(page: &Page) -> (u64, u64) {
    let seen = page.run("window.look(); return window.seen").await;
    (seen["line"].as_u64().expect("a number"), seen["decoded"].as_u64().expect("a number"))
}

/// Waits until a connection that is not older than this one has decoded so many pictures.
async fn sees(page: &Page, within: Duration, line: u64, decoded: u64) {
    let script = format!(
        "window.look(); return window.seen.line >= {line} && window.seen.decoded > {decoded} && window.seen.line"
    );
    page.until(&format!("line {line} has decoded {decoded} pictures"), within, &script).await;
}

/// The host's camera is sent as large as the guest shows it.
async fn resize(host: &Page, guest: &Page) {
    let sends = |is: bool| {
        format!("window.count(); return window.sent.layers !== '' && window.sent.layers.includes('h') === {is}")
    };
    let large = async || host.run("window.count(); return window.sent.large").await.as_u64().expect("a number");
    let enlarge = "document.querySelector('.tile:not(:last-child) .tile-face').click()";
    let height = "return document.querySelector('.tile:not(:last-child) video')?.videoHeight ?? 0";
    host.until("the largest picture is not sent", PATIENCE, &sends(false)).await;
    let (before, small) = (large().await, guest.run(height).await.as_u64().expect("a number"));
    let (line, decoded) = seen(guest).await;
    sees(guest, PATIENCE, line, decoded + 40).await;
    assert_eq!(large().await, before, "nothing is encoded that nobody sees");
    guest.run(enlarge).await;
    host.until("it is sent", SOON, &sends(true)).await;
    let is_larger = format!("return document.querySelector('.tile:not(:last-child) video').videoHeight > {small}");
    guest.until("it is seen", PATIENCE, &is_larger).await;
    guest.run(enlarge).await;
    host.until("it is no longer sent", PATIENCE, &sends(false)).await;
}

/// Script: how many pictures of a shared screen were shown.
const SCREEN: &str = "return document.querySelector('.tile.screen[data-testid^=\"screen-\"] video')
    ?.getVideoPlaybackQuality().totalVideoFrames ?? 0";

/// The host shares a screen, the guest sees it, and it ends as the browser's own bar ends it.
async fn share(host: &Page, guest: &Page) {
    host.click("screen").await;
    let shown = guest.until("the screen is seen", PATIENCE, SCREEN).await.as_u64().expect("a number");
    guest.until("it goes on", PATIENCE, &format!("{SCREEN} > {}", shown + 5)).await;
    let name = "return document.querySelector('.tile.screen .tile-name')?.innerText ?? ''";
    let name = guest.run(name).await;
    assert!(name.as_str().is_some_and(|name| name.contains("host")), "whose it is is told: {name}");
    let pressed = |is: bool| {
        format!("return document.querySelector('[data-testid=\"screen\"]').getAttribute('aria-pressed') === '{is}'")
    };
    host.until("the button says that it is shared", SOON, &pressed(true)).await;
    // What the bar does; no page is told more of it than this.
    host.run("const [track] = window.shared.getTracks(); track.stop(); track.dispatchEvent(new Event('ended'))").await;
    host.until("the button says that it is over", SOON, &pressed(false)).await;
    guest.until("the screen is gone", SOON, "return document.querySelector('.tile.screen') === null").await;
}

/// The host sees who came by the link, takes it back, and the guest is told so.
async fn take_link_back(host: &Page, guest: &Page) {
    host.click("meetings").await;
    host.click("invite").await;
    let says = |id: &str, words: &str| {
        format!("return document.querySelector('[data-testid=\"{id}\"]')?.innerText.includes({words:?}) ?? false")
    };
    host.until("the link tells whom it is for", SOON, &says("links", "Sato")).await;
    host.until("and that it was used", SOON, &says("links", "used since")).await;
    host.until("and who is there by it", SOON, &says("link-present", "Sato")).await;
    host.click("take-link-back").await;
    host.until("it is asked", SOON, &says("take-link-back", "send Sato out")).await;
    host.click("take-link-back").await;
    guest.until("the guest is told", SOON, &says("meeting-over-words", "taken back the link")).await;
    host.until("the list says so", SOON, &says("links", "taken back")).await;
    let again = "return document.querySelector('[data-testid=\"meeting-again\"]') === null";
    assert_eq!(guest.run(again).await, true, "nothing leads back");
}

#[tokio::test]
async fn a_screen_is_shared_and_pages_find_their_way_again() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let (server, network) = begin(None).await;
    let meeting = meeting_now(&server).await;
    let secret = guest_link(&server, &meeting, "Sato", MeetingRole::Interpreter).await;
    let id = meeting.name.rsplit('/').next().expect("a name has parts");
    let browser = Browser::start().await;
    let host = open(&browser, &server.sign_in_link("host").await).await;
    host.go(&server.url(&format!("/?meeting={id}"))).await;
    join(&host).await;
    let guest = open(&browser, &server.url(&format!("/?meet={secret}"))).await;
    join(&guest).await;
    for page in [&host, &guest] {
        sees(page, PATIENCE, 1, 20).await;
    }
    resize(&host, &guest).await;
    share(&host, &guest).await;

    // Nothing passes any more, until the guest's page looks for another way; the connection stays the same one.
    let (line, _) = seen(&guest).await;
    let way = guest.run("return window.way()").await;
    network.become_bad(Impairment { loss: 1.0, ..GOOD });
    guest.until("another way is looked for", SOON, &format!("return window.way() !== {way}")).await;
    network.become_bad(GOOD);
    let (_, decoded) = seen(&guest).await;
    for page in [&host, &guest] {
        let (line, decoded) = seen(page).await;
        sees(page, PATIENCE, line, decoded + 20).await;
    }
    sees(&guest, PATIENCE, line, decoded + 20).await;
    assert_eq!(seen(&guest).await.0, line, "no other connection was made");

    // The server is killed, and is there again: both see each other by themselves.
    let lines = (seen(&host).await.0, seen(&guest).await.0);
    let address = server.address();
    let folder = server.kill().await;
    drop(network);
    let (_server, _network) = begin(Some((folder, address))).await;
    let there = Instant::now();
    tokio::join!(sees(&host, BACK_WITHIN, lines.0 + 1, 5), sees(&guest, BACK_WITHIN, lines.1 + 1, 5),);
    println!("both see each other {} ms after the server is there again", there.elapsed().as_millis());
    take_link_back(&host, &guest).await;
    guest.close().await;
    host.close().await;
}
