//! Parcels in their zones.

use std::collections::HashMap;

use geo::{Area, BooleanOps};

use super::neighbours::distance;
use super::{Context, Merged, Problem};
use crate::geometry::{Breach, Outline, Shape, Window, grown};
use crate::record::{Code, Feature, Layer, Parcel};

/// The zones that parcels name, taken apart once.
pub(super) struct Zones<'a> {
    merged: &'a Merged<'a>,
    named: HashMap<&'a Code, Option<(&'a Feature, Outline)>>,
}

impl<'a> Zones<'a> {
    pub(super) fn of(merged: &'a Merged<'a>) -> Self {
        Self { merged, named: HashMap::new() }
    }

    /// A parcel lies in the zone that it names, and that zone is there.
    pub(super) fn check(
        &mut self,
        feature: &'a Feature,
        parcel: &'a Parcel,
        context: &Context<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let (Some(code), Some(own)) = (&parcel.zone, Outline::of(&feature.shape)) else { return };
        let merged = self.merged;
        let zone = self.named.entry(code).or_insert_with(|| {
            let zone = merged.find(Layer::Zone, code)?;
            Some((zone, Outline::of(&zone.shape)?))
        });
        let problem = match zone {
            None => Some(Problem::error("parcel.zone_known", feature, format!("there is no zone {code}"))),
            Some((zone, around)) => own.outside(around, context.tolerance_m).map(|breach| {
                outside(Problem::error("parcel.in_zone", feature, String::new()), feature, zone, "its zone", breach)
            }),
        };
        problems.extend(problem.map(|problem| proposed(problem.in_field("zone"), feature, &own, merged, context)));
    }
}

/// `problem`, saying how much of a feature lies outside of one that it should lie in.
pub(super) fn outside(problem: Problem, feature: &Feature, whole: &Feature, called: &str, breach: Breach) -> Problem {
    let (outside_m2, all_m2) = (outside_m2(&feature.shape, &whole.shape), feature.shape.area_m2());
    let share = 100.0 * outside_m2 / all_m2;
    let far = if breach.depth_m > 0.0 { format!(", up to {}", distance(breach.depth_m)) } else { String::new() };
    let message = format!("{outside_m2:.2} m² of it ({share:.1}%) lie outside of {called} {}{far}", whole.code);
    Problem { message, ..problem.with(whole).at(breach.place) }
}

/// Another zone that holds the parcel wholly is proposed.
fn proposed(problem: Problem, feature: &Feature, own: &Outline, merged: &Merged<'_>, context: &Context<'_>) -> Problem {
    let holds = |zone: &&Feature| {
        Outline::of(&zone.shape).is_some_and(|around| own.outside(&around, context.tolerance_m).is_none())
    };
    let put = merged.puts.iter().filter(|put| put.layer() == Layer::Zone);
    let kept = merged.kept_near(Layer::Zone, feature.shape.bounds());
    let holding = put.chain(kept).filter(holds).min_by(|a, b| a.code.cmp(&b.code));
    match holding {
        Some(zone) => problem.mended_with(&zone.code),
        None => problem,
    }
}

fn outside_m2(inner: &Shape, whole: &Shape) -> f64 {
    let (Shape::Areas(inner_areas), Shape::Areas(areas)) = (inner, whole) else { return 0.0 };
    // A zone may have a thousand vertices; near one parcel it has few.
    let bounds = grown(inner.bounds(), 1.0);
    let near = Window { min: bounds.min(), max: bounds.max() }.clip_areas(areas);
    inner_areas.difference(&near).unsigned_area()
}
