//! Who may do what: signing in, invites, tokens and the operator's commands, against the real server.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use cloudsite_proto::identity::{
    Caller, CreateInviteRequest, CreateMemberRequest, ListMembersRequest, RefreshRequest, Role, SignInRequest,
    SignOutRequest, WhoAmIRequest,
};
use cloudsite_tests::{Outcome, Server, cloudsite, cookie, get, import, send};
use http::Request as HttpRequest;
use prost::Message;
use tempfile::TempDir;
use tonic::{Code, Request};

const ROLES: [&str; 7] = ["investor", "interpreter", "host", "editor", "approver", "auditor", "admin"];

/// A request by whoever has a token.
fn by<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("a token is plain text"));
    request
}

async fn who(server: &Server, token: &str) -> Result<Caller, Code> {
    let reply = server.identity().await.who_am_i(by(token, WhoAmIRequest {})).await;
    reply.map(|reply| reply.into_inner().caller.expect("there is always a caller")).map_err(|status| status.code())
}

/// Runs a command on the server's folder.
async fn command(server: &Server, words: &[&str]) -> Outcome {
    let data = server.data();
    let all = words.iter().copied().chain(["--json", "--data", data.to_str().expect("the path is text")]);
    cloudsite(all).await
}

/// Whether a file of a folder holds a text.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).expect("the folder can be read").any(|entry| {
        let bytes = fs::read(entry.expect("the entry can be read").path()).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn one_click_signs_in_as_each_role_of_the_demo() {
    let server = Server::start().await;
    for role in ROLES {
        let token = server.access_token(role).await;
        let caller = who(&server, &token).await.unwrap();
        let named: Vec<String> = caller.roles().map(|role| role.as_str_name().to_ascii_lowercase()).collect();
        assert_eq!(named, [format!("role_{role}")]);
        let (member, organisation) = (caller.member.unwrap(), caller.organisation.unwrap());
        assert!(member.demo && member.display_name.starts_with("Demo "), "{member:?}");
        if !["tokyo", "demo-bureau"].contains(&organisation.name.trim_start_matches("organisations/")) {
            assert!(organisation.names.iter().any(|name| name.text.contains("xample")), "{organisation:?}");
        }
        assert!(!server.log().contains(&token), "the log tells the token of {role}");
    }
    let nobody = server.identity().await.who_am_i(WhoAmIRequest {}).await.unwrap().into_inner().caller.unwrap();
    assert_eq!((nobody.member, nobody.operator, nobody.roles), (None, false, vec![]));
}

#[tokio::test]
async fn a_park_that_is_no_demo_has_no_links_and_nobody() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("gate.geojson");
    let gate = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"G-1","kind":"other"},
        "geometry":{"type":"Point","coordinates":[120.4,31.5]}}]}"#;
    fs::write(&file, gate).unwrap();
    import(&file, "poi", &folder.path().join("data"), &[]).await.exits(0);
    let server = Server::start_in(folder).await;
    let listed = command(&server, &["member", "list"]).await;
    assert_eq!(listed.exits(0).json()["members"], serde_json::json!([]));
    let organisations = command(&server, &["organisation", "list"]).await;
    assert_eq!(organisations.exits(0).json()["organisations"], serde_json::json!([]));
    assert!(!server.log().contains("sign-in"), "{}", server.log());
}

#[tokio::test]
async fn a_password_starts_a_session_that_is_refreshed_and_ended() {
    let server = Server::start().await;
    let mut identity = server.identity().await;
    let password = "correct horse battery";
    let member = CreateMemberRequest {
        organisation: "organisations/example-firm".into(),
        display_name: "Sato".into(),
        email: "sato@example.org".into(),
        roles: vec![Role::Investor.into()],
        password: password.into(),
    };
    let refused = identity.create_member(member.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "a visitor");
    let refused = identity.create_member(by(&server.access_token("host").await, member.clone())).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "a host");
    identity.create_member(by(&server.access_token("admin").await, member)).await.unwrap();

    let sign_in = SignInRequest { email: "sato@example.org".into(), password: password.into(), cookies: false };
    let wrong = SignInRequest { password: "wrong horse battery".into(), ..sign_in.clone() };
    assert_eq!(identity.sign_in(wrong).await.unwrap_err().code(), Code::Unauthenticated);
    let first = identity.sign_in(sign_in).await.unwrap().into_inner();
    assert_eq!(first.caller.unwrap().member.unwrap().display_name, "Sato");
    let first = first.credentials.unwrap();
    let refresh = RefreshRequest { refresh_token: first.refresh_token.clone() };
    let second = identity.refresh(refresh).await.unwrap().into_inner().credentials.unwrap();
    assert_ne!((&first.access_token, &first.refresh_token), (&second.access_token, &second.refresh_token));
    who(&server, &second.access_token).await.unwrap();
    for secret in [password, &first.access_token, &first.refresh_token, &second.refresh_token] {
        assert!(!server.log().contains(secret), "the log holds a secret");
        assert!(!holds(&server.data(), secret), "the folder holds a secret");
    }
    identity.sign_out(by(&second.access_token, SignOutRequest {})).await.unwrap();
    for token in [&first.access_token, &second.access_token] {
        assert_eq!(who(&server, token).await.unwrap_err(), Code::Unauthenticated, "the session is over");
    }
    let refresh = RefreshRequest { refresh_token: second.refresh_token };
    assert_eq!(identity.refresh(refresh).await.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_session_survives_the_server() {
    let server = Server::start().await;
    let token = server.access_token("editor").await;
    let (status, folder) = server.terminate().await;
    assert!(status.success(), "{status}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join("data/identity-keys.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "only its owner reads the keys");
    }
    let server = Server::start_in(folder).await;
    assert_eq!(who(&server, &token).await.unwrap().roles, [i32::from(Role::Editor)]);
    let members = by(&server.access_token("admin").await, ListMembersRequest::default());
    let members = server.identity().await.list_members(members).await.unwrap().into_inner().members;
    assert_eq!(members.len(), 7, "the demo's people are made once");
}

