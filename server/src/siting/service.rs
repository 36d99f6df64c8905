//! `cloudsite.siting.v1.SitingService`.

use std::collections::HashMap;

use cloudsite_domain::record::{Body, Code, Layer, ZoneKind};
use cloudsite_domain::siting::{Candidate, Selection, select, shares};
use cloudsite_proto::siting as wire;
use cloudsite_proto::siting::siting_service_server::{SitingService, SitingServiceServer};
use jiff::civil::Date;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};

use super::convert;
use crate::disclosure::Channel;
use crate::grpc::{Refusal, blocking, recipient, snapshot};
use crate::identity::Clock;
use crate::record::{Entry, Snapshot, View, Views};
use crate::validation::day_of;

/// The largest brief, bytes.
const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Places that are explained where nothing is asked, and at most.
const EXPLAINED: usize = 20;
const MOST_EXPLAINED: usize = 100;

/// How the robustness of the first rank is drawn: by how many percent weights move, how often, and from which seed.
const SPREAD_PERCENT: u32 = 30;
const DRAWS: u32 = 1_000;
const SEED: u64 = 1;

/// Suiting places that are drawn among: beyond these none comes first by moved weights that is worth telling.
const DRAWN_AMONG: usize = 200;

/// The service.
pub(crate) fn server(views: Views, clock: Clock) -> SitingServiceServer<impl SitingService> {
    SitingServiceServer::new(Siting { views, clock })
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .send_compressed(CompressionEncoding::Gzip)
}

struct Siting {
    views: Views,
    clock: Clock,
}

#[tonic::async_trait]
impl SitingService for Siting {
    async fn r#match(&self, request: Request<wire::MatchRequest>) -> Result<Response<wire::MatchResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        let today = day_of((self.clock)());
        Ok(Response::new(answer(view, request.into_inner(), today).await?))
    }
}

async fn answer(view: View, request: wire::MatchRequest, today: Date) -> Result<wire::MatchResponse, Refusal> {
    let asked = request.brief.ok_or_else(|| Refusal::field("brief", "is missing"))?;
    let brief = convert::brief(asked, today)?;
    let explained = match usize::try_from(request.explained) {
        Ok(0) => EXPLAINED,
        Ok(asked) => asked.min(MOST_EXPLAINED),
        Err(_) => return Err(Refusal::field("explained", "must not be negative")),
    };
    let snapshot = snapshot(&view, request.revision).await?;
    blocking(move || {
        let parcels = snapshot.layer(Layer::Parcel);
        let zones = zones(&snapshot);
        let candidates: Vec<Candidate<'_>> =
            parcels.features().iter().filter_map(|entry| candidate(entry, &zones)).collect();
        let selection = select(&brief, &candidates);
        let drawn = &selection.suiting()[..selection.suiting().len().min(DRAWN_AMONG)];
        let shares = shares(&brief, drawn, SPREAD_PERCENT, DRAWS, SEED);
        give(&view, &snapshot, &selection, explained)?;
        let ids: HashMap<&Code, u64> =
            parcels.features().iter().map(|entry| (&entry.feature.code, entry.id.0)).collect();
        let reply = convert::reply(&brief, &selection, shares, &ids, explained);
        Ok(wire::MatchResponse { revision: snapshot.revision().0, ..reply })
    })
    .await
}

/// Takes the places that are explained for given.
fn give(view: &View, snapshot: &Snapshot, selection: &Selection, explained: usize) -> Result<(), Refusal> {
    let mut delivery = view.delivery(Layer::Parcel);
    if !delivery.is_counted() {
        return Ok(());
    }
    for place in selection.places.iter().take(explained) {
        if let Some(entry) = snapshot.layer(Layer::Parcel).find(&place.code) {
            delivery.add(entry);
        }
    }
    Ok(view.hand_over(Channel::Grpc, &delivery.parcelled())?)
}

fn zones(snapshot: &Snapshot) -> HashMap<&Code, ZoneKind> {
    let kind = |entry: &'_ Entry| match &entry.feature.body {
        Body::Zone(zone) => Some(zone.kind),
        _ => None,
    };
    let zones = snapshot.layer(Layer::Zone).features().iter();
    zones.filter_map(|entry| Some((&entry.feature.code, kind(entry)?))).collect()
}

fn candidate<'a>(entry: &'a Entry, zones: &HashMap<&Code, ZoneKind>) -> Option<Candidate<'a>> {
    let Body::Parcel(parcel) = &entry.feature.body else { return None };
    let zone = parcel.zone.as_ref().and_then(|zone| zones.get(zone).copied());
    Some(Candidate { code: &entry.feature.code, area_m2: entry.feature.shape.area_m2(), parcel, zone })
}
