//! Signing in with OpenID Connect, against the real server and a provider that shares no code with it.

use cloudsite_proto::identity::sign_in_method::Method;
use cloudsite_proto::identity::{ListSignInMethodsRequest, Role, WhoAmIRequest};
use cloudsite_tests::provider::{CLIENT, Provider};
use cloudsite_tests::{Answer, Server, cloudsite, cookie, get};
use serde_json::json;
use tempfile::TempDir;
use tonic::Request;

/// Where browsers are sent back to; in the tests it is this machine's server all the same.
const PUBLIC: &str = "https://park.example";

struct Fixture {
    provider: Provider,
    server: Server,
}

impl Fixture {
    /// A demo park on which `chen@bureau.example` is an editor, and a provider.
    async fn start() -> Self {
        let provider = Provider::start().await;
        let server = provider.park(cloudsite_tests::free_address(), PUBLIC).await;
        Self { provider, server }
    }

    /// Begins a sign-in: what the browser brings back from the provider, and the cookie that it keeps meanwhile.
    async fn to_provider(&self, to: &str) -> (String, String) {
        let begun = get(&self.server.url(&format!("/sign-in/openid?to={to}")), &[]).await;
        assert_eq!(begun.status, 303, "{begun:?}");
        let browser = cookie(&begun, "cloudsite_openid");
        let there = get(begun.header("location"), &[]).await;
        assert_eq!(there.status, 302, "{}", there.text());
        let back = there.header("location").strip_prefix(PUBLIC).expect("back to the public address").to_owned();
        (back, format!("cloudsite_openid={browser}"))
    }

    async fn come_back(&self, back: &str, browser: &str) -> Answer {
        get(&self.server.url(back), &[("cookie", browser)]).await
    }

    /// The whole way.
    async fn sign_in(&self) -> Answer {
        let (back, browser) = self.to_provider("/").await;
        self.come_back(&back, &browser).await
    }

    fn says(&self, claims: serde_json::Value) {
        self.provider.say(claims);
    }
}

#[tokio::test]
async fn a_member_is_signed_in_by_the_address_that_the_provider_proves() {
    let fixture = Fixture::start().await;
    let methods = fixture.server.identity().await.list_sign_in_methods(ListSignInMethodsRequest {}).await.unwrap();
    let methods: Vec<Method> = methods.into_inner().methods.into_iter().filter_map(|method| method.method).collect();
    let [Method::Password(_), Method::Openid(openid)] = &methods[..] else { panic!("{methods:?}") };
    assert_eq!((openid.name.as_str(), openid.path.as_str()), ("Bureau", "/sign-in/openid"));

    fixture.says(json!({ "email": "Chen@bureau.example", "email_verified": true }));
    let (back, browser) = fixture.to_provider("/%3Fparcel%3DP-1").await;
    let entered = fixture.come_back(&back, &browser).await;
    assert_eq!((entered.status.as_u16(), entered.header("location")), (303, "/?parcel=P-1"), "{}", entered.text());
    let mut request = Request::new(WhoAmIRequest {});
    let token = format!("Bearer {}", cookie(&entered, "cloudsite_access"));
    request.metadata_mut().insert("authorization", token.parse().unwrap());
    let caller = fixture.server.identity().await.who_am_i(request).await.unwrap().into_inner().caller.unwrap();
    assert_eq!(caller.member.unwrap().display_name, "Chen");
    assert_eq!(caller.roles, [i32::from(Role::Editor)], "what the member may do is said here, not there");

    let again = fixture.come_back(&back, &browser).await;
    assert_eq!(again.status, 400, "a way back is good once");
    for secret in [CLIENT.1, browser.split_once('=').unwrap().1, back.split_once("code=").unwrap().1] {
        assert!(!fixture.server.log().contains(secret), "the log holds {secret}");
    }
}

#[tokio::test]
async fn what_is_not_proved_opens_nothing() {
    let fixture = Fixture::start().await;
    let chen = "chen@bureau.example";
    let cases = [
        ("no address", json!({})),
        ("an address that is not verified", json!({ "email": chen, "email_verified": false })),
        ("an address of which that is not said", json!({ "email": chen })),
        ("nobody's address", json!({ "email": "else@bureau.example", "email_verified": true })),
        ("for another client", json!({ "email": chen, "email_verified": true, "aud": "another" })),
        ("by another provider", json!({ "email": chen, "email_verified": true, "iss": "https://else.example" })),
        ("in another sign-in", json!({ "email": chen, "email_verified": true, "nonce": "another" })),
        ("long ago", json!({ "email": chen, "email_verified": true, "exp": 1_000_000 })),
    ];
    for (case, claims) in cases {
        fixture.says(claims);
        let answer = fixture.sign_in().await;
        assert_eq!(answer.status, 403, "{case}: {}", answer.text());
        assert!(answer.headers.get("set-cookie").is_none(), "{case}");
    }
    fixture.says(json!({ "email": chen, "email_verified": true }));
    let (back, _) = fixture.to_provider("/").await;
    let stranger = fixture.come_back(&back, "cloudsite_openid=another").await;
    assert_eq!(stranger.status, 400, "another browser with the same link");
    let refused = get(&fixture.server.url("/sign-in/openid/callback?error=access_denied&state=x"), &[]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("You could not be signed in"), "{}", refused.text());
}

#[tokio::test]
async fn a_provider_may_change_its_key_and_be_away() {
    let fixture = Fixture::start().await;
    fixture.says(json!({ "email": "chen@bureau.example", "email_verified": true }));
    assert_eq!(fixture.sign_in().await.status, 303);
    fixture.provider.change_key();
    assert_eq!(fixture.sign_in().await.status, 303, "with the new key");

    let folder = TempDir::new().unwrap();
    let words = ["--openid-issuer", "http://127.0.0.1:9", "--openid-client-id", "x", "--public-url", PUBLIC];
    let server = Server::start_saying(folder, &words).await;
    let answer = get(&server.url("/sign-in/openid"), &[]).await;
    assert_eq!(answer.status, 502, "the park is served without the provider: {}", answer.text());
}

#[tokio::test]
async fn a_provider_that_cannot_be_used_is_refused_at_the_start() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let serve = ["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"];
    let issuer = ["--openid-issuer", "http://id.example", "--openid-client-id", "x"];
    let alone = cloudsite([&serve[..], &issuer[..]].concat()).await;
    assert!(alone.exits(2).stderr.contains("--public-url"), "what is missing is named");
    let plain = cloudsite([&serve[..], &issuer[..], &["--public-url", PUBLIC]].concat()).await;
    assert!(plain.exits(1).stderr.contains("an https address is needed"), "{}", plain.stderr);
}
