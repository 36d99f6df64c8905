//! Boxes in the sun's way.

use geo::{ConvexHull, Intersects};
use geo_types::{Coord, MultiPoint, MultiPolygon, Point, Polygon};

use super::{Stand, SunDay, hours};
use crate::siting::massing::{Massing, Part};

impl SunDay {
    /// How long the sun shines on a place of the ground, hours; none if a building stands there.
    pub fn sun_at(&self, at: Coord, massing: &Massing) -> Option<f64> {
        let frame = massing.frame();
        let (here, origin) = (frame.inward(at), frame.inward(Coord::zero()));
        if buildings(massing).any(|part| covers(part, here)) {
            return None;
        }
        let in_sun = |stand: &&Stand| {
            let towards = frame.inward(stand.towards) - origin;
            !buildings(massing).any(|part| shades(part, here, towards, stand.reach))
        };
        Some(hours(self.stands.iter().filter(in_sun).count()))
    }

    /// How long the shade of a factory touches an area, hours.
    pub fn touches(&self, massing: &Massing, area: &MultiPolygon) -> f64 {
        let touched = |stand: &&Stand| buildings(massing).any(|part| shadow(massing, part, stand).intersects(area));
        hours(self.stands.iter().filter(touched).count())
    }
}

fn buildings(massing: &Massing) -> impl Iterator<Item = &Part> {
    massing.parts().iter().filter(|part| part.kind.is_building())
}

/// Whether a part stands on a place, in the part's frame.
fn covers(part: &Part, here: Coord) -> bool {
    let from = here - part.offset;
    from.x.abs() < part.width_m / 2.0 && from.y.abs() < part.depth_m / 2.0
}

/// Whether a part stands between a place and the sun, in the part's frame: whether the way towards the sun, as far as the
/// part's shadow reaches, comes into its footprint.
fn shades(part: &Part, here: Coord, towards: Coord, reach: f64) -> bool {
    let from = here - part.offset;
    let (mut enter, mut leave) = (0.0_f64, part.height_m() * reach);
    for (from, towards, half) in [(from.x, towards.x, part.width_m / 2.0), (from.y, towards.y, part.depth_m / 2.0)] {
        if towards.abs() < 1e-12 {
            if from.abs() > half {
                return false;
            }
            continue;
        }
        let (one, other) = ((-half - from) / towards, (half - from) / towards);
        enter = enter.max(one.min(other));
        leave = leave.min(one.max(other));
    }
    enter <= leave
}

/// The ground that a part covers or keeps the sun from.
pub(super) fn shadow(massing: &Massing, part: &Part, stand: &Stand) -> Polygon {
    let away = stand.towards * -(part.height_m() * stand.reach);
    let corners = massing.corners(part);
    let points = corners.into_iter().flat_map(|corner| [Point::from(corner), Point::from(corner + away)]);
    MultiPoint::new(points.collect()).convex_hull()
}
