//! `cloudsite.siting.v1.BriefService`: briefs that organisations keep.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::identity::{DisplayName, Principal, Role};
use cloudsite_domain::record::{Code as OrganisationCode, Revision};
use cloudsite_domain::siting::{BriefId, MOST_SAVED_BYTES, SavedBrief, Standpoint};
use cloudsite_proto::siting as wire;
use cloudsite_proto::siting::brief_service_server::{BriefService, BriefServiceServer};
use cloudsite_store::StoreError;
use cloudsite_store::brief::{BriefError, BriefStore};
use cloudsite_store::changeset::Deed;
use jiff::Timestamp;
use prost::Message;
use tonic::codec::CompressionEncoding;
use tonic::{Code, Request, Response, Status};

use super::convert;
use crate::grpc::page::{self, PageStart};
use crate::grpc::{Refusal, blocking, caller};
use crate::identity::{Clock, Identity};
use crate::private_file::random;
use crate::record::Views;
use crate::validation::day_of;

/// The largest request, bytes.
const MAX_REQUEST_BYTES: usize = 2 * MOST_SAVED_BYTES;

/// What the service answers from.
#[derive(Clone)]
pub(crate) struct Briefs {
    /// Where briefs are kept.
    pub(crate) store: Arc<dyn BriefStore>,
    /// Who hosts whom.
    pub(crate) identity: Arc<Identity>,
    /// What the newest revision is.
    pub(crate) views: Views,
    /// When it is now.
    pub(crate) clock: Clock,
}

/// The service.
pub(crate) fn server(briefs: Briefs) -> BriefServiceServer<impl BriefService> {
    BriefServiceServer::new(briefs)
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .send_compressed(CompressionEncoding::Gzip)
}

impl From<BriefError> for Refusal {
    fn from(error: BriefError) -> Self {
        match error {
            BriefError::Store(error) => Self::Store(error),
            BriefError::Unknown(id) => unknown(id),
            BriefError::Moved { .. } => moved(),
            BriefError::Full => Self::InTheWay {
                code: Code::FailedPrecondition,
                reason: "BRIEFS_FULL",
                message: error.to_string(),
                violations: Vec::new(),
            },
        }
    }
}

fn unknown(id: BriefId) -> Refusal {
    Refusal::NotFound { kind: "brief", name: format!("briefs/{id}") }
}

fn moved() -> Refusal {
    Refusal::Moved("the brief has changed since it was read: read it again".to_owned())
}

/// A brief's number from its name.
fn id_of(name: &str) -> Result<BriefId, Refusal> {
    let digits = name.strip_prefix("briefs/").filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok()).filter(|number| i64::try_from(*number).is_ok());
    let id = number.map(BriefId);
    id.ok_or_else(|| Refusal::field("name", format!("'{name}' is not a name of the form 'briefs/{{id}}'")))
}

fn title_of(text: &str) -> Result<DisplayName, Refusal> {
    text.parse().map_err(|_| Refusal::field("title", "has 1 to 100 characters on one line, no space at either end"))
}

impl Briefs {
    /// How someone stands to the briefs of an organisation.
    fn standpoint(&self, caller: &Principal, owner: &OrganisationCode) -> Standpoint {
        self.identity.organisation(owner).map_or(Standpoint::Outside, |owner| Standpoint::of(caller, &owner))
    }

    /// A brief that someone may read. Who may not is not told whether it is there.
    fn readable(&self, caller: &Principal, name: &str) -> Result<(SavedBrief, Standpoint), Refusal> {
        let id = id_of(name)?;
        let brief = self.store.brief(id)?.ok_or_else(|| unknown(id))?;
        match self.standpoint(caller, &brief.organisation) {
            Standpoint::Outside => Err(unknown(id)),
            standpoint => Ok((brief, standpoint)),
        }
    }

    /// A brief that someone may change, as they have seen it.
    fn changeable(&self, caller: &Principal, name: &str, etag: &str) -> Result<SavedBrief, Refusal> {
        let (brief, standpoint) = self.readable(caller, name)?;
        if standpoint != Standpoint::Owner {
            return Err(Refusal::Denied("a brief is changed by the organisation that keeps it".to_owned()));
        }
        if etag.is_empty() || etag == brief.version.to_string() { Ok(brief) } else { Err(moved()) }
    }

