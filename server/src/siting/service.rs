//! `cloudsite.siting.v1.SitingService`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cloudsite_domain::record::{Code, FloorName, Layer};
use cloudsite_domain::siting::assembly::MOST_JOINED;
use cloudsite_domain::siting::{
    Assemblies, Brief, Criterion, Draws, Footprint, Judged, Need, Place, Places, Wish, WishOf, explain,
};
use cloudsite_proto::siting as wire;
use cloudsite_proto::siting::siting_service_server::{SitingService, SitingServiceServer};
use jiff::civil::Date;
use tokio::sync::Semaphore;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status};

use super::demand::{Asker, Tally};
use super::park_size::ParkSize;
use super::{convert, fit, floors, route};
use crate::disclosure::Channel;
use crate::grpc::{Refusal, blocking, code_in, recipient, snapshot};
use crate::identity::Clock;
use crate::record::{Entry, Sites, Snapshot, View, Views};
use crate::validation::day_of;

/// The largest request, bytes: enough that whoever asks for far too much is told so by the field.
const MAX_REQUEST_BYTES: usize = 1024 * 1024;

/// Places that are explained where nothing is asked, and at most.
const EXPLAINED: usize = 20;
const MOST_EXPLAINED: usize = 100;

/// Places of which only is said how they stand, at most.
const MOST_COLOURED: usize = 2_000;

/// Places that are explained by name at most.
const MOST_NAMED: usize = 20;

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

    async fn fit(&self, request: Request<wire::FitRequest>) -> Result<Response<wire::FitResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        let today = day_of((self.clock)());
        Ok(Response::new(fit::answer(view, request.into_inner(), today, Arc::clone(&self.turns)).await?))
    }

    async fn route(&self, request: Request<wire::RouteRequest>) -> Result<Response<wire::RouteResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        Ok(Response::new(route::answer(view, request.into_inner()).await?))
    }

    async fn get_floor(
        &self,
        request: Request<wire::GetFloorRequest>,
    ) -> Result<Response<wire::GetFloorResponse>, Status> {
        let view = self.views.for_recipient(recipient(&request));
        let today = day_of((self.clock)());
        Ok(Response::new(floors::answer(view, request.into_inner(), today).await?))
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
    let floors = count("floors", request.floors)?.min(MOST_EXPLAINED);
    let coloured = count("coloured", request.coloured)?.min(MOST_COLOURED);
    let named_floors: Vec<FloorName> = named("named_floors", &request.named_floors, floors::name)?;
    let named: Vec<Code> = named("parcels", &request.parcels, |name| code_in("parcels", name))?;
    let sets = named_sets("named_assemblies", &request.named_assemblies)?;
    let snapshot = snapshot(&view, request.revision).await?;
    // The place is kept until the work is done, even if nobody waits for it any more.
    let turn = turns.acquire_owned().await.map_err(|_| Refusal::Interrupted)?;
    blocking(move || {
        let _turn = turn;
        let sites = snapshot.sites();
        no_larger_than_the_park(&brief, &snapshot)?;
        let judged = Judged::of(&brief, sites.table(), &sites, explained);
        let selection = judged.selection(DRAWS);
        let joined = joined(&judged, sites, assemblies);
        let explained = |row: u32| (explain(&brief, &sites.candidate(row)), sites.entry(row).id.0);
        let places: Vec<(Place, u64)> = selection.places.iter().map(|(_, ranked)| explained(ranked.row)).collect();
        let asked_for: Vec<(Place, u64)> = named.iter().filter_map(|code| sites.row_of(code)).map(explained).collect();
        let coloured = (coloured > 0).then(|| judged.not_failing(coloured));
        let steps = selection.relaxations.iter().flat_map(|relaxation| &relaxation.steps).map(|step| &step.first);
        let shares = selection.shares.iter().map(|share| &share.code);
        let named_sets: Vec<Vec<u32>> = sets.iter().filter_map(|codes| joined_rows(sites, codes)).collect();
        let assembled = joined.found.iter().map(|one| &one.rows).chain(&named_sets).flatten();
        let assembled = assembled.map(|row| &sites.entry(*row).feature.code);
        let floors = floors::told(&brief, sites.floors(brief.day()), (floors, &named_floors), DRAWS);
        let named =
            places.iter().chain(&asked_for).map(|(place, _)| &place.code).chain(steps).chain(shares).chain(assembled);
        let named = named.filter_map(|code| snapshot.layer(Layer::Parcel).find(code));
        let named = named.chain(coloured.iter().flatten().map(|(_, ranked)| sites.entry(ranked.row)));
        give(&view, Layer::Parcel, named.chain(floors.parcels))?;
        give(&view, Layer::Building, floors.buildings.into_iter())?;
        let reply = convert::reply(&brief, &selection, &places, &asked_for, sites);
        let revision = snapshot.revision().0;
        let first = convert::first(&places);
        let assemblies = joined.found.iter().map(|one| convert::assembly(&brief, sites, &one.rows, first)).collect();
        let named_assemblies = named_sets.iter().map(|rows| convert::assembly(&brief, sites, rows, first)).collect();
        let coloured = coloured.map(|places| convert::coloured(&places, sites));
        if let Some((tally, asker)) = noted.filter(|_| revision == view.newest().0) {
            tally.asked(asker, brief.clone(), Arc::clone(&snapshot));
        }
        let (floors, assemblies_cut_short) = (floors.floors, joined.cut_short);
        Ok(wire::MatchResponse {
            revision,
            assemblies,
            assemblies_cut_short,
            floors,
            coloured,
            named_assemblies,
            ..reply
        })
    })
    .await
}

