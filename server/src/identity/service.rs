//! `cloudsite.identity.v1.IdentityService` over the wire.

use std::sync::Arc;

use cloudsite_domain::identity::{MemberId, Principal};
use cloudsite_proto::identity as wire;
use cloudsite_proto::identity::identity_service_server::{IdentityService, IdentityServiceServer};
use http::HeaderMap;
use http::header::SET_COOKIE;
use tokio::sync::Semaphore;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

use super::{Api, Credentials, Identity, OpenId, Resolved, convert, cookie};
use crate::grpc::Refusal;

/// The largest request, bytes.
const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Passwords that are hashed at a time, and sign-ins that wait for it: each takes a core and 19 MiB.
const MAX_HASHING: usize = 2;
const MAX_WAITING: usize = 64;

/// The service on the people of a park, who may have a provider of OpenID Connect.
pub(crate) fn server(
    identity: Arc<Identity>,
    openid: Option<Arc<OpenId>>,
) -> IdentityServiceServer<impl IdentityService> {
    let (hashing, waiting) = (Semaphore::new(MAX_HASHING), Semaphore::new(MAX_WAITING));
    let service = Service { api: Api(identity), openid, hashing, waiting };
    IdentityServiceServer::new(service).max_decoding_message_size(MAX_REQUEST_BYTES)
}

struct Service {
    api: Api,
    openid: Option<Arc<OpenId>>,
    hashing: Semaphore,
    waiting: Semaphore,
}

impl Service {
    /// Runs what takes the store's time where it holds up nobody.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Api) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let api = self.api.clone();
        tokio::task::spawn_blocking(move || work(&api)).await.unwrap_or(Err(Refusal::Interrupted))
    }

    /// The same for what hashes a password. Those who find the queue full are told to come back.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Api) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let full = |_| Refusal::Exhausted("too many are signing in; try again");
        let _waiting = self.waiting.try_acquire().map_err(full)?;
        let _turn = self.hashing.acquire().await.map_err(|_| Refusal::Interrupted)?;
        self.blocking(work).await
    }

    /// Who a principal is, in full.
    fn caller(&self, principal: &Principal) -> wire::Caller {
        convert::caller_to_wire(principal, self.api.0.behind(principal).as_ref())
    }

    /// Whose session it is, with the credentials for the wire and, where asked for, cookies.
    fn signed_in(
        &self,
        (member, credentials): &(MemberId, Credentials),
        cookies: bool,
        headers: &HeaderMap,
    ) -> Result<(MetadataMap, wire::Credentials, wire::Caller), Refusal> {
        let caller = self.caller(&self.api.0.principal_now(*member));
        let mut metadata = HeaderMap::new();
        if cookies {
            let given = cookie::give(credentials, self.api.0.now(), cookie::is_secure(headers));
            for value in given.map_err(|_| Refusal::Interrupted)? {
                metadata.append(SET_COOKIE, value);
            }
        }
        let credentials = convert::credentials_to_wire(credentials, cookies);
        Ok((MetadataMap::from_headers(metadata), credentials, caller))
    }
}

fn resolved<T>(request: &Request<T>) -> Resolved {
    request.extensions().get::<Resolved>().cloned().unwrap_or_else(Resolved::visitor)
}

fn headers<T>(request: &Request<T>) -> HeaderMap {
    request.metadata().clone().into_headers()
}

fn reply<T>(metadata: MetadataMap, message: T) -> Response<T> {
    Response::from_parts(metadata, message, tonic::Extensions::default())
}

#[tonic::async_trait]
impl IdentityService for Service {
    async fn sign_in(&self, request: Request<wire::SignInRequest>) -> Result<Response<wire::SignInResponse>, Status> {
        let headers = headers(&request);
        let wire::SignInRequest { email, password, cookies } = request.into_inner();
        let session = self.hashing(move |api| Ok(api.0.sign_in(&email, &password)?)).await?;
        let (metadata, credentials, caller) = self.signed_in(&session, cookies, &headers)?;
        Ok(reply(metadata, wire::SignInResponse { credentials: Some(credentials), caller: Some(caller) }))
    }

    async fn list_sign_in_methods(
        &self,
        _: Request<wire::ListSignInMethodsRequest>,
    ) -> Result<Response<wire::ListSignInMethodsResponse>, Status> {
        let methods = convert::sign_in_methods_to_wire(self.openid.as_deref());
        Ok(Response::new(wire::ListSignInMethodsResponse { methods }))
    }

    async fn refresh(&self, request: Request<wire::RefreshRequest>) -> Result<Response<wire::RefreshResponse>, Status> {
        let headers = headers(&request);
        let given = request.into_inner().refresh_token;
        let cookies = given.is_empty();
        let given =
            if cookies { cookie::read(&headers, cookie::REFRESH).unwrap_or_default().to_owned() } else { given };
        let session = self.blocking(move |api| Ok(api.0.refresh(&given)?)).await?;
        let (metadata, credentials, caller) = self.signed_in(&session, cookies, &headers)?;
        Ok(reply(metadata, wire::RefreshResponse { credentials: Some(credentials), caller: Some(caller) }))
    }

    async fn sign_out(
        &self,
        request: Request<wire::SignOutRequest>,
    ) -> Result<Response<wire::SignOutResponse>, Status> {
        if let Some(session) = resolved(&request).session() {
            self.blocking(move |api| Ok(api.0.sign_out(session)?)).await?;
        }
        let secure = cookie::is_secure(&headers(&request));
        let mut metadata = HeaderMap::new();
        for value in cookie::take(secure).map_err(|_| Refusal::Interrupted)? {
            metadata.append(SET_COOKIE, value);
        }
        Ok(reply(MetadataMap::from_headers(metadata), wire::SignOutResponse {}))
    }

