//! `cloudsite.land.v1.ParcelService`.

use cloudsite_domain::record::Layer;
use cloudsite_proto::land::parcel_service_server::ParcelService;
use cloudsite_proto::{Encoded, Undated, land as wire};
use tonic::{Request, Response, Status};

use super::parcel_filter::ParcelQuery;
use super::read::{Paging, blocking, code_in, hand_over, recipient, snapshot};
use super::{Refusal, encode, page, parcel_search};
use crate::disclosure::Channel;
use crate::record::{Entry, View, Views};

/// Answers about parcels from the record.
pub(crate) struct Parcels {
    views: Views,
}

impl Parcels {
    /// Reads by `views`.
    pub(crate) const fn new(views: Views) -> Self {
        Self { views }
    }

    async fn get(view: &View, request: wire::GetParcelRequest) -> Result<Encoded<wire::GetParcelResponse>, Refusal> {
        let code = code_in("parcels", &request.name).map_err(|problem| Refusal::field("name", problem))?;
        let snapshot = snapshot(view, request.revision).await?;
        let missing = || Refusal::NotFound { kind: "parcel", name: request.name.clone() };
        let entry = snapshot.layer(Layer::Parcel).find(&code).ok_or_else(missing)?;
        let parcel = encode::parcel(entry, wire::ParcelView::Full).ok_or_else(missing)?;
        let mut delivery = view.delivery(Layer::Parcel);
        delivery.add(entry);
        hand_over(view, delivery).await?;
        let rest = wire::GetParcelResponse { parcel: None, revision: snapshot.revision().0 };
        Ok(Encoded::holding(&[parcel], &rest))
    }

    async fn list(
        of: &View,
        mut request: wire::ListParcelsRequest,
    ) -> Result<Encoded<wire::ListParcelsResponse>, Refusal> {
        let unknown = |field: &'static str| move |_| Refusal::field(field, "is not a value that this server knows");
        let order = parcel_search::order(wire::ParcelOrder::try_from(request.order).map_err(unknown("order"))?);
        let view = wire::ParcelView::try_from(request.view).map_err(unknown("view"))?;
        let query = ParcelQuery::try_from(request.filter.clone().unwrap_or_default())?;
        let page_size = std::mem::take(&mut request.page_size);
        let page_token = std::mem::take(&mut request.page_token);
        let paging = Paging::read(of, page_size, &page_token, request.revision, &request).await?;
        let mut delivery = of.delivery(Layer::Parcel);
        let is_small = query.is_small(paging.snapshot.layer(Layer::Parcel), order) && !delivery.is_counted();
        let of = of.clone();
        let answer = move || {
            let Paging { snapshot, start, count } = paging;
            let layer = snapshot.layer(Layer::Parcel);
            let found = parcel_search::find(layer, &query, order, start.first(), count);
            let entries = found.page.iter().filter_map(|position| {
                let entry = layer.at(*position);
                encode::parcel(entry, view).map(|parcel| (entry, parcel))
            });
            let size = |(_, (item, since)): &(_, (&Undated<wire::Parcel>, u64))| item.encoded_len(*since);
            let page = page::fill(found.total, start, count, entries, size);
            let (given, parcels): (Vec<&Entry>, Vec<_>) = page.entries.into_iter().unzip();
            for entry in given {
                delivery.add(entry);
            }
            of.hand_over(Channel::Grpc, &delivery.parcelled())?;
            let rest = wire::ListParcelsResponse {
                parcels: Vec::new(),
                next_page_token: page.next.map(|next| next.token(&request)).unwrap_or_default(),
                total_size: found.total as u32,
                revision: snapshot.revision().0,
            };
            Ok(Encoded::holding(&parcels, &rest))
        };
        // What takes microseconds and is written down nowhere is not worth another thread.
        if is_small { answer() } else { blocking(answer).await }
    }
}

#[tonic::async_trait]
impl ParcelService for Parcels {
    async fn get_parcel(
        &self,
        request: Request<wire::GetParcelRequest>,
    ) -> Result<Response<Encoded<wire::GetParcelResponse>>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(Self::get(&view, request.into_inner()).await?))
    }

    async fn list_parcels(
        &self,
        request: Request<wire::ListParcelsRequest>,
    ) -> Result<Response<Encoded<wire::ListParcelsResponse>>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(Self::list(&view, request.into_inner()).await?))
    }
}
