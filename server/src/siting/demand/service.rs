//! `cloudsite.siting.v1.DemandService`.

use std::sync::Arc;

use cloudsite_domain::siting::demand::{Class, Quarter, Report, ReportRow};
use cloudsite_proto::siting as wire;
use cloudsite_proto::siting::demand_service_server::{DemandService, DemandServiceServer};
use cloudsite_store::demand::DemandStore;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};

use super::Tally;
use crate::grpc::{Refusal, blocking};
use crate::validation::day_of;

/// The largest request, bytes.
const MAX_REQUEST_BYTES: usize = 1_024;

/// The service.
pub(crate) fn server(tally: Arc<Tally>, store: Arc<dyn DemandStore>) -> DemandServiceServer<impl DemandService> {
    DemandServiceServer::new(Service { tally, store })
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .send_compressed(CompressionEncoding::Gzip)
}

struct Service {
    tally: Arc<Tally>,
    store: Arc<dyn DemandStore>,
}

#[tonic::async_trait]
impl DemandService for Service {
    async fn get_demand_report(
        &self,
        request: Request<wire::GetDemandReportRequest>,
    ) -> Result<Response<wire::GetDemandReportResponse>, Status> {
        let quarter = match request.into_inner().quarter.as_str() {
            "" => Quarter::of(day_of((self.tally.clock)())),
            asked => asked.parse().map_err(|error| Refusal::field("quarter", error))?,
        };
        let (store, not_counted) = (Arc::clone(&self.store), self.tally.not_counted());
        let demand = blocking(move || Ok(store.demand(quarter.days())?)).await?;
        let report = reply(quarter, &Report::of(&demand));
        Ok(Response::new(wire::GetDemandReportResponse { not_counted, ..report }))
    }
}

fn reply(quarter: Quarter, report: &Report) -> wire::GetDemandReportResponse {
    let class =
        |(class, briefs): &(Class, u64)| wire::AskedClass { from: class.from(), to: class.to(), briefs: *briefs };
    let need = |row: &ReportRow| wire::UnmetNeed {
        zone: row.zone.as_ref().map(|code| format!("zones/{code}")).unwrap_or_default(),
        need: row.subject.to_string(),
        briefs: row.briefs.told(),
        unanswered: row.unanswered.told(),
        classes: row.classes.iter().map(class).collect(),
    };
    wire::GetDemandReportResponse {
        quarter: quarter.to_string(),
        briefs: report.briefs.told(),
        unanswered: report.unanswered.told(),
        needs: report.rows.iter().map(need).collect(),
        not_counted: 0,
    }
}
