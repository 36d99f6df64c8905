//! Signing in and out. In a browser cookies carry the credentials, which this crate never sees.

use cloudsite_proto::identity::sign_in_method::Method;
use cloudsite_proto::identity::{
    Caller, ListSignInMethodsRequest, OpenIdMethod, RefreshRequest, RefreshResponse, SignInRequest, SignInResponse,
    SignOutRequest, WhoAmIRequest,
};

use crate::client::{empty_reply, timed, unary};
use crate::{Client, LinkError};

impl Client {
    /// Who makes the calls of this client.
    pub async fn who_am_i(&self) -> Result<Caller, LinkError> {
        let mut service = self.identity.clone();
        let reply = unary("caller", service.who_am_i(timed(WhoAmIRequest {}))).await?;
        reply.caller.ok_or_else(|| empty_reply("caller"))
    }

    /// The providers of OpenID Connect at which one can sign in.
    pub async fn sign_in_providers(&self) -> Result<Vec<OpenIdMethod>, LinkError> {
        let mut service = self.identity.clone();
        let reply = unary("methods", service.list_sign_in_methods(timed(ListSignInMethodsRequest {}))).await?;
        let providers = reply.methods.into_iter().filter_map(|method| match method.method? {
            Method::Openid(provider) => Some(provider),
            Method::Password(_) => None,
        });
        Ok(providers.collect())
    }

    /// Starts a session whose credentials the browser keeps as cookies.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignInResponse, LinkError> {
        let mut service = self.identity.clone();
        let request = SignInRequest { email: email.to_owned(), password: password.to_owned(), cookies: true };
        unary("session", service.sign_in(timed(request))).await
    }

    /// New credentials for the session that the browser's cookies name.
    pub async fn refresh(&self) -> Result<RefreshResponse, LinkError> {
        let mut service = self.identity.clone();
        unary("session", service.refresh(timed(RefreshRequest::default()))).await
    }

    /// Ends the session.
    pub async fn sign_out(&self) -> Result<(), LinkError> {
        let mut service = self.identity.clone();
        unary("session", service.sign_out(timed(SignOutRequest {}))).await.map(|_| ())
    }
}
