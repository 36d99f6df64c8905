//! Whether a building's footprint has room on a parcel, and where.
//!
//! A footprint is tried at the angles of the parcel's own edges. At an angle, its middle may be wherever the footprint,
//! grown by the setback, meets no edge: the parcel less, for each edge, all places from which it would be met. Those are the
//! Minkowski sums of the edge, the footprint and a disc (de Berg et al., *Computational Geometry*, 2008, ch. 13). Where an area
//! has to be kept free, neither it nor its edges may be met, either.

mod convex;
mod largest;
mod plain;

use std::borrow::Cow;
use std::f64::consts::FRAC_PI_2;

use geo::{Area, BooleanOps, ConvexHull, InteriorPoint, Intersects, unary_union};
use geo_types::{Coord, Line, LineString, MultiPoint, MultiPolygon, Point, Polygon, Rect};

use crate::geometry::Shape;
use crate::record::{Parcel, Setbacks, terms};

use convex::Within;

pub use largest::{Room, largest};
pub(super) use plain::plain;

/// Vertices of a parcel that is tried at most; of one with more, an outline that is plainer.
const MOST_VERTICES: usize = 500;

/// Angles that are tried at most, those of the longest edges.
const MOST_ANGLES: usize = 6;

/// Vertices of a parcel of which each edge is tried as its front.
const MOST_FRONTS: usize = 24;

/// Angles that are one, radians.
const SAME_ANGLE: f64 = 0.002;

/// What a footprint may lack on each side and still has room, metres: coordinates are millimetres.
pub(super) const TOLERANCE_M: f64 = 0.005;

/// Sides of the disc that stands for a setback's circle. It is drawn around it, so it asks for a little more at corners.
const DISC_SIDES: u32 = 16;

/// A footprint, metres: positive and finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Footprint {
    /// One side.
    pub width_m: f64,
    /// The other.
    pub depth_m: f64,
}

impl Footprint {
    /// The same with both sides so many times as long.
    pub(super) fn times(self, times: f64) -> Self {
        Self { width_m: self.width_m * times, depth_m: self.depth_m * times }
    }
}

/// Where a footprint has room: its corners, canonical metres, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// The corners.
    pub corners: [Coord; 4],
}

/// Whether a footprint has room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// It has, whichever edge is the front.
    Fits(Placement),
    /// It has not, even with the smallest setback all around, or it covers more than is permitted.
    Fails,
    /// It is not known, for want of this.
    Unknown(Lacking),
}

impl Fit {
    /// Where it has room.
    pub const fn placement(self) -> Option<Placement> {
        match self {
            Self::Fits(placement) => Some(placement),
            Self::Fails | Self::Unknown(_) => None,
        }
    }

    /// What would have to be known, where it is not known.
    pub const fn lacking(self) -> Option<Lacking> {
        match self {
            Self::Unknown(lacking) => Some(lacking),
            Self::Fits(_) | Self::Fails => None,
        }
    }
}

terms! {
    /// What would have to be known to say whether a footprint has room.
    Lacking, "lack";
    /// How far from the edges one may build.
    Setbacks = "setbacks",
    /// How much of the land may be covered.
    SiteCoverage = "site_coverage",
    /// On what of it nothing may stand.
    KeptFree = "kept_free",
    /// Which edge is the front: setbacks differ, and here that decides.
    Front = "front",
    /// Its outline: nobody tells it, or it is too intricate to be tried.
    Outline = "outline",
    /// Of a floor, where its columns and shafts are.
    FloorPlan = "floor_plan",
}