    async fn who_am_i(&self, request: Request<wire::WhoAmIRequest>) -> Result<Response<wire::WhoAmIResponse>, Status> {
        let caller = self.caller(&resolved(&request).principal);
        Ok(Response::new(wire::WhoAmIResponse { caller: Some(caller) }))
    }

    async fn change_password(
        &self,
        request: Request<wire::ChangePasswordRequest>,
    ) -> Result<Response<wire::ChangePasswordResponse>, Status> {
        let caller = resolved(&request);
        let (Some(session), Principal::Member { id, .. }) = (caller.session(), caller.principal) else {
            return Err(Refusal::Denied("a password is changed in a session of its member".to_owned()).into());
        };
        let wire::ChangePasswordRequest { present_password, new_password } = request.into_inner();
        let change = move |api: &Api| Ok(api.0.change_password(id, Some(session), &present_password, &new_password)?);
        self.hashing(change).await?;
        Ok(Response::new(wire::ChangePasswordResponse {}))
    }

    async fn create_invite(
        &self,
        request: Request<wire::CreateInviteRequest>,
    ) -> Result<Response<wire::CreateInviteResponse>, Status> {
        let caller = resolved(&request).principal;
        let request = request.into_inner();
        Ok(Response::new(self.blocking(move |api| api.create_invite(&caller, request)).await?))
    }

    async fn redeem_invite(
        &self,
        request: Request<wire::RedeemInviteRequest>,
    ) -> Result<Response<wire::RedeemInviteResponse>, Status> {
        let headers = headers(&request);
        let wire::RedeemInviteRequest { token, display_name, cookies } = request.into_inner();
        let name = match display_name.as_str() {
            "" => None,
            text => Some(convert::display_name("display_name", text)?),
        };
        let session = self.blocking(move |api| Ok(api.0.redeem(&token, name.as_ref())?)).await?;
        let (metadata, credentials, caller) = self.signed_in(&session, cookies, &headers)?;
        Ok(reply(metadata, wire::RedeemInviteResponse { credentials: Some(credentials), caller: Some(caller) }))
    }

    async fn list_organisations(
        &self,
        _: Request<wire::ListOrganisationsRequest>,
    ) -> Result<Response<wire::ListOrganisationsResponse>, Status> {
        Ok(Response::new(self.api.list_organisations()))
    }

    async fn create_organisation(
        &self,
        request: Request<wire::CreateOrganisationRequest>,
    ) -> Result<Response<wire::CreateOrganisationResponse>, Status> {
        let caller = resolved(&request).principal;
        let request = request.into_inner();
        Ok(Response::new(self.blocking(move |api| api.create_organisation(&caller, request)).await?))
    }

    async fn update_organisation(
        &self,
        request: Request<wire::UpdateOrganisationRequest>,
    ) -> Result<Response<wire::UpdateOrganisationResponse>, Status> {
        let caller = resolved(&request).principal;
        let request = request.into_inner();
        Ok(Response::new(self.blocking(move |api| api.update_organisation(&caller, request)).await?))
    }

    async fn list_members(
        &self,
        request: Request<wire::ListMembersRequest>,
    ) -> Result<Response<wire::ListMembersResponse>, Status> {
        Ok(Response::new(self.api.list_members(request.into_inner())?))
    }

    async fn create_member(
        &self,
        request: Request<wire::CreateMemberRequest>,
    ) -> Result<Response<wire::CreateMemberResponse>, Status> {
        let caller = resolved(&request).principal;
        let request = request.into_inner();
        Ok(Response::new(self.hashing(move |api| api.create_member(&caller, request)).await?))
    }

    async fn update_member(
        &self,
        request: Request<wire::UpdateMemberRequest>,
    ) -> Result<Response<wire::UpdateMemberResponse>, Status> {
        let caller = resolved(&request).principal;
        let request = request.into_inner();
        Ok(Response::new(self.blocking(move |api| api.update_member(&caller, request)).await?))
    }

    async fn revoke_sessions(
        &self,
        request: Request<wire::RevokeSessionsRequest>,
    ) -> Result<Response<wire::RevokeSessionsResponse>, Status> {
        let caller = resolved(&request).principal;
        let request = request.into_inner();
        Ok(Response::new(self.blocking(move |api| api.revoke_sessions(&caller, request)).await?))
    }

    async fn list_service_tokens(
        &self,
        _: Request<wire::ListServiceTokensRequest>,
    ) -> Result<Response<wire::ListServiceTokensResponse>, Status> {
        Ok(Response::new(self.api.list_service_tokens()))
    }

    async fn create_service_token(
        &self,
        request: Request<wire::CreateServiceTokenRequest>,
    ) -> Result<Response<wire::CreateServiceTokenResponse>, Status> {
        let caller = resolved(&request).principal;
        let request = request.into_inner();
        Ok(Response::new(self.blocking(move |api| api.create_service_token(&caller, request)).await?))
    }

    async fn revoke_service_token(
        &self,
        request: Request<wire::RevokeServiceTokenRequest>,
    ) -> Result<Response<wire::RevokeServiceTokenResponse>, Status> {
        let caller = resolved(&request).principal;
        let request = request.into_inner();
        Ok(Response::new(self.blocking(move |api| api.revoke_service_token(&caller, request)).await?))
    }
}
