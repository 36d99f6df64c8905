//! `cloudsite.audit.v1.AuditService`.

use std::sync::Arc;

use cloudsite_domain::audit::Event;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Revision;
use cloudsite_proto::audit as wire;
use cloudsite_proto::audit::audit_service_server::AuditService;
use cloudsite_store::extent::ExtentStore;
use jiff::Timestamp;
use tonic::{Request, Response, Status};

use super::Refusal;
use super::page::{self, PageStart};
use super::read::blocking;
use super::shown::Shown;
use crate::disclosure::{Desk, Summary, policy, summaries};
use crate::record::Record;

/// Where it is found what has been disclosed.
pub(crate) struct Disclosures {
    /// Where it is kept.
    pub(crate) store: Arc<dyn ExtentStore>,
    /// Where it is counted before it is kept.
    pub(crate) desk: Arc<Desk>,
}

/// Answers about the audit log from the record's store.
pub(crate) struct Audit {
    record: Arc<Record>,
    disclosures: Disclosures,
    shown: Shown,
}

impl Audit {
    /// Reads the log of `record`.
    pub(crate) const fn new(record: Arc<Record>, disclosures: Disclosures, shown: Shown) -> Self {
        Self { record, disclosures, shown }
    }

    async fn disclosures(&self) -> Result<wire::ListDisclosuresResponse, Refusal> {
        let Disclosures { store, desk } = &self.disclosures;
        let (store, desk) = (Arc::clone(store), Arc::clone(desk));
        blocking(move || {
            desk.keep()?;
            let disclosures = summaries(store.as_ref())?.into_iter().map(summary_to_wire).collect();
            Ok(wire::ListDisclosuresResponse { disclosures, most_km2: policy().extent().most_km2 })
        })
        .await
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

pub(super) fn time_to_wire(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

fn summary_to_wire(summary: Summary) -> wire::Disclosure {
    let area = |(tier, area_km2): (&Tier, &f64)| wire::TierArea { tier: tier.to_string(), area_km2: *area_km2 };
    wire::Disclosure {
        organisation: format!("organisations/{}", summary.organisation),
        areas: summary.area_km2.iter().map(area).collect(),
        contiguous_km2: summary.contiguous_km2,
        first_at: summary.span.map(|(first, _)| time_to_wire(first)),
        last_at: summary.span.map(|(_, last)| time_to_wire(last)),
        refusals: summary.refused.as_ref().map_or(0, |refused| refused.refusals),
        refused_at: summary.refused.map(|refused| time_to_wire(refused.last_at)),
    }
}

fn event_to_wire(event: Event) -> wire::Event {
    let happening = event.happening;
    wire::Event {
        sequence: event.sequence,
        at: Some(time_to_wire(happening.at)),
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

    async fn get_shown(
        &self,
        request: Request<wire::GetShownRequest>,
    ) -> Result<Response<wire::GetShownResponse>, Status> {
        let (shown, request) = (self.shown.clone(), request.into_inner());
        Ok(Response::new(blocking(move || shown.find(&request)).await?))
    }

    async fn list_disclosures(
        &self,
        _: Request<wire::ListDisclosuresRequest>,
    ) -> Result<Response<wire::ListDisclosuresResponse>, Status> {
        Ok(Response::new(self.disclosures().await?))
    }
}
