//! `cloudsite.siting.v1.DemandService`.

use std::sync::Arc;

use cloudsite_domain::record::{Code, Revision};
use cloudsite_domain::siting::demand::{Class, Figure, NeedRow, Quarter, Report};
use cloudsite_proto::siting as wire;
use cloudsite_proto::siting::demand_service_server::{DemandService, DemandServiceServer};
use cloudsite_store::demand::DemandStore;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};

use super::Tally;
use crate::grpc::{Refusal, blocking, recipient};
use crate::record::Views;
use crate::validation::day_of;

/// The largest request, bytes.
const MAX_REQUEST_BYTES: usize = 1_024;

/// The service.
pub(crate) fn server(
    views: Views,
    tally: Arc<Tally>,
    store: Arc<dyn DemandStore>,
) -> DemandServiceServer<impl DemandService> {
    DemandServiceServer::new(Service { views, tally, store })
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .send_compressed(CompressionEncoding::Gzip)
}

struct Service {
    views: Views,
    tally: Arc<Tally>,
    store: Arc<dyn DemandStore>,
}

#[tonic::async_trait]
impl DemandService for Service {
    async fn get_demand_report(
        &self,
        request: Request<wire::GetDemandReportRequest>,
    ) -> Result<Response<wire::GetDemandReportResponse>, Status> {
        let revision = self.views.for_recipient(recipient(&request)).newest();
        let quarter = match request.into_inner().quarter.as_str() {
            "" => Quarter::of(day_of((self.tally.clock)())),
            asked => asked.parse().map_err(|error| Refusal::field("quarter", error))?,
        };
        let (store, not_counted) = (Arc::clone(&self.store), self.tally.not_counted());
        let demand = blocking(move || Ok(store.demand(quarter.days())?)).await?;
        let report = reply(quarter, revision, &Report::of(&demand));
        Ok(Response::new(wire::GetDemandReportResponse { not_counted, ..report }))
    }
}

fn reply(quarter: Quarter, revision: Revision, report: &Report) -> wire::GetDemandReportResponse {
    wire::GetDemandReportResponse {
        quarter: quarter.to_string(),
        revision: revision.0,
        briefs: Some(count(report.briefs)),
        refused: Some(count(report.refused)),
        park: report.park.iter().map(|row| need(None, row)).collect(),
        needs: report.zones.iter().map(|zone| need(zone.zone.as_ref(), &zone.row)).collect(),
        not_counted: 0,
    }
}

fn need(zone: Option<&Code>, row: &NeedRow) -> wire::UnmetNeed {
    let class = |(class, briefs): &(Class, Figure)| wire::AskedClass {
        from: class.from(),
        to: class.to(),
        briefs: Some(count(*briefs)),
    };
    wire::UnmetNeed {
        zone: zone.map(|code| format!("zones/{code}")).unwrap_or_default(),
        need: row.subject.to_string(),
        briefs: Some(count(row.briefs)),
        refused: Some(count(row.refused)),
        classes: row.classes.iter().map(class).collect(),
    }
}

const fn count(figure: Figure) -> wire::BriefCount {
    wire::BriefCount { least: figure.least(), most: figure.most() }
}