#[tokio::test]
async fn an_invite_is_redeemed_by_one_click_and_once() {
    let server = Server::start().await;
    let invite = CreateInviteRequest {
        organisation: "organisations/example-firm".into(),
        display_name: "Guest of the fair".into(),
        roles: vec![Role::Investor.into()],
        hours: 1,
    };
    let host = server.access_token("host").await;
    let made = server.identity().await.create_invite(by(&host, invite)).await.unwrap().into_inner();
    let url = server.url(&made.path);
    for _ in 0..2 {
        let page = get(&url, &[]).await;
        assert_eq!(page.status, 200, "a preview does not spend it");
        assert!(page.text().contains("<form method=\"post\">") && page.header("set-cookie").is_empty());
        assert_eq!(page.header("cache-control"), "no-store");
    }
    let redeem = || send(HttpRequest::post(&url).body(Bytes::new()).unwrap());
    let (one, other) = tokio::join!(redeem(), redeem());
    let mut answers = [one, other];
    answers.sort_by_key(|answer| answer.status);
    let [good, gone] = answers;
    assert_eq!((good.status.as_u16(), good.header("location"), gone.status.as_u16()), (303, "/", 404));
    let caller = who(&server, &cookie(&good, "cloudsite_access")).await.unwrap();
    assert_eq!(caller.member.unwrap().display_name, "Guest of the fair");
    assert_eq!(get(&url, &[]).await.status, 404, "it is spent");
    assert!(!server.log().contains(&made.token) && !holds(&server.data(), &made.token));
}

#[tokio::test]
async fn the_operators_commands_count_at_once_in_a_running_server() {
    let server = Server::start().await;
    let editor = server.access_token("editor").await;
    let member = who(&server, &editor).await.unwrap().member.unwrap().name;
    let made = command(&server, &["token", "create", &member, "--label", "nightly export", "--days", "1"]).await;
    let token = made.exits(0).json()["token"].as_str().unwrap().to_owned();
    assert_eq!(who(&server, &token).await.unwrap().roles, [i32::from(Role::Editor)]);
    let name = made.json()["service_token"]["name"].as_str().unwrap().to_owned();
    command(&server, &["token", "revoke", &name]).await.exits(0);
    assert_eq!(who(&server, &token).await.unwrap_err(), Code::Unauthenticated);

    command(&server, &["member", "update", &member, "--role", "auditor"]).await.exits(0);
    assert_eq!(who(&server, &editor).await.unwrap().roles, [i32::from(Role::Auditor)]);
    command(&server, &["member", "update", &member, "--disable"]).await.exits(0);
    assert_eq!(who(&server, &editor).await.unwrap_err(), Code::Unauthenticated);
    assert_eq!(get(&server.sign_in_link("editor").await, &[]).await.status, 404, "who is disabled has no link");
    let refused = command(&server, &["member", "update", "999", "--enable"]).await;
    assert_eq!(refused.exits(1).json()["outcome"], "refused");
    let misused = command(&server, &["member", "update", &member, "--role", "king"]).await;
    misused.exits(2);
}

#[tokio::test]
async fn a_browser_is_given_cookies_that_no_script_reads() {
    let server = Server::start().await;
    let link = server.sign_in_link("approver").await;
    let answer = get(&link, &[]).await;
    let set: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(set.len(), 2);
    assert!(set.iter().all(|cookie| cookie.contains("; HttpOnly; SameSite=Strict")), "{set:?}");
    let secure = get(&link, &[("x-forwarded-proto", "https")]).await;
    assert!(secure.headers.get_all("set-cookie").iter().all(|value| value.to_str().unwrap().ends_with("; Secure")));

    let cookies = format!(
        "cloudsite_access={}; cloudsite_refresh={}",
        cookie(&answer, "cloudsite_access"),
        cookie(&answer, "cloudsite_refresh")
    );
    let web = async |method: &str, message: Vec<u8>| {
        let mut body = vec![0];
        body.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        body.extend(message);
        let path = server.url(&format!("/cloudsite.identity.v1.IdentityService/{method}"));
        let request = HttpRequest::post(path)
            .header("content-type", "application/grpc-web+proto")
            .header("x-grpc-web", "1")
            .header("cookie", &cookies);
        send(request.body(Bytes::from(body)).unwrap()).await
    };
    let who = web("WhoAmI", WhoAmIRequest {}.encode_to_vec()).await;
    assert!(who.text().contains("Demo approver"), "{who:?}");
    let refreshed = web("Refresh", RefreshRequest::default().encode_to_vec()).await;
    assert_ne!(cookie(&refreshed, "cloudsite_access"), cookie(&answer, "cloudsite_access"));
    assert!(!refreshed.text().contains("v4.local."), "the body holds what scripts could read");
    let ended = web("SignOut", SignOutRequest {}.encode_to_vec()).await;
    assert_eq!(cookie(&ended, "cloudsite_access"), "");
    let who = web("WhoAmI", WhoAmIRequest {}.encode_to_vec()).await;
    assert!(!who.text().contains("Demo approver"), "{who:?}");
    let tile = get(&server.url("/tiles/tileset"), &[("authorization", "Bearer nonsense")]).await;
    assert_eq!(tile.status, 401, "a token that is not good is good for nothing");
}
