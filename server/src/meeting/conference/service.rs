//! `cloudsite.meeting.v1.ConferenceService`: taking part.

use std::pin::Pin;
use std::sync::Arc;

use cloudsite_domain::identity::Principal;
use cloudsite_domain::meeting::{GuestLink, Joining, MeetingId, ParticipantId, Scheduled, Side, Standing};
use cloudsite_domain::record::Language;
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::conference_service_server::{ConferenceService, ConferenceServiceServer};
use cloudsite_proto::meeting::join_request::Way;
use futures::Stream;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status};

use super::running::{Command, Entering};
use super::seat::Inbox;
use super::token::{Came, Seating};
use super::{Hall, convert};
use crate::grpc::{Refusal, blocking};
use crate::identity::Resolved;
use crate::meeting::plan::Plans;
use crate::private_file::random;

/// The largest request, bytes: an offer of a client with many receivers, several times over.
const MAX_REQUEST_BYTES: usize = 256 * 1024;

/// The longest offer, bytes.
const LONGEST_OFFER: usize = 128 * 1024;

/// The service.
pub(crate) fn server(hall: Arc<Hall>) -> ConferenceServiceServer<impl ConferenceService> {
    ConferenceServiceServer::new(Conferences(hall)).max_decoding_message_size(MAX_REQUEST_BYTES)
}

struct Conferences(Arc<Hall>);

/// Who wants to come, and where.
struct Wish {
    scheduled: Scheduled,
    caller: Resolved,
    came: Option<Came>,
    id: Option<ParticipantId>,
    joining: Joining,
}

fn resolved<T>(request: &Request<T>) -> Resolved {
    request.extensions().get::<Resolved>().cloned().unwrap_or_else(Resolved::visitor)
}

fn no_token() -> Refusal {
    Refusal::CredentialsRefused
}

pub(super) fn closed(scheduled: &Scheduled, standing: Standing) -> Refusal {
    let (reason, message) = match standing {
        Standing::Early => {
            let opens = scheduled.starts_at - cloudsite_domain::meeting::OPEN_BEFORE;
            ("MEETING_EARLY", format!("the meeting can be entered from {opens}"))
        }
        Standing::Cancelled => ("MEETING_CANCELLED", "the meeting was called off".to_owned()),
        Standing::Over | Standing::Open => ("MEETING_OVER", "the meeting is over".to_owned()),
    };
    Refusal::InTheWay { code: Code::FailedPrecondition, reason, message, violations: Vec::new() }
}

impl Conferences {
    fn now(&self) -> jiff::Timestamp {
        (self.0.behind.clock)()
    }

    async fn wish(&self, caller: Resolved, request: &wire::JoinRequest) -> Result<Wish, Refusal> {
        let wish = match request.way.clone() {
            None => return Err(Refusal::field("way", "is missing: name a meeting, a link or a token")),
            Some(Way::Meeting(name)) => self.as_member(caller, &name).await?,
            Some(Way::Link(secret)) => self.by_link(caller, secret, request).await?,
            Some(Way::ResumeToken(token)) => self.again(caller, &token).await?,
        };
        match wish.scheduled.standing(self.now()) {
            Standing::Open => Ok(wish),
            // Whoever was in it comes back as long as it goes on, past its time too.
            Standing::Over if wish.id.is_some() && self.goes_on(&wish.scheduled) => Ok(wish),
            other => Err(closed(&wish.scheduled, other)),
        }
    }

    /// Whether a meeting runs that no host has ended.
    fn goes_on(&self, scheduled: &Scheduled) -> bool {
        scheduled.ended_at.is_none() && self.0.running(scheduled.id).is_some()
    }

    async fn as_member(&self, caller: Resolved, name: &str) -> Result<Wish, Refusal> {
        let unknown = || Refusal::NotFound { kind: "meeting", name: name.to_owned() };
        let id = Plans::id_of("meeting", name)?;
        let scheduled = self.scheduled(id).await?.ok_or_else(unknown)?;
        let came = Came::of(&scheduled, &caller.principal);
        let (Some(role), Principal::Member { name, organisation, .. }) =
            (scheduled.role_of(&caller.principal), &caller.principal)
        else {
            return Err(unknown());
        };
        let languages = self.0.behind.identity.organisation(organisation);
        let language = languages.and_then(|own| own.languages().first().copied()).unwrap_or(Language::Zh);
        let name = convert::name("display_name", name)?;
        let side = Side::Organisation(organisation.clone());
        let by = came.map(Came::by);
        let joining = Joining { name, role, side, came: by, language, back_in: None, seating: 0 };
        Ok(Wish { scheduled, caller, came, id: None, joining })
    }

    async fn by_link(&self, caller: Resolved, secret: String, request: &wire::JoinRequest) -> Result<Wish, Refusal> {
        let plans = self.0.behind.plans.clone();
        let found = blocking(move || plans.by_link(&secret)).await?;
        let (scheduled, GuestLink { number, name, role, language, .. }) = found.ok_or_else(no_token)?;
        let name = match request.display_name.as_str() {
            "" => name,
            said => convert::name("display_name", said)?,
        };
        let language = match request.language.as_str() {
            "" => language,
            said => convert::language("language", said)?,
        };
        let (side, came) = (Side::Invited, Came::Link { link: number });
        let joining = Joining { name, role, side, came: Some(came.by()), language, back_in: None, seating: 0 };
        Ok(Wish { scheduled, caller, came: Some(came), id: None, joining })
    }

