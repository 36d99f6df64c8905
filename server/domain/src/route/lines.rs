//! The roads' centre lines, by their segments.

use geo::{BoundingRect, Closest, ClosestPoint};
use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};
use geo_types::{Coord, Line as Segment, LineString, Point, Rect};

use crate::record::RoadClass;

/// One line of a road.
pub(super) struct Line {
    /// Which of the roads it is of.
    pub(super) road: u32,
    pub(super) class: RoadClass,
    /// From the centre to the edge of the carriageway, metres; 0 where the record does not say.
    pub(super) half_m: f64,
    points: Vec<Coord>,
    /// How far along each point is, metres.
    along_m: Vec<f64>,
}

/// A position on a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    /// Which of the lines.
    pub(super) line: u32,
    /// How far along, metres.
    pub(super) along_m: f64,
}

impl Line {
    pub(super) fn new(road: u32, class: RoadClass, width_m: Option<f64>, line: &LineString) -> Self {
        let points = line.0.clone();
        let mut along_m = Vec::with_capacity(points.len());
        let mut sum = 0.0;
        for (index, at) in points.iter().enumerate() {
            if let Some(before) = index.checked_sub(1) {
                sum += distance(points[before], *at);
            }
            along_m.push(sum);
        }
        Self { road, class, half_m: width_m.unwrap_or(0.0) / 2.0, points, along_m }
    }

    /// Whether it crosses nothing at grade.
    pub(super) const fn is_free(&self) -> bool {
        matches!(self.class, RoadClass::Expressway | RoadClass::Ramp)
    }

    /// Whether it is a street, which is there to be reached by.
    pub(super) const fn is_street(&self) -> bool {
        matches!(self.class, RoadClass::Arterial | RoadClass::Collector | RoadClass::Local)
    }

    pub(super) fn length_m(&self) -> f64 {
        self.along_m.last().copied().unwrap_or(0.0)
    }

    pub(super) fn segment_count(&self) -> usize {
        self.points.len() - 1
    }

    pub(super) fn segment(&self, index: usize) -> Segment {
        Segment::new(self.points[index], self.points[index + 1])
    }

    /// How far along the point of a segment is that lies nearest to `at`, and where it is.
    pub(super) fn nearest(&self, segment: usize, at: Coord) -> (f64, Coord) {
        let on = match self.segment(segment).closest_point(&Point(at)) {
            Closest::Intersection(point) | Closest::SinglePoint(point) => point.0,
            Closest::Indeterminate => self.points[segment],
        };
        (self.along_m[segment] + distance(self.points[segment], on), on)
    }

    /// The position so far along.
    pub(super) fn at(&self, along_m: f64) -> Coord {
        let after = self.along_m.partition_point(|along| *along <= along_m).clamp(1, self.points.len() - 1);
        let (from, to) = (self.points[after - 1], self.points[after]);
        let (begin, end) = (self.along_m[after - 1], self.along_m[after]);
        let part = if end > begin { ((along_m - begin) / (end - begin)).clamp(0.0, 1.0) } else { 0.0 };
        from + (to - from) * part
    }

    /// The line from one distance along to another, which may be the smaller one.
    pub(super) fn between(&self, from_m: f64, to_m: f64) -> Vec<Coord> {
        let (low, high) = (from_m.min(to_m), from_m.max(to_m));
        let inner =
            self.points.iter().zip(&self.along_m).filter(|(_, along)| (low..high).contains(*along) && **along > low);
        let mut course: Vec<Coord> = std::iter::once(self.at(low)).chain(inner.map(|(at, _)| *at)).collect();
        course.push(self.at(high));
        if from_m > to_m {
            course.reverse();
        }
        course
    }
}

/// All lines, with an index of their segments.
pub(super) struct Lines {
    pub(super) all: Vec<Line>,
    /// By position in the tree: line and segment.
    segments: Vec<(u32, u32)>,
    /// None if there are no lines.
    tree: Option<RTree<f64>>,
}

impl Lines {
    pub(super) fn new(lines: Vec<Line>) -> Self {
        let of_line =
            |(index, line): (usize, &Line)| (0..line.segment_count() as u32).map(move |at| (index as u32, at));
        let segments: Vec<(u32, u32)> = lines.iter().enumerate().flat_map(of_line).collect();
        let tree = (!segments.is_empty()).then(|| {
            let mut builder = RTreeBuilder::<f64>::new(segments.len() as u32);
            for (line, segment) in &segments {
                let bounds = lines[*line as usize].segment(*segment as usize).bounding_rect();
                builder.add(bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y);
            }
            builder.finish::<HilbertSort>()
        });
        Self { all: lines, segments, tree }
    }

    pub(super) fn line(&self, line: u32) -> &Line {
        &self.all[line as usize]
    }

    /// Line and segment of all segments that may come as near as this to a rectangle, in order.
    pub(super) fn near(&self, bounds: Rect, within_m: f64) -> Vec<(u32, usize)> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let (min, max) = (bounds.min(), bounds.max());
        let mut found = tree.search(min.x - within_m, min.y - within_m, max.x + within_m, max.y + within_m);
        found.sort_unstable();
        let segment = |position: u32| {
            let (line, segment) = self.segments[position as usize];
            (line, segment as usize)
        };
        found.into_iter().map(segment).collect()
    }

    /// Where a spot is.
    pub(super) fn at(&self, spot: Spot) -> Coord {
        self.line(spot.line).at(spot.along_m)
    }
}

pub(super) fn distance(from: Coord, to: Coord) -> f64 {
    (to.x - from.x).hypot(to.y - from.y)
}
