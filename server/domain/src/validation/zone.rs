//! Parcels in their zones.

use std::collections::HashMap;

use geo::{Area, BooleanOps};

use super::neighbours::distance;
use super::{Context, Merged, Problem};
use crate::geometry::{Breach, Outline, Shape, Window, grown};
use crate::record::{Code, Feature, Layer, Parcel};

/// Zones, each taken apart once however many parcels name it.
pub(super) struct Zones<'a> {
    merged: &'a Merged<'a>,
    /// Those of the submission.
    put: Vec<&'a Code>,
    known: HashMap<&'a Code, Option<(&'a Feature, Outline)>>,
}

impl<'a> Zones<'a> {
    pub(super) fn of(merged: &'a Merged<'a>) -> Self {
        let put = merged.puts.iter().filter(|put| put.layer() == Layer::Zone).map(|put| &put.code).collect();
        Self { merged, put, known: HashMap::new() }
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
        let problem = match self.find(code) {
            None => Some(Problem::error("parcel.zone_known", feature, format!("there is no zone {code}"))),
            Some((zone, around)) => own.outside(around, context.tolerance_m).map(|breach| {
                outside(Problem::error("parcel.in_zone", feature, String::new()), feature, zone, "its zone", breach)
            }),
        };
        if let Some(problem) = problem {
            problems.push(self.proposed(problem.in_field("zone"), feature, &own, context));
        }
    }

    fn find(&mut self, code: &'a Code) -> Option<&(&'a Feature, Outline)> {
        let merged = self.merged;
        let known = self.known.entry(code).or_insert_with(|| {
            let zone = merged.find(Layer::Zone, code)?;
            Some((zone, Outline::of(&zone.shape)?))
        });
        known.as_ref()
    }

    /// Another zone that holds the parcel wholly is proposed.
    fn proposed(&mut self, problem: Problem, feature: &Feature, own: &Outline, context: &Context<'_>) -> Problem {
        let kept = self.merged.kept_near(Layer::Zone, feature.shape.bounds());
        let candidates: Vec<&'a Code> =
            self.put.iter().copied().chain(kept.into_iter().map(|zone| &zone.code)).collect();
        let holds = |code: &&'a Code| {
            self.find(code).is_some_and(|(_, around)| own.outside(around, context.tolerance_m).is_none())
        };
        match candidates.into_iter().filter(holds).min() {
            Some(zone) => problem.mended_with(zone),
            None => problem,
        }
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

fn outside_m2(inner: &Shape, whole: &Shape) -> f64 {
    let (Shape::Areas(inner_areas), Shape::Areas(areas)) = (inner, whole) else { return 0.0 };
    // A zone may have a thousand vertices; near one parcel it has few.
    let bounds = grown(inner.bounds(), 1.0);
    let near = Window { min: bounds.min(), max: bounds.max() }.clip_areas(areas);
    inner_areas.difference(&near).unsigned_area()
}
