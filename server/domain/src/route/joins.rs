//! Where lines meet.

use geo::line_intersection::{LineIntersection, line_intersection};
use geo_types::{Coord, Rect};

use super::lines::{Line, Lines, Spot, distance};

/// Two lines are taken to touch if one ends so near to the other, metres: shapes may stand on a grid of one metre.
const TOUCHES_WITHIN_M: f64 = 1.5;

/// The widest carriageway that is looked for, metres from its centre.
const MOST_HALF_M: f64 = 40.0;

/// All pairs of spots on which one can change from one line to another, or from one place of a line to another of it.
pub(super) fn joins(lines: &Lines, meets_within_m: f64) -> Vec<(Spot, Spot)> {
    let mut joins = crossings(lines);
    // Whether something crosses a line near its begin and near its end is asked of these.
    let mut crossed: Vec<Vec<f64>> = vec![Vec::new(); lines.all.len()];
    for (one, other) in &joins {
        crossed[one.line as usize].push(one.along_m);
        crossed[other.line as usize].push(other.along_m);
    }
    for (index, line) in lines.all.iter().enumerate() {
        for along_m in [0.0, line.length_m()] {
            let end = Spot { line: index as u32, along_m };
            joins.extend(met_by(lines, end, &crossed[index], meets_within_m).into_iter().map(|spot| (end, spot)));
        }
    }
    joins
}

/// Where streets cross or touch.
fn crossings(lines: &Lines) -> Vec<(Spot, Spot)> {
    let mut found = Vec::new();
    for (index, line) in lines.all.iter().enumerate().filter(|(_, line)| !line.is_free()) {
        let index = index as u32;
        for segment in 0..line.segment_count() {
            let own = line.segment(segment);
            let bounds = Rect::new(own.start, own.end);
            let later = |(other, at): &(u32, usize)| *other > index || (*other == index && *at > segment + 1);
            for (other, at) in lines.near(bounds, 0.0).into_iter().filter(later) {
                let its = lines.line(other);
                if its.is_free() {
                    continue;
                }
                let mut cross = |at_m: Coord| {
                    let spot = Spot { line: index, along_m: line.nearest(segment, at_m).0 };
                    found.push((spot, Spot { line: other, along_m: its.nearest(at, at_m).0 }));
                };
                match line_intersection(own, its.segment(at)) {
                    Some(LineIntersection::SinglePoint { intersection, .. }) => cross(intersection),
                    Some(LineIntersection::Collinear { intersection }) => {
                        cross(intersection.start);
                        cross(intersection.end);
                    }
                    None => {}
                }
            }
        }
    }
    found
}

/// What the end of a line meets.
fn met_by(lines: &Lines, end: Spot, crossed: &[f64], meets_within_m: f64) -> Vec<Spot> {
    let (line, at) = (lines.line(end.line), lines.at(end));
    let most_m = meets_within_m + line.half_m + MOST_HALF_M;
    // Of each line near, the nearest spot.
    let mut near: Vec<(f64, Spot)> = Vec::new();
    for (other, segment) in lines.near(Rect::new(at, at), most_m) {
        if other == end.line {
            continue;
        }
        let its = lines.line(other);
        let (along_m, on) = its.nearest(segment, at);
        let found = (distance(at, on), Spot { line: other, along_m });
        match near.last_mut().filter(|(_, last)| last.line == other) {
            Some(last) if last.0 <= found.0 => {}
            Some(last) => *last = found,
            None => near.push(found),
        }
    }
    near.retain(|(_, spot)| may_meet(line, lines.line(spot.line), spot.along_m));
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.line.cmp(&b.1.line)));
    let touching = near.partition_point(|(gap_m, _)| *gap_m <= TOUCHES_WITHIN_M);
    if touching > 0 {
        return near[..touching].iter().map(|(_, spot)| *spot).collect();
    }
    let reach_m = |spot: &Spot| meets_within_m + line.half_m + lines.line(spot.line).half_m.min(MOST_HALF_M);
    let met = near.into_iter().find(|(gap_m, spot)| *gap_m <= reach_m(spot)).map(|(_, spot)| spot);
    // What crosses a road and ends on the far side of it has met it.
    let has_met = |spot: &Spot| crossed.iter().any(|along| (along - end.along_m).abs() <= reach_m(spot));
    met.filter(|spot| !has_met(spot)).into_iter().collect()
}

/// Whether the end of a line may meet another one so far along.
fn may_meet(line: &Line, other: &Line, along_m: f64) -> bool {
    let at_end = along_m.min(other.length_m() - along_m) <= TOUCHES_WITHIN_M;
    // Ramps and expressways end on anything; nothing else ends in the midst of them.
    line.is_free() || at_end || !other.is_free()
}
