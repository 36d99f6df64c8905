//! What a brief comes to of floors that can be let, and what the record says of one of them.

use std::iter::once;

use cloudsite_domain::record::{Body, Confidence, FloorName, Layer, Parcel, Rent, SourcedField};
use cloudsite_domain::siting::{Brief, Draws, Judged, Place, Places, Relaxation, Standing, explain};
use cloudsite_proto::land;
use cloudsite_proto::siting as wire;
use jiff::civil::Date;

use super::convert;
use super::service::give;
use crate::grpc::{Refusal, blocking, feature_name, lon_lat_bounds, names_to_wire, snapshot};
use crate::record::{Entry, Floors, View};

/// Floors that are told, with what a reply names by them.
#[derive(Default)]
pub(super) struct Told<'a> {
    /// Absent where none were asked for.
    pub(super) floors: Option<wire::Floors>,
    pub(super) buildings: Vec<&'a Entry>,
    pub(super) parcels: Vec<&'a Entry>,
}

/// Reads the name of a floor.
pub(super) fn name(name: &str) -> Result<FloorName, String> {
    name.parse().map_err(|error: cloudsite_domain::record::InvalidFloorName| error.to_string())
}

/// Judges floors and tells the first `listed`, and those that are named.
pub(super) fn told<'a>(
    brief: &Brief,
    floors: Floors<'a>,
    (listed, named): (usize, &[FloorName]),
    draws: Draws,
) -> Told<'a> {
    if listed == 0 && named.is_empty() {
        return Told::default();
    }
    // What it would take to be the first is said against the first, listed or not.
    let table = floors.table();
    let selection = Judged::of(brief, &table, &floors, listed.max(1)).selection(draws);
    let range = |quantity, day| table.range(&floors, quantity, day);
    let explained = |row: u32| (row, explain(brief, &floors.candidate(row)));
    let first: Vec<(u32, Place)> = selection.places.iter().map(|(_, ranked)| explained(ranked.row)).collect();
    let named: Vec<(u32, Place)> = named.iter().filter_map(|name| floors.row_of(name)).map(explained).collect();
    let best = first.first().map(|(_, place)| place).filter(|place| place.standing == Standing::Suits);
    let judged = |(row, place): &(u32, Place)| floor(floors, *row, convert::place(brief, place, best, range));
    let told = &first[..first.len().min(listed)];
    let rows = || told.iter().chain(&named).map(|(row, _)| *row);
    let floors_told = wire::Floors {
        suits: selection.suits,
        open: selection.open,
        fails: selection.fails,
        places: told.iter().map(judged).collect(),
        named: named.iter().map(judged).collect(),
        relaxations: selection.relaxations.iter().map(relaxation).collect(),
        intervals: selection.intervals.iter().map(convert::interval).collect(),
    };
    Told {
        floors: Some(floors_told),
        buildings: rows().map(|row| floors.entry(row)).collect(),
        parcels: rows().filter_map(|row| floors.parcel(row)).collect(),
    }
}

/// What a must costs. A floor goes by its building's code, which says of no step whom it opens.
fn relaxation(of: &Relaxation) -> wire::Relaxation {
    let mut told = convert::relaxation(of);
    told.steps.iter_mut().for_each(|step| step.first.clear());
    told
}

fn floor(floors: Floors<'_>, row: u32, judged: wire::Place) -> wire::Floor {
    let (building, offer, parcel) = (floors.entry(row), floors.offer(row), floors.parcel(row));
    wire::Floor {
        name: FloorName::of(&building.feature.code, offer).to_string(),
        building: feature_name(Layer::Building, &building.feature.code),
        building_id: building.id.0,
        floor: offer.floor,
        unit: offer.unit.clone().unwrap_or_default(),
        area_m2: offer.area_m2,
        from: offer.from.map(|day| day.to_string()).unwrap_or_default(),
        place: Some(wire::Place {
            parcel: parcel.map(|parcel| convert::name(&parcel.feature.code)).unwrap_or_default(),
            id: parcel.map(|parcel| parcel.id.0).unwrap_or_default(),
            ..judged
        }),
    }
}

/// Tells what the record says of one floor, as `view` may know it; what it names has gone over the desk.
///
/// # Errors
/// If the name is none, there is no such floor or revision, or no more is given to who asks.
pub(super) async fn answer(
    view: View,
    request: wire::GetFloorRequest,
    today: Date,
) -> Result<wire::GetFloorResponse, Refusal> {
    let name = name(&request.name).map_err(|problem| Refusal::field("name", problem))?;
    let snapshot = snapshot(&view, request.revision).await?;
    blocking(move || {
        let floors = snapshot.sites().floors(today);
        let missing = || Refusal::NotFound { kind: "floor", name: name.to_string() };
        let row = floors.row_of(&name).ok_or_else(missing)?;
        give(&view, Layer::Building, once(floors.entry(row)))?;
        give(&view, Layer::Parcel, floors.parcel(row).into_iter())?;
        Ok(wire::GetFloorResponse { floor: Some(lettable(floors, row)), revision: snapshot.revision().0 })
    })
    .await
}

fn lettable(floors: Floors<'_>, row: u32) -> wire::LettableFloor {
    let (building, offer, parcel) = (floors.entry(row), floors.offer(row), floors.parcel(row));
    let land = parcel.and_then(|entry| match &entry.feature.body {
        Body::Parcel(land) => Some(land.as_ref()),
        _ => None,
    });
    wire::LettableFloor {
        name: FloorName::of(&building.feature.code, offer).to_string(),
        building: feature_name(Layer::Building, &building.feature.code),
        building_id: building.id.0,
        names: names_to_wire(&building.feature.names),
        floor: offer.floor,
        unit: offer.unit.clone().unwrap_or_default(),
        area_m2: offer.area_m2,
        from: offer.from.map(|day| day.to_string()).unwrap_or_default(),
        clear_height_m: offer.clear_height_m,
        floor_load_kn_per_m2: offer.floor_load_kn_per_m2,
        cleanroom_iso: offer.cleanroom_iso.map(u32::from),
        rent: offer.rent.as_ref().map(rent),
        bounds: Some(lon_lat_bounds(building.feature.shape.bounds())),
        parcel: parcel.map(|parcel| convert::name(&parcel.feature.code)).unwrap_or_default(),
        zone: land.and_then(|land| land.zone.as_ref()).map(|zone| format!("zones/{zone}")).unwrap_or_default(),
        land_use: land.and_then(|land| land.land_use.as_ref()).map(ToString::to_string).unwrap_or_default(),
        land_use_source: land.and_then(who_says_its_use),
    }
}

fn rent(rent: &Rent) -> wire::Rent {
    wire::Rent {
        cny_per_m2_month: rent.cny_per_m2_month,
        as_of: rent.as_of.to_string(),
        source: rent.source.clone(),
        confidence: word(rent.confidence),
    }
}

fn who_says_its_use(land: &Parcel) -> Option<land::Source> {
    land.sources.of(SourcedField::LandUse).map(|source| land::Source {
        fields: vec![SourcedField::LandUse.to_string()],
        source: source.source.clone(),
        as_of: source.as_of.to_string(),
        confidence: word(source.confidence),
    })
}

fn word(confidence: Option<Confidence>) -> String {
    confidence.map(|confidence| confidence.to_string()).unwrap_or_default()
}
