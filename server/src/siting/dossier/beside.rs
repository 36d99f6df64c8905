//! What a dossier's `GeoPackage` says beside the parcels, in tables and layers of its own, which an import of parcels leaves
//! alone.

use cloudsite_dossier::{Destination, Dossier, Floor, Floors, Place, Ranked, Standing, Way};
use serde_json::{Value, json};

use super::{asks, grounds};
use crate::export::{Beside, Table};
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
            columns: &["parcel", "revision", "tier", "rank", "standing", "points", "possible_points", "full_points"],
            rows: places,
            areas: Some(grounds),
        },
        Table {
            name: "dossier_routes",
            columns: &["parcel", "kind", "by", "place", "minutes", "length_m", "off_road_m", "unreached", "assumption"],
            rows: routes,
            areas: None,
        },
        asks::criteria(dossier),
        asks::answers(dossier),
        grounds::assemblies(dossier, snapshot),
        grounds::placements(dossier),
    ];
    tables.extend(dossier.floors.as_ref().map(|floors| lettable(dossier, floors)));
    Beside { changed_on: dossier.made_on, tables }
}

fn lettable(dossier: &Dossier, floors: &Floors) -> Table {
    let row = |floor: &Floor| {
        let own =
            [json!(floor.building), json!(floor.floor), json!(floor.unit), json!(floor.area_m2), json!(floor.from)];
        own.into_iter().chain(ranked(dossier, &floor.ranked)).collect()
    };
    Table {
        name: "dossier_floors",
        columns: &[
            "building",
            "floor",
            "unit",
            "area_m2",
            "free_from",
            "parcel",
            "revision",
            "tier",
            "rank",
            "standing",
            "points",
            "possible_points",
            "full_points",
        ],
        rows: floors.ranking.iter().map(row).collect(),
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
    let first =
        [json!(ranked.parcel), json!(dossier.revision), json!(dossier.tier), json!(ranked.rank), json!(standing)];
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
