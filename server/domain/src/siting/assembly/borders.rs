//! Which parcels lie beside each other with nothing between them.

use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};
use geo_types::{Coord, Geometry, Line, Polygon};

use crate::geometry::Shape;

/// How far apart two edges are at most that are one border, metres: what a survey leaves.
const SAME_EDGE_M: f64 = 0.1;

/// By how much directions of two such edges differ at most, as the sine of the angle.
const SAME_DIRECTION: f64 = 0.02;

/// How long a border is at least that parcels are joined across, metres: enough for a road within the site.
pub const LEAST_BORDER_M: f64 = 6.0;

/// Into pieces of which length a border is cut to see what lies on it, metres.
const PIECE_M: f64 = 4.0;

/// Something that parcels are not joined across, by its centre line: a public road or a fence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Barrier {
    /// A straight piece of it, canonical metres.
    pub line: Line,
    /// How far it reaches to either side, metres.
    pub half_width_m: f64,
}

/// For each row the rows that it borders on, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Borders {
    /// Where each row's neighbours begin, and where the last ones end.
    begins: Vec<u32>,
    neighbours: Vec<u32>,
}

/// An edge of a parcel.
#[derive(Clone, Copy)]
struct Edge {
    row: u32,
    line: Line,
}

impl Borders {
    /// The borders of shapes, by row; a shape that is none has no neighbours. Parcels that are `apart` are not joined however
    /// they lie, and borders do not count where a barrier lies on them.
    pub fn of(shapes: &[Option<&Shape>], apart: impl Fn(u32, u32) -> bool, barriers: &[Barrier]) -> Self {
        let edges: Vec<Edge> = shapes
            .iter()
            .enumerate()
            .filter_map(|(row, shape)| Some((row as u32, (*shape)?)))
            .flat_map(|(row, shape)| lines(shape).into_iter().map(move |line| Edge { row, line }))
            .collect();
        let (Some(boxes), barriers) = (tree(edges.iter().map(|edge| edge.line), SAME_EDGE_M), Barriers::of(barriers))
        else {
            return Self::from_pairs(shapes.len(), Vec::new());
        };
        let mut shared: Vec<(u32, u32, f64)> = Vec::new();
        for (index, edge) in edges.iter().enumerate() {
            let (low, high) = corners(edge.line, SAME_EDGE_M);
            for other in boxes.search(low.x, low.y, high.x, high.y) {
                let other_edge = &edges[other as usize];
                if other as usize <= index || other_edge.row == edge.row || apart(edge.row, other_edge.row) {
                    continue;
                }
                if let Some(border) = common(edge.line, other_edge.line) {
                    let (a, b) = (edge.row.min(other_edge.row), edge.row.max(other_edge.row));
                    shared.push((a, b, barriers.open_m(border)));
                }
            }
        }
        shared.sort_unstable_by_key(|(a, b, _)| (*a, *b));
        let joined = shared.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1));
        let long = joined.filter(|parts| parts.iter().map(|part| part.2).sum::<f64>() >= LEAST_BORDER_M);
        Self::from_pairs(shapes.len(), long.map(|parts| (parts[0].0, parts[0].1)).collect())
    }

    /// Borders between so many rows, by pairs.
    pub fn from_pairs(count: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        let turned: Vec<(u32, u32)> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        pairs.extend(turned);
        pairs.sort_unstable();
        pairs.dedup();
        let begins = (0..=count as u32).map(|row| pairs.partition_point(|(a, _)| *a < row) as u32).collect();
        Self { begins, neighbours: pairs.into_iter().map(|(_, b)| b).collect() }
    }

    /// Whether one can go from each of some rows to each other over borders between them.
    pub fn connect(&self, rows: &[u32]) -> bool {
        let Some((first, _)) = rows.split_first() else { return false };
        let mut reached = vec![*first];
        let mut next = 0;
        while let Some(row) = reached.get(next).copied() {
            next += 1;
            let beside = self.of_row(row).iter().filter(|beside| rows.contains(beside));
            let new: Vec<u32> = beside.filter(|beside| !reached.contains(beside)).copied().collect();
            reached.extend(new);
        }
        rows.iter().all(|row| reached.contains(row))
    }

    /// The rows that a row borders on.
    pub fn of_row(&self, row: u32) -> &[u32] {
        let at = |row: u32| self.begins[row as usize] as usize;
        &self.neighbours[at(row)..at(row + 1)]
    }

    /// How many borders there are.
    pub const fn len(&self) -> usize {
        self.neighbours.len() / 2
    }

    /// Whether nothing borders on anything.
    pub const fn is_empty(&self) -> bool {
        self.neighbours.is_empty()
    }
}

