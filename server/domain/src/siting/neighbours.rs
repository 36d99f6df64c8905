//! How far it is to the nearest building of a use: whom a project has, or wants to have, beside it.

use std::collections::BTreeMap;

use geo::{Distance, Euclidean};
use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};
use geo_types::Geometry;

use crate::geometry::{Shape, grown};
use crate::record::BuildingUse;

/// How far is looked at first, metres, and how many times farther each time nothing is found.
const FIRST_M: f64 = 100.0;
const FARTHER: f64 = 4.0;

/// How far is looked at all, metres: who is farther off is no neighbour.
const FARTHEST_M: f64 = 10_000.0;

/// The buildings of a record, by use.
#[derive(Debug, Default)]
pub struct Neighbours(BTreeMap<BuildingUse, Buildings>);

#[derive(Debug)]
struct Buildings {
    areas: Vec<Geometry>,
    boxes: RTree<f64>,
}

impl Neighbours {
    /// Finds neighbours among buildings, each with its use.
    pub fn new<'a>(buildings: impl IntoIterator<Item = (BuildingUse, &'a Shape)>) -> Self {
        let mut by_use = BTreeMap::<BuildingUse, Vec<&Shape>>::new();
        for (usage, shape) in buildings {
            by_use.entry(usage).or_default().push(shape);
        }
        Self(by_use.into_iter().map(|(usage, shapes)| (usage, Buildings::new(&shapes))).collect())
    }

    /// The metres between a shape and the nearest building of a use, to the whole metre; none if there is no such building
    /// within 10 km, or if one whose use is not known is nearer. A building is not its own neighbour.
    pub fn metres(&self, usage: BuildingUse, shape: &Shape) -> Option<f64> {
        let nearest = self.nearest(usage, shape)?;
        self.nearest(BuildingUse::Unknown, shape).is_none_or(|unknown| unknown >= nearest).then(|| nearest.round())
    }

    fn nearest(&self, usage: BuildingUse, shape: &Shape) -> Option<f64> {
        let buildings = self.0.get(&usage)?;
        let place = shape.to_geometry();
        let mut reach_m = FIRST_M;
        while reach_m <= FARTHEST_M * FARTHER {
            let around = grown(shape.bounds(), reach_m);
            let near = buildings.boxes.search(around.min().x, around.min().y, around.max().x, around.max().y);
            let others = near.into_iter().filter(|at| buildings.areas[*at as usize] != place);
            let metres = others.map(|at| Euclidean.distance(&place, &buildings.areas[at as usize]));
            let nearest = metres.min_by(f64::total_cmp).filter(|nearest| *nearest <= reach_m.min(FARTHEST_M));
            if nearest.is_some() {
                return nearest;
            }
            reach_m *= FARTHER;
        }
        None
    }
}

impl Buildings {
    fn new(shapes: &[&Shape]) -> Self {
        let mut boxes = RTreeBuilder::<f64>::new(shapes.len() as u32);
        for shape in shapes {
            let bounds = shape.bounds();
            boxes.add(bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y);
        }
        Self { areas: shapes.iter().map(|shape| shape.to_geometry()).collect(), boxes: boxes.finish::<HilbertSort>() }
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{Coord, Rect};
    use proptest::prelude::*;

    use super::*;

    fn square(x: f64, y: f64, side_m: f64) -> Shape {
        let rect = Rect::new(Coord { x, y }, Coord { x: x + side_m, y: y + side_m });
        Shape::new(rect.to_polygon().into()).unwrap()
    }

    #[test]
    fn the_nearest_of_its_use_counts() {
        let (near, far, other) = (square(250.0, 0.0, 10.0), square(0.0, 3_000.0, 10.0), square(0.0, 12.0, 10.0));
        let neighbours = Neighbours::new([
            (BuildingUse::Residential, &near),
            (BuildingUse::Residential, &far),
            (BuildingUse::Warehouse, &other),
        ]);
        let place = square(0.0, 0.0, 10.0);
        assert_eq!(neighbours.metres(BuildingUse::Residential, &place), Some(240.0));
        assert_eq!(neighbours.metres(BuildingUse::Warehouse, &place), Some(2.0));
        assert_eq!(neighbours.metres(BuildingUse::Laboratory, &place), None, "there is none");
        let away = square(0.0, -20_000.0, 10.0);
        assert_eq!(neighbours.metres(BuildingUse::Residential, &away), None, "nobody's neighbour");
        assert_eq!(neighbours.metres(BuildingUse::Residential, &square(250.0, 0.0, 20.0)), Some(0.0), "on the place");
        assert_eq!(neighbours.metres(BuildingUse::Warehouse, &other), None, "it is no neighbour of its own");
        let unsure = Neighbours::new([(BuildingUse::Residential, &near), (BuildingUse::Unknown, &other)]);
        assert_eq!(unsure.metres(BuildingUse::Residential, &place), None, "the nearer one may be a dwelling, too");
    }

    proptest! {
        #[test]
        fn looking_farther_step_by_step_misses_none(at in prop::collection::vec((-12_000..12_000, -12_000..12_000), 1..40)) {
            let buildings: Vec<Shape> =
                at.iter().map(|(x, y)| square(f64::from(*x), f64::from(*y), 8.0)).collect();
            let neighbours = Neighbours::new(buildings.iter().map(|shape| (BuildingUse::Factory, shape)));
            let place = square(0.0, 0.0, 50.0);
            let all = buildings.iter().map(|shape| Euclidean.distance(&place.to_geometry(), &shape.to_geometry()));
            let nearest = all.min_by(f64::total_cmp).filter(|metres| *metres <= FARTHEST_M).map(f64::round);
            prop_assert_eq!(neighbours.metres(BuildingUse::Factory, &place), nearest);
        }
    }
}
