//! `cloudsite.land.v1.ParkService`.

use std::sync::Arc;

use cloudsite_domain::record::{Body, Layer, Revision};
use cloudsite_proto::land::park_service_server::ParkService;
use cloudsite_proto::{Encoded, Undated, land as wire};
use prost::Message;
use tonic::{Request, Response, Status};

use super::page::{self, PageStart};
use super::read::{Paging, blocking, code_in, recipient, search_area, snapshot};
use super::{Refusal, convert, encode};
use crate::disclosure::Channel;
use crate::identity::{Resolved, Stands};
use crate::record::{Entry, SearchArea, Snapshot, View, Views};
use crate::watch::{EventStream, Watchers};

/// Answers about the park from the record.
pub(crate) struct Park {
    views: Views,
    watchers: Arc<Watchers>,
    stands: Stands,
}

impl Park {
    /// Reads by `views`; streams of changes are given out by `watchers`, each for as long as its reader `stands`.
    pub(crate) const fn new(views: Views, watchers: Arc<Watchers>, stands: Stands) -> Self {
        Self { views, watchers, stands }
    }

    async fn park(view: &View, request: wire::GetParkRequest) -> Result<wire::GetParkResponse, Refusal> {
        let snapshot = snapshot(view, request.revision).await?;
        if snapshot.bounds().is_none() {
            return Err(Refusal::NotFound { kind: "park", name: "park".to_owned() });
        }
        Ok(wire::GetParkResponse { park: Some(convert::park_to_wire(&snapshot)) })
    }

    async fn zone(view: &View, request: wire::GetZoneRequest) -> Result<wire::GetZoneResponse, Refusal> {
        let code = code_in("zones", &request.name).map_err(|problem| Refusal::field("name", problem))?;
        let snapshot = snapshot(view, request.revision).await?;
        let found = snapshot.layer(Layer::Zone).find(&code).and_then(|version| zone(&snapshot, version));
        match found {
            Some(zone) => Ok(wire::GetZoneResponse { zone: Some(zone), revision: snapshot.revision().0 }),
            None => Err(Refusal::NotFound { kind: "zone", name: request.name }),
        }
    }

    async fn zones(view: &View, mut request: wire::ListZonesRequest) -> Result<wire::ListZonesResponse, Refusal> {
        let page_size = std::mem::take(&mut request.page_size);
        let page_token = std::mem::take(&mut request.page_token);
        let Paging { snapshot, start, count } =
            Paging::read(view, page_size, &page_token, request.revision, &request).await?;
        let zones: Vec<_> =
            snapshot.layer(Layer::Zone).in_code_order().filter_map(|version| zone(&snapshot, version)).collect();
        let rest = zones.get(start.first()..).unwrap_or_default();
        let page = page::fill(zones.len(), start, count, rest.iter().cloned(), Message::encoded_len);
        Ok(wire::ListZonesResponse {
            zones: page.entries,
            next_page_token: page.next.map(|next| next.token(&request)).unwrap_or_default(),
            revision: snapshot.revision().0,
        })
    }