fn lines(shape: &Shape) -> Vec<Line> {
    let of = |area: &Polygon| -> Vec<Line> {
        std::iter::once(area.exterior()).chain(area.interiors()).flat_map(geo_types::LineString::lines).collect()
    };
    match shape.to_geometry() {
        Geometry::Polygon(area) => of(&area),
        Geometry::MultiPolygon(areas) => areas.iter().flat_map(of).collect(),
        _ => Vec::new(),
    }
}

fn corners(line: Line, grown_m: f64) -> (Coord, Coord) {
    let (a, b) = (line.start, line.end);
    let low = Coord { x: a.x.min(b.x) - grown_m, y: a.y.min(b.y) - grown_m };
    (low, Coord { x: a.x.max(b.x) + grown_m, y: a.y.max(b.y) + grown_m })
}

fn tree(lines: impl ExactSizeIterator<Item = Line>, grown_m: f64) -> Option<RTree<f64>> {
    if lines.len() == 0 {
        return None;
    }
    let mut builder = RTreeBuilder::<f64>::new(lines.len() as u32);
    for line in lines {
        let (low, high) = corners(line, grown_m);
        builder.add(low.x, low.y, high.x, high.y);
    }
    Some(builder.finish::<HilbertSort>())
}

/// The part of one edge along which the other runs, too.
fn common(one: Line, other: Line) -> Option<Line> {
    let along = one.end - one.start;
    let length = along.x.hypot(along.y);
    let direction = Coord { x: along.x / length, y: along.y / length };
    let place = |at: Coord| {
        let from = at - one.start;
        (from.x * direction.x + from.y * direction.y, direction.x * from.y - direction.y * from.x)
    };
    let ((from, from_off), (to, to_off)) = (place(other.start), place(other.end));
    let reach = (to - from).hypot(to_off - from_off);
    if !(length > 0.0 && reach > 0.0) || (to_off - from_off).abs() > SAME_DIRECTION * reach {
        return None;
    }
    let (begins, ends) = (from.min(to).max(0.0), from.max(to).min(length));
    if ends <= begins {
        return None;
    }
    // How far it is off at the middle of what they share.
    let part = if (to - from).abs() > 0.0 { (f64::midpoint(begins, ends) - from) / (to - from) } else { 0.5 };
    let off = from_off + (to_off - from_off) * part;
    let at = |along: f64| one.start + direction * along;
    (off.abs() <= SAME_EDGE_M).then(|| Line::new(at(begins), at(ends)))
}

/// Barriers, found by where they are.
struct Barriers<'a> {
    all: &'a [Barrier],
    widest_m: f64,
    boxes: Option<RTree<f64>>,
}

impl<'a> Barriers<'a> {
    fn of(all: &'a [Barrier]) -> Self {
        let widest_m = all.iter().map(|barrier| barrier.half_width_m).fold(0.0, f64::max);
        Self { all, widest_m, boxes: tree(all.iter().map(|barrier| barrier.line), 0.0) }
    }

    /// How much of a border no barrier lies on, metres.
    fn open_m(&self, border: Line) -> f64 {
        let along = border.end - border.start;
        let length_m = along.x.hypot(along.y);
        let Some(boxes) = &self.boxes else { return length_m };
        let (low, high) = corners(border, self.widest_m);
        let near = boxes.search(low.x, low.y, high.x, high.y);
        let near: Vec<&Barrier> = near.into_iter().map(|index| &self.all[index as usize]).collect();
        if near.is_empty() {
            return length_m;
        }
        let pieces = (length_m / PIECE_M).ceil().max(1.0);
        let open = (0..pieces as u32).filter(|piece| {
            let at = border.start + along * ((f64::from(*piece) + 0.5) / pieces);
            near.iter().all(|barrier| distance_m(at, barrier.line) > barrier.half_width_m)
        });
        open.count() as f64 / pieces * length_m
    }
}

