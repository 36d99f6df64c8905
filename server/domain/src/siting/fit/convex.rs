//! Where the middle of an upright rectangle may be in an area that is bulged everywhere: the usual parcel, answered by
//! cutting off one side after the other.

use geo_types::{Coord, LineString, Polygon};

/// What is found within the sides of an area, taken as straight lines without an end.
pub(super) enum Within {
    /// Here there is room.
    At(Coord),
    /// There is none, and the area is bulged everywhere, so there is none at all.
    Nowhere,
    /// There is none between the lines, but perhaps elsewhere.
    Perhaps,
}

/// Looks for room for a rectangle of half sides `half`, from each side of `area` as far as `apart_m` says by its number. Whatever lies on the inner side of
/// all its lines lies within any simple area, so what is found holds for areas of every shape; that nothing is found holds
/// for those without a hole that turn one way only.
pub(super) fn room(area: &Polygon, half: Coord, apart_m: impl Fn(usize) -> f64) -> Within {
    if !area.interiors().is_empty() {
        return Within::Perhaps;
    }
    let ring = area.exterior();
    let mut room: Vec<Coord> = ring.0.clone();
    room.pop();
    let mut cut = Vec::with_capacity(room.len() + 4);
    for (number, side) in ring.lines().enumerate() {
        let along = side.end - side.start;
        let length = along.x.hypot(along.y);
        if length <= 0.0 {
            continue;
        }
        // Inwards, because outer rings run anticlockwise.
        let inwards = Coord { x: -along.y / length, y: along.x / length };
        let least = dot(inwards, side.start) + apart_m(number) + inwards.x.abs() * half.x + inwards.y.abs() * half.y;
        cut_off(&room, |at| dot(inwards, at) - least, &mut cut);
        std::mem::swap(&mut room, &mut cut);
        if room.is_empty() {
            return if turns_one_way(ring) { Within::Nowhere } else { Within::Perhaps };
        }
    }
    let count = room.len() as f64;
    let sum = room.iter().fold(Coord::zero(), |sum, at| sum + *at);
    Within::At(sum / count)
}

/// The part of a convex ring on which `inside` is not negative.
fn cut_off(ring: &[Coord], inside: impl Fn(Coord) -> f64, cut: &mut Vec<Coord>) {
    cut.clear();
    let Some(mut before) = ring.last().map(|at| (*at, inside(*at))) else { return };
    for at in ring {
        let here = (*at, inside(*at));
        if (before.1 < 0.0) != (here.1 < 0.0) {
            let part = before.1 / (before.1 - here.1);
            cut.push(before.0 + (here.0 - before.0) * part);
        }
        if here.1 >= 0.0 {
            cut.push(*at);
        }
        before = here;
    }
}

fn turns_one_way(ring: &LineString) -> bool {
    let count = ring.0.len() - 1;
    (0..count).all(|at| {
        let (from, by, to) = (ring.0[at], ring.0[(at + 1) % count], ring.0[(at + 2) % count]);
        let (into, out) = (by - from, to - by);
        into.x * out.y - into.y * out.x >= 0.0
    })
}

fn dot(a: Coord, b: Coord) -> f64 {
    a.x * b.x + a.y * b.y
}
