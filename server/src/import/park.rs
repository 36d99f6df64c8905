//! The park that an import makes where the record has none, so that what was imported can be seen.
//!
//! Its boundary is the rectangle around what was imported, and grows with later imports; its origin never moves, since
//! everything that viewers hold is relative to it. A park that someone drew is left alone, and takes its place.

use std::collections::BTreeMap;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Body, Code, Feature, Layer, Names, Park};
use geo_types::{Coord, Rect};

/// The attribute that marks a boundary made here.
const MARK: (&str, &str) = ("boundary", "the rectangle around what was imported");

/// How far the boundary lies outside of what was imported, metres.
const MARGIN_M: f64 = 200.0;

/// What an import does to the parks of the record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ParkChange {
    /// The park to make or to grow.
    pub(crate) put: Option<Feature>,
    /// Made parks that a drawn one replaces.
    pub(crate) ends: Vec<(Layer, Code)>,
}

/// What importing `features` from a file called `file_stem` does to the `parks` that the record has.
pub(crate) fn change(parks: &[Feature], features: &[Feature], file_stem: &str) -> ParkChange {
    let none = ParkChange { put: None, ends: Vec::new() };
    let drawn: Vec<&Code> =
        features.iter().filter(|feature| feature.layer() == Layer::Park).map(|feature| &feature.code).collect();
    if !drawn.is_empty() {
        let replaced = parks.iter().filter(|park| is_made(park) && !drawn.contains(&&park.code));
        return ParkChange { ends: replaced.map(|park| (Layer::Park, park.code.clone())).collect(), ..none };
    }
    let Some(bounds) = bounds(features) else { return none };
    let boundary = grown(bounds);
    match parks {
        [] => ParkChange { put: made(boundary, file_stem), ..none },
        [park] if is_made(park) => {
            let whole = around(park.shape.bounds(), boundary);
            ParkChange {
                put: (whole != park.shape.bounds()).then(|| with_boundary(park.clone(), whole)).flatten(),
                ..none
            }
        }
        _ => none,
    }
}

fn is_made(park: &Feature) -> bool {
    park.attributes.get(MARK.0).is_some_and(|text| text == MARK.1)
}

pub(super) fn around(a: Rect, b: Rect) -> Rect {
    let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
    let high = Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
    Rect::new(low, high)
}

fn bounds(features: &[Feature]) -> Option<Rect> {
    features.iter().map(|feature| feature.shape.bounds()).reduce(around)
}

/// The rectangle with the margin, in whole metres.
fn grown(bounds: Rect) -> Rect {
    let (low, high) = (bounds.min(), bounds.max());
    Rect::new(
        Coord { x: (low.x - MARGIN_M).floor(), y: (low.y - MARGIN_M).floor() },
        Coord { x: (high.x + MARGIN_M).ceil(), y: (high.y + MARGIN_M).ceil() },
    )
}

fn made(boundary: Rect, file_stem: &str) -> Option<Feature> {
    let centre = boundary.center();
    let origin = Coord { x: centre.x.round(), y: centre.y.round() };
    Some(Feature {
        code: file_stem.parse().or_else(|_| "park".parse()).ok()?,
        names: Names::default(),
        shape: Shape::new(boundary.to_polygon().into()).ok()?,
        body: Body::Park(Park { synthetic: false, origin, notice: Names::default() }),
        attributes: BTreeMap::from([(MARK.0.to_owned(), MARK.1.to_owned())]),
    })
}

fn with_boundary(mut park: Feature, boundary: Rect) -> Option<Feature> {
    park.shape = Shape::new(boundary.to_polygon().into()).ok()?;
    Some(park)
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::record::{Poi, PoiKind};
    use geo_types::Point;

    use super::*;

    fn poi(x: f64, y: f64) -> Feature {
        Feature {
            code: "A".parse().unwrap(),
            names: Names::default(),
            shape: Shape::new(Point::new(x, y).into()).unwrap(),
            body: Body::Poi(Poi { kind: PoiKind::Other }),
            attributes: BTreeMap::new(),
        }
    }

    fn origin(park: &Feature) -> Coord {
        let Body::Park(park) = &park.body else { panic!("a park is a park") };
        park.origin
    }

    #[test]
    fn the_first_import_makes_a_park_around_itself() {
        let change = change(&[], &[poi(536_000.4, 3_480_000.0), poi(537_000.0, 3_481_000.0)], "xinwu");
        let park = change.put.unwrap();
        assert_eq!(park.code.as_str(), "xinwu");
        let bounds = park.shape.bounds();
        assert_eq!(bounds.min(), Coord { x: 535_800.0, y: 3_479_800.0 });
        assert_eq!(bounds.max(), Coord { x: 537_200.0, y: 3_481_200.0 });
        assert_eq!(origin(&park), Coord { x: 536_500.0, y: 3_480_500.0 });
    }

    #[test]
    fn a_made_park_grows_and_keeps_its_origin() {
        let first = change(&[], &[poi(536_000.0, 3_480_000.0)], "xinwu").put.unwrap();
        let within = change(std::slice::from_ref(&first), &[poi(536_000.0, 3_480_000.0)], "other");
        assert_eq!(within.put, None, "it reaches no further");
        let grown = change(std::slice::from_ref(&first), &[poi(540_000.0, 3_480_000.0)], "other").put.unwrap();
        assert_eq!(grown.code, first.code);
        assert_eq!(origin(&grown), origin(&first));
        assert_eq!(grown.shape.bounds().min(), first.shape.bounds().min());
        assert!((grown.shape.bounds().max().x - 540_200.0).abs() < 1e-9);
    }

    #[test]
    fn a_drawn_park_is_left_alone_and_replaces_a_made_one() {
        let made = change(&[], &[poi(536_000.0, 3_480_000.0)], "xinwu").put.unwrap();
        let mut drawn = made.clone();
        drawn.attributes.clear();
        drawn.code = "drawn".parse().unwrap();
        let left = change(std::slice::from_ref(&drawn), &[poi(540_000.0, 3_480_000.0)], "other");
        assert_eq!(left, ParkChange { put: None, ends: vec![] });
        let replaced = change(std::slice::from_ref(&made), &[drawn], "drawn");
        assert_eq!(replaced, ParkChange { put: None, ends: vec![(Layer::Park, made.code)] });
    }
}
