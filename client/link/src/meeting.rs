//! Meetings: planning them, leading others to them, and taking part.

use cloudsite_proto::meeting::{
    CreateGuestLinkRequest, CreateGuestLinkResponse, CreateMeetingRequest, DeleteRecordingRequest,
    GetInvitationRequest, GetInvitationResponse, GetMeetingRequest, GuestLink, JoinRequest, JoinResponse,
    ListGuestLinksRequest, ListMeetingsRequest, ListRecordingsRequest, Meeting, ProbeRequest, ReadRecordingRequest,
    RecordedEvent, Recording, RevokeGuestLinkRequest, SignalRequest, SignalResponse, UpdateMeetingRequest,
};
use futures::Stream;
use futures::stream::unfold;

use crate::client::{empty_reply, timed, unary};
use crate::{Client, LinkError};

impl Client {
    /// The meetings that the reader may take part in and that are not over, the next first.
    pub async fn meetings(&self) -> Result<Vec<Meeting>, LinkError> {
        let mut service = self.meetings.clone();
        Ok(unary("meetings", service.list_meetings(timed(ListMeetingsRequest {}))).await?.meetings)
    }

    /// A meeting that the reader may take part in, `meetings/{id}`.
    pub async fn meeting(&self, name: &str) -> Result<Meeting, LinkError> {
        let mut service = self.meetings.clone();
        let request = GetMeetingRequest { name: name.to_owned() };
        unary(name, service.get_meeting(timed(request))).await?.meeting.ok_or_else(|| empty_reply(name))
    }

    /// Plans a meeting. For hosts.
    pub async fn create_meeting(&self, meeting: Meeting) -> Result<Meeting, LinkError> {
        let mut service = self.meetings.clone();
        let request = CreateMeetingRequest { meeting: Some(meeting) };
        unary("meeting", service.create_meeting(timed(request))).await?.meeting.ok_or_else(|| empty_reply("meeting"))
    }

    /// Changes a meeting, or calls it off. For hosts.
    pub async fn update_meeting(&self, meeting: Meeting) -> Result<Meeting, LinkError> {
        let (mut service, name) = (self.meetings.clone(), meeting.name.clone());
        let request = UpdateMeetingRequest { meeting: Some(meeting) };
        unary(&name, service.update_meeting(timed(request))).await?.meeting.ok_or_else(|| empty_reply(&name))
    }

    /// Makes a link by which others come. For hosts.
    pub async fn create_guest_link(
        &self,
        request: CreateGuestLinkRequest,
    ) -> Result<CreateGuestLinkResponse, LinkError> {
        let (mut service, parent) = (self.meetings.clone(), request.parent.clone());
        unary(&parent, service.create_guest_link(timed(request))).await
    }

    /// The links to a meeting, `meetings/{id}`. For hosts.
    pub async fn guest_links(&self, parent: &str) -> Result<Vec<GuestLink>, LinkError> {
        let mut service = self.meetings.clone();
        let request = ListGuestLinksRequest { parent: parent.to_owned() };
        Ok(unary(parent, service.list_guest_links(timed(request))).await?.guest_links)
    }

    /// Takes a link back, `meetings/{id}/guestLinks/{number}`. For hosts.
    pub async fn revoke_guest_link(&self, name: &str) -> Result<GuestLink, LinkError> {
        let mut service = self.meetings.clone();
        let request = RevokeGuestLinkRequest { name: name.to_owned() };
        unary(name, service.revoke_guest_link(timed(request))).await?.guest_link.ok_or_else(|| empty_reply(name))
    }

    /// What a link leads to, by its secret.
    pub async fn invitation(&self, secret: &str) -> Result<GetInvitationResponse, LinkError> {
        let mut service = self.meetings.clone();
        let request = GetInvitationRequest { secret: secret.to_owned() };
        unary("invitation", service.get_invitation(timed(request))).await
    }

    /// Takes part. The stream is the seat; it gives what happens until it ends, and the error if the connection was lost.
    pub async fn join(
        &self,
        request: JoinRequest,
    ) -> Result<impl Stream<Item = Result<JoinResponse, LinkError>> + use<>, LinkError> {
        let mut service = self.conferences.clone();
        let stream = unary("meeting", service.join(request)).await?;
        Ok(unfold(Some(stream), |open| async {
            let mut stream = open?;
            match stream.message().await {
                Ok(message) => Some((Ok(message?), Some(stream))),
                Err(status) => Some((Err(LinkError::from_status(&status, "meeting")), None)),
            }
        }))
    }

    /// What was recorded of a meeting, `meetings/{id}`, or of all that the reader keeps, `meetings/-`. For hosts.
    pub async fn recordings(&self, parent: &str) -> Result<Vec<Recording>, LinkError> {
        let mut service = self.recordings.clone();
        let request = ListRecordingsRequest { parent: parent.to_owned() };
        Ok(unary(parent, service.list_recordings(timed(request))).await?.recordings)
    }

    /// All that happened in a recording, `meetings/{id}/recordings/{number}`. For hosts.
    pub async fn recorded_events(&self, name: &str) -> Result<Vec<RecordedEvent>, LinkError> {
        let mut service = self.recordings.clone();
        let mut pieces = unary(name, service.read_recording(ReadRecordingRequest { name: name.to_owned() })).await?;
        let mut events = Vec::new();
        loop {
            match pieces.message().await {
                Ok(Some(piece)) => events.extend(piece.events),
                Ok(None) => return Ok(events),
                Err(status) => return Err(LinkError::from_status(&status, name)),
            }
        }
    }

    /// Deletes a recording with all of its files. For hosts.
    pub async fn delete_recording(&self, name: &str) -> Result<(), LinkError> {
        let mut service = self.recordings.clone();
        let request = DeleteRecordingRequest { name: name.to_owned() };
        unary(name, service.delete_recording(timed(request))).await.map(drop)
    }

    /// Answers the offer of a connection that reaches nobody, for whoever may join.
    pub async fn probe(&self, request: ProbeRequest) -> Result<String, LinkError> {
        let mut service = self.conferences.clone();
        Ok(unary("offer", service.probe(timed(request))).await?.answer_sdp)
    }

    /// Does something as one who takes part.
    pub async fn signal(&self, request: SignalRequest) -> Result<SignalResponse, LinkError> {
        let mut service = self.conferences.clone();
        unary("signal", service.signal(timed(request))).await
    }
}
