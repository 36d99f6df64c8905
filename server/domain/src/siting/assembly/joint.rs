//! What several parcels come to that are used as one.

use geo::unary_union;
use geo_types::{Geometry, Polygon};

use super::super::candidate::Candidate;
use super::super::fit::{Fit, Footprint, Lacking, Room, fit, largest};
use super::super::judge::Verdict;
use super::super::quantity::Quantity;
use super::super::value::Anchors;
use crate::geometry::Shape;
use crate::record::{Parcel, ParcelStatus, Setbacks};

/// Between which amounts a quantity of several parcels lies, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Between {
    /// The least that it can be.
    pub from: f64,
    /// The most; infinite where nobody knows.
    pub to: f64,
}

/// What a quantity of some parcels comes to, each with its amount, not a number where it is not known, and its area; none if
/// nothing is known. Areas add up. Of a supply there is at least what the best supplied parcel has, and at most the sum:
/// whether both can be drawn from one substation at a time is in no record. A price is that of all the land. Of the rest each
/// parcel has its own.
pub(in crate::siting) fn together(
    quantity: Quantity,
    parts: impl Iterator<Item = (f64, f64)> + Clone,
) -> Option<Between> {
    let amounts = parts.clone().map(|(amount, _)| amount);
    let all_known = amounts.clone().all(|amount| !amount.is_nan());
    let sum: f64 = amounts.clone().sum();
    let (least, most) = amounts
        .filter(|amount| !amount.is_nan())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), amount| (least.min(amount), most.max(amount)));
    match quantity {
        Quantity::Area => Some(Between { from: sum, to: sum }),
        _ if quantity.is_additive() => {
            (most >= 0.0).then_some(Between { from: most, to: if all_known { sum } else { f64::INFINITY } })
        }
        Quantity::Price => {
            let (cost, area_m2) =
                parts.fold((0.0, 0.0), |(cost, area_m2), (price, m2)| (cost + price * m2, area_m2 + m2));
            let mean = cost / area_m2;
            mean.is_finite().then_some(Between { from: mean, to: mean })
        }
        _ => all_known.then_some(Between { from: least, to: most }),
    }
}

impl Between {
    /// Whether it lies within bounds: unknown where only some of it does.
    pub(super) fn verdict(self, min: Option<f64>, max: Option<f64>) -> Verdict {
        let (min, max) = (min.unwrap_or(f64::NEG_INFINITY), max.unwrap_or(f64::INFINITY));
        if self.from >= min && self.to <= max {
            Verdict::Pass
        } else if self.to < min || self.from > max {
            Verdict::Fail
        } else {
            Verdict::Unknown
        }
    }

    /// What it is worth for sure, parts per million; none where nobody knows.
    pub(in crate::siting) fn worth(self, anchors: Anchors) -> Option<u32> {
        self.to.is_finite().then(|| anchors.value(self.from).min(anchors.value(self.to)))
    }
}

/// Whether a building has room on some parcels together.
pub(super) fn room(footprint: Footprint, parcels: &[Candidate<'_>]) -> Fit {
    let Some(shape) = united(parcels) else { return Fit::Unknown(Lacking::Outline) };
    let (strictest, kept_free) = (strictest(parcels), kept_free(parcels, &shape));
    match fit(footprint, (&strictest, &shape, shape.area_m2()), kept_free.as_deref()) {
        // A crack between two parcels is no reason to say that there is no room.
        Fit::Fails if !shape.is_one_piece() => Fit::Unknown(Lacking::Outline),
        found => found,
    }
}

/// How much of a building has room on some parcels together; none where nobody knows.
pub(in crate::siting) fn joint_room(footprint: Footprint, parcels: &[Candidate<'_>]) -> Option<Room> {
    let shape = united(parcels)?;
    let (strictest, kept_free) = (strictest(parcels), kept_free(parcels, &shape));
    let room = largest(footprint, (&strictest, &shape, shape.area_m2()), kept_free.as_deref())?;
    (shape.is_one_piece() || room.placement.is_some()).then_some(room)
}

fn kept_free<'a>(parcels: &[Candidate<'a>], shape: &Shape) -> Option<Vec<&'a Shape>> {
    parcels.first().and_then(|candidate| candidate.kept_free(shape))
}

/// The strictest of the setbacks and coverages of some parcels.
fn strictest(parcels: &[Candidate<'_>]) -> Parcel {
    let largest = |of: fn(&Setbacks) -> f64| {
        let all = parcels.iter().map(|candidate| candidate.parcel.setbacks.as_ref().map(of));
        all.collect::<Option<Vec<f64>>>().map(|all| all.into_iter().fold(0.0, f64::max))
    };
    let mut strictest = Parcel::with_status(ParcelStatus::Unknown);
    if let (Some(front_m), Some(side_m), Some(rear_m)) =
        (largest(|of| of.front_m), largest(|of| of.side_m), largest(|of| of.rear_m))
    {
        strictest.setbacks = Some(Setbacks { front_m, side_m, rear_m });
    }
    let coverages = parcels.iter().map(|candidate| candidate.parcel.site_coverage.max);
    let coverages: Option<Vec<f64>> = coverages.collect();
    strictest.site_coverage.max = coverages.and_then(|all| all.into_iter().reduce(f64::min));
    strictest
}

fn united(parcels: &[Candidate<'_>]) -> Option<Shape> {
    let mut areas: Vec<Polygon> = Vec::new();
    for candidate in parcels {
        match candidate.shape?.to_geometry() {
            Geometry::Polygon(area) => areas.push(area),
            Geometry::MultiPolygon(more) => areas.extend(more.0),
            _ => return None,
        }
    }
    Shape::new(unary_union(&areas).into()).ok()
}
