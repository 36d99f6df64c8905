//! Signing in with OpenID Connect (Core 1.0, authorization code flow with PKCE): staff prove who they are to the provider
//! of their own house.
//!
//! The provider makes nobody a member. It proves an email address, and whoever is a member with that address is signed
//! in; what they may do is said here alone.

mod begun;
pub(crate) mod http;
mod settings;

use cloudsite_domain::identity::Email;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, Scope, TokenResponse, reqwest,
};
use tokio::sync::Mutex;

use super::Clock;
use super::secret::{self, Secret};
use begun::{Begun, UnderWay};

pub(crate) use begun::SPAN;
pub(crate) use settings::{Given, Settings};

/// Where a sign-in begins.
pub(crate) const BEGIN: &str = "/sign-in/openid";

/// Where the provider sends the browser back to.
pub(crate) const CALLBACK: &str = "/sign-in/openid/callback";

/// How long what the provider says of itself, its keys among it, is taken as known.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(1);

/// How long a request to the provider may take.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Why someone could not be signed in by the provider.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenIdError {
    /// It does not answer, or not as one.
    #[error("the provider {issuer} cannot be used: {problem}")]
    Provider {
        /// Its address.
        issuer: String,
        /// What is wrong.
        problem: String,
    },
    /// The browser comes back without having been sent, twice, too late, or it is another one.
    #[error("no sign-in was begun in this browser, or it took too long")]
    NotBegun,
    /// The provider sends the browser back without a proof.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// The proof is not good.
    #[error("the provider's proof is not good: {0}")]
    Proof(String),
    /// Nobody can be found by what the provider says.
    #[error("the provider gives no verified email address; the client needs the scope 'email'")]
    NoEmail,
}

/// A client whose provider has been asked what it is.
type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What the provider said of itself, and when.
#[derive(Debug, Clone)]
struct Known {
    metadata: CoreProviderMetadata,
    at: Timestamp,
}

/// A sign-in that has begun.
pub(crate) struct Start {
    /// Where the browser goes: the provider.
    pub(crate) location: String,
    /// What the browser keeps and brings back.
    pub(crate) browser: Secret,
}

/// The provider, as this server sees it.
pub(crate) struct OpenId {
    settings: Settings,
    http: reqwest::Client,
    known: Mutex<Option<Known>>,
    under_way: UnderWay,
    clock: Clock,
}

impl OpenId {
    /// A provider that is asked for the first time when someone wants to sign in: the park is served without it, too.
    pub(crate) fn new(settings: Settings, clock: Clock) -> Result<Self, OpenIdError> {
        let problem = |error: reqwest::Error| provider(&settings, &error);
        // Following redirects would let a provider send requests anywhere within this network.
        let mut http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(TIMEOUT);
        if let Some(pem) = &settings.authority {
            for certificate in reqwest::Certificate::from_pem_bundle(pem).map_err(problem)? {
                http = http.add_root_certificate(certificate);
            }
        }
        let http = http.build().map_err(problem)?;
        Ok(Self { settings, http, known: Mutex::default(), under_way: UnderWay::new(), clock })
    }

    /// What the page calls it.
    pub(crate) fn name(&self) -> &str {
        &self.settings.name
    }

    /// Begins a sign-in that ends at `to`, a path on the page.
    pub(crate) async fn begin(&self, to: String) -> Result<Start, OpenIdError> {
        let client = self.client().await?;
        let browser = Secret::generate().map_err(|error| provider(&self.settings, &error))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (location, state, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let begun = Begun {
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            browser: browser.hash().0,
            to,
            at: (self.clock)(),
        };
        self.under_way.put(state.into_secret(), begun);
        Ok(Start { location: location.into(), browser })
    }

    /// Ends a sign-in: who it is, and where on the page to go.
    pub(crate) async fn finish(&self, code: &str, state: &str, browser: &str) -> Result<(Email, String), OpenIdError> {
        let now = (self.clock)();
        let begun = self.under_way.take(state, &secret::hash(browser).0, now).ok_or(OpenIdError::NotBegun)?;
        let client = self.client().await?;
        let token = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| provider(&self.settings, &error))?
            .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(|error| OpenIdError::Proof(chain(&error)))?;
        let proof = token.id_token().ok_or_else(|| OpenIdError::Proof("there is no ID token".to_owned()))?;
        let nonce = Nonce::new(begun.nonce.clone());
        let email = match email_of(&client, proof, &nonce) {
            // The provider may have new keys.
            Err(OpenIdError::Proof(_)) => {
                *self.known.lock().await = None;
                email_of(&self.client().await?, proof, &nonce)?
            }
            other => other?,
        };
        Ok((email, begun.to.clone()))
    }

    async fn client(&self) -> Result<Client, OpenIdError> {
        let now = (self.clock)();
        let mut known = self.known.lock().await;
        let metadata = match &*known {
            Some(known) if now.duration_since(known.at) < KNOWN_FOR => known.metadata.clone(),
            _ => {
                let issuer = self.settings.issuer.clone();
                let asked = CoreProviderMetadata::discover_async(issuer, &self.http).await;
                let metadata = asked.map_err(|error| provider(&self.settings, &error))?;
                *known = Some(Known { metadata: metadata.clone(), at: now });
                metadata
            }
        };
        let Settings { client_id, client_secret, redirect, .. } = self.settings.clone();
        Ok(CoreClient::from_provider_metadata(metadata, client_id, client_secret).set_redirect_uri(redirect))
    }
}

/// The verified address in an ID token, if the token is good.
fn email_of(client: &Client, proof: &CoreIdToken, nonce: &Nonce) -> Result<Email, OpenIdError> {
    let claims = proof
        .claims(&client.id_token_verifier(), nonce)
        .map_err(|error: ClaimsVerificationError| OpenIdError::Proof(chain(&error)))?;
    let email = claims.email().filter(|_| claims.email_verified() == Some(true)).ok_or(OpenIdError::NoEmail)?;
    email.parse().map_err(|_| OpenIdError::NoEmail)
}

fn provider(settings: &Settings, error: &dyn std::error::Error) -> OpenIdError {
    OpenIdError::Provider { issuer: settings.issuer.to_string(), problem: chain(error) }
}

/// An error with what caused it: the library says no more than 'request failed' itself.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
