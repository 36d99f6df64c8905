use geo::Contains;
use geo_types::{MultiPolygon, Polygon, Rect};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::siting::massing::{Block, Blocks, Massing};

const WUXI: (f64, f64) = (31.5, 120.4);

fn day(month: i8, day: i8) -> SunDay {
    SunDay::new(date(2026, month, day), WUXI.0, WUXI.1).unwrap()
}

fn hall(height_m: f64, degrees: f64) -> Massing {
    let hall = Block { width_m: 40.0, depth_m: 20.0, storeys: 1, storey_m: height_m };
    Blocks { hall, ..Blocks::default() }.massing(Coord { x: 500.0, y: -300.0 }, degrees.to_radians()).unwrap()
}

#[test]
fn the_sun_stands_where_almanacs_have_it() {
    let cases = [((6, 21), 23.43), ((12, 22), -23.43), ((3, 20), -0.1), ((9, 23), 0.0)];
    for ((month, of_month), declination_deg) in cases {
        let found = day(month, of_month).declination_deg();
        assert!((found - declination_deg).abs() < 0.2, "{month}-{of_month}: {found}");
    }
    // At noon of the winter solstice the sun stands 90 - 31.5 - 23.43 degrees high, in the south.
    let winter = day(12, 22);
    let noon = winter.stands.iter().min_by(|a, b| a.reach.total_cmp(&b.reach)).unwrap();
    assert!(((1.0 / noon.reach).atan().to_degrees() - 35.07).abs() < 0.1, "{noon:?}");
    assert!(noon.towards.y < -0.99, "{noon:?}");
    assert!((winter.hours() - 9.5).abs() < 0.5 && (day(6, 21).hours() - 13.6).abs() < 0.5, "{}", day(6, 21).hours());
}

#[test]
fn what_is_no_day_or_place_is_refused() {
    assert_eq!(SunDay::new(date(1999, 1, 1), 31.5, 120.4), Err(NoSun::Date(date(1999, 1, 1))));
    assert!(matches!(SunDay::new(date(2026, 1, 1), 91.0, 0.0), Err(NoSun::Position { .. })));
    assert!(SunDay::new(date(2026, 1, 1), f64::NAN, 0.0).is_err());
}

#[test]
fn the_north_lies_in_the_shade_and_the_south_in_the_sun() {
    let (winter, hall) = (day(12, 22), hall(20.0, 0.0));
    let place = |north: f64| Coord { x: 500.0, y: -300.0 + north };
    assert_eq!(winter.sun_at(place(0.0), &hall), None, "under the roof");
    let at = |north: f64| winter.sun_at(place(north), &hall).unwrap();
    assert!(at(15.0) < 3.0, "beside the north wall: {}", at(15.0));
    assert!((at(-30.0) - winter.hours()).abs() < 1.5, "{} in the south", at(-30.0));
    // A shadow at noon is 20 m / tan 35 degrees = 28.5 m long.
    assert!(at(30.0) < at(60.0) && at(60.0) < winter.hours() + 1e-9);
}

#[test]
fn a_neighbour_is_touched_as_long_as_the_shade_reaches() {
    let (winter, hall) = (day(12, 22), hall(20.0, 0.0));
    let strip = |north: f64| {
        let corner = Coord { x: 490.0, y: -300.0 + north };
        MultiPolygon::from(vec![Rect::new(corner, corner + Coord { x: 20.0, y: 5.0 }).to_polygon()])
    };
    assert!(winter.touches(&hall, &strip(20.0)) > 6.0);
    assert!(winter.touches(&hall, &strip(60.0)) < winter.touches(&hall, &strip(20.0)));
    assert!(winter.touches(&hall, &strip(-40.0)) < 0.01, "nothing falls to the south in winter");
}

proptest! {
    #[test]
    fn a_place_is_dark_where_the_shadow_lies(
        at in (380.0..620.0_f64, -420.0..-180.0_f64), degrees in 0.0..360.0_f64, height in 3.0..30.0_f64,
    ) {
        let (hall, at) = (hall(height, degrees), Coord { x: at.0, y: at.1 });
        for stand in day(12, 22).stands.iter().step_by(9) {
            let one = SunDay { stands: vec![*stand], declination_deg: 0.0 };
            let shadow: Polygon = super::shade::shadow(&hall, &hall.parts()[0], stand);
            prop_assert_eq!(one.sun_at(at, &hall).is_none_or(|sun| sun < 0.01), shadow.contains(&geo_types::Point::from(at)));
        }
    }
}
