//! `cloudsite.audit.v1.AuditService`.

use std::sync::Arc;

use cloudsite_domain::audit::Event;
use cloudsite_domain::record::Revision;
use cloudsite_proto::audit as wire;
use cloudsite_proto::audit::audit_service_server::AuditService;
use prost_types::Timestamp;
use tonic::{Request, Response, Status};

use super::Refusal;
use super::page::{self, PageStart};
use super::read::blocking;
use crate::record::Record;

/// Answers about the audit log from the record's store.
pub(crate) struct Audit {
    record: Arc<Record>,
}

impl Audit {
    /// Reads the log of `record`.
    pub(crate) const fn new(record: Arc<Record>) -> Self {
        Self { record }
    }

    async fn events(&self, mut request: wire::ListEventsRequest) -> Result<wire::ListEventsResponse, Refusal> {
        let count = page::entries(request.page_size)? as u64;
        request.page_size = 0;
        let token = std::mem::take(&mut request.page_token);
        let start = PageStart::read(&token, &request)?;
        let store = Arc::clone(self.record.store());
        blocking(move || {
            // What a token calls a revision is the log's last event when the first page was read.
            let first = || Ok::<_, Refusal>(PageStart { revision: Revision(store.log_head()?.sequence), position: 0 });
            let start = start.map_or_else(first, Ok)?;
            let newest = start.revision.0.saturating_sub(start.position);
            let oldest = newest.saturating_sub(count - 1).max(1);
            let mut events = Vec::new();
            store.events(oldest..=newest, &mut |event| {
                events.push(event_to_wire(event));
                Ok(())
            })?;
            events.reverse();
            let next = (oldest > 1).then(|| PageStart { position: start.revision.0 - (oldest - 1), ..start });
            let next_page_token = next.map(|next| next.token(&request)).unwrap_or_default();
            Ok(wire::ListEventsResponse { events, next_page_token })
        })
        .await
    }
}

fn event_to_wire(event: Event) -> wire::Event {
    let happening = event.happening;
    wire::Event {
        sequence: event.sequence,
        at: Some(Timestamp { seconds: happening.at.as_second(), nanos: happening.at.subsec_nanosecond() }),
        actor: happening.actor.label,
        organisation: happening.actor.organisation,
        action: happening.action.to_string(),
        subject: happening.subject,
        detail: happening.detail.into_iter().collect(),
        previous_hash: event.previous.0.to_vec(),
        hash: event.hash.0.to_vec(),
    }
}

#[tonic::async_trait]
impl AuditService for Audit {
    async fn list_events(
        &self,
        request: Request<wire::ListEventsRequest>,
    ) -> Result<Response<wire::ListEventsResponse>, Status> {
        Ok(Response::new(self.events(request.into_inner()).await?))
    }
}
