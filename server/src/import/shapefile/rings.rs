//! From the rings of a polygon, which stand side by side in a Shapefile, to polygons with their holes.

use geo_types::Coord;

use crate::import::source::Positions;

/// How many times a vertex may be held against an edge to find the ring around a hole. A lake of 100,000 vertices with
/// 2,000 islands needs a billion; more is made to take hours.
const MOST_TESTS: usize = 2_000_000_000;

/// How many vertices of a hole are looked at: some may lie on the ring around it.
const LOOKED_AT: usize = 5;

/// Polygons, each its outer ring and then the holes in it. Outer rings run clockwise (ESRI, 1998); a ring that runs the
/// other way and lies in none of them is an outer ring all the same.
pub(super) fn polygons(rings: Vec<Positions>) -> Result<Vec<Vec<Positions>>, String> {
    let (outer, inner): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| twice_signed_area(ring) <= 0.0);
    let outer: Vec<(Extent, Positions)> = outer.into_iter().map(|ring| (Extent::of(&ring), ring)).collect();
    let mut tests = 0_usize;
    let mut polygons: Vec<Vec<Positions>> = Vec::new();
    let mut holes: Vec<(usize, Positions)> = Vec::new();
    let mut alone = Vec::new();
    for hole in inner {
        let extent = Extent::of(&hole);
        let mut around: Option<usize> = None;
        tests += outer.len();
        for (index, (other, ring)) in outer.iter().enumerate() {
            let nearer = around.is_none_or(|around| other.area() < outer[around].0.area());
            if nearer && other.holds(extent) {
                tests += ring.len() * LOOKED_AT;
                if lies_in(&hole, ring) {
                    around = Some(index);
                }
            }
        }
        if tests > MOST_TESTS {
            return Err("it has more rings and vertices than can be told apart in reasonable time".to_owned());
        }
        match around {
            Some(index) => holes.push((index, hole)),
            None => alone.push(hole),
        }
    }
    polygons.extend(outer.into_iter().map(|(_, ring)| vec![ring]));
    for (index, hole) in holes {
        polygons[index].push(hole);
    }
    polygons.extend(alone.into_iter().map(|ring| vec![ring]));
    Ok(polygons)
}

/// Positive where the ring runs counter-clockwise. Taken from the first vertex, so that large coordinates cost nothing.
fn twice_signed_area(ring: &[Coord]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    ring.windows(2)
        .map(|edge| {
            let (a, b) = (edge[0] - origin, edge[1] - origin);
            a.x * b.y - b.x * a.y
        })
        .sum()
}

#[derive(Clone, Copy)]
struct Extent {
    low: Coord,
    high: Coord,
}

impl Extent {
    fn of(ring: &[Coord]) -> Self {
        let none = Self { low: Coord { x: f64::MAX, y: f64::MAX }, high: Coord { x: f64::MIN, y: f64::MIN } };
        ring.iter().fold(none, |extent, at| Self {
            low: Coord { x: extent.low.x.min(at.x), y: extent.low.y.min(at.y) },
            high: Coord { x: extent.high.x.max(at.x), y: extent.high.y.max(at.y) },
        })
    }

    fn area(self) -> f64 {
        (self.high.x - self.low.x) * (self.high.y - self.low.y)
    }

    fn holds(self, other: Self) -> bool {
        self.low.x <= other.low.x
            && self.low.y <= other.low.y
            && self.high.x >= other.high.x
            && self.high.y >= other.high.y
    }
}

/// Whether most of the looked-at vertices of `hole` lie in `ring`.
fn lies_in(hole: &[Coord], ring: &[Coord]) -> bool {
    let step = (hole.len() / LOOKED_AT).max(1);
    let looked_at: Vec<Coord> = hole.iter().step_by(step).take(LOOKED_AT).copied().collect();
    let inside = looked_at.iter().filter(|at| is_inside(**at, ring)).count();
    inside * 2 > looked_at.len()
}

fn is_inside(at: Coord, ring: &[Coord]) -> bool {
    let crossings = ring.windows(2).filter(|edge| {
        let (a, b) = (edge[0], edge[1]);
        (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x
    });
    crossings.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square, clockwise.
    fn square(x: f64, y: f64, side: f64) -> Positions {
        [(x, y), (x, y + side), (x + side, y + side), (x + side, y), (x, y)].map(Coord::from).to_vec()
    }

    fn reversed(mut ring: Positions) -> Positions {
        ring.reverse();
        ring
    }

    #[test]
    fn holes_go_to_the_ring_around_them() {
        let lake = square(0.0, 0.0, 100.0);
        let island = reversed(square(10.0, 10.0, 50.0));
        let pond = square(20.0, 20.0, 10.0);
        let rock = reversed(square(22.0, 22.0, 2.0));
        let beside = square(200.0, 0.0, 10.0);
        let found = polygons(vec![rock.clone(), lake.clone(), pond.clone(), beside.clone(), island.clone()]).unwrap();
        assert_eq!(found, [vec![lake, island], vec![pond, rock], vec![beside]]);
    }

    #[test]
    fn a_ring_drawn_the_wrong_way_round_is_a_ring() {
        let wrong = reversed(square(0.0, 0.0, 10.0));
        assert_eq!(polygons(vec![wrong.clone()]).unwrap(), [vec![wrong]]);
        assert_eq!(polygons(Vec::new()).unwrap(), Vec::<Vec<Positions>>::new());
    }
}
