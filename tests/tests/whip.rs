//! WHIP and WHEP as their clients meet them, by HTTP alone: tokens, offers, sessions, and what people in the meeting see.

use bytes::Bytes;
use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::meeting_service_client::MeetingServiceClient;
use cloudsite_proto::meeting::{
    CreateGuestLinkRequest, CreateGuestLinkResponse, End, GetInvitationRequest, Meeting, MeetingRole,
    RevokeGuestLinkRequest,
};
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now};
use cloudsite_tests::{Answer, Asker, Server, send};
use http::{Method, Request};
use tempfile::TempDir;
use tonic::Code;

const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// An offer as an encoder writes it: the picture first, in H.264, and with names of its own for the m-lines.
const OFFER: &str = "v=0\r\no=- 7 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE v a\r\na=msid-semantic: WMS *\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:v\r\na=sendonly\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\n\
    a=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\n\
    a=fingerprint:sha-256 11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00\r\n\
    a=rtpmap:96 H264/90000\r\na=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n\
    a=rtcp-fb:96 nack pli\r\na=msid:stream picture\r\na=ssrc:1002 cname:x\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:a\r\na=sendonly\r\na=rtcp-mux\r\na=ice-ufrag:abcd\r\n\
    a=ice-pwd:0123456789012345678901\r\na=setup:actpass\r\n\
    a=fingerprint:sha-256 11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00\r\n\
    a=rtpmap:111 opus/48000/2\r\na=msid:stream sound\r\na=ssrc:1001 cname:x\r\n";

/// What looks for a way anew.
const ANEW: &str = "a=ice-ufrag:efgh\r\na=ice-pwd:9876543210987654321098\r\na=group:BUNDLE v a\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\n";

/// A server, and a host in a meeting.
async fn begun() -> (Server, Meeting, Attendee) {
    let words = ["--turn", "turns:turn.example:443?transport=tcp"];
    let server = Server::start_saying(TempDir::new().expect("a folder"), &words).await;
    let meeting = meeting_now(&server).await;
    let host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    (server, meeting, host)
}

/// Address and token for a feed or a player.
async fn token(server: &Server, meeting: &Meeting, role: MeetingRole) -> CreateGuestLinkResponse {
    let host = Asker::of(server, Some("host")).await;
    let mut plans = MeetingServiceClient::new(server.channel().await);
    let request = CreateGuestLinkRequest {
        parent: meeting.name.clone(),
        display_name: "Drone".to_owned(),
        role: role.into(),
        language: "en".to_owned(),
    };
    plans.create_guest_link(host.ask(request)).await.expect("a host makes tokens").into_inner()
}

/// Asks by any method, with a token and further headers.
async fn ask(server: &Server, method: Method, path: &str, token: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(server.url(path));
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(request.body(Bytes::copy_from_slice(body.as_bytes())).expect("the request is well formed")).await
}

async fn post(server: &Server, path: &str, token: &str, sdp: &str) -> Answer {
    ask(server, Method::POST, path, token, &[("content-type", SDP)], sdp).await
}

async fn patch(server: &Server, path: &str, token: &str, tag: &str, body: &str) -> Answer {
    let headers = [("content-type", FRAGMENT), ("if-match", tag)];
    ask(server, Method::PATCH, path, token, &headers, body).await
}