/// Whether a footprint has room on a parcel of a shape. Which edge is the front is not in the record, so the largest
/// setback decides what fits and the smallest what does not. Nothing may stand on what is `kept_free`; where nobody tells what
/// that is, nothing fits for sure.
pub fn fit(
    footprint: Footprint,
    (parcel, shape, area_m2): (&Parcel, &Shape, f64),
    kept_free: Option<&[&Shape]>,
) -> Fit {
    let covers = footprint.width_m * footprint.depth_m / area_m2;
    if covers > parcel.site_coverage.max.unwrap_or(1.0).min(1.0) {
        return Fit::Fails;
    }
    let (least_m, most_m) = match parcel.setbacks {
        Some(Setbacks { front_m, side_m, rear_m }) => {
            let all = [front_m, side_m, rear_m];
            (all.into_iter().fold(f64::INFINITY, f64::min), Some(all.into_iter().fold(0.0, f64::max)))
        }
        None => (0.0, None),
    };
    let Some(ground) = Ground::of(shape, kept_free) else { return Fit::Unknown(Lacking::Outline) };
    let areas = &ground.areas;
    if let Some(placement) = most_m.and_then(|most_m| ground.place(footprint, most_m)) {
        return match (parcel.site_coverage.max, kept_free) {
            (None, _) => Fit::Unknown(Lacking::SiteCoverage),
            (Some(_), None) => Fit::Unknown(Lacking::KeptFree),
            (Some(_), Some(_)) => Fit::Fits(placement),
        };
    }
    let refused = |Setbacks { front_m, side_m, rear_m }: Setbacks| {
        // A front that needs less than the others may go on over several edges, and is not tried.
        let is_plain = ground.apart_m <= 0.0 && areas.iter().map(vertices).sum::<usize>() <= MOST_FRONTS;
        let is_tried = front_m >= side_m.min(rear_m) && is_plain;
        is_tried && areas.iter().all(|area| whichever_the_front_is(footprint, area, front_m, side_m.min(rear_m)))
    };
    if ground.has_no_room(footprint, least_m) || parcel.setbacks.is_some_and(refused) {
        return Fit::Fails;
    }
    Fit::Unknown(match most_m {
        None => Lacking::Setbacks,
        Some(most_m) if most_m > least_m => Lacking::Front,
        Some(_) => Lacking::Outline,
    })
}

/// What a footprint is placed on.
struct Ground<'a> {
    areas: Cow<'a, [Polygon]>,
    /// How far these outlines are from the true ones at most.
    apart_m: f64,
    /// What of it is kept free.
    masks: Vec<Polygon>,
}

impl<'a> Ground<'a> {
    /// A shape less what is kept free; none if either is too intricate.
    fn of(shape: &'a Shape, kept_free: Option<&[&Shape]>) -> Option<Self> {
        let (areas, apart_m) = plain(shape.areas())?;
        let masks: Vec<&Polygon> = kept_free.unwrap_or_default().iter().flat_map(|shape| shape.areas()).collect();
        // Of a long strip only what lies on the parcel.
        let on_area = |area: &Polygon| masks.iter().flat_map(|mask| mask.intersection(area).0).collect::<Vec<_>>();
        let masks: Vec<Polygon> = if masks.is_empty() { Vec::new() } else { areas.iter().flat_map(on_area).collect() };
        let is_plain = masks.iter().map(vertices).sum::<usize>() <= MOST_VERTICES;
        is_plain.then_some(Self { areas, apart_m, masks })
    }

    /// Where a footprint has room for sure.
    fn place(&self, footprint: Footprint, setback_m: f64) -> Option<Placement> {
        self.areas.iter().find_map(|area| place(footprint, area, &self.masks, setback_m + self.apart_m))
    }

    /// Whether a footprint has no room for sure: not even one that is smaller by what is not known of the outline.
    fn has_no_room(&self, Footprint { width_m, depth_m }: Footprint, setback_m: f64) -> bool {
        let less_m = (self.apart_m - setback_m).max(0.0);
        let smaller = |side_m: f64| side_m - 2.0 * less_m;
        let footprint = Footprint { width_m: smaller(width_m), depth_m: smaller(depth_m) };
        let setback_m = (setback_m - self.apart_m).max(0.0);
        footprint.width_m > 0.0
            && footprint.depth_m > 0.0
            && !self.areas.iter().any(|area| place(footprint, area, &self.masks, setback_m).is_some())
    }
}

