//! What the parts of a factory cover together, and how much floor they have.

use super::{MOST_PARTS, Massing, Part};

/// Areas, m². Where parts overlap the ground is counted once, and the floors of the one that has most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Areas {
    /// Ground under buildings.
    pub(super) built: f64,
    /// Ground under buildings and yards.
    pub(super) used: f64,
    /// Ground under anything.
    pub(super) covered: f64,
    /// Ground of car parks on which nothing else lies.
    pub(super) parked: f64,
    /// Floors as they are.
    pub(super) floor: f64,
    /// Floors as the plan counts them.
    pub(super) counted: f64,
}

/// The areas of a massing; a storey higher than `counted_once_m` counts twice.
pub(super) fn areas(massing: &Massing, counted_once_m: Option<f64>) -> Areas {
    let parts = massing.parts();
    let (across, ends) = lines(parts, |part| (part.offset.x, part.half().x));
    let (along, tops) = lines(parts, |part| (part.offset.y, part.half().y));
    let mut areas = Areas::default();
    for x in across[..ends].windows(2) {
        for y in along[..tops].windows(2) {
            let (middle_x, middle_y) = (f64::midpoint(x[0], x[1]), f64::midpoint(y[0], y[1]));
            let over = |part: &&Part| {
                let (off, half) = (part.offset, part.half());
                (middle_x - off.x).abs() < half.x && (middle_y - off.y).abs() < half.y
            };
            let cell_m2 = (x[1] - x[0]) * (y[1] - y[0]);
            let (mut is_covered, mut is_used, mut is_built) = (false, false, false);
            let (mut floors, mut counted) = (0.0_f64, 0.0_f64);
            for part in parts.iter().filter(over) {
                is_covered = true;
                is_used |= part.kind.is_used();
                is_built |= part.kind.is_building();
                floors = floors.max(f64::from(part.storeys));
                counted = counted.max(counted_storeys(part, counted_once_m));
            }
            areas.used += if is_used { cell_m2 } else { 0.0 };
            areas.covered += if is_covered { cell_m2 } else { 0.0 };
            areas.parked += if is_covered && !is_used { cell_m2 } else { 0.0 };
            areas.built += if is_built { cell_m2 } else { 0.0 };
            areas.floor += floors * cell_m2;
            areas.counted += counted * cell_m2;
        }
    }
    areas
}

/// The storeys of a part as the plan counts them.
pub(super) fn counted_storeys(part: &Part, counted_once_m: Option<f64>) -> f64 {
    f64::from(part.storeys) * times(part.storey_m, counted_once_m)
}

/// How often a storey of a height counts.
pub(super) fn times(storey_m: f64, counted_once_m: Option<f64>) -> f64 {
    if counted_once_m.is_some_and(|most| storey_m > most) { 2.0 } else { 1.0 }
}

/// Where parts begin and end on one axis, in order, and how many of them there are.
fn lines(parts: &[Part], of: impl Fn(&Part) -> (f64, f64)) -> ([f64; 2 * MOST_PARTS], usize) {
    let mut lines = [0.0; 2 * MOST_PARTS];
    for (pair, part) in lines.chunks_exact_mut(2).zip(parts) {
        let (middle, half) = of(part);
        pair.copy_from_slice(&[middle - half, middle + half]);
    }
    let count = 2 * parts.len();
    lines[..count].sort_unstable_by(f64::total_cmp);
    (lines, count)
}
