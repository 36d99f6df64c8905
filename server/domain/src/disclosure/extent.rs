//! How much area has been given: cells of a coarse grid, and how many of them hang together.

use std::collections::{BTreeSet, HashMap};

use geo_types::{Coord, LineString, Polygon};

use crate::geometry::Shape;

/// The side of a cell, metres: small against the 25 km² that the law counts, large against a parcel.
pub const CELL_M: f64 = 100.0;

/// The area of a cell, m².
pub const CELL_AREA_M2: f64 = CELL_M * CELL_M;

/// Of an area whose bounding box covers no more than this many cells, all of these are counted: at most a little too much.
const BOX_CELLS: i64 = 16;

/// A cell of the grid over canonical coordinates, counted from its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// To the east.
    pub x: i32,
    /// To the north.
    pub y: i32,
}

impl Cell {
    /// The cell in which a position lies, canonical metres.
    pub fn at(at: Coord) -> Self {
        Self { x: (at.x / CELL_M).floor() as i32, y: (at.y / CELL_M).floor() as i32 }
    }

    /// The eight cells around it.
    fn around(self) -> impl Iterator<Item = Self> {
        let beside = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))).filter(|beside| *beside != (0, 0));
        beside.map(move |(dx, dy)| Self { x: self.x + dx, y: self.y + dy })
    }
}

/// The cells in which a shape lies. A cell that is touched counts whole.
pub fn cells(shape: &Shape) -> BTreeSet<Cell> {
    let mut all = BTreeSet::new();
    match shape {
        Shape::Point(point) => {
            all.insert(Cell::at(point.0));
        }
        Shape::Lines(lines) => lines.iter().for_each(|line| along(line, &mut all)),
        Shape::Areas(areas) => areas.iter().for_each(|part| within(part, &mut all)),
    }
    all
}

/// The cells that a line goes through, but for those of which it cuts less than a quarter of a cell's side.
fn along(line: &LineString, all: &mut BTreeSet<Cell>) {
    for edge in line.lines() {
        let steps = (edge.dx().hypot(edge.dy()) / (CELL_M / 4.0)).ceil().max(1.0) as i64;
        all.extend((0..=steps).map(|step| Cell::at(edge.start + edge.delta() * (step as f64 / steps as f64))));
    }
}

fn within(polygon: &Polygon, all: &mut BTreeSet<Cell>) {
    let outer = &polygon.exterior().0;
    let fold = |pick: fn(f64, f64) -> f64, of: fn(&Coord) -> f64| outer.iter().map(of).reduce(pick).unwrap_or_default();
    let low = Cell::at(Coord { x: fold(f64::min, |at| at.x), y: fold(f64::min, |at| at.y) });
    let high = Cell::at(Coord { x: fold(f64::max, |at| at.x), y: fold(f64::max, |at| at.y) });
    let count = i64::from(high.x - low.x + 1) * i64::from(high.y - low.y + 1);
    if count <= BOX_CELLS {
        all.extend((low.x..=high.x).flat_map(|x| (low.y..=high.y).map(move |y| Cell { x, y })));
        return;
    }
    let rings: Vec<&LineString> = std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
    for ring in &rings {
        along(ring, all);
    }
    for y in low.y..=high.y {
        let north = (f64::from(y) + 0.5) * CELL_M;
        let mut crossings: Vec<f64> = rings
            .iter()
            .flat_map(|ring| ring.lines())
            .filter(|edge| (edge.start.y > north) != (edge.end.y > north))
            .map(|edge| edge.start.x + (north - edge.start.y) / edge.dy() * edge.dx())
            .collect();
        crossings.sort_unstable_by(f64::total_cmp);
        for inside in crossings.chunks_exact(2) {
            let (from, to) = ((inside[0] / CELL_M).floor() as i32, (inside[1] / CELL_M).floor() as i32);
            all.extend((from..=to).map(|x| Cell { x, y }));
        }
    }
}

/// More hangs together than may.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TooMuch {
    /// What would hang together, m².
    pub contiguous_m2: f64,
}

/// Cells that were given, and which of them hang together by a side or a corner.
#[derive(Debug, Clone, Default)]
pub struct Cover {
    places: HashMap<Cell, u32>,
    /// The cells in the order in which they came.
    cells: Vec<Cell>,
    /// For each cell another one of its piece, or itself for one of the piece.
    parents: Vec<u32>,
    /// How many cells the piece has, for the cell that stands for it.
    sizes: Vec<u32>,
    largest: u32,
}

impl Cover {
    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The whole area, m².
    pub fn area_m2(&self) -> f64 {
        self.cells.len() as f64 * CELL_AREA_M2
    }