/// Whether there is no room whichever edge of a bulged area is the front: with `front_m` from that one and `other_m` from all
/// others. Of areas of other shapes it is not said.
fn whichever_the_front_is(footprint: Footprint, area: &Polygon, front_m: f64, other_m: f64) -> bool {
    let Some(origin) = area.exterior().0.first().copied() else { return false };
    let (across, along) = (footprint.width_m, footprint.depth_m);
    angles(area).into_iter().all(|angle| {
        let turned = turn(area, origin, -angle);
        let edges = turned.exterior().0.len() - 1;
        [(across, along), (along, across)].into_iter().all(|sides| {
            let (half, _) = reach(sides, 0.0);
            (0..edges).all(|front| {
                let apart_m = |edge: usize| (if edge == front { front_m } else { other_m } - TOLERANCE_M).max(0.0);
                matches!(convex::room(&turned, half, apart_m), Within::Nowhere)
            })
        })
    })
}

pub(super) fn vertices(area: &Polygon) -> usize {
    rings(area).map(|ring| ring.0.len()).sum()
}

pub(super) fn rings(area: &Polygon) -> impl Iterator<Item = &LineString> {
    std::iter::once(area.exterior()).chain(area.interiors())
}

/// Where a footprint has room in an area, so far from its edges; none if it has not at any of the tried angles.
pub fn place(footprint: Footprint, area: &Polygon, kept_free: &[Polygon], setback_m: f64) -> Option<Placement> {
    let Footprint { width_m, depth_m } = footprint;
    let origin = area.exterior().0.first().copied()?;
    angles(area).into_iter().find_map(|angle| {
        let turned = turn(area, origin, -angle);
        let kept_free: Vec<Polygon> = kept_free.iter().map(|area| turn(area, origin, -angle)).collect();
        let sides = if (width_m - depth_m).abs() < TOLERANCE_M { 1 } else { 2 };
        [(width_m, depth_m), (depth_m, width_m)].into_iter().take(sides).find_map(|(across, along)| {
            let middle = middle(&turned, &kept_free, (across, along), setback_m)?;
            let half = Coord { x: across / 2.0, y: along / 2.0 };
            let corner = |x: f64, y: f64| {
                turned_back(Coord { x: middle.x + x * half.x, y: middle.y + y * half.y }, origin, angle)
            };
            let corners = [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
            Some(Placement { corners })
        })
    })
}

/// The angles of the longest edges, each once, within a quarter turn.
pub(super) fn angles(area: &Polygon) -> Vec<f64> {
    let mut edges: Vec<(f64, f64)> = rings(area)
        .flat_map(LineString::lines)
        .map(|line| (line.dx().hypot(line.dy()), line.dy().atan2(line.dx()).rem_euclid(FRAC_PI_2)))
        .collect();
    edges.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
    let mut angles: Vec<f64> = Vec::new();
    for (_, angle) in edges {
        let apart = |other: &f64| {
            let between = (angle - other).abs();
            between.min(FRAC_PI_2 - between) > SAME_ANGLE
        };
        if angles.len() < MOST_ANGLES && angles.iter().all(apart) {
            angles.push(angle);
        }
    }
    angles
}

pub(super) fn turn(area: &Polygon, origin: Coord, angle: f64) -> Polygon {
    let (sin, cos) = angle.sin_cos();
    // Around the origin and from it: small numbers keep their millimetres.
    let turned = |at: &Coord| {
        let from = *at - origin;
        Coord { x: from.x * cos - from.y * sin, y: from.x * sin + from.y * cos }
    };
    let ring = |ring: &LineString| ring.0.iter().map(turned).collect::<LineString>();
    Polygon::new(ring(area.exterior()), area.interiors().iter().map(ring).collect())
}

pub(super) fn turned_back(at: Coord, origin: Coord, angle: f64) -> Coord {
    let (sin, cos) = angle.sin_cos();
    origin + Coord { x: at.x * cos - at.y * sin, y: at.x * sin + at.y * cos }
}

/// A place for the middle of an upright rectangle.
fn middle(area: &Polygon, kept_free: &[Polygon], sides: (f64, f64), setback_m: f64) -> Option<Coord> {
    let (half, apart_m) = reach(sides, setback_m);
    let is_free = |middle: Coord| {
        let rectangle = Rect::new(middle - half, middle + half).to_polygon();
        !kept_free.iter().any(|area| area.intersects(&rectangle))
    };
    match convex::room(area, half, |_| apart_m) {
        Within::At(middle) if is_free(middle) => Some(middle),
        Within::Nowhere => None,
        Within::At(_) | Within::Perhaps => middle_of_any(area, kept_free, half, apart_m),
    }
}

/// The same for an area of any shape.
fn middle_of_any(area: &Polygon, kept_free: &[Polygon], half: Coord, apart_m: f64) -> Option<Coord> {
    let largest = free(area, kept_free, half, apart_m)
        .0
        .into_iter()
        .max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    largest.interior_point().map(Coord::from)
}

/// Everywhere that the middle of an upright rectangle of these sides, across and along, may be.
pub(super) fn room(area: &Polygon, kept_free: &[Polygon], sides: (f64, f64), setback_m: f64) -> MultiPolygon {
    let (half, apart_m) = reach(sides, setback_m);
    free(area, kept_free, half, apart_m)
}

/// Half a rectangle's sides, and how far it is from the edges, each less what may be lacking.
fn reach((across, along): (f64, f64), setback_m: f64) -> (Coord, f64) {
    let half = Coord { x: across / 2.0 - TOLERANCE_M, y: along / 2.0 - TOLERANCE_M };
    (half, (setback_m - TOLERANCE_M).max(0.0))
}

fn free(area: &Polygon, kept_free: &[Polygon], half: Coord, apart_m: f64) -> MultiPolygon {
    let kept_edges = kept_free.iter().flat_map(|area| met(area, half, &disc(0.0)));
    let met: Vec<Polygon> = met(area, half, &disc(apart_m)).into_iter().chain(kept_edges).collect();
    area.difference(&unary_union(met.iter().chain(kept_free)))
}

/// For each edge of an area everywhere that the middle of a rectangle is not, which keeps as far from it as `around` reaches.
fn met(area: &Polygon, half: Coord, around: &[Coord]) -> Vec<Polygon> {
    let of_edge = |line: Line| {
        let mut places = Vec::with_capacity(8 * around.len());
        for end in [line.start, line.end] {
            for (x, y) in [(half.x, half.y), (-half.x, half.y), (half.x, -half.y), (-half.x, -half.y)] {
                places.extend(around.iter().map(|off| Point::from(end + Coord { x, y } + *off)));
            }
        }
        MultiPoint::new(places).convex_hull()
    };
    rings(area).flat_map(LineString::lines).map(of_edge).collect()
}

/// A polygon around a circle.
fn disc(radius_m: f64) -> Vec<Coord> {
    if radius_m <= 0.0 {
        return vec![Coord { x: 0.0, y: 0.0 }];
    }
    let step = std::f64::consts::TAU / f64::from(DISC_SIDES);
    let outer_m = radius_m / (step / 2.0).cos();
    // A side lies across each axis, so that along the edges of an upright area the setback is exact.
    let corner = |side: u32| {
        let (sin, cos) = (step * (f64::from(side) + 0.5)).sin_cos();
        Coord { x: outer_m * cos, y: outer_m * sin }
    };
    (0..DISC_SIDES).map(corner).collect()
}

#[cfg(test)]
mod tests {
    use geo::{Centroid, Contains, Distance, Euclidean, MapCoords};
    use geo_types::polygon;
    use proptest::prelude::*;

    use super::*;
    use crate::record::ParcelStatus;

    fn placed(area: &Polygon, width_m: f64, depth_m: f64, setback_m: f64) -> Option<Polygon> {
        let placement = place(Footprint { width_m, depth_m }, area, &[], setback_m)?;
        Some(Polygon::new(placement.corners.into_iter().collect(), vec![]))
    }

    /// Whether a rectangle lies within an area and so far from each of its edges, but for a centimetre.
    fn lies_within(rectangle: &Polygon, area: &Polygon, setback_m: f64) -> bool {
        let middle = rectangle.centroid().expect("a rectangle has a middle").0;
        let shrunk = |at: Coord| {
            let off = at - middle;
            middle + off * (1.0 - 2.0 * TOLERANCE_M / off.x.hypot(off.y))
        };
        let shrunk = rectangle.map_coords(shrunk);
        let apart = rings(area).flat_map(LineString::lines).all(|edge: Line| {
            Euclidean.distance(&LineString::from(edge), shrunk.exterior()) >= setback_m - 2.0 * TOLERANCE_M
        });
        area.contains(&shrunk) && apart
    }

    fn square(side: f64) -> Polygon {
        polygon![(x: 0.0, y: 0.0), (x: side, y: 0.0), (x: side, y: side), (x: 0.0, y: side)]
    }

    /// A round parcel with so many corners, each up to a hand in or out.
    fn intricate(corners: u32, radius_m: f64) -> Shape {
        let corner = |corner: u32| {
            let angle = std::f64::consts::TAU * f64::from(corner) / f64::from(corners);
            let radius_m = radius_m + 0.1 * (f64::from(corner) * 1.7).sin();
            Coord { x: radius_m * angle.cos(), y: radius_m * angle.sin() }
        };
        let outline: LineString = (0..corners).map(corner).collect();
        Shape::new(Polygon::new(outline, vec![]).into()).expect("it is a shape")
    }

    #[test]
    fn an_outline_of_ten_thousand_corners_is_answered_too() {
        let shape = intricate(10_000, 200.0);
        let [outline] = shape.areas() else { panic!("one area") };
        let mut parcel = Parcel::with_status(ParcelStatus::Available);
        parcel.setbacks = Some(Setbacks { front_m: 10.0, side_m: 10.0, rear_m: 10.0 });
        parcel.site_coverage.max = Some(1.0);
        // Within 190 m of the middle; 190 m times the root of two is the side of the largest square.
        let largest_m = 190.0 * std::f64::consts::SQRT_2;
        let square = |side_m: f64| Footprint { width_m: side_m, depth_m: side_m };
        let found = |side_m: f64| fit(square(side_m), (&parcel, &shape, outline.unsigned_area()), Some(&[]));
        let Fit::Fits(placement) = found(largest_m - 5.0) else {
            panic!("there is room: {:?}", found(largest_m - 5.0))
        };
        let rectangle = Polygon::new(placement.corners.into_iter().collect(), vec![]);
        assert!(lies_within(&rectangle, outline, 10.0), "{rectangle:?}");
        assert_eq!(found(largest_m + 5.0), Fit::Fails);
        assert_eq!(
            found(largest_m - 0.2),
            Fit::Unknown(Lacking::Outline),
            "it depends on what the plain outline leaves out"
        );
    }

    #[test]
    fn what_just_fits_fits_and_a_hand_more_does_not() {
        for setback_m in [0.0, 8.0, 12.5] {
            let room = 100.0 - 2.0 * setback_m;
            let fits = placed(&square(100.0), room, room / 2.0, setback_m);
            assert!(fits.is_some_and(|rectangle| lies_within(&rectangle, &square(100.0), setback_m)), "{setback_m} m");
            assert_eq!(placed(&square(100.0), room + 0.1, room / 2.0, setback_m), None, "{setback_m} m");
        }
    }

    #[test]
    fn it_is_turned_with_the_parcel_and_avoids_holes() {
        let slanted = turn(&square(100.0), Coord { x: 0.0, y: 0.0 }, 0.3);
        let rectangle = placed(&slanted, 84.0, 60.0, 8.0).expect("it has room");
        assert!(lies_within(&rectangle, &slanted, 8.0), "{rectangle:?}");
        let pond: LineString = vec![(40.0, 40.0), (60.0, 40.0), (60.0, 60.0), (40.0, 60.0), (40.0, 40.0)].into();
        let around = Polygon::new(square(100.0).exterior().clone(), vec![pond]);
        assert_eq!(placed(&around, 45.0, 45.0, 0.0), None, "it would stand in the pond");
        let beside = placed(&around, 90.0, 38.0, 0.0).expect("it has room beside the pond");
        assert!(lies_within(&beside, &around, 0.0));
    }

    #[test]
    fn it_stands_on_nothing_that_is_kept_free() {
        let area = square(100.0);
        let strip =
            |from: f64, to: f64| polygon![(x: from, y: -5.0), (x: to, y: -5.0), (x: to, y: 105.0), (x: from, y: 105.0)];
        let placed =
            |width_m, kept: &[Polygon]| place(Footprint { width_m, depth_m: width_m.max(60.0) }, &area, kept, 5.0);
        let free = placed(55.0, &[strip(20.0, 30.0)]).expect("it has room beside the strip");
        assert!(free.corners.iter().all(|corner| corner.x >= 30.0 - TOLERANCE_M), "{free:?}");
        assert!(
            placed(66.0, &[]).is_some() && placed(66.0, &[strip(20.0, 30.0)]).is_none(),
            "the strip takes the room"
        );
        assert!(placed(30.0, &[strip(-5.0, 105.0)]).is_none(), "all of it is kept free");
        let whole = Shape::new(area.clone().into()).unwrap();
        let strip = Shape::new(strip(45.0, 55.0).into()).unwrap();
        let parcel = parcel(Some((5.0, 5.0, 5.0)), Some(0.9));
        let hall = Footprint { width_m: 60.0, depth_m: 60.0 };
        assert!(matches!(fit(hall, (&parcel, &whole, 10_000.0), Some(&[])), Fit::Fits(_)));
        assert_eq!(fit(hall, (&parcel, &whole, 10_000.0), Some(&[&strip])), Fit::Fails, "it is in the middle");
        assert_eq!(fit(hall, (&parcel, &whole, 10_000.0), None), Fit::Unknown(Lacking::KeptFree), "nobody tells");
    }

    #[test]
    fn an_l_has_room_in_its_arms() {
        let arms = polygon![
            (x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 40.0), (x: 40.0, y: 40.0), (x: 40.0, y: 100.0), (x: 0.0, y: 100.0)
        ];
        for (width, depth, fits) in [(95.0, 35.0, true), (35.0, 95.0, true), (60.0, 60.0, false), (41.0, 41.0, false)] {
            let rectangle = placed(&arms, width, depth, 0.0);
            assert_eq!(rectangle.is_some(), fits, "{width} by {depth}");
            assert!(rectangle.is_none_or(|rectangle| lies_within(&rectangle, &arms, 0.0)));
        }
    }

    fn parcel(setbacks: Option<(f64, f64, f64)>, coverage: Option<f64>) -> Parcel {
        let mut parcel = Parcel::with_status(ParcelStatus::Available);
        parcel.setbacks = setbacks.map(|(front_m, side_m, rear_m)| Setbacks { front_m, side_m, rear_m });
        parcel.site_coverage.max = coverage;
        parcel
    }

    #[test]
    fn what_depends_on_what_nobody_says_is_unknown() {
        let shape = Shape::new(square(100.0).into()).unwrap();
        let of = |width_m, depth_m, setbacks, coverage| match fit(
            Footprint { width_m, depth_m },
            (&parcel(setbacks, coverage), &shape, shape.area_m2()),
            Some(&[]),
        ) {
            Fit::Fits(_) => "fits",
            Fit::Fails => "fails",
            Fit::Unknown(lacking) => lacking.as_str(),
        };
        let setbacks = Some((15.0, 8.0, 6.0));
        assert_eq!(of(70.0, 70.0, setbacks, Some(0.5)), "fits", "even with the front's setback all around");
        assert_eq!(of(84.0, 50.0, setbacks, Some(0.5)), "front", "which edge is the front decides");
        assert_eq!(of(95.0, 40.0, setbacks, Some(0.5)), "fails", "even with the rear's");
        assert_eq!(of(84.0, 82.0, setbacks, Some(0.7)), "fails", "one way or the other the front takes its room");
        assert_eq!(of(70.0, 70.0, setbacks, Some(0.4)), "fails", "it covers too much");
        assert_eq!(of(70.0, 70.0, setbacks, None), "site_coverage", "nobody says how much may be covered");
        assert_eq!(of(70.0, 70.0, None, Some(0.5)), "setbacks", "nobody says how far from the edges");
        assert_eq!(of(101.0, 10.0, None, Some(0.5)), "fails", "it is longer than the parcel");
    }

    /// Whether there is room by trying every metre: slow, simple, and a little generous.
    fn by_trying(area: &Polygon, width: f64, depth: f64, setback_m: f64) -> bool {
        (0..80).any(|x| {
            (0..80).any(|y| {
                let at = Coord { x: f64::from(x), y: f64::from(y) };
                let corner = |x: f64, y: f64| at + Coord { x: x * width, y: y * depth };
                let rectangle = [corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0), corner(0.0, 1.0)];
                lies_within(&Polygon::new(rectangle.into_iter().collect(), vec![]), area, setback_m)
            })
        })
    }

    proptest! {
        #[test]
        fn cutting_off_finds_what_is_found_in_any_area(
            angles in proptest::collection::btree_set(0_u32..360, 3..9),
            (wide, high) in (20_u32..120, 20_u32..120),
            (half_x, half_y) in (1_u32..50, 1_u32..50),
            apart in 0_u32..12,
        ) {
            let corner = |angle: &u32| {
                let (sin, cos) = f64::from(*angle).to_radians().sin_cos();
                Coord { x: f64::from(wide) * cos, y: f64::from(high) * sin }
            };
            let area = Polygon::new(angles.iter().map(corner).collect(), vec![]);
            let (half, apart_m) = (Coord { x: f64::from(half_x), y: f64::from(half_y) }, f64::from(apart));
            match convex::room(&area, half, |_| apart_m) {
                Within::At(at) => {
                    let rectangle = polygon![
                        (x: at.x - half.x, y: at.y - half.y), (x: at.x + half.x, y: at.y - half.y),
                        (x: at.x + half.x, y: at.y + half.y), (x: at.x - half.x, y: at.y + half.y)
                    ];
                    prop_assert!(lies_within(&rectangle, &area, apart_m), "{rectangle:?} in {area:?}");
                }
                Within::Nowhere => prop_assert_eq!(middle_of_any(&area, &[], half, apart_m), None, "in {:?}", area),
                Within::Perhaps => return Err(TestCaseError::fail("it is bulged everywhere")),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_is_placed_lies_within_and_what_can_be_tried_is_found(
            steps in proptest::collection::vec((5_u32..30, 10_u32..60), 2..5),
            width in 8_u32..40, depth in 8_u32..40, setback in 0_u32..6,
        ) {
            // A staircase: upright, never simple to fill.
            let mut ring = vec![Coord { x: 0.0, y: 0.0 }];
            let mut x = 0.0;
            for (across, height) in &steps {
                ring.push(Coord { x, y: f64::from(*height) });
                x += f64::from(*across);
                ring.push(Coord { x, y: f64::from(*height) });
            }
            ring.push(Coord { x, y: 0.0 });
            let area = Polygon::new(ring.into_iter().collect(), vec![]);
            let (width, depth, setback) = (f64::from(width), f64::from(depth), f64::from(setback));
            let found = placed(&area, width, depth, setback);
            if let Some(rectangle) = &found {
                prop_assert!(lies_within(rectangle, &area, setback), "{:?} in {:?}", rectangle, area);
            }
            // Around an inner corner the disc asks for a little more than a circle does.
            if by_trying(&area, width + 0.2, depth + 0.2, setback * 1.03) {
                prop_assert!(found.is_some(), "{} by {} in {:?}", width, depth, area);
            }
        }
    }
}
