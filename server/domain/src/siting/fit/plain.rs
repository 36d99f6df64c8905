//! Intricate outlines made plain: fewer corners, and no part of the outline further from them than is told.
//!
//! Douglas and Peucker's lines (1973) leave each corner that goes within a distance of the side that takes its place, so
//! both outlines lie within that distance of one another, and only there may they enclose different ground. What keeps as
//! much further from the plain outline keeps from the true one what it should.

use std::borrow::Cow;

use geo::Simplify;
use geo_types::Polygon;

use super::{MOST_VERTICES, vertices};

/// How far the plain outline may be from the true one, metres: the least that makes it plain enough.
const APART_M: [f64; 5] = [0.05, 0.2, 0.5, 1.0, 2.0];

/// Vertices of what is plain enough. An outline of more than are tried is made plainer than it would have to be: each trial
/// takes time with all of them.
const PLAIN: usize = 120;

/// Vertices that are looked at at most.
const MOST_READ: usize = 100_000;

/// Areas with no more vertices than are tried, and how far their outline is from the true one, metres. None if that takes
/// more than a few, or there is nothing.
pub(in crate::siting) fn plain(areas: &[Polygon]) -> Option<(Cow<'_, [Polygon]>, f64)> {
    let count = |areas: &[Polygon]| areas.iter().map(vertices).sum::<usize>();
    match count(areas) {
        0 => None,
        few if few <= MOST_VERTICES => Some((Cow::Borrowed(areas), 0.0)),
        many if many > MOST_READ => None,
        _ => APART_M.into_iter().find_map(|apart_m| {
            let plain: Vec<Polygon> = areas.iter().map(|area| area.simplify(apart_m)).collect();
            (count(&plain) <= PLAIN).then_some((Cow::Owned(plain), apart_m))
        }),
    }
}
