//! A meeting of two pages whose network lets nothing but TLS through: coturn, with the configuration that is written for it,
//! carries sound, pictures and a shared screen, and the pages find it by what the server tells them.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloudsite_proto::meeting::MeetingRole;
use cloudsite_tests::conference::{guest_link, meeting_now};
use cloudsite_tests::relay::Relay;
use cloudsite_tests::{Browser, FAKE_MEDIA, Page, Server, cloudsite, eventually, free_address};
use rcgen::{CertificateParams, KeyPair, PublicKeyData};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const SOON: Duration = Duration::from_mins(1);

/// Encoding and decoding in software beside other tests takes its time.
const PATIENCE: Duration = Duration::from_mins(2);

/// Where the relay stands: another host than the server, so that a rule of the network can name it.
const RELAY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

/// Notes the page's connections in `lines`; `look()` puts into `seen` what the newest goes by and what has come by it.
const EYES: &str = "
    window.lines = []; window.seen = null;
    const Line = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Line {
        constructor(...given) { super(...given); window.lines.push(this); }
    };
    window.look = async () => {
        const all = await window.lines.at(-1).getStats();
        const seen = { kind: '', protocol: '', nominated: false, others: [], frames: 0, sounds: 0, screen: 0 };
        for (const entry of all.values()) {
            if (entry.type === 'transport') {
                const pair = all.get(entry.selectedCandidatePairId);
                const local = all.get(pair?.localCandidateId);
                seen.kind = local?.candidateType ?? '';
                seen.protocol = local?.relayProtocol ?? '';
                seen.nominated = pair?.nominated ?? false;
            }
            if (entry.type === 'candidate-pair' && entry.state === 'succeeded') {
                seen.others.push(all.get(entry.localCandidateId)?.candidateType ?? '');
            }
            if (entry.type === 'inbound-rtp' && entry.kind === 'video') seen.frames += entry.framesDecoded ?? 0;
            if (entry.type === 'inbound-rtp' && entry.kind === 'audio') seen.sounds += entry.packetsReceived ?? 0;
        }
        const screen = document.querySelector('.tile.screen[data-testid^=\"screen-\"] video');
        seen.screen = screen?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
        window.seen = seen;
    };
    return true";

/// What a page's connection goes by, and what has come by it.
#[derive(Debug, Clone, Deserialize)]
struct Seen {
    /// The kind of the own candidate of the selected pair.
    kind: String,
    /// How the relay is reached.
    protocol: String,
    nominated: bool,
    /// The kinds of the own candidates of all pairs that were found to work.
    others: Vec<String>,
    /// Decoded pictures.
    frames: u64,
    /// Packets of sound.
    sounds: u64,
    /// Pictures of a shared screen that were shown.
    screen: u64,
}

/// Waits until a page has seen what is looked for.
async fn sees(page: &Page, what: &str, holds: impl Fn(&Seen) -> bool) -> Seen {
    eventually(what, PATIENCE, async || {
        let seen = page.run("window.look(); return window.seen").await;
        let seen: Option<Seen> = serde_json::from_value(seen).expect("it is told as it is written above");
        seen.filter(&holds)
    })
    .await
}

