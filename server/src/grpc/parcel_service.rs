//! `cloudsite.land.v1.ParcelService`.

use std::sync::Arc;

use cloudsite_domain::record::Layer;
use cloudsite_proto::land::parcel_service_server::ParcelService;
use cloudsite_proto::{Encoded, land as wire};
use tonic::{Request, Response, Status};

use super::parcel_filter::ParcelQuery;
use super::read::{Paging, blocking, code_in, snapshot};
use super::{Refusal, encode, page, parcel_search};
use crate::record::Record;

/// Answers about parcels from the record.
pub(crate) struct Parcels {
    record: Arc<Record>,
}

impl Parcels {
    /// Reads `record`.
    pub(crate) const fn new(record: Arc<Record>) -> Self {
        Self { record }
    }

    async fn get(&self, request: wire::GetParcelRequest) -> Result<Encoded<wire::GetParcelResponse>, Refusal> {
        let code = code_in("parcels", &request.name).map_err(|problem| Refusal::field("name", problem))?;
        let snapshot = snapshot(&self.record, request.revision).await?;
        let found = snapshot.layer(Layer::Parcel).find(&code);
        let parcel = found.and_then(|entry| encode::parcel(entry, wire::ParcelView::Full));
        let parcel = parcel.ok_or(Refusal::NotFound { kind: "parcel", name: request.name })?;
        let rest = wire::GetParcelResponse { parcel: None, revision: snapshot.revision().0 };
        Ok(Encoded::holding(&[parcel], &rest))
    }

    async fn list(&self, mut request: wire::ListParcelsRequest) -> Result<Encoded<wire::ListParcelsResponse>, Refusal> {
        let unknown = |field: &'static str| move |_| Refusal::field(field, "is not a value that this server knows");
        let order = wire::ParcelOrder::try_from(request.order).map_err(unknown("order"))?;
        let view = wire::ParcelView::try_from(request.view).map_err(unknown("view"))?;
        let query = ParcelQuery::try_from(request.filter.clone().unwrap_or_default())?;
        let page_size = std::mem::take(&mut request.page_size);
        let page_token = std::mem::take(&mut request.page_token);
        let paging = Paging::read(&self.record, page_size, &page_token, request.revision, &request).await?;
        let is_small = query.is_small();
        let answer = move || {
            let Paging { snapshot, start, count } = paging;
            let layer = snapshot.layer(Layer::Parcel);
            let found = parcel_search::find(layer, &query, order, start.first(), count);
            let entries = found.page.iter().filter_map(|position| encode::parcel(layer.at(*position), view));
            let page = page::fill(found.total, start, count, entries, |(item, since)| item.encoded_len(*since));
            let rest = wire::ListParcelsResponse {
                parcels: Vec::new(),
                next_page_token: page.next.map(|next| next.token(&request)).unwrap_or_default(),
                total_size: found.total as u32,
                revision: snapshot.revision().0,
            };
            Encoded::holding(&page.entries, &rest)
        };
        // What takes microseconds is not worth another thread.
        if is_small { Ok(answer()) } else { blocking(move || Ok(answer())).await }
    }
}

#[tonic::async_trait]
impl ParcelService for Parcels {
    async fn get_parcel(
        &self,
        request: Request<wire::GetParcelRequest>,
    ) -> Result<Response<Encoded<wire::GetParcelResponse>>, Status> {
        Ok(Response::new(self.get(request.into_inner()).await?))
    }

    async fn list_parcels(
        &self,
        request: Request<wire::ListParcelsRequest>,
    ) -> Result<Response<Encoded<wire::ListParcelsResponse>>, Status> {
        Ok(Response::new(self.list(request.into_inner()).await?))
    }
}
