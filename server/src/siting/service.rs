//! `cloudsite.siting.v1.SitingService`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use cloudsite_domain::record::{Body, Code, Layer, ZoneKind};
use cloudsite_domain::siting::{Candidate, Place, Ranked, Standing, explain, select, shares};
use cloudsite_proto::siting as wire;
use cloudsite_proto::siting::siting_service_server::{SitingService, SitingServiceServer};
use jiff::civil::Date;
use tokio::sync::Semaphore;
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
const DRAWN: (u32, u32, u64) = (30, 1_000, 1);

/// Briefs that are answered at a time: each goes through the whole record. Others wait, as many as there may be calls.
const MOST_AT_A_TIME: usize = 2;

/// The service.
pub(crate) fn server(views: Views, clock: Clock) -> SitingServiceServer<impl SitingService> {
    let turns = Arc::new(Semaphore::new(MOST_AT_A_TIME));
    SitingServiceServer::new(Siting { views, clock, turns })
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .send_compressed(CompressionEncoding::Gzip)
}

struct Siting {
    views: Views,
    clock: Clock,
    turns: Arc<Semaphore>,
}

#[tonic::async_trait]
impl SitingService for Siting {
    async fn r#match(&self, request: Request<wire::MatchRequest>) -> Result<Response<wire::MatchResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        let today = day_of((self.clock)());
        Ok(Response::new(answer(view, request.into_inner(), today, Arc::clone(&self.turns)).await?))
    }
}

/// The answer to a brief, as `view` may know it; what it names has gone over the desk.
pub(super) async fn answer(
    view: View,
    request: wire::MatchRequest,
    today: Date,
    turns: Arc<Semaphore>,
) -> Result<wire::MatchResponse, Refusal> {
    let asked = request.brief.ok_or_else(|| Refusal::field("brief", "is missing"))?;
    let brief = convert::brief(asked, today)?;
    let explained = match usize::try_from(request.explained) {
        Ok(0) => EXPLAINED,
        Ok(asked) => asked.min(MOST_EXPLAINED),
        Err(_) => return Err(Refusal::field("explained", "must not be negative")),
    };
    let snapshot = snapshot(&view, request.revision).await?;
    // The place is kept until the work is done, even if nobody waits for it any more.
    let turn = turns.acquire_owned().await.map_err(|_| Refusal::Interrupted)?;
    blocking(move || {
        let _turn = turn;
        let zones = zones(&snapshot);
        let parcels = snapshot.layer(Layer::Parcel).features().iter();
        let (entries, candidates): (Vec<&Entry>, Vec<Candidate<'_>>) =
            parcels.filter_map(|entry| Some((entry, candidate(entry, &zones)?))).unzip();
        let selection =
            select(&brief, &candidates, explained).map_err(|error| Refusal::field("brief.criteria", error))?;
        let shares = shares(&brief, &candidates, &selection.suits, DRAWN);
        let told = |(_, ranked): (Standing, Ranked)| {
            (explain(&brief, &candidates[ranked.candidate]), entries[ranked.candidate].id.0)
        };
        let places: Vec<(Place, u64)> = selection.places().take(explained).map(told).collect();
        let steps = selection.relaxations.iter().flat_map(|relaxation| &relaxation.steps).map(|step| &step.first);
        let named =
            places.iter().map(|(place, _)| &place.code).chain(steps).chain(shares.iter().map(|share| &share.code));
        give(&view, &snapshot, named)?;
        let reply = convert::reply(&brief, &selection, &places, shares);
        Ok(wire::MatchResponse { revision: snapshot.revision().0, ..reply })
    })
    .await
}

/// Takes the parcels that a reply names for given.
fn give<'a>(view: &View, snapshot: &Snapshot, named: impl Iterator<Item = &'a Code>) -> Result<(), Refusal> {
    let mut delivery = view.delivery(Layer::Parcel);
    if !delivery.is_counted() {
        return Ok(());
    }
    let named: BTreeSet<&Code> = named.collect();
    for entry in named.into_iter().filter_map(|code| snapshot.layer(Layer::Parcel).find(code)) {
        delivery.add(entry);
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
    Some(Candidate {
        code: &entry.feature.code,
        area_m2: entry.feature.shape.area_m2(),
        shape: Some(&entry.feature.shape),
        parcel,
        zone,
    })
}