    /// A brief as it is kept, if it makes sense today.
    fn content(&self, brief: Option<wire::Brief>) -> Result<Vec<u8>, Refusal> {
        let brief = brief.ok_or_else(|| Refusal::field("brief", "is missing"))?;
        let content = brief.encode_to_vec();
        if content.len() > MOST_SAVED_BYTES {
            let problem = format!("has {} bytes; at most {MOST_SAVED_BYTES} are kept", content.len());
            return Err(Refusal::field("brief", problem));
        }
        convert::brief(brief, day_of((self.clock)()))?;
        Ok(content)
    }

    fn matched_at(&self, revision: u64) -> Result<Option<Revision>, Refusal> {
        let newest = self.views.public().newest();
        match Revision(revision) {
            Revision(0) => Ok(None),
            asked if asked > newest => {
                Err(Refusal::field("matched_revision", format!("there is no revision {asked}; the newest is {newest}")))
            }
            asked => Ok(Some(asked)),
        }
    }

    fn create(&self, caller: &Principal, request: wire::CreateBriefRequest) -> Result<wire::SavedBrief, Refusal> {
        let Principal::Member { id: author, name, organisation, .. } = caller else {
            return Err(Refusal::Denied("briefs are kept by organisations, and you are of none".to_owned()));
        };
        let request_id = match request.request_id.chars().count() {
            0 => None,
            1..=64 => Some(format!("{} {}", author.0, request.request_id)),
            _ => return Err(Refusal::field("request_id", "has more than 64 characters")),
        };
        let now = (self.clock)();
        let brief = SavedBrief {
            id: BriefId::from_random(random().map_err(|_| Refusal::Interrupted)?),
            organisation: organisation.clone(),
            author: *author,
            author_name: name.clone(),
            title: title_of(&request.title)?,
            content: self.content(request.brief)?,
            matched_at: self.matched_at(request.matched_revision)?,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let kept = self.store.create_brief(&brief, request_id.as_deref(), &deed(caller, "created", now))?;
        // Whoever has since gone to another organisation left their briefs behind.
        if kept.organisation != *organisation {
            return Err(unknown(kept.id));
        }
        shown(&kept, Standpoint::Owner)
    }

    fn list(
        &self,
        caller: &Principal,
        mut request: wire::ListBriefsRequest,
    ) -> Result<wire::ListBriefsResponse, Refusal> {
        let count = page::entries(std::mem::take(&mut request.page_size))?;
        let token = std::mem::take(&mut request.page_token);
        let start = PageStart::read(&token, &request)?;
        let organisations = self.readable_organisations(caller, &request.organisation)?;
        // What a token calls a revision is the time, in microseconds, at which the last brief of the page before was kept.
        let after = start.map(|start| {
            let at = i64::try_from(start.revision.0).ok().and_then(|micros| Timestamp::from_microsecond(micros).ok());
            (at.unwrap_or(Timestamp::MAX), BriefId(start.position))
        });
        let found = self.store.briefs(&organisations, after, count + 1)?;
        let all = found.len();
        let (mut briefs, mut bytes, mut last) = (Vec::new(), 0, None);
        for brief in found.iter().take(count) {
            let entry = shown(brief, self.standpoint(caller, &brief.organisation))?;
            bytes += entry.encoded_len();
            if bytes > page::MAX_BYTES && !briefs.is_empty() {
                break;
            }
            briefs.push(entry);
            last = Some(brief);
        }
        let next = last.filter(|_| briefs.len() < all).map(|brief| PageStart {
            revision: Revision(brief.created_at.as_microsecond() as u64),
            position: brief.id.0,
        });
        let next_page_token = next.map(|next| next.token(&request)).unwrap_or_default();
        Ok(wire::ListBriefsResponse { briefs, next_page_token })
    }

    /// The organisations whose briefs are listed.
    fn readable_organisations(&self, caller: &Principal, asked: &str) -> Result<Vec<OrganisationCode>, Refusal> {
        if asked.is_empty() {
            let Principal::Member { organisation, .. } = caller else { return Ok(Vec::new()) };
            let hosted = if caller.has(Role::Host) { self.identity.hosted_by(organisation) } else { Vec::new() };
            let hosted = hosted.into_iter().map(|hosted| hosted.code().clone());
            return Ok(std::iter::once(organisation.clone()).chain(hosted).collect());
        }
        let code = asked.strip_prefix("organisations/").and_then(|code| code.parse::<OrganisationCode>().ok());
        let code = code.ok_or_else(|| {
            Refusal::field("organisation", format!("'{asked}' is not a name of the form 'organisations/{{code}}'"))
        })?;
        match self.standpoint(caller, &code) {
            Standpoint::Outside => Err(Refusal::NotFound { kind: "organisation", name: asked.to_owned() }),
            Standpoint::Host | Standpoint::Owner => Ok(vec![code]),
        }
    }

    fn update(&self, caller: &Principal, request: wire::UpdateBriefRequest) -> Result<wire::SavedBrief, Refusal> {
        let present = self.changeable(caller, &request.name, &request.etag)?;
        let mut next = present.clone();
        if let Some(title) = &request.title {
            next.title = title_of(title)?;
        }
        if request.brief.is_some() {
            next.content = self.content(request.brief)?;
        }
        if let Some(revision) = request.matched_revision {
            next.matched_at = self.matched_at(revision)?;
        }
        if next == present {
            return shown(&present, Standpoint::Owner);
        }
        next.updated_at = (self.clock)();
        shown(&self.store.update_brief(&next, &deed(caller, "changed", next.updated_at))?, Standpoint::Owner)
    }

    fn delete(&self, caller: &Principal, request: &wire::DeleteBriefRequest) -> Result<(), Refusal> {
        let brief = self.changeable(caller, &request.name, &request.etag)?;
        Ok(self.store.delete_brief(&brief, &deed(caller, "deleted", (self.clock)()))?)
    }
}

fn deed(caller: &Principal, did: &'static str, at: Timestamp) -> Deed {
    Deed { did, actor: Actor::from(caller), at, detail: BTreeMap::new() }
}

fn shown(brief: &SavedBrief, standpoint: Standpoint) -> Result<wire::SavedBrief, Refusal> {
    let content = wire::Brief::decode(brief.content.as_slice()).map_err(|error| {
        let place = format!("brief {}", brief.id);
        Refusal::Store(StoreError::Corrupt { what: error.to_string(), place })
    })?;
    let time = |at: Timestamp| prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() };
    Ok(wire::SavedBrief {
        name: format!("briefs/{}", brief.id),
        title: brief.title.to_string(),
        brief: Some(content),
        organisation: format!("organisations/{}", brief.organisation),
        author: brief.author_name.clone(),
        created_at: Some(time(brief.created_at)),
        updated_at: Some(time(brief.updated_at)),
        matched_revision: brief.matched_at.map_or(0, |revision| revision.0),
        etag: brief.version.to_string(),
        can_change: standpoint == Standpoint::Owner,
    })
}