    /// The area of the largest piece, m².
    pub fn contiguous_m2(&self) -> f64 {
        f64::from(self.largest) * CELL_AREA_M2
    }

    /// Whether a cell is there.
    pub fn has(&self, cell: Cell) -> bool {
        self.places.contains_key(&cell)
    }

    /// Adds cells, and gives those that were new; none of them if a piece would become larger than `most_m2`.
    pub fn add(&mut self, cells: impl IntoIterator<Item = Cell>, most_m2: f64) -> Result<Vec<Cell>, TooMuch> {
        let before = self.cells.len();
        for cell in cells {
            self.put(cell);
        }
        let contiguous_m2 = self.contiguous_m2();
        if contiguous_m2 > most_m2 && self.cells.len() > before {
            let kept = self.cells[..before].to_vec();
            *self = Self::default();
            for cell in kept {
                self.put(cell);
            }
            return Err(TooMuch { contiguous_m2 });
        }
        Ok(self.cells[before..].to_vec())
    }

    fn put(&mut self, cell: Cell) {
        if self.has(cell) {
            return;
        }
        let place = self.cells.len() as u32;
        self.places.insert(cell, place);
        self.cells.push(cell);
        self.parents.push(place);
        self.sizes.push(1);
        self.largest = self.largest.max(1);
        for beside in cell.around() {
            if let Some(beside) = self.places.get(&beside).copied() {
                self.join(place, beside);
            }
        }
    }

    /// The cell that stands for the piece.
    fn root(&mut self, mut place: u32) -> u32 {
        while self.parents[place as usize] != place {
            let above = self.parents[place as usize];
            self.parents[place as usize] = self.parents[above as usize];
            place = above;
        }
        place
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return;
        }
        let smaller_first = self.sizes[one as usize] < self.sizes[other as usize];
        let (small, large) = if smaller_first { (one, other) } else { (other, one) };
        self.parents[small as usize] = large;
        self.sizes[large as usize] += self.sizes[small as usize];
        self.largest = self.largest.max(self.sizes[large as usize]);
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{Geometry, line_string, polygon};

    use super::*;

    fn of(geometry: impl Into<Geometry>) -> usize {
        cells(&Shape::new(geometry.into()).unwrap()).len()
    }

    #[test]
    fn shapes_lie_in_cells() {
        let square = |side: f64| polygon![(x: 1.0, y: 1.0), (x: side, y: 1.0), (x: side, y: side), (x: 1.0, y: side)];
        assert_eq!(of(geo_types::point!(x: 536_050.0, y: 3_479_050.0)), 1);
        assert_eq!(of(square(99.0)), 1);
        assert_eq!(of(square(101.0)), 4);
        assert_eq!(of(square(2_999.0)), 900);
        assert_eq!(of(line_string![(x: 1.0, y: 50.0), (x: 950.0, y: 50.0)]), 10);
        // A frame of a kilometre with nothing in it.
        let mut frame = square(999.0);
        frame.interiors_push(
            square(999.0)
                .exterior()
                .0
                .iter()
                .rev()
                .map(|at| (*at - Coord { x: 500.0, y: 500.0 }) * 0.7 + Coord { x: 500.0, y: 500.0 })
                .collect::<LineString>(),
        );
        assert_eq!(of(frame), 100 - 36);
    }

    #[test]
    fn what_hangs_together_is_counted_and_what_is_too_much_is_not_taken() {
        let row = |y: i32, xs: std::ops::Range<i32>| xs.map(move |x| Cell { x, y });
        let mut cover = Cover::default();
        let most = 10.0 * CELL_AREA_M2;
        assert_eq!(cover.add(row(0, 0..6), most).unwrap().len(), 6);
        assert_eq!(cover.add(row(5, 0..6), most).unwrap().len(), 6, "another piece");
        assert_eq!((cover.area_m2(), cover.contiguous_m2()), (12.0 * CELL_AREA_M2, 6.0 * CELL_AREA_M2));
        assert_eq!(cover.add(row(0, 0..6), most).unwrap(), [], "it has that");
        let bridge = (1..5).map(|y| Cell { x: 3, y });
        assert_eq!(cover.add(bridge, most), Err(TooMuch { contiguous_m2: 16.0 * CELL_AREA_M2 }));
        assert_eq!((cover.len(), cover.contiguous_m2()), (12, 6.0 * CELL_AREA_M2), "as it was");
        assert_eq!(cover.add(row(1, 6..7), most).unwrap().len(), 1, "a corner joins");
        assert_eq!((cover.len(), cover.contiguous_m2()), (13, 7.0 * CELL_AREA_M2));
    }
}
