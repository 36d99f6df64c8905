//! `cloudsite.siting.v1.SitingService`.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudsite_domain::record::{Code, Layer};
use cloudsite_domain::siting::{Assemblies, Draws, Judged, Place, Places, Ranked, Standing, explain};
use cloudsite_proto::siting as wire;
use cloudsite_proto::siting::siting_service_server::{SitingService, SitingServiceServer};
use jiff::civil::Date;
use tokio::sync::Semaphore;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};

use super::demand::{Asker, Tally};
use super::{convert, route};
use crate::disclosure::Channel;
use crate::grpc::{Refusal, blocking, recipient, snapshot};
use crate::identity::Clock;
use crate::record::{Sites, Snapshot, View, Views};
use crate::validation::day_of;

/// The largest brief, bytes.
const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Places that are explained where nothing is asked, and at most.
const EXPLAINED: usize = 20;
const MOST_EXPLAINED: usize = 100;

/// Assemblies that are looked for at most.
const MOST_ASSEMBLIES: usize = 20;

/// How the robustness of the first rank is drawn.
const DRAWS: Draws = Draws { spread_percent: 30, count: 1_000, seed: 1 };

/// Briefs that are answered at a time: each goes through the whole record. Others wait, as many as there may be calls.
const MOST_AT_A_TIME: usize = 2;

/// The service.
pub(crate) fn server(views: Views, clock: Clock, tally: Arc<Tally>) -> SitingServiceServer<impl SitingService> {
    let turns = Arc::new(Semaphore::new(MOST_AT_A_TIME));
    SitingServiceServer::new(Siting { views, clock, turns, tally })
        .max_decoding_message_size(MAX_REQUEST_BYTES)
        .send_compressed(CompressionEncoding::Gzip)
}

struct Siting {
    views: Views,
    clock: Clock,
    turns: Arc<Semaphore>,
    tally: Arc<Tally>,
}

#[tonic::async_trait]
impl SitingService for Siting {
    async fn r#match(&self, request: Request<wire::MatchRequest>) -> Result<Response<wire::MatchResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        let today = day_of((self.clock)());
        let noted = self.tally.asker(&request).map(|asker| (Arc::clone(&self.tally), asker));
        Ok(Response::new(answer(view, request.into_inner(), today, Arc::clone(&self.turns), noted).await?))
    }

    async fn route(&self, request: Request<wire::RouteRequest>) -> Result<Response<wire::RouteResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(route::answer(view, request.into_inner()).await?))
    }
}

/// The answer to a brief, as `view` may know it; what it names has gone over the desk.
pub(super) async fn answer(
    view: View,
    request: wire::MatchRequest,
    today: Date,
    turns: Arc<Semaphore>,
    noted: Option<(Arc<Tally>, Asker)>,
) -> Result<wire::MatchResponse, Refusal> {
    let asked = request.brief.ok_or_else(|| Refusal::field("brief", "is missing"))?;
    let brief = convert::brief(asked, today)?;
    let count =
        |field: &str, asked: i32| usize::try_from(asked).map_err(|_| Refusal::field(field, "must not be negative"));
    let explained = match count("explained", request.explained)? {
        0 => EXPLAINED,
        asked => asked.min(MOST_EXPLAINED),
    };
    let assemblies = count("assemblies", request.assemblies)?.min(MOST_ASSEMBLIES);
    let snapshot = snapshot(&view, request.revision).await?;
    // The place is kept until the work is done, even if nobody waits for it any more.
    let turn = turns.acquire_owned().await.map_err(|_| Refusal::Interrupted)?;
    blocking(move || {
        let _turn = turn;
        let sites = snapshot.sites();
        let judged = Judged::of(&brief, sites.table(), &sites, explained);
        let selection = judged.selection(DRAWS);
        let joined = joined(&judged, sites, assemblies);
        let told = |(_, ranked): &(Standing, Ranked)| {
            (explain(&brief, &sites.candidate(ranked.row)), sites.entry(ranked.row).id.0)
        };
        let places: Vec<(Place, u64)> = selection.places.iter().map(told).collect();
        let steps = selection.relaxations.iter().flat_map(|relaxation| &relaxation.steps).map(|step| &step.first);
        let shares = selection.shares.iter().map(|share| &share.code);
        let assembled = joined.found.iter().flat_map(|one| &one.rows);
        let assembled = assembled.map(|row| &sites.entry(*row).feature.code);
        let named = places.iter().map(|(place, _)| &place.code).chain(steps).chain(shares).chain(assembled);
        give(&view, &snapshot, named)?;
        let reply = convert::reply(&brief, &selection, &places);
        let revision = snapshot.revision().0;
        let assemblies = joined.found.iter().map(|one| convert::assembly(&brief, sites, one)).collect();
        if let Some((tally, asker)) = noted.filter(|_| revision == view.newest().0) {
            tally.asked(asker, brief.clone(), Arc::clone(&snapshot));
        }
        Ok(wire::MatchResponse { revision, assemblies, assemblies_cut_short: joined.cut_short, ..reply })
    })
    .await
}

/// The best assemblies; none if none are asked for.
fn joined(judged: &Judged<'_, Sites<'_>>, sites: Sites<'_>, listed: usize) -> Assemblies {
    if listed == 0 {
        return Assemblies::default();
    }
    match sites.borders() {
        Some(borders) => judged.assemblies(borders, listed),
        None => Assemblies { cut_short: true, ..Assemblies::default() },
    }
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