impl Briefs {
    /// Does `work` where it holds up nobody.
    async fn answer<Q: Send + 'static, A: Send + 'static>(
        &self,
        request: Request<Q>,
        work: impl FnOnce(&Self, &Principal, Q) -> Result<A, Refusal> + Send + 'static,
    ) -> Result<Response<A>, Status> {
        let (briefs, caller) = (self.clone(), caller(&request));
        let request = request.into_inner();
        Ok(Response::new(blocking(move || work(&briefs, &caller, request)).await?))
    }
}

#[tonic::async_trait]
impl BriefService for Briefs {
    async fn create_brief(
        &self,
        request: Request<wire::CreateBriefRequest>,
    ) -> Result<Response<wire::CreateBriefResponse>, Status> {
        let work = |briefs: &Self, caller: &Principal, request| {
            Ok(wire::CreateBriefResponse { brief: Some(briefs.create(caller, request)?) })
        };
        self.answer(request, work).await
    }

    async fn get_brief(
        &self,
        request: Request<wire::GetBriefRequest>,
    ) -> Result<Response<wire::GetBriefResponse>, Status> {
        let work = |briefs: &Self, caller: &Principal, request: wire::GetBriefRequest| {
            let (brief, standpoint) = briefs.readable(caller, &request.name)?;
            Ok(wire::GetBriefResponse { brief: Some(shown(&brief, standpoint)?) })
        };
        self.answer(request, work).await
    }

    async fn list_briefs(
        &self,
        request: Request<wire::ListBriefsRequest>,
    ) -> Result<Response<wire::ListBriefsResponse>, Status> {
        self.answer(request, Self::list).await
    }

    async fn update_brief(
        &self,
        request: Request<wire::UpdateBriefRequest>,
    ) -> Result<Response<wire::UpdateBriefResponse>, Status> {
        let work = |briefs: &Self, caller: &Principal, request| {
            Ok(wire::UpdateBriefResponse { brief: Some(briefs.update(caller, request)?) })
        };
        self.answer(request, work).await
    }

    async fn delete_brief(
        &self,
        request: Request<wire::DeleteBriefRequest>,
    ) -> Result<Response<wire::DeleteBriefResponse>, Status> {
        let work = |briefs: &Self, caller: &Principal, request: wire::DeleteBriefRequest| {
            briefs.delete(caller, &request)?;
            Ok(wire::DeleteBriefResponse {})
        };
        self.answer(request, work).await
    }
}
