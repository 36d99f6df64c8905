//! A browser as a client of WHIP and WHEP that knows nothing of this server: what it sends in comes out, sound and picture, and
//! a screen in place of a camera.

use std::time::Duration;

use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::meeting_service_client::MeetingServiceClient;
use cloudsite_proto::meeting::{CreateGuestLinkRequest, CreateGuestLinkResponse, Meeting, MeetingRole, Switch};
use cloudsite_tests::caller::{Caller, Picture, SINGLE, Ways};
use cloudsite_tests::conference::{Attendee, meeting_now};
use cloudsite_tests::{Asker, Browser, FAKE_MEDIA, Page, Server};

/// Encoding and decoding in software beside other tests takes its time.
const PATIENCE: Duration = Duration::from_mins(2);

/// The client: `begin(path, token, direction, codec)` puts what has become of it into `told`, and the connection into
/// `lines[path]`.
const CLIENT: &str = "
    window.lines = {}; window.told = {};
    const connect = async (path, token, direction, codec) => {
        const pc = new RTCPeerConnection();
        if (direction === 'sendonly') {
            const wish = { audio: true, video: { width: 640, height: 360 } };
            const stream = await navigator.mediaDevices.getUserMedia(wish);
            for (const track of stream.getTracks()) pc.addTransceiver(track, { direction, streams: [stream] });
        } else {
            for (const kind of ['video', 'audio']) pc.addTransceiver(kind, { direction });
        }
        const known = (direction === 'sendonly' ? RTCRtpSender : RTCRtpReceiver).getCapabilities('video').codecs;
        const chosen = known.filter(({ mimeType }) => mimeType === codec);
        if (chosen.length === 0) return 'unknown codec';
        for (const line of pc.getTransceivers()) {
            if (line.receiver.track.kind === 'video') line.setCodecPreferences(chosen);
        }
        await pc.setLocalDescription();
        const headers = { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` };
        const response = await fetch(path, { method: 'POST', headers, body: pc.localDescription.sdp });
        if (response.status !== 201) return `${response.status}: ${await response.text()}`;
        await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
        window.lines[path] = { pc, headers, session: response.headers.get('Location') };
        return 'connected';
    };
    window.begin = (path, ...rest) => {
        window.told[path] = null;
        connect(path, ...rest).catch(error => `${error}`).then(told => { window.told[path] = told; });
    };
    window.end = async path => {
        const { pc, headers, session } = window.lines[path];
        pc.close();
        window.told[path] = `${(await fetch(session, { method: 'DELETE', headers })).status}`;
    };
    window.measure = async path => {
        let [frames, sounds, width] = [0, 0, 0];
        for (const entry of (await window.lines[path].pc.getStats()).values()) {
            if (entry.type === 'inbound-rtp' && entry.kind === 'video') {
                [frames, width] = [entry.framesDecoded, entry.frameWidth ?? 0];
            }
            if (entry.type === 'inbound-rtp' && entry.kind === 'audio') sounds = entry.packetsReceived;
        }
        window.measured = { frames, sounds, width };
    };
    return true";

async fn token(server: &Server, meeting: &Meeting, name: &str, role: MeetingRole) -> CreateGuestLinkResponse {
    let host = Asker::of(server, Some("host")).await;
    let mut plans = MeetingServiceClient::new(server.channel().await);
    let (parent, display_name, language) = (meeting.name.clone(), name.to_owned(), "en".to_owned());
    let request = CreateGuestLinkRequest { parent, display_name, role: role.into(), language };
    plans.create_guest_link(host.ask(request)).await.expect("a host makes tokens").into_inner()
}

/// Connects, and tells what came of it.
async fn begin(page: &Page, path: &str, token: &str, direction: &str, codec: &str) -> String {
    page.run(&format!("window.begin('{path}', '{token}', '{direction}', '{codec}'); return true")).await;
    let told = page.until("it is answered", PATIENCE, &format!("return window.told['{path}']")).await;
    told.as_str().expect("it is told in words").to_owned()
}

/// Waits until pictures are decoded and sound has come, which a browser decodes only for an element that plays it.
async fn plays(page: &Page, path: &str) {
    let script = format!(
        "window.measure('{path}'); return (window.measured?.frames ?? 0) > 20 && (window.measured?.sounds ?? 0) > 20"
    );
    page.run("window.measured = null; return true").await;
    page.until(&format!("{path} plays"), PATIENCE, &script).await;
}

#[tokio::test]
async fn what_a_camera_sends_in_comes_out_of_a_player() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let browser = Browser::start().await;
    let page = browser.open_with(&server.url("/healthz"), 640, 480, &FAKE_MEDIA).await;
    page.run(CLIENT).await;
    let mut carried = Vec::new();
    for codec in ["video/VP8", "video/H264"] {
        let (feed, player) = (
            token(&server, &meeting, codec, MeetingRole::Feed).await,
            token(&server, &meeting, "Wall", MeetingRole::Player).await,
        );
        let sent = begin(&page, &feed.path, &feed.secret, "sendonly", codec).await;
        if sent == "unknown codec" {
            continue;
        }
        assert_eq!(sent, "connected", "{codec}");
        host.until_state("the camera is there", |state| state.people.iter().any(|person| person.name == codec)).await;
        let camera = host.state.people.iter().find(|person| person.name == codec).expect("it is seen").id;
        for path in [player.path.clone(), format!("{}/people/{camera}", player.path)] {
            assert_eq!(begin(&page, &path, &player.secret, "recvonly", codec).await, "connected", "{codec} {path}");
            plays(&page, &path).await;
        }
        for path in [format!("{}/people/{camera}", player.path), feed.path.clone()] {
            page.run(&format!("window.end('{path}'); return true")).await;
            page.until("it has ended", PATIENCE, &format!("return window.told['{path}'] === '200'")).await;
        }
        host.until_state("both are gone", |state| state.people.len() == 1).await;
        carried.push(codec);
    }
    assert!(carried.contains(&"video/VP8"), "{carried:?}");
    page.close().await;
}

/// Of another shape than any camera, so that it is told which is seen.
const SCREEN: (u32, u32) = (400, 300);

/// Waits until pictures come that are so wide, and go on.
async fn shows(page: &Page, path: &str, width: u32) {
    let there =
        format!("window.measure('{path}'); return window.measured?.width === {width} && window.measured.frames");
    let frames = page.until(&format!("{path} shows {width} pixels"), PATIENCE, &there).await;
    let on = format!(
        "window.measure('{path}'); return window.measured.width === {width} && window.measured.frames > {frames} + 5"
    );
    page.until("it goes on", PATIENCE, &on).await;
}

#[tokio::test]
async fn a_player_shows_a_screen_as_long_as_one_is_shared() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let browser = Browser::start().await;
    let picture = Picture { screen: Some(SCREEN), ..SINGLE };
    let mut host = Caller::connect(&browser, &server, host, Some(picture), Ways::DIRECT).await;
    let page = browser.open_with(&server.url("/healthz"), 640, 480, &FAKE_MEDIA).await;
    page.run(CLIENT).await;
    let (wall, beside) = (
        token(&server, &meeting, "Wall", MeetingRole::Player).await,
        token(&server, &meeting, "Beside", MeetingRole::Player).await,
    );
    let of_host = format!("{}/people/{}", beside.path, host.attendee.id());
    let players = [(wall.path.as_str(), &wall.secret), (of_host.as_str(), &beside.secret)];
    for (path, secret) in players {
        assert_eq!(begin(&page, path, secret, "recvonly", "video/VP8").await, "connected", "{path}");
        shows(&page, path, SINGLE.size.0).await;
    }
    for (screen, width) in [(true, SCREEN.0), (false, SINGLE.size.0)] {
        let switch = Switch { microphone: true, camera: true, screen };
        host.attendee.act(Doing::Switch(switch)).await.expect("everyone switches their own");
        for (path, _) in players {
            shows(&page, path, width).await;
        }
    }
    page.close().await;
}
