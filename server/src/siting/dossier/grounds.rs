//! Where what a dossier tells of lies: joined parcels, and buildings that have room.

use cloudsite_domain::record::{Code, Layer};
use cloudsite_dossier::{Answer, Ask, Assembly, Dossier};
use geo::unary_union;
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use serde_json::{Value, json};

use super::beside::standing;
use crate::export::Table;
use crate::record::Snapshot;

/// A parcel's ground as who asks is given it.
pub(super) fn of_parcel(snapshot: &Snapshot, code: &str) -> MultiPolygon {
    let entry = code.parse::<Code>().ok().and_then(|code| snapshot.layer(Layer::Parcel).find(&code));
    MultiPolygon::new(entry.map(|entry| entry.feature.shape.areas().to_vec()).unwrap_or_default())
}

/// Joined parcels, counted from 1, each as one area.
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
        columns: &["assembly", "parcels", "area_m2", "standing", "points", "possible_points", "full_points"],
        rows: (1..).zip(&dossier.assemblies).map(row).collect(),
        areas: Some(dossier.assemblies.iter().map(area).collect()),
    }
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
            let ring: LineString = answer.placement.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect();
            areas.push(MultiPolygon::new(vec![Polygon::new(ring, Vec::new())]));
            rows.push(vec![parcel.clone(), assembly.clone(), json!(index + 1), json!(width_m), json!(depth_m)]);
        }
    };
    for place in &dossier.places {
        add(&place.answers, json!(place.ranked.parcel), Value::Null);
    }
    for (number, joined) in (1_u32..).zip(&dossier.assemblies) {
        add(&joined.answers, Value::Null, json!(number));
    }
    Table {
        name: "dossier_placements",
        columns: &["parcel", "assembly", "criterion", "width_m", "depth_m"],
        rows,
        areas: Some(areas),
    }
}