fn distance_m(at: Coord, line: Line) -> f64 {
    let (along, from) = (line.end - line.start, at - line.start);
    let square = along.x.mul_add(along.x, along.y * along.y);
    let part = if square > 0.0 { ((from.x * along.x + from.y * along.y) / square).clamp(0.0, 1.0) } else { 0.0 };
    let off = from - along * part;
    off.x.hypot(off.y)
}

#[cfg(test)]
mod tests {
    use geo_types::Rect;

    use super::*;

    fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Shape {
        Shape::new(Rect::new((west, south), (east, north)).to_polygon().into()).unwrap()
    }

    fn pairs(shapes: &[Shape], barriers: &[Barrier]) -> Vec<(u32, u32)> {
        let shapes: Vec<Option<&Shape>> = shapes.iter().map(Some).collect();
        let borders = Borders::of(&shapes, |_, _| false, barriers);
        let of = |row: u32| borders.of_row(row).iter().map(move |other| (row, *other)).filter(|(a, b)| a < b);
        (0..shapes.len() as u32).flat_map(of).collect()
    }

    #[test]
    fn parcels_border_where_they_run_along_each_other() {
        let shapes = [
            rectangle(0.0, 0.0, 100.0, 100.0),
            // Half as high, beside it; above that another one with a crack that a survey left.
            rectangle(100.0, 0.0, 200.0, 50.0),
            rectangle(100.05, 50.0, 200.0, 100.0),
            // At a corner only, across a street, along five metres only.
            rectangle(200.0, 100.0, 300.0, 200.0),
            rectangle(0.0, 112.0, 100.0, 200.0),
            rectangle(-50.0, 95.0, 0.0, 111.0),
        ];
        assert_eq!(pairs(&shapes, &[]), [(0, 1), (0, 2), (1, 2)]);
    }

    #[test]
    fn what_lies_on_a_border_parts_it() {
        let shapes = [rectangle(0.0, 0.0, 100.0, 100.0), rectangle(100.0, 0.0, 200.0, 100.0)];
        let road = |from: (f64, f64), to: (f64, f64)| Barrier { line: Line::new(from, to), half_width_m: 4.5 };
        let along = road((101.0, -20.0), (101.0, 120.0));
        assert_eq!(pairs(&shapes, &[along]), [], "a road along all of it");
        let half = road((101.0, -20.0), (101.0, 40.0));
        assert_eq!(pairs(&shapes, &[half]), [(0, 1)], "a road along half of it");
        let near = road((106.0, -20.0), (106.0, 120.0));
        assert_eq!(pairs(&shapes, &[near]), [(0, 1)], "a road within one of them");
        let shapes: Vec<Option<&Shape>> = shapes.iter().map(Some).collect();
        assert!(Borders::of(&shapes, |_, _| true, &[]).is_empty(), "what is apart is not joined");
    }

    #[test]
    fn a_slanted_border_counts_as_an_upright_one_does() {
        let turned = |points: [(f64, f64); 4]| {
            let (sin, cos) = 0.7_f64.sin_cos();
            let turn = |(x, y): (f64, f64)| Coord { x: x * cos - y * sin, y: x * sin + y * cos };
            Shape::new(Polygon::new(points.into_iter().map(turn).collect(), vec![]).into()).unwrap()
        };
        let shapes = [
            turned([(0.0, 0.0), (80.0, 0.0), (80.0, 60.0), (0.0, 60.0)]),
            turned([(20.0, 60.0), (140.0, 60.0), (140.0, 90.0), (20.0, 90.0)]),
            turned([(80.0, 0.0), (120.0, 0.0), (120.0, 59.0), (80.0, 59.0)]),
        ];
        assert_eq!(pairs(&shapes, &[]), [(0, 1), (0, 2)]);
    }
}
