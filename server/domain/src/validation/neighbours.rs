//! Parcels beside each other: where they overlap, and where they leave a strip between them.

use geo::{Area, BooleanOps};
use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};

use super::{Context, Fix, Merged, Problem};
use crate::geometry::{Breach, Outline, Shape, grown, snap};
use crate::record::{Feature, Layer};

/// A breach as deep as this is no slip of the pen, and no vertex is proposed to be moved for it, metres.
const DEEPEST_SLIP_M: f64 = 1.0;

/// The parcels that are to go into the record, indexed.
pub(super) struct Parcels<'a> {
    merged: &'a Merged<'a>,
    /// Positions in the submission, ascending.
    places: Vec<usize>,
    outlines: Vec<Outline>,
    boxes: Option<RTree<f64>>,
}

impl<'a> Parcels<'a> {
    pub(super) fn of(merged: &'a Merged<'a>) -> Self {
        let parcels = merged.puts.iter().enumerate().filter(|(_, feature)| feature.layer() == Layer::Parcel);
        let (places, outlines): (Vec<_>, Vec<_>) =
            parcels.filter_map(|(index, feature)| Some((index, Outline::of(&feature.shape)?))).unzip();
        let boxes = (!outlines.is_empty()).then(|| {
            let mut builder = RTreeBuilder::<f64>::new(outlines.len() as u32);
            for bounds in outlines.iter().map(Outline::bounds) {
                builder.add(bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y);
            }
            builder.finish::<HilbertSort>()
        });
        Self { merged, places, outlines, boxes }
    }

    /// Compares the parcel at `index` of the submission with those after it and with those of the record.
    pub(super) fn check(&self, index: usize, context: &Context<'_>, problems: &mut Vec<Problem>) {
        let (Ok(own), Some(boxes)) = (self.places.binary_search(&index), &self.boxes) else { return };
        let feature = &self.merged.puts[index];
        let outline = &self.outlines[own];
        let reach = grown(outline.bounds(), context.widest_gap_m);
        let mut later = boxes.search(reach.min().x, reach.min().y, reach.max().x, reach.max().y);
        later.retain(|other| *other as usize > own);
        later.sort_unstable();
        for other in later {
            let (place, other) = (self.places[other as usize], &self.outlines[other as usize]);
            compare(feature, outline, &self.merged.puts[place], other, context, problems);
        }
        let mut kept = self.merged.kept_near(Layer::Parcel, reach);
        kept.sort_unstable_by(|a, b| a.code.cmp(&b.code));
        for other in kept {
            if let Some(theirs) = Outline::of(&other.shape) {
                compare(feature, outline, other, &theirs, context, problems);
            }
        }
    }
}

fn compare(
    feature: &Feature,
    outline: &Outline,
    other: &Feature,
    theirs: &Outline,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) {
    if let Some(breach) = outline.overlap(theirs, context.tolerance_m) {
        let area_m2 = shared_m2(&feature.shape, &other.shape);
        let depth = if breach.depth_m > 0.0 { format!(", {} deep", distance(breach.depth_m)) } else { String::new() };
        let message = format!("it overlaps parcel {} by {area_m2:.2} m²{depth}", other.code);
        let problem = Problem::error("parcel.overlap", feature, message);
        problems.push(problem.with(other).at(breach.place).mended_by(moved(breach)));
    } else if let Some(gap) = outline.gap(theirs, context.tolerance_m, context.widest_gap_m) {
        let message = format!(
            "between it and parcel {} is a gap of up to {}, {:.1} m long",
            other.code,
            distance(gap.width_m),
            gap.length_m
        );
        let problem = Problem::warning("parcel.gap", feature, message).with(other).at(gap.place);
        problems.push(problem.mended_by(closed(outline, theirs, gap.place.at, context)));
    }
}

fn moved(breach: Breach) -> Option<Fix> {
    let to = snap(breach.to.filter(|_| breach.depth_m < DEEPEST_SLIP_M)?);
    let place = breach.place;
    Some(Fix::MoveVertex { part: place.part, ring: place.ring, vertex: place.vertex, x: to.x, y: to.y })
}

/// The vertex at the wide end of a gap goes to the neighbour's edge, if there is a vertex.
fn closed(outline: &Outline, theirs: &Outline, wide: geo_types::Coord, context: &Context<'_>) -> Option<Fix> {
    let near = |at: geo_types::Coord| (at - wide).x.hypot((at - wide).y) <= context.tolerance_m;
    let place = outline.edges().iter().map(|edge| edge.place).find(|place| near(place.at))?;
    let to = snap(theirs.standing(place.at).nearest);
    Some(Fix::MoveVertex { part: place.part, ring: place.ring, vertex: place.vertex, x: to.x, y: to.y })
}

fn shared_m2(a: &Shape, b: &Shape) -> f64 {
    match (a, b) {
        (Shape::Areas(a), Shape::Areas(b)) => a.intersection(b).unsigned_area(),
        _ => 0.0,
    }
}

/// A distance in words: in millimetres as far as they matter.
pub(super) fn distance(metres: f64) -> String {
    if metres < 1.0 { format!("{:.0} mm", metres * 1000.0) } else { format!("{metres:.1} m") }
}
