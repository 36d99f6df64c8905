//! `cloudsite.land.v1.RevisionService`.

use std::sync::Arc;

use cloudsite_domain::audit::{Action, Actor};
use cloudsite_domain::identity::Principal;
use cloudsite_domain::record::{Revision, RevisionEntry};
use cloudsite_proto::land as wire;
use cloudsite_proto::land::get_revision_request::Which;
use cloudsite_proto::land::revision_service_server::RevisionService;
use cloudsite_store::{Cause, Committed, RollBack, StoreError};
use jiff::Timestamp;
use tonic::{Request, Response, Status};

use super::read::{blocking, caller, recipient};
use super::{Refusal, revision_to_wire};
use crate::record::{ReadError, View, Views};

/// Characters of a reason at most.
const MAX_REASON: usize = 500;

/// Finds revisions of the record, and makes former ones the newest again.
pub(crate) struct Revisions {
    views: Views,
    roll_back: WriteRollBack,
}

/// Writes a roll-back: all that this service may do to the record. Blocks.
pub(crate) type WriteRollBack = Arc<dyn Fn(RollBack) -> Result<Committed, ReadError> + Send + Sync>;

impl Revisions {
    /// Reads by `views` and writes by `roll_back`.
    pub(crate) const fn new(views: Views, roll_back: WriteRollBack) -> Self {
        Self { views, roll_back }
    }

    async fn get(view: View, request: wire::GetRevisionRequest) -> Result<wire::GetRevisionResponse, Refusal> {
        blocking(move || {
            let head = view.newest();
            let asked = match request.which {
                None | Some(Which::Number(0)) => head,
                Some(Which::Number(number)) => Revision(number),
                Some(Which::At(at)) => newest_at(&view, moment(at)?)?,
            };
            let found = if asked > head { None } else { entry(&view, asked)? };
            let entry = found.ok_or(Refusal::UnknownRevision { asked, head })?;
            Ok(wire::GetRevisionResponse { revision: Some(revision_to_wire(&entry)), head: head.0 })
        })
        .await
    }

    async fn roll_back(&self, roll_back: RollBack) -> Result<wire::RollBackResponse, Refusal> {
        let write = Arc::clone(&self.roll_back);
        let head = roll_back.expected_head;
        let done = blocking(move || {
            write(roll_back).map_err(|error| match error {
                ReadError::Store(moved @ StoreError::HeadMoved { .. }) => Refusal::Moved(moved.to_string()),
                other => other.into(),
            })
        })
        .await?;
        Ok(wire::RollBackResponse {
            revision: if Some(done.revision) > head { done.revision.0 } else { 0 },
            created: done.created,
            updated: done.updated,
            ended: done.ended,
        })
    }
}

pub(super) fn entry(view: &View, revision: Revision) -> Result<Option<RevisionEntry>, StoreError> {
    Ok(view.revisions(revision.0..=revision.0)?.pop())
}

pub(super) fn newest_at(view: &View, moment: Timestamp) -> Result<Revision, Refusal> {
    match view.revision_at(moment)? {
        Some(revision) => Ok(revision),
        None => Err(Refusal::NoRevisionYet { moment, first: entry(view, Revision(1))? }),
    }
}

fn moment(at: prost_types::Timestamp) -> Result<Timestamp, Refusal> {
    Timestamp::new(at.seconds, at.nanos).map_err(|error| Refusal::field("at", format!("is not a moment: {error}")))
}

/// A request to roll back, by whom and when it came; names every field that is wrong.
fn read(request: wire::RollBackRequest, by: &Principal, at: Timestamp) -> Result<RollBack, Refusal> {
    let mut wrong = Vec::new();
    let mut note = |field: &str, problem: &str| wrong.push((field.to_owned(), problem.to_owned()));
    let reason = request.reason.trim();
    if request.revision == 0 {
        note("revision", "must be given");
    }
    if reason.is_empty() {
        note("reason", "must be given");
    } else if reason.chars().count() > MAX_REASON {
        note("reason", "is longer than 500 characters");
    }
    if request.expected_head == 0 {
        note("expected_head", "must be given: the newest revision that you have seen");
    }
    if !wrong.is_empty() {
        return Err(Refusal::Fields(wrong));
    }
    let mut roll_back = roll_back_of(Revision(request.revision), reason, &by.label(), at);
    roll_back.expected_head = Some(Revision(request.expected_head));
    roll_back.cause.organisation = Actor::from(by).organisation;
    Ok(roll_back)
}

/// A roll-back with how revisions and the audit log speak of one.
pub(crate) fn roll_back_of(to: Revision, reason: &str, author: &str, at: Timestamp) -> RollBack {
    RollBack {
        to,
        author: author.to_owned(),
        message: format!("Back to revision {to}: {reason}"),
        at,
        expected_head: None,
        cause: Cause::new(Action::RollBack, format!("revision {to}")),
    }
}

#[tonic::async_trait]
impl RevisionService for Revisions {
    async fn get_revision(
        &self,
        request: Request<wire::GetRevisionRequest>,
    ) -> Result<Response<wire::GetRevisionResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(Self::get(view, request.into_inner()).await?))
    }

    #[expect(clippy::disallowed_methods, reason = "the edge of the process: a revision is dated when it is asked for")]
    async fn roll_back(
        &self,
        request: Request<wire::RollBackRequest>,
    ) -> Result<Response<wire::RollBackResponse>, Status> {
        let by = caller(&request);
        let roll_back = read(request.into_inner(), &by, Timestamp::now())?;
        Ok(Response::new(Self::roll_back(self, roll_back).await?))
    }
}