    async fn features(
        view: &View,
        mut request: wire::ListFeaturesRequest,
    ) -> Result<Encoded<wire::ListFeaturesResponse>, Refusal> {
        let layer = convert::layer_from_wire(request.layer)
            .ok_or_else(|| Refusal::field("layer", "must be a layer of the record"))?;
        let area = request.bounds.map(|bounds| search_area("bounds", bounds)).transpose()?;
        let page_size = std::mem::take(&mut request.page_size);
        let page_token = std::mem::take(&mut request.page_token);
        let Paging { snapshot, start, count } =
            Paging::read(view, page_size, &page_token, request.revision, &request).await?;
        let mut delivery = view.delivery(layer);
        let is_small = area.as_ref().is_none_or(SearchArea::is_small) && !delivery.is_counted();
        let withheld = !view.tells(layer);
        let view = view.clone();
        let answer = move || {
            let layer = snapshot.layer(layer);
            let size = |(_, (item, since)): &(_, (&Undated<wire::Feature>, u64))| item.encoded_len(*since);
            let encoded = |entry| (entry, encode::feature(entry));
            let page = if let Some(area) = &area {
                let found = layer.positions_touching(area);
                let rest = found.get(start.first()..).unwrap_or_default();
                let entries = rest.iter().map(|position| encoded(layer.at(*position)));
                page::fill(found.len(), start, count, entries, size)
            } else {
                let rest = layer.features().from(start.first());
                page::fill(layer.features().len(), start, count, rest.map(encoded), size)
            };
            let (given, features): (Vec<&Entry>, Vec<_>) = page.entries.into_iter().unzip();
            for entry in given {
                delivery.add(entry);
            }
            view.hand_over(Channel::Grpc, &delivery.parcelled())?;
            let rest = wire::ListFeaturesResponse {
                features: Vec::new(),
                next_page_token: page.next.map(|next| next.token(&request)).unwrap_or_default(),
                revision: snapshot.revision().0,
                withheld,
            };
            Ok(Encoded::holding(&features, &rest))
        };
        // What takes microseconds and is written down nowhere is not worth another thread.
        if is_small { answer() } else { blocking(answer).await }
    }

    async fn revisions(
        view: &View,
        mut request: wire::ListRevisionsRequest,
    ) -> Result<wire::ListRevisionsResponse, Refusal> {
        let count = page::entries(request.page_size)? as u64;
        request.page_size = 0;
        let token = std::mem::take(&mut request.page_token);
        let head = view.newest();
        let start = PageStart::read(&token, &request)?.unwrap_or(PageStart { revision: head, position: 0 });
        // Counted down from the revision that was the newest when the first page was read.
        let newest = start.revision.0.saturating_sub(start.position);
        let oldest = newest.saturating_sub(count - 1).max(1);
        let view = view.clone();
        let entries = blocking(move || Ok(view.revisions(oldest..=newest)?)).await?;
        let next = (oldest > 1).then(|| PageStart { position: start.revision.0 - (oldest - 1), ..start });
        Ok(wire::ListRevisionsResponse {
            revisions: entries.iter().rev().map(convert::revision_to_wire).collect(),
            next_page_token: next.map(|next| next.token(&request)).unwrap_or_default(),
        })
    }
}

fn zone(snapshot: &Snapshot, version: &Entry) -> Option<wire::Zone> {
    match &version.feature.body {
        Body::Zone(zone) => Some(convert::zone_to_wire(version, zone, snapshot.parcels_in_zone(&version.feature.code))),
        _ => None,
    }
}

#[tonic::async_trait]
impl ParkService for Park {
    async fn get_park(
        &self,
        request: Request<wire::GetParkRequest>,
    ) -> Result<Response<wire::GetParkResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(Self::park(&view, request.into_inner()).await?))
    }

    async fn get_zone(
        &self,
        request: Request<wire::GetZoneRequest>,
    ) -> Result<Response<wire::GetZoneResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(Self::zone(&view, request.into_inner()).await?))
    }

    async fn list_zones(
        &self,
        request: Request<wire::ListZonesRequest>,
    ) -> Result<Response<wire::ListZonesResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(Self::zones(&view, request.into_inner()).await?))
    }

    async fn list_features(
        &self,
        request: Request<wire::ListFeaturesRequest>,
    ) -> Result<Response<Encoded<wire::ListFeaturesResponse>>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(Self::features(&view, request.into_inner()).await?))
    }

    async fn list_revisions(
        &self,
        request: Request<wire::ListRevisionsRequest>,
    ) -> Result<Response<wire::ListRevisionsResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(Self::revisions(&view, request.into_inner()).await?))
    }

    type WatchStream = EventStream;

    async fn watch(&self, request: Request<wire::WatchRequest>) -> Result<Response<EventStream>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        let stands = Arc::clone(&self.stands);
        let reader = request.extensions().get::<Resolved>().cloned().unwrap_or_else(Resolved::visitor);
        let after = Revision(request.into_inner().after_revision);
        Ok(Response::new(self.watchers.watch(view, after, Box::new(move || stands(&reader)))?))
    }
}
