//! How much of a footprint there is room for.

use super::{Fit, Footprint, Ground, Placement, fit};
use crate::geometry::Shape;
use crate::record::{Parcel, Setbacks};
use crate::siting::value::SHARE;

/// Steps in which a footprint's sides are made smaller: percent.
const WHOLE: u32 = 100;

/// The largest rectangle of a footprint's proportions for which there is room for sure, by whole percent of its sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    percent: u32,
    /// Where it lies; none where there is room for nothing of it.
    pub placement: Option<Placement>,
}

impl Room {
    /// Its area as a share of the whole footprint's, 0 to 1.
    pub fn area_share(self) -> f64 {
        f64::from(self.percent * self.percent) / f64::from(WHOLE * WHOLE)
    }

    /// What that is worth, parts per million.
    pub fn worth(self) -> u32 {
        SHARE.value(self.area_share())
    }
}

/// How much of a footprint there is room for on a parcel of a shape; none where that is not known. What fits whole is what
/// [`fit`] says fits, and what has room for nothing at all is what it says fails even where it is a hundredth as long.
pub fn largest(
    footprint: Footprint,
    (parcel, shape, area_m2): (&Parcel, &Shape, f64),
    kept_free: Option<&[&Shape]>,
) -> Option<Room> {
    let scaled = |percent: u32| footprint.times(f64::from(percent) / f64::from(WHOLE));
    let nothing = || Room { percent: 0, placement: None };
    let (Some(coverage), Some(Setbacks { front_m, side_m, rear_m }), Some(_)) =
        (parcel.site_coverage.max, parcel.setbacks, kept_free)
    else {
        let fails = fit(scaled(1), (parcel, shape, area_m2), kept_free) == Fit::Fails;
        return fails.then(nothing);
    };
    let ground = Ground::of(shape, kept_free)?;
    let setback_m = [front_m, side_m, rear_m].into_iter().fold(0.0, f64::max);
    let placed = |percent: u32| {
        let Footprint { width_m, depth_m } = scaled(percent);
        if width_m * depth_m / area_m2 > coverage.min(1.0) {
            return None;
        }
        ground.place(Footprint { width_m, depth_m }, setback_m)
    };
    if let Some(placement) = placed(WHOLE) {
        return Some(Room { percent: WHOLE, placement: Some(placement) });
    }
    let (mut fits, mut fails, mut placement) = (0, WHOLE, None);
    while fails - fits > 1 {
        let percent = u32::midpoint(fits, fails);
        match placed(percent) {
            Some(found) => (fits, placement) = (percent, Some(found)),
            None => fails = percent,
        }
    }
    if fits == 0 && fit(scaled(1), (parcel, shape, area_m2), kept_free) != Fit::Fails {
        return None;
    }
    Some(Room { percent: fits, placement })
}

#[cfg(test)]
mod tests {
    use geo_types::{Coord, Polygon, Rect, polygon};

    use super::*;
    use crate::record::ParcelStatus;
    use crate::siting::fit::Lacking;

    fn parcel(coverage: Option<f64>, setback_m: Option<f64>) -> Parcel {
        let mut parcel = Parcel::with_status(ParcelStatus::Available);
        parcel.site_coverage.max = coverage;
        parcel.setbacks = setback_m.map(|m| Setbacks { front_m: m, side_m: m, rear_m: m });
        parcel
    }

    fn square(side_m: f64) -> Shape {
        Shape::new(Rect::new((0.0, 0.0), (side_m, side_m)).to_polygon().into()).expect("a square is a shape")
    }

    #[test]
    fn it_is_worth_as_much_of_its_area_as_has_room() {
        let (hall, shape) = (Footprint { width_m: 100.0, depth_m: 50.0 }, square(100.0));
        let cases = [
            (parcel(Some(1.0), Some(0.0)), Some(1.0)),
            // 80 m are left of the length, so 0.8 of each side.
            (parcel(Some(1.0), Some(10.0)), Some(0.64)),
            // No more than 1,250 m² may be covered: half of each side.
            (parcel(Some(0.125), Some(0.0)), Some(0.25)),
            (parcel(Some(1.0), Some(50.0)), Some(0.0)),
            (parcel(None, Some(10.0)), None),
            (parcel(Some(1.0), None), None),
        ];
        for (parcel, share) in cases {
            let room = largest(hall, (&parcel, &shape, 10_000.0), Some(&[]));
            assert_eq!(room.map(Room::area_share), share, "{:?} {:?}", parcel.site_coverage, parcel.setbacks);
            let whole = matches!(fit(hall, (&parcel, &shape, 10_000.0), Some(&[])), Fit::Fits(_));
            assert_eq!(whole, share == Some(1.0), "a must and a wish agree");
        }
        assert_eq!(
            largest(hall, (&parcel(Some(1.0), Some(0.0)), &shape, 10_000.0), None),
            None,
            "nobody tells of masks"
        );
    }

    #[test]
    fn what_has_room_is_shown_where_it_lies() {
        let bent = polygon![
            (x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 40.0), (x: 40.0, y: 40.0), (x: 40.0, y: 100.0),
            (x: 0.0, y: 100.0)
        ];
        let shape = Shape::new(bent.into()).expect("it is a shape");
        let hall = Footprint { width_m: 80.0, depth_m: 60.0 };
        let room = largest(hall, (&parcel(Some(1.0), Some(0.0)), &shape, shape.area_m2()), Some(&[])).expect("known");
        let corners = room.placement.expect("some of it has room").corners;
        let side = |a: usize, b: usize| (corners[a].x - corners[b].x).hypot(corners[a].y - corners[b].y);
        assert!((side(0, 1) * side(1, 2) / 4_800.0 - room.area_share()).abs() < 1e-6, "{corners:?}");
        assert!(room.area_share() > 0.4 && room.area_share() < 1.0, "{}", room.area_share());
    }

    #[test]
    fn what_is_too_intricate_is_unknown_as_a_must_and_as_a_wish() {
        let corner = |step: u32| {
            let (sin, cos) = (f64::from(step) / 2_000.0 * std::f64::consts::TAU).sin_cos();
            // No plainer outline is near to teeth as long as these.
            let radius_m = if step.is_multiple_of(2) { 500.0 } else { 510.0 };
            Coord { x: radius_m * cos, y: radius_m * sin }
        };
        let toothed = Polygon::new((0..2_000).map(corner).collect(), Vec::new());
        let shape = Shape::new(toothed.into()).expect("it is a shape");
        let (parcel, hall) = (parcel(Some(1.0), Some(5.0)), Footprint { width_m: 60.0, depth_m: 40.0 });
        assert_eq!(fit(hall, (&parcel, &shape, shape.area_m2()), Some(&[])), Fit::Unknown(Lacking::Outline));
        assert_eq!(largest(hall, (&parcel, &shape, shape.area_m2()), Some(&[])), None);
        let larger = Footprint { width_m: 1_200.0, depth_m: 900.0 };
        assert_eq!(
            fit(larger, (&parcel, &shape, shape.area_m2()), Some(&[])),
            Fit::Fails,
            "it covers more than there is"
        );
    }
}