    async fn again(&self, caller: Resolved, token: &str) -> Result<Wish, Refusal> {
        let seating = Seating::open(&self.0.behind.identity, token).ok_or_else(no_token)?;
        let scheduled = self.scheduled(seating.meeting()).await?.ok_or_else(no_token)?;
        let joining = seating.joining().ok_or_else(no_token)?;
        let came = seating.came;
        if matches!(joining.side, Side::Organisation(_)) {
            let now = Came::of(&scheduled, &caller.principal);
            // The token is a member's alone, and theirs only for as long as they are what they came as.
            if came.is_none() || now != came {
                return Err(match caller.principal {
                    Principal::Visitor => Refusal::SignInRequired("sign in to come back to your seat"),
                    _ => Refusal::Denied(
                        "this seat is of someone else, or of someone who may no longer take it".to_owned(),
                    ),
                });
            }
        }
        if let Some(Came::Link { link }) = came {
            let (plans, meeting) = (self.0.behind.plans.clone(), scheduled.id);
            if blocking(move || plans.is_taken_back(meeting, link)).await? {
                return Err(no_token());
            }
        }
        Ok(Wish { scheduled, caller, came, id: Some(seating.participant()), joining })
    }

    async fn scheduled(&self, id: MeetingId) -> Result<Option<Scheduled>, Refusal> {
        let plans = self.0.behind.plans.clone();
        blocking(move || plans.meeting(id)).await
    }

    async fn enter(&self, wish: Wish, language: &str) -> Result<Inbox, Refusal> {
        let Wish { scheduled, caller, came, id, mut joining } = wish;
        if !language.is_empty() {
            joining.language = convert::language("language", language)?;
        }
        let stream = u64::from_be_bytes(random().map_err(|_| Refusal::Interrupted)?);
        let drawn = u32::from_be_bytes(random().map_err(|_| Refusal::Interrupted)?) >> 1;
        let id = id.unwrap_or(ParticipantId(drawn.max(1)));
        // A meeting that ends as someone comes begins anew.
        let mut inbox = None;
        for _ in 0..3 {
            let running = self.0.entered(&scheduled).await?;
            let (reply, entered) = oneshot::channel();
            let (joining, caller) = (joining.clone(), caller.clone());
            let entering = Entering { id, stream, joining, caller, came, reply };
            if running.send(Command::Enter(Box::new(entering))).await.is_ok()
                && let Ok(entered) = entered.await
            {
                inbox = Some(entered?);
                break;
            }
        }
        let inbox = inbox.ok_or(Refusal::Interrupted)?;
        // Looked at last: a link that was taken back on the way in is seen by one of the two.
        match came {
            Some(Came::Link { link }) if !self.0.came_by(scheduled.id, link, &joining.name).await? => Err(no_token()),
            _ => Ok(inbox),
        }
    }

    async fn signal(&self, request: wire::SignalRequest) -> Result<wire::SignalResponse, Status> {
        let wire::SignalRequest { resume_token, sequence, signal } = request;
        let seating = Seating::open(&self.0.behind.identity, &resume_token).ok_or_else(no_token)?;
        let signal = signal.ok_or_else(|| Refusal::field("signal", "is missing"))?;
        if let wire::signal_request::Signal::Offer(offer) = &signal {
            not_too_long("offer.sdp", &offer.sdp)?;
        }
        let running: mpsc::Sender<Command> = self.0.running(seating.meeting()).ok_or_else(not_here)?;
        let (reply, answered) = oneshot::channel();
        let command = Command::Signal { seating: Box::new(seating), sequence, signal: Box::new(signal), reply };
        running.send(command).await.map_err(|_| not_here())?;
        answered.await.map_err(|_| Status::from(not_here()))?
    }
}

fn not_too_long(field: &'static str, offer_sdp: &str) -> Result<(), Refusal> {
    let length = offer_sdp.len();
    if length > LONGEST_OFFER {
        return Err(Refusal::field(field, format!("has {length} bytes; at most {LONGEST_OFFER} are read")));
    }
    Ok(())
}

/// For a signal of someone whose stream is not open.
pub(super) fn not_here() -> Refusal {
    Refusal::InTheWay {
        code: Code::FailedPrecondition,
        reason: "NOT_JOINED",
        message: "the stream of this token is no longer open: join again".to_owned(),
        violations: Vec::new(),
    }
}

#[tonic::async_trait]
impl ConferenceService for Conferences {
    type JoinStream = Pin<Box<dyn Stream<Item = Result<wire::JoinResponse, Status>> + Send>>;

    async fn join(&self, request: Request<wire::JoinRequest>) -> Result<Response<Self::JoinStream>, Status> {
        let caller = resolved(&request);
        let request = request.into_inner();
        let wish = self.wish(caller, &request).await?;
        let inbox = self.enter(wish, &request.language).await?;
        Ok(Response::new(Box::pin(ReceiverStream::new(inbox))))
    }

    async fn signal(&self, request: Request<wire::SignalRequest>) -> Result<Response<wire::SignalResponse>, Status> {
        Ok(Response::new(self.signal(request.into_inner()).await?))
    }

    async fn probe(&self, request: Request<wire::ProbeRequest>) -> Result<Response<wire::ProbeResponse>, Status> {
        let caller = resolved(&request);
        let wire::ProbeRequest { way, offer_sdp } = request.into_inner();
        not_too_long("offer_sdp", &offer_sdp)?;
        let way = way.map(|way| match way {
            wire::probe_request::Way::Meeting(name) => Way::Meeting(name),
            wire::probe_request::Way::Link(secret) => Way::Link(secret),
        });
        let wish = self.wish(caller, &wire::JoinRequest { way, ..wire::JoinRequest::default() }).await?;
        let answer_sdp = self.0.probe(wish.scheduled.id, offer_sdp).await?;
        Ok(Response::new(wire::ProbeResponse { answer_sdp }))
    }
}

#[cfg(test)]
mod tests;