/// Sees that sound and pictures come by the relay, from now on and not only before.
async fn is_carried(page: &Page, who: &str) {
    let before = sees(page, &format!("{who} hears and sees"), |seen| seen.frames > 20 && seen.sounds > 50).await;
    let goes_on = |seen: &Seen| seen.frames > before.frames + 40 && seen.sounds > before.sounds + 100;
    for seen in [&before, &sees(page, &format!("{who} still does"), goes_on).await] {
        assert_eq!((seen.kind.as_str(), seen.protocol.as_str()), ("relay", "tls"), "{who}: {seen:?}");
        assert!(seen.nominated, "{who}: {seen:?}");
        assert!(seen.others.iter().all(|kind| kind == "relay"), "{who} has another way: {seen:?}");
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("temporary folders have readable names").to_owned()
}

/// Starts the relay with what `turn-config` writes, and tells by which flag Chromium takes its certificate, which no
/// authority has signed: --ignore-certificate-errors is about pages alone.
async fn relay(folder: &Path, server: &Server, at: SocketAddr) -> (Relay, String) {
    let key = KeyPair::generate().expect("a key can be made");
    let parameters = CertificateParams::new([RELAY.to_string()]).expect("the name is one");
    let made = parameters.self_signed(&key).expect("a certificate can be made");
    let (certificate, key_file) = (folder.join("certificate.pem"), folder.join("key.pem"));
    fs::write(&certificate, made.pem()).expect("it can be written");
    fs::write(&key_file, key.serialize_pem()).expect("it can be written");
    let (data, host, port) = (text(&server.data()), RELAY.to_string(), at.port().to_string());
    let (media, certificate, key_file) = (server.media().to_string(), text(&certificate), text(&key_file));
    let words = ["turn-config", "--data", &data, "--host", &host, "--port", &port, "--listen", &host];
    let files = ["--media-public", &media, "--certificate", &certificate, "--key", &key_file];
    let written = cloudsite(words.into_iter().chain(files)).await;
    let relay = Relay::start(folder, &written.exits(0).stdout, at).await;
    let known = STANDARD.encode(Sha256::digest(key.subject_public_key_info()));
    (relay, format!("--ignore-certificate-errors-spki-list={known}"))
}

/// The network of a house in which UDP does not pass, and TCP goes by a proxy that is not there, but for the page and the relay.
fn behind_a_wall(server: &Server, relay: SocketAddr) -> [String; 3] {
    let nobody = free_address();
    [
        "--webrtc-ip-handling-policy=disable_non_proxied_udp".to_owned(),
        format!("--proxy-server={nobody}"),
        format!("--proxy-bypass-list=<-loopback>;{};{relay}", server.address()),
    ]
}

/// Opens an address and joins from the dialog, with camera and microphone.
async fn join(browser: &Browser, flags: &[String], addresses: &[String]) -> Page {
    // Nobody looks at the park here: drawing it would keep the processor from the pictures.
    let own = FAKE_MEDIA.iter().copied().chain(["--disable-3d-apis"]);
    let flags: Vec<&str> = own.chain(flags.iter().map(String::as_str)).collect();
    let [first, others @ ..] = addresses else { panic!("a page has an address") };
    let page = browser.open_with(first, 1280, 800, &flags).await;
    for address in others {
        page.go(address).await;
    }
    page.run(EYES).await;
    let picture = "const video = document.querySelector('[data-testid=\"meeting-preview\"]');
        return video !== null && video.videoWidth > 0";
    page.until("the own picture is seen", SOON, picture).await;
    page.click("meeting-join").await;
    page.until("one is in", SOON, "return document.querySelector('[data-testid=\"meeting-bar\"]') !== null").await;
    page
}

#[tokio::test]
async fn where_nothing_but_tls_passes_sound_pictures_and_a_screen_come_by_the_relay() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    if !Relay::is_installed() {
        println!("skipped: there is no turnserver (Debian: coturn)");
        return;
    }
    let at = SocketAddr::new(IpAddr::V4(RELAY), free_address().port());
    let url = format!("turns:{at}?transport=tcp");
    let server = Server::start_saying(TempDir::new().expect("a folder"), &["--turn", &url]).await;
    let folder = TempDir::new().expect("a folder");
    let (_relay, trusting) = relay(folder.path(), &server, at).await;
    let flags = [&behind_a_wall(&server, at)[..], &[trusting]].concat();

    let meeting = meeting_now(&server).await;
    let secret = guest_link(&server, &meeting, "Sato", MeetingRole::Interpreter).await;
    let id = meeting.name.rsplit('/').next().expect("a name has parts");
    let browser = Browser::start().await;
    let to_meeting = server.url(&format!("/?meeting={id}"));
    let host = join(&browser, &flags, &[server.sign_in_link("host").await, to_meeting]).await;
    let guest = join(&browser, &flags, &[server.url(&format!("/?meet={secret}"))]).await;
    for (page, who) in [(&host, "the host"), (&guest, "the guest")] {
        is_carried(page, who).await;
    }
    host.click("screen").await;
    let shown = sees(&guest, "the guest sees the screen", |seen| seen.screen > 0).await.screen;
    sees(&guest, "it goes on", |seen| seen.screen > shown + 5).await;
    // A way that was found is kept: no later check finds another.
    for (page, who) in [(&host, "the host"), (&guest, "the guest")] {
        is_carried(page, who).await;
    }
    guest.close().await;
    host.close().await;
}
