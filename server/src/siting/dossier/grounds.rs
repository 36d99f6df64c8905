//! Where what a dossier tells of lies: joined parcels, and buildings that have room.

use cloudsite_domain::record::{Code, Layer};
use cloudsite_dossier::{Answer, Ask, Assembly, Dossier, Place, Variant, Verdict};
use geo::unary_union;
use geo_types::{Coord, MultiPolygon, Polygon};
use serde_json::{Value, json};

use super::asks::verdict;
use super::beside::standing;
use crate::export::{Holds, Table};
use crate::record::Snapshot;

/// A parcel's ground as who asks is given it.
pub(super) fn of_parcel(snapshot: &Snapshot, code: &str) -> MultiPolygon {
    let entry = code.parse::<Code>().ok().and_then(|code| snapshot.layer(Layer::Parcel).find(&code));
    MultiPolygon::new(entry.map(|entry| entry.feature.shape.areas().to_vec()).unwrap_or_default())
}

/// Joined parcels, counted from 1: those that were found, then those that are described and were not.
pub(super) fn all_joined(dossier: &Dossier) -> impl Iterator<Item = (u32, &Assembly)> {
    let is_new = |one: &&Assembly| dossier.assemblies.iter().all(|found| found.parcels != one.parcels);
    (1..).zip(dossier.assemblies.iter().chain(dossier.described_assemblies.iter().filter(is_new)))
}

/// Joined parcels, each as one area.
pub(super) fn assemblies(dossier: &Dossier, snapshot: &Snapshot) -> Table {
    let row = |(number, joined): (u32, &Assembly)| {
        let Assembly { parcels, area_m2, points, possible_points, .. } = joined;
        let own = [json!(number), json!(parcels.join(", ")), json!(area_m2), json!(standing(joined.standing))];
        own.into_iter().chain([points, possible_points, &dossier.full_points].map(|points| json!(points))).collect()
    };
    let area = |joined: &Assembly| {
        let members: Vec<MultiPolygon> = joined.parcels.iter().map(|code| of_parcel(snapshot, code)).collect();
        unary_union(&members)
    };
    Table {
        name: "dossier_assemblies",
        columns: &[
            ("assembly", Holds::Whole),
            ("parcels", Holds::Text),
            ("area_m2", Holds::Real),
            ("standing", Holds::Text),
            ("points", Holds::Whole),
            ("possible_points", Holds::Whole),
            ("full_points", Holds::Whole),
        ],
        rows: all_joined(dossier).map(row).collect(),
        areas: Some(all_joined(dossier).map(|(_, joined)| area(joined)).collect()),
    }
}

/// Factories that are kept by name, each as one area; what fails is named.
pub(super) fn variants(dossier: &Dossier) -> Table {
    let all = || dossier.places.iter().flat_map(|place| place.variants.iter().map(move |variant| (place, variant)));
    let row = |(place, variant): (&Place, &Variant)| {
        let value = |check: &str| variant.checks.iter().find(|one| one.check == check).map(|one| one.value);
        let of = |verdict: Verdict| {
            let such = variant.checks.iter().filter(|one| one.verdict == verdict);
            such.map(|one| one.check.as_str()).collect::<Vec<_>>().join(", ")
        };
        let own = [json!(place.ranked.parcel), json!(variant.name), json!(verdict(variant.verdict))];
        let amounts = [variant.footprint_m2, variant.floor_m2, variant.counted_m2].map(|amount| json!(amount));
        let shares = ["plot_ratio", "site_coverage"].map(|check| json!(value(check)));
        let listed = [of(Verdict::Fail), of(Verdict::Unknown)].map(|list| json!(list));
        own.into_iter().chain(shares).chain(amounts).chain(listed).collect()
    };
    let area = |(_, variant): (&Place, &Variant)| {
        let blocks: Vec<MultiPolygon> =
            variant.blocks.iter().map(|block| MultiPolygon::new(vec![ring(&block.corners)])).collect();
        unary_union(&blocks)
    };
    Table {
        name: "dossier_variants",
        columns: &[
            ("parcel", Holds::Text),
            ("name", Holds::Text),
            ("verdict", Holds::Text),
            ("plot_ratio", Holds::Real),
            ("site_coverage", Holds::Real),
            ("footprint_m2", Holds::Real),
            ("floor_m2", Holds::Real),
            ("counted_m2", Holds::Real),
            ("failing", Holds::Text),
            ("unknown", Holds::Text),
        ],
        rows: all().map(row).collect(),
        areas: Some(all().map(area).collect()),
    }
}

fn ring(corners: &[[f64; 2]]) -> Polygon {
    Polygon::new(corners.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect(), Vec::new())
}

/// Footprints that have room, where they have it.
pub(super) fn placements(dossier: &Dossier) -> Table {
    let (mut rows, mut areas) = (Vec::new(), Vec::new());
    let mut add = |answers: &[Answer], parcel: Value, assembly: Value| {
        for (index, (criterion, answer)) in dossier.brief.iter().zip(answers).enumerate() {
            let Ask::Footprint { width_m, depth_m } = criterion.ask else { continue };
            if answer.placement.len() < 3 {
                continue;
            }
            areas.push(MultiPolygon::new(vec![ring(&answer.placement)]));
            rows.push(vec![parcel.clone(), assembly.clone(), json!(index + 1), json!(width_m), json!(depth_m)]);
        }
    };
    for place in &dossier.places {
        add(&place.answers, json!(place.ranked.parcel), Value::Null);
    }
    for (number, joined) in all_joined(dossier) {
        add(&joined.answers, Value::Null, json!(number));
    }
    Table {
        name: "dossier_placements",
        columns: &[
            ("parcel", Holds::Text),
            ("assembly", Holds::Whole),
            ("criterion", Holds::Whole),
            ("width_m", Holds::Real),
            ("depth_m", Holds::Real),
        ],
        rows,
        areas: Some(areas),
    }
}