/// Reads what a field of the request names, one after the other.
pub(super) fn named<T>(
    field: &str,
    names: &[String],
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, Refusal> {
    if names.len() > MOST_NAMED {
        return Err(Refusal::field(field, format!("there are {}, and may be {MOST_NAMED}", names.len())));
    }
    let refused = |index: usize| move |problem| Refusal::field(format!("{field}[{index}]"), problem);
    let one = |(index, name): (usize, &String)| read(name).map_err(refused(index));
    names.iter().enumerate().map(one).collect()
}

/// Reads the sets of parcels that a request names.
pub(super) fn named_sets(name: &str, sets: &[wire::ParcelSet]) -> Result<Vec<Vec<Code>>, Refusal> {
    if sets.len() > MOST_NAMED {
        return Err(Refusal::field(name, format!("there are {}, and may be {MOST_NAMED}", sets.len())));
    }
    let read = |(index, set): (usize, &wire::ParcelSet)| {
        let field = format!("{name}[{index}].parcels");
        let codes: Vec<Code> = named(&field, &set.parcels, |name| code_in("parcels", name))?;
        let distinct: BTreeSet<&Code> = codes.iter().collect();
        if !(2..=MOST_JOINED).contains(&codes.len()) || distinct.len() < codes.len() {
            return Err(Refusal::field(field, format!("must be 2 to {MOST_JOINED} different parcels")));
        }
        Ok(codes)
    };
    sets.iter().enumerate().map(read).collect()
}

/// The rows of parcels that can be joined, ascending; none if one is not in the record, or they do not border on each other.
fn joined_rows(sites: Sites<'_>, codes: &[Code]) -> Option<Vec<u32>> {
    let mut rows: Vec<u32> = codes.iter().map(|code| sites.row_of(code)).collect::<Option<_>>()?;
    rows.sort_unstable();
    sites.borders()?.connect(&rows).then_some(rows)
}

/// A building that does not fit into the box around all that the record holds is a slip of the pen.
fn no_larger_than_the_park(brief: &Brief, snapshot: &Snapshot) -> Result<(), Refusal> {
    let Some(park) = ParkSize::of(snapshot) else { return Ok(()) };
    for (index, criterion) in brief.criteria().iter().enumerate() {
        let (Criterion::Must(Need::Footprint(footprint))
        | Criterion::Wish(Wish { of: WishOf::Footprint(footprint), .. })) = criterion
        else {
            continue;
        };
        let Footprint { width_m, depth_m } = *footprint;
        if let Some((side, problem)) = park.refuses(width_m, depth_m) {
            return Err(Refusal::field(format!("brief.criteria[{index}].{side}"), problem));
        }
    }
    Ok(())
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

/// Takes the features that a reply names for given.
pub(super) fn give<'a>(view: &View, layer: Layer, named: impl Iterator<Item = &'a Entry>) -> Result<(), Refusal> {
    let mut delivery = view.delivery(layer);
    if !delivery.is_counted() {
        return Ok(());
    }
    let named: BTreeMap<u64, &Entry> = named.map(|entry| (entry.id.0, entry)).collect();
    for entry in named.into_values() {
        delivery.add(entry);
    }
    Ok(view.hand_over(Channel::Grpc, &delivery.parcelled())?)
}
