//! What a dossier's `GeoPackage` says beside the parcels, in tables and layers of its own, which an import of parcels leaves
//! alone.

use cloudsite_dossier::{Destination, Dossier, Floor, Place, Ranked, Standing, Way};
use serde_json::{Value, json};

use super::{asks, grounds};
use crate::export::{Beside, Holds, Table};
use crate::record::Snapshot;

/// What is asked, where places stand and why, what parcels are together, and how one gets from places to others.
pub(super) fn beside(dossier: &Dossier, snapshot: &Snapshot) -> Beside {
    let places = dossier.places.iter().map(|place| ranked(dossier, &place.ranked)).collect();
    let by = |place, destination: &Destination| {
        [("truck", &destination.by_truck), ("car", &destination.by_car)]
            .map(|(by, way)| routed(dossier, place, (&destination.kind, by, way)))
    };
    let routes =
        dossier.places.iter().flat_map(|place| place.routes.iter().flat_map(move |to| by(place, to))).collect();
    let grounds = dossier.places.iter().map(|place| grounds::of_parcel(snapshot, &place.ranked.parcel)).collect();
    let mut tables = vec![
        Table {
            name: "dossier_places",
            columns: &[
                ("parcel", Holds::Text),
                ("revision", Holds::Whole),
                ("tier", Holds::Text),
                ("rank", Holds::Whole),
                ("standing", Holds::Text),
                ("points", Holds::Whole),
                ("possible_points", Holds::Whole),
                ("full_points", Holds::Whole),
            ],
            rows: places,
            areas: Some(grounds),
        },
        Table {
            name: "dossier_routes",
            columns: &[
                ("parcel", Holds::Text),
                ("kind", Holds::Text),
                ("by", Holds::Text),
                ("place", Holds::Text),
                ("minutes", Holds::Real),
                ("length_m", Holds::Real),
                ("off_road_m", Holds::Real),
                ("unreached", Holds::Text),
                ("assumption", Holds::Text),
            ],
            rows: routes,
            areas: None,
        },
        asks::criteria(dossier),
        asks::answers(dossier),
        grounds::assemblies(dossier, snapshot),
        grounds::placements(dossier),
    ];
    let has_variants = dossier.places.iter().any(|place| !place.variants.is_empty());
    tables.extend(has_variants.then(|| grounds::variants(dossier)));
    tables.extend((all_floors(dossier).count() > 0).then(|| lettable(dossier)));
    Beside { changed_on: dossier.made_on, tables }
}

/// Floors, counted from 1: the first ones, then those that are described and are not among them.
pub(super) fn all_floors(dossier: &Dossier) -> impl Iterator<Item = (u32, &Floor)> {
    let first = dossier.floors.as_ref().map_or(&[][..], |floors| &floors.ranking);
    let is_new = |floor: &&Floor| {
        let is_same =
            |one: &Floor| (&one.building, one.floor, &one.unit) == (&floor.building, floor.floor, &floor.unit);
        !first.iter().any(is_same)
    };
    (1..).zip(first.iter().chain(dossier.described_floors.iter().filter(is_new)))
}

fn lettable(dossier: &Dossier) -> Table {
    let row = |(number, floor): (u32, &Floor)| {
        let own = [
            json!(number),
            json!(floor.building),
            json!(floor.floor),
            json!(floor.unit),
            json!(floor.area_m2),
            json!(floor.from),
        ];
        own.into_iter().chain(ranked(dossier, &floor.ranked)).collect()
    };
    Table {
        name: "dossier_floors",
        columns: &[
            ("floor_number", Holds::Whole),
            ("building", Holds::Text),
            ("floor", Holds::Whole),
            ("unit", Holds::Text),
            ("area_m2", Holds::Real),
            ("free_from", Holds::Day),
            ("parcel", Holds::Text),
            ("revision", Holds::Whole),
            ("tier", Holds::Text),
            ("rank", Holds::Whole),
            ("standing", Holds::Text),
            ("points", Holds::Whole),
            ("possible_points", Holds::Whole),
            ("full_points", Holds::Whole),
        ],
        rows: all_floors(dossier).map(row).collect(),
        areas: None,
    }
}

pub(super) const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Suits => "suits",
        Standing::Open => "open",
        Standing::Fails => "fails",
    }
}

fn ranked(dossier: &Dossier, ranked: &Ranked) -> Vec<Value> {
    let standing = standing(ranked.standing);
    let points = [ranked.points, ranked.possible_points, dossier.full_points].map(Value::from);
    let rank = if ranked.rank == 0 { Value::Null } else { json!(ranked.rank) };
    let first = [json!(ranked.parcel), json!(dossier.revision), json!(dossier.tier), rank, json!(standing)];
    first.into_iter().chain(points).collect()
}

fn routed(dossier: &Dossier, place: &Place, (kind, by, way): (&str, &str, &Way)) -> Vec<Value> {
    let assumption = dossier.travel.as_ref().map(|travel| travel.source.as_str());
    let [to, minutes, length_m, off_road_m, unreached] = match way {
        Way::Reached { place, minutes, length_m, off_road_m, .. } => {
            [json!(place), json!(minutes), json!(length_m), json!(off_road_m), Value::Null]
        }
        Way::Unreached(why) => [Value::Null, Value::Null, Value::Null, Value::Null, json!(why)],
    };
    let first = [json!(place.ranked.parcel), json!(kind), json!(by)];
    first.into_iter().chain([to, minutes, length_m, off_road_m, unreached, json!(assumption)]).collect()
}
