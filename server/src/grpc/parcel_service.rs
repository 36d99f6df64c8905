//! `cloudsite.land.v1.ParcelService`.

use std::cmp::Ordering;
use std::sync::Arc;

use cloudsite_domain::record::{Body, Layer, Parcel};
use cloudsite_proto::land as wire;
use cloudsite_proto::land::parcel_service_server::ParcelService;
use tonic::{Request, Response, Status};

use super::parcel_filter::ParcelQuery;
use super::read::{Paging, blocking, code_in, snapshot};
use super::{Refusal, convert, page};
use crate::record::{Entry, Record, Snapshot};

/// Answers about parcels from the record.
pub(crate) struct Parcels {
    record: Arc<Record>,
}

impl Parcels {
    /// Reads `record`.
    pub(crate) const fn new(record: Arc<Record>) -> Self {
        Self { record }
    }

    async fn get(&self, request: wire::GetParcelRequest) -> Result<wire::GetParcelResponse, Refusal> {
        let code = code_in("parcels", &request.name).map_err(|problem| Refusal::field("name", problem))?;
        let snapshot = snapshot(&self.record, request.revision).await?;
        let missing = || Refusal::NotFound { kind: "parcel", name: request.name.clone() };
        let version = snapshot.layer(Layer::Parcel).find(&code).ok_or_else(missing)?;
        let parcel = body(version).ok_or_else(missing)?;
        Ok(wire::GetParcelResponse {
            parcel: Some(convert::parcel_to_wire(version, parcel, wire::ParcelView::Full)),
            revision: snapshot.revision().0,
        })
    }

    async fn list(&self, mut request: wire::ListParcelsRequest) -> Result<wire::ListParcelsResponse, Refusal> {
        let unknown = |field: &'static str| move |_| Refusal::field(field, "is not a value that this server knows");
        let order = wire::ParcelOrder::try_from(request.order).map_err(unknown("order"))?;
        let view = wire::ParcelView::try_from(request.view).map_err(unknown("view"))?;
        let query = ParcelQuery::try_from(request.filter.clone().unwrap_or_default())?;
        let page_size = std::mem::take(&mut request.page_size);
        let page_token = std::mem::take(&mut request.page_token);
        let paging = Paging::read(&self.record, page_size, &page_token, request.revision, &request).await?;
        blocking(move || {
            let found = matching(&paging.snapshot, &query, order);
            let page = page::fill(&found, paging.start, paging.count, |(version, parcel)| {
                Ok(convert::parcel_to_wire(version, parcel, view))
            })?;
            Ok(wire::ListParcelsResponse {
                parcels: page.entries,
                next_page_token: page.next.map(|next| next.token(&request)).unwrap_or_default(),
                total_size: found.len() as u32,
                revision: paging.snapshot.revision().0,
            })
        })
        .await
    }
}

fn body(version: &Entry) -> Option<&Parcel> {
    match &version.feature.body {
        Body::Parcel(parcel) => Some(parcel),
        _ => None,
    }
}

/// The parcels that meet a query, in order.
fn matching<'a>(snapshot: &'a Snapshot, query: &ParcelQuery, order: wire::ParcelOrder) -> Vec<(&'a Entry, &'a Parcel)> {
    let layer = snapshot.layer(Layer::Parcel);
    let meets = |version: &'a Entry| {
        let parcel = body(version)?;
        query.meets(&version.feature, parcel).then_some((version, parcel))
    };
    let mut found: Vec<_> = match &query.area {
        None => layer.in_code_order().filter_map(meets).collect(),
        Some(area) => {
            let mut found: Vec<_> = layer.touching(area).into_iter().filter_map(meets).collect();
            found.sort_by(|(a, _), (b, _)| a.feature.code.cmp(&b.feature.code));
            found
        }
    };
    // A stable sort: equal areas stay in the order of their codes.
    let by_area = |(version, _): &(&Entry, &Parcel)| TotalOrder(version.feature.shape.area_m2());
    match order {
        wire::ParcelOrder::Unspecified => {}
        wire::ParcelOrder::AreaAscending => found.sort_by_cached_key(by_area),
        wire::ParcelOrder::AreaDescending => found.sort_by_cached_key(|entry| std::cmp::Reverse(by_area(entry))),
        wire::ParcelOrder::Availability => found.sort_by_key(|(_, parcel)| parcel.status.availability_rank()),
    }
    found
}

/// A number that can be a sort key.
struct TotalOrder(f64);

impl Ord for TotalOrder {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for TotalOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for TotalOrder {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for TotalOrder {}

#[tonic::async_trait]
impl ParcelService for Parcels {
    async fn get_parcel(
        &self,
        request: Request<wire::GetParcelRequest>,
    ) -> Result<Response<wire::GetParcelResponse>, Status> {
        Ok(Response::new(self.get(request.into_inner()).await?))
    }

    async fn list_parcels(
        &self,
        request: Request<wire::ListParcelsRequest>,
    ) -> Result<Response<wire::ListParcelsResponse>, Status> {
        Ok(Response::new(self.list(request.into_inner()).await?))
    }
}
