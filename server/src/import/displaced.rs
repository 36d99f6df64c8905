//! Files that lie off from the record as a whole, exactly as GCJ-02 or BD-09 does: longitudes and latitudes taken from a
//! web map. It is proposed, never applied.

use std::collections::HashMap;

use cloudsite_domain::crs::{Crs, Datum, Projector};
use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Code, Feature, Layer, Revision};
use cloudsite_store::{Store, StoreError};
use geo_types::Coord;

use super::ImportProblem;

/// How many features of the record a file is held against.
const MOST_KNOWN: usize = 50_000;

/// How many features of the file are looked at.
const LOOKED_AT: usize = 200;

/// What is nearer to what the record has is there, metres; GCJ-02 moves Wuxi by 500.
const LEAST_OFF_M: f64 = 50.0;

/// How exactly a position lies where a shifted one would, metres: borders are surveyed anew.
const MOST_MISSED_M: f64 = 5.0;

/// How far apart two features may lie to be taken for one by their size, metres: BD-09 moves by 1,200.
const MOST_APART_M: f64 = 2_000.0;

/// What is known of a feature of the record.
struct Known {
    centre: Coord,
    area_m2: f64,
    vertices: usize,
}

/// Says of `features` how they lie off from what `store` holds, if it is as a shifted datum does.
pub(super) fn look(store: &dyn Store, features: &[Feature]) -> Result<Option<ImportProblem>, StoreError> {
    let Some(layer) = features.first().map(Feature::layer) else { return Ok(None) };
    let known = known(store, layer, store.head()?)?;
    let step = (features.len() / LOOKED_AT).max(1);
    let pairs: Vec<(Coord, Coord)> = features
        .iter()
        .step_by(step)
        .filter_map(|feature| Some((of(&feature.shape).centre, counterpart(feature, &known)?)))
        .collect();
    Ok(judge(&pairs))
}

/// What shifted datum explains pairs of a position in the file and one in the record.
fn judge(pairs: &[(Coord, Coord)]) -> Option<ImportProblem> {
    let off: Vec<&(Coord, Coord)> = pairs.iter().filter(|(here, there)| apart(*here, *there) > LEAST_OFF_M).collect();
    if off.is_empty() || off.len() * 2 < pairs.len() {
        return None;
    }
    let degrees = Projector::new(Crs::CANONICAL, Crs::Cgcs2000);
    let metres = Projector::new(Crs::Cgcs2000, Crs::CANONICAL);
    [Datum::Gcj02, Datum::Bd09].into_iter().find_map(|datum| {
        let explained = off.iter().filter(|(here, there)| {
            let shifted = degrees.project(*there).and_then(|there| metres.project(datum.from_true(there)));
            shifted.is_ok_and(|shifted| apart(*here, shifted) < MOST_MISSED_M)
        });
        let explained = explained.count();
        (explained * 5 >= off.len() * 4).then(|| {
            let (here, there) = off[0];
            let message = format!(
                "{explained} of {} features that the record has lie off from it by some {:.0} m, just as {datum} does: \
                 these coordinates look like {datum}. Import again with --datum {}, or with --datum cgcs2000 if they are \
                 right as they are",
                pairs.len(),
                apart(*here, *there),
                datum.as_str()
            );
            ImportProblem::of_file("crs.looks_like", message).in_field("datum")
        })
    })
}

fn apart(a: Coord, b: Coord) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

fn of(shape: &Shape) -> Known {
    let vertices = match shape {
        Shape::Point(_) => 1,
        Shape::Lines(lines) => lines.iter().map(|line| line.0.len()).sum(),
        Shape::Areas(areas) => areas.iter().map(|area| area.exterior().0.len()).sum(),
    };
    Known { centre: shape.bounds().center(), area_m2: shape.area_m2(), vertices }
}

fn known(store: &dyn Store, layer: Layer, head: Revision) -> Result<HashMap<Code, Known>, StoreError> {
    let mut known = HashMap::new();
    let scanned = store.scan(layer, head, &mut |version| {
        if known.len() == MOST_KNOWN {
            return Err(StoreError::Busy);
        }
        known.insert(version.feature.code, of(&version.feature.shape));
        Ok(())
    });
    match scanned {
        Err(error) if known.len() < MOST_KNOWN => Err(error),
        _ => Ok(known),
    }
}

/// The same feature in the record: by its code, else the only area near by of its size and number of vertices.
fn counterpart(feature: &Feature, known: &HashMap<Code, Known>) -> Option<Coord> {
    if let Some(same) = known.get(&feature.code) {
        return Some(same.centre);
    }
    let own = of(&feature.shape);
    if own.area_m2 <= 0.0 {
        return None;
    }
    let alike = |other: &&Known| {
        other.vertices == own.vertices
            && (other.area_m2 - own.area_m2).abs() < own.area_m2 * 0.002
            && apart(other.centre, own.centre) < MOST_APART_M
    };
    let mut found = known.values().filter(alike);
    let first = found.next()?;
    found.next().is_none().then_some(first.centre)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(datum: Datum, off_m: f64) -> Vec<(Coord, Coord)> {
        let degrees = Projector::new(Crs::CANONICAL, Crs::Cgcs2000);
        let metres = Projector::new(Crs::Cgcs2000, Crs::CANONICAL);
        let pair = |step: u32| {
            let there = Coord { x: 530_000.0 + 500.0 * f64::from(step), y: 3_480_000.0 };
            let here = metres.project(datum.from_true(degrees.project(there).unwrap())).unwrap();
            (Coord { x: here.x + off_m, y: here.y }, there)
        };
        (0..20).map(pair).collect()
    }

    #[test]
    fn only_what_a_shifted_datum_explains_is_proposed() {
        let cases = [
            (pairs(Datum::Gcj02, 0.0), Some("--datum gcj02")),
            (pairs(Datum::Gcj02, 2.0), Some("--datum gcj02")),
            (pairs(Datum::Bd09, 0.0), Some("--datum bd09")),
            (pairs(Datum::Cgcs2000, 0.0), None),
            (pairs(Datum::Cgcs2000, 300.0), None),
            (Vec::new(), None),
        ];
        for (pairs, expected) in cases {
            let said = judge(&pairs).map(|problem| problem.message);
            match expected {
                Some(way) => assert!(said.as_deref().is_some_and(|said| said.contains(way)), "{way}: {said:?}"),
                None => assert_eq!(said, None),
            }
        }
    }
}
