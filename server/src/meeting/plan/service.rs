//! `cloudsite.meeting.v1.MeetingService`.

use std::sync::Arc;

use cloudsite_domain::identity::Principal;
use cloudsite_domain::meeting::GuestLink;
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::meeting_service_server::{MeetingService, MeetingServiceServer};
use tonic::{Request, Response, Status};

use super::{Plans, convert, http};
use crate::grpc::{Refusal, blocking, caller};
use crate::meeting::conference::Hall;
use crate::meeting::wire::role_to_wire;

/// The largest request, bytes.
const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// The service.
pub(crate) fn server(plans: Plans, hall: Arc<Hall>) -> MeetingServiceServer<impl MeetingService> {
    MeetingServiceServer::new(Planned { plans, hall }).max_decoding_message_size(MAX_REQUEST_BYTES)
}

/// What is planned, and what of it runs.
struct Planned {
    plans: Plans,
    hall: Arc<Hall>,
}

impl Planned {
    /// Does `work` where it holds up nobody.
    async fn answer<Q: Send + 'static, A: Send + 'static>(
        &self,
        request: Request<Q>,
        work: impl FnOnce(&Plans, &Principal, Q) -> Result<A, Refusal> + Send + 'static,
    ) -> Result<Response<A>, Status> {
        let (plans, caller) = (self.plans.clone(), caller(&request));
        let request = request.into_inner();
        Ok(Response::new(blocking(move || work(&plans, &caller, request)).await?))
    }
}

#[tonic::async_trait]
impl MeetingService for Planned {
    async fn create_meeting(
        &self,
        request: Request<wire::CreateMeetingRequest>,
    ) -> Result<Response<wire::CreateMeetingResponse>, Status> {
        let work = |plans: &Plans, caller: &Principal, request: wire::CreateMeetingRequest| {
            let meeting = plans.create(caller, request.meeting)?;
            Ok(wire::CreateMeetingResponse { meeting: Some(plans.shown(&meeting, caller)) })
        };
        self.answer(request, work).await
    }

    async fn get_meeting(
        &self,
        request: Request<wire::GetMeetingRequest>,
    ) -> Result<Response<wire::GetMeetingResponse>, Status> {
        let work = |plans: &Plans, caller: &Principal, request: wire::GetMeetingRequest| {
            let meeting = plans.attended(caller, convert::meeting_id("name", &request.name)?)?;
            Ok(wire::GetMeetingResponse { meeting: Some(plans.shown(&meeting, caller)) })
        };
        self.answer(request, work).await
    }

    async fn list_meetings(
        &self,
        request: Request<wire::ListMeetingsRequest>,
    ) -> Result<Response<wire::ListMeetingsResponse>, Status> {
        let work = |plans: &Plans, caller: &Principal, _| {
            let meetings = plans.list(caller)?;
            let meetings = meetings.iter().map(|meeting| plans.shown(meeting, caller)).collect();
            Ok(wire::ListMeetingsResponse { meetings })
        };
        self.answer(request, work).await
    }

    async fn update_meeting(
        &self,
        request: Request<wire::UpdateMeetingRequest>,
    ) -> Result<Response<wire::UpdateMeetingResponse>, Status> {
        let work = |plans: &Plans, caller: &Principal, request: wire::UpdateMeetingRequest| {
            let meeting = plans.update(caller, request.meeting)?;
            let shown = plans.shown(&meeting, caller);
            Ok((meeting, shown))
        };
        let (meeting, shown) = self.answer(request, work).await?.into_inner();
        self.hall.changed(&meeting).await;
        Ok(Response::new(wire::UpdateMeetingResponse { meeting: Some(shown) }))
    }

    async fn create_guest_link(
        &self,
        request: Request<wire::CreateGuestLinkRequest>,
    ) -> Result<Response<wire::CreateGuestLinkResponse>, Status> {
        let work = |plans: &Plans, caller: &Principal, request| {
            let (meeting, link, secret) = plans.create_link(caller, &request)?;
            Ok(wire::CreateGuestLinkResponse {
                guest_link: Some(convert::link_to_wire(&meeting, &link)),
                secret: secret.reveal().to_owned(),
                path: http::path_of(&link, secret.reveal()),
                calendar_path: http::calendar_path_of(&link, secret.reveal()),
            })
        };
        self.answer(request, work).await
    }

    async fn list_guest_links(
        &self,
        request: Request<wire::ListGuestLinksRequest>,
    ) -> Result<Response<wire::ListGuestLinksResponse>, Status> {
        let work = |plans: &Plans, caller: &Principal, request: wire::ListGuestLinksRequest| {
            plans.links(caller, &request.parent)
        };
        let (meeting, links) = self.answer(request, work).await?.into_inner();
        let mut present = self.hall.present_by_links(meeting.id).await;
        let told = |link: &GuestLink| wire::GuestLink {
            present: present.remove(&link.number).unwrap_or_default(),
            ..convert::link_to_wire(&meeting, link)
        };
        Ok(Response::new(wire::ListGuestLinksResponse { guest_links: links.iter().map(told).collect() }))
    }

    async fn revoke_guest_link(
        &self,
        request: Request<wire::RevokeGuestLinkRequest>,
    ) -> Result<Response<wire::RevokeGuestLinkResponse>, Status> {
        let work = |plans: &Plans, caller: &Principal, request: wire::RevokeGuestLinkRequest| {
            plans.revoke_link(caller, &request.name)
        };
        let (meeting, link) = self.answer(request, work).await?.into_inner();
        self.hall.link_revoked(meeting.id, link.number).await;
        let guest_link = Some(convert::link_to_wire(&meeting, &link));
        Ok(Response::new(wire::RevokeGuestLinkResponse { guest_link }))
    }

    async fn get_invitation(
        &self,
        request: Request<wire::GetInvitationRequest>,
    ) -> Result<Response<wire::GetInvitationResponse>, Status> {
        let work = |plans: &Plans, caller: &Principal, request: wire::GetInvitationRequest| {
            let (meeting, link) = plans.invitation(&request.secret)?;
            Ok(wire::GetInvitationResponse {
                meeting: Some(plans.shown(&meeting, caller)),
                display_name: link.name.to_string(),
                role: role_to_wire(link.role).into(),
                language: link.language.tag().to_owned(),
            })
        };
        self.answer(request, work).await
    }
}
