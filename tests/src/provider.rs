//! A provider of OpenID Connect on this machine: discovery, keys, authorization code with PKCE, ID tokens. It asks nobody
//! for a password; what it says of whoever comes is set by the test. It is written from the specifications (OpenID Connect
//! Core 1.0, RFC 7636, RFC 8037) and shares no code with what the server uses.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cloudsite_proto::identity::{CreateMemberRequest, Role};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::Server;

/// The client that the provider knows.
pub const CLIENT: (&str, &str) = ("cloudsite", "between the two of us");

/// What `chen@bureau.example` may sign in with by itself.
pub const PASSWORD: &str = "rain on the canal bridge";

/// What was asked for with a code.
struct Code {
    nonce: String,
    challenge: String,
    redirect: String,
}

struct Inner {
    issuer: String,
    key: SigningKey,
    key_id: String,
    codes: HashMap<String, Code>,
    claims: serde_json::Map<String, Value>,
}

type Shared = Arc<Mutex<Inner>>;

/// The provider; ends with the test's runtime.
pub struct Provider(Shared);

impl Provider {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let (key, codes, claims) = (SigningKey::from_bytes(&[1; 32]), HashMap::new(), serde_json::Map::new());
        let inner = Arc::new(Mutex::new(Inner { issuer, key, key_id: "first".to_owned(), codes, claims }));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self(inner)
    }

    /// A demo park that sends its people here to sign in, and on which `chen@bureau.example` is an editor. Browsers come
    /// back to `public`.
    pub async fn park(&self, address: SocketAddr, public: &str) -> Server {
        let folder = TempDir::new().expect("a folder can be made");
        let secret = folder.path().join("secret");
        std::fs::write(&secret, format!("{}\n", CLIENT.1)).expect("a file can be written");
        let issuer = self.issuer();
        let secret = secret.to_str().expect("the path is text").to_owned();
        let words =
            ["--openid-issuer", &issuer, "--openid-client-id", CLIENT.0, "--openid-client-secret-file", &secret];
        let words = [&words[..], &["--openid-name", "Bureau", "--public-url", public]].concat();
        let server = Server::start_at(folder, address, &words).await;
        let member = CreateMemberRequest {
            organisation: "organisations/demo-bureau".into(),
            display_name: "Chen".into(),
            email: "chen@bureau.example".into(),
            password: PASSWORD.into(),
            roles: vec![Role::Editor.into()],
        };
        server.identity().await.create_member(server.as_operator(member)).await.expect("a member can be made");
        server
    }

    /// Its address.
    pub fn issuer(&self) -> String {
        self.0.lock().expect("no test panicked").issuer.clone()
    }

    /// What its next ID tokens say besides the usual, or instead of it.
    pub fn say(&self, claims: Value) {
        let Value::Object(claims) = claims else { panic!("claims are an object") };
        self.0.lock().expect("no test panicked").claims = claims;
    }

    /// Signs with another key from now on.
    pub fn change_key(&self) {
        let mut inner = self.0.lock().expect("no test panicked");
        (inner.key, inner.key_id) = (SigningKey::from_bytes(&[2; 32]), "second".to_owned());
    }
}

fn pairs(query: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(query).into_owned().collect()
}

fn refused(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_request", "error_description": why }))).into_response()
}

async fn discovery(State(shared): State<Shared>) -> Json<Value> {
    let issuer = shared.lock().expect("no test panicked").issuer.clone();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }))
}

async fn keys(State(shared): State<Shared>) -> Json<Value> {
    let inner = shared.lock().expect("no test panicked");
    let public = URL_SAFE_NO_PAD.encode(inner.key.verifying_key().as_bytes());
    Json(json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": inner.key_id, "x": public },
    ] }))
}

async fn authorize(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let asked = pairs(query.unwrap_or_default().as_bytes());
    let value = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let scopes = value("scope");
    if value("client_id") != CLIENT.0 || value("response_type") != "code" || value("code_challenge_method") != "S256" {
        return refused("not a client, a flow or a challenge that is known");
    }
    if !["openid", "email"].iter().all(|scope| scopes.split(' ').any(|given| given == *scope)) {
        return refused("the scopes openid and email are not asked for");
    }
    let mut inner = shared.lock().expect("no test panicked");
    let name = format!("code-{}", inner.codes.len());
    let code = Code { nonce: value("nonce"), challenge: value("code_challenge"), redirect: value("redirect_uri") };
    let answer = form_urlencoded::Serializer::new(String::new())
        .append_pair("code", &name)
        .append_pair("state", &value("state"))
        .finish();
    let location = format!("{}?{answer}", code.redirect);
    inner.codes.insert(name, code);
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

async fn token(State(shared): State<Shared>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    let given = pairs(&form);
    let value = |name: &str| given.get(name).cloned().unwrap_or_default();
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = STANDARD.encode(format!("{}:{}", encode(CLIENT.0), encode(CLIENT.1)));
    let proof = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if proof != format!("Basic {basic}") {
        return refused("the client does not prove who it is");
    }
    let mut inner = shared.lock().expect("no test panicked");
    let Some(code) = inner.codes.remove(&value("code")) else { return refused("the code is not known") };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier")));
    if code.challenge != challenge || code.redirect != value("redirect_uri") {
        return refused("whoever comes is not who began");
    }
    let signed = inner.id_token(&code.nonce);
    Json(json!({ "access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": signed })).into_response()
}

impl Inner {
    fn id_token(&self, nonce: &str) -> String {
        let since_1970 = std::time::UNIX_EPOCH.elapsed().expect("it is after 1970").as_secs();
        let mut claims = json!({
            "iss": self.issuer,
            "sub": "somebody",
            "aud": CLIENT.0,
            "iat": since_1970,
            "exp": since_1970 + 300,
            "nonce": nonce,
        });
        claims.as_object_mut().expect("they are an object").extend(self.claims.clone());
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let body = format!("{}.{}", part(&json!({ "alg": "EdDSA", "kid": self.key_id })), part(&claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(body.as_bytes()).to_bytes());
        format!("{body}.{signature}")
    }
}