/// The title of what a request was refused for.
#[track_caller]
fn problem(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
    let told: serde_json::Value = serde_json::from_slice(&answer.body).expect("it is JSON");
    assert_eq!(told["status"], status, "{told}");
    format!("{}: {}", told["title"].as_str().unwrap_or_default(), told["detail"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn a_camera_comes_in_is_seen_as_one_and_goes() {
    let (server, meeting, mut host) = begun().await;
    let made = token(&server, &meeting, MeetingRole::Feed).await;
    assert!(made.path.starts_with("/whip/") && made.calendar_path.is_empty(), "{made:?}");
    let (path, token) = (made.path.as_str(), made.secret.as_str());
    let created = post(&server, path, token, OFFER).await;
    assert_eq!((created.status.as_u16(), created.header("content-type")), (201, SDP), "{}", created.text());
    let session = created.header("location").to_owned();
    assert!(session.starts_with(&format!("{path}/")) && session.len() > path.len() + 20, "{session}");
    assert!(created.header("link").starts_with("<turns:turn.example:443?transport=tcp>; rel=\"ice-server\""));
    let answer = created.text();
    assert_eq!((answer.matches("a=recvonly").count(), answer.matches("\r\nm=").count()), (2, 2), "{answer}");
    assert!(
        answer.contains("H264/90000") && answer.contains("a=candidate:") && answer.contains("a=ice-lite"),
        "{answer}"
    );

    host.until_state("the camera is there", |state| state.people.len() == 2).await;
    let own = host.id();
    let feed = host.state.people.iter().find(|person| person.id != own).cloned().expect("it is seen");
    assert_eq!(
        (feed.name.as_str(), feed.role(), feed.microphone, feed.camera),
        ("Drone", MeetingRole::Feed, true, true)
    );
    assert!(!feed.waiting && feed.here, "a host has let it in by making the token: {feed:?}");

    // It says more of itself, and looks for its way anew.
    let tag = created.header("etag").to_owned();
    let trickled = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\nm=video 9 X 96\r\na=mid:v\r\na=candidate:1 1 UDP 1 10.0.0.2 9 typ host\r\n";
    assert_eq!(patch(&server, &session, token, &tag, trickled).await.status, 204);
    problem(&patch(&server, &session, token, "\"other\"", trickled).await, 412);
    problem(&patch(&server, &session, token, &tag, ANEW).await, 412);
    problem(&ask(&server, Method::PATCH, &session, token, &[("content-type", FRAGMENT)], trickled).await, 428);
    problem(
        &ask(&server, Method::PATCH, &session, token, &[("content-type", SDP), ("if-match", "*")], ANEW).await,
        415,
    );
    let restarted = patch(&server, &session, token, "*", ANEW).await;
    assert_eq!((restarted.status.as_u16(), restarted.header("content-type")), (200, FRAGMENT), "{}", restarted.text());
    assert!(restarted.header("etag") != tag && restarted.text().contains("a=ice-ufrag:"), "{restarted:?}");
    problem(&patch(&server, &session, token, &tag, trickled).await, 412);

    // Whoever comes by the same token is the same, in place of what was there.
    let again = post(&server, path, token, OFFER).await;
    assert_eq!(again.status, 201, "{}", again.text());
    problem(&ask(&server, Method::DELETE, &session, token, &[], "").await, 404);
    host.write("still two").await.expect("the host writes");
    assert_eq!(host.line().await.1, "still two");
    assert!(host.state.people.len() == 2 && host.sees(feed.id).is_some(), "{:?}", host.state);
    let session = again.header("location").to_owned();
    problem(&ask(&server, Method::DELETE, &session, "", &[], "").await, 401);
    assert_eq!(ask(&server, Method::DELETE, &session, token, &[], "").await.status, 200);
    host.until_state("the camera is gone", |state| state.people.len() == 1).await;
    problem(&ask(&server, Method::DELETE, &session, token, &[], "").await, 404);
    assert!(!server.log().contains(token), "no secret in a log");
}

#[tokio::test]
async fn a_token_is_for_one_thing_and_its_meeting() {
    let (server, meeting, mut host) = begun().await;
    let (feed, player) =
        (token(&server, &meeting, MeetingRole::Feed).await, token(&server, &meeting, MeetingRole::Player).await);
    let guest = guest_link(&server, &meeting, "Sato", MeetingRole::Guest).await;
    for (case, path, token) in [
        ("none", feed.path.as_str(), ""),
        ("one that was never made", &feed.path, "nothing"),
        ("a guest's", &feed.path, &guest),
        ("a player's", &feed.path, &player.secret),
        ("a feed's, to watch", &player.path, &feed.secret),
        ("another meeting's", "/whip/77", &feed.secret),
    ] {
        let refused = post(&server, path, token, OFFER).await;
        problem(&refused, 401);
        assert_eq!(refused.header("www-authenticate"), "Bearer", "{case}");
    }
    // Nor does it lead people in, or tell anyone of the meeting.
    let refused = Attendee::guest(&server, &feed.secret).await.map(|_| ()).expect_err("it is for no person");
    assert_eq!(refused.code(), Code::Unauthenticated);
    let mut plans = MeetingServiceClient::new(server.channel().await);
    let refused = plans.get_invitation(GetInvitationRequest { secret: feed.secret.clone() }).await;
    assert_eq!(refused.expect_err("it invites nobody").code(), Code::NotFound);

    // What a host sends out does not come back by itself.
    assert_eq!(post(&server, &feed.path, &feed.secret, OFFER).await.status, 201);
    host.until_state("the camera is there", |state| state.people.len() == 2).await;
    let own = host.id();
    let id = host.state.people.iter().find(|person| person.id != own).map(|person| person.id).expect("it is seen");
    host.act(Doing::Remove(id)).await.expect("a host sends it out");
    host.until_state("the camera is gone", |state| state.people.len() == 1).await;
    problem(&post(&server, &feed.path, &feed.secret, OFFER).await, 401);
    let asker = Asker::of(&server, Some("host")).await;
    let name = player.guest_link.clone().expect("a link was made").name;
    // What plays by it is over, and comes no more.
    assert_eq!(post(&server, &player.path, &player.secret, &watching()).await.status, 201);
    host.until_state("the player is there", |state| state.people.len() == 2).await;
    plans.revoke_guest_link(asker.ask(RevokeGuestLinkRequest { name })).await.expect("a host takes it back");
    host.until_state("the player is gone", |state| state.people.len() == 1).await;
    problem(&post(&server, &player.path, &player.secret, &watching()).await, 401);
}

/// An offer that receives.
fn watching() -> String {
    OFFER.replace("a=sendonly", "a=recvonly")
}

#[tokio::test]
async fn a_player_plays_one_or_whoever_speaks() {
    let (server, meeting, mut host) = begun().await;
    let player = token(&server, &meeting, MeetingRole::Player).await;
    let created = post(&server, &player.path, &player.secret, &watching()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let answer = created.text();
    assert_eq!(answer.matches("a=sendonly").count(), 2, "{answer}");
    host.until_state("the player is seen", |state| state.people.iter().any(|p| p.role() == MeetingRole::Player)).await;
    let of_host = format!("{}/people/{}", player.path, host.id());
    let created = post(&server, &of_host, &player.secret, &watching()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let session = created.header("location").to_owned();
    problem(&post(&server, &format!("{}/people/77", player.path), &player.secret, &watching()).await, 404);
    assert_eq!(ask(&server, Method::DELETE, &session, &player.secret, &[], "").await.status, 200);
    host.until_state("the player is gone", |state| state.people.len() == 1).await;
}

#[tokio::test]
async fn what_cannot_be_met_is_refused_in_words() {
    let (server, meeting, mut host) = begun().await;
    let made = token(&server, &meeting, MeetingRole::Feed).await;
    let (path, token) = (made.path.as_str(), made.secret.as_str());
    let wrong_type = ask(&server, Method::POST, path, token, &[("content-type", "text/plain")], OFFER).await;
    problem(&wrong_type, 415);
    assert_eq!(wrong_type.header("accept-post"), SDP);
    let cases = [
        (String::new(), 400, "v=0"),
        ("v=0\r\ns=-\r\n".to_owned(), 400, "ice-ufrag"),
        (OFFER.replace("a=mid:v", "a=x:v"), 400, "mid"),
        (OFFER.replace("fingerprint", "thumbprint"), 400, "fingerprint"),
        (OFFER.replace("H264/90000", "H265/90000"), 422, "no codec"),
        (watching(), 422, "wrong way"),
        (OFFER.replace("actpass", "passive"), 422, "DTLS"),
        ("x".repeat(200_000), 413, "131072 bytes"),
    ];
    for (sdp, status, words) in cases {
        let refused = post(&server, path, token, &sdp).await;
        let told = problem(&refused, status);
        assert!(told.contains(words), "{words}: {told}");
    }
    for method in [Method::GET, Method::PUT, Method::HEAD] {
        assert_eq!(ask(&server, method.clone(), path, token, &[], "").await.status, 405, "{method}");
    }
    let asked = ask(&server, Method::OPTIONS, path, "", &[("origin", "https://elsewhere.example")], "").await;
    assert_eq!((asked.status.as_u16(), asked.header("accept-post")), (204, SDP));
    assert_eq!(asked.header("access-control-allow-origin"), "*");
    assert!(asked.header("access-control-allow-headers").contains("Authorization"), "{asked:?}");
    let problem_to_page = post(&server, path, "", OFFER).await;
    assert_eq!(problem_to_page.header("access-control-allow-origin"), "*", "a page of another server reads it, too");

    host.write("nobody came").await.expect("the host writes");
    assert_eq!(host.line().await.1, "nobody came");
    assert_eq!(host.state.people.len(), 1, "{:?}", host.state);
    host.act(Doing::Lock(true)).await.expect("the host locks");
    assert!(problem(&post(&server, path, token, OFFER).await, 409).contains("locked"));
    host.act(Doing::End(End {})).await.expect("the host ends it");
    while host.next().await.is_some() {}
    assert!(problem(&post(&server, path, token, OFFER).await, 409).contains("over"));

    let other = meeting_now(&server).await;
    let early = self::token(&server, &other, MeetingRole::Feed).await;
    assert!(problem(&post(&server, &early.path, &early.secret, OFFER).await, 409).contains("nobody is in the meeting"));
}
