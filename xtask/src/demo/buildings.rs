//! Buildings, set in rows inside the setbacks of a parcel.

use cloudsite_domain::record::{BuildingUse, Roof};
use geo::Area;
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::calibration::{COMMERCIAL_HEIGHT_M, INDUSTRIAL_HEIGHT_M, OFFICE_HEIGHT_M, RESIDENTIAL_HEIGHT_M, at_rank};
use super::footprints::{self, Footprint};
use super::plane::{Frame, disc, encloses, grow, holds};
use super::program::{Kind, Program, Row};

/// A building of the plan.
#[derive(Debug)]
pub(super) struct House {
    pub(super) shape: Polygon,
    pub(super) usage: BuildingUse,
    pub(super) height_m: f64,
    pub(super) floors: u32,
    pub(super) roof: Roof,
}

/// What is built on a parcel.
#[derive(Debug, Default)]
pub(super) struct Site {
    pub(super) houses: Vec<House>,
    pub(super) lawns: Vec<Polygon>,
    pub(super) basins: Vec<Polygon>,
}

/// How a parcel is filled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task {
    pub(super) program: Program,
    /// Distance from the parcel's edges, metres.
    pub(super) setback_m: f64,
    /// Share of roofs that carry panels where they could.
    pub(super) solar: f64,
}

/// A rectangle of a frame: from and to along, from and to across.
#[derive(Debug, Clone, Copy)]
struct Cell {
    s: (f64, f64),
    t: (f64, f64),
}

/// Fills a parcel.
pub(super) fn fill(parcel: &Polygon, task: Task, rng: &mut ChaCha8Rng) -> Site {
    let mut site = Site::default();
    let inner = grow(&MultiPolygon::new(vec![parcel.clone()]), -task.setback_m);
    let Some(land) = inner.into_iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area())) else {
        return site;
    };
    let mut frame = Frame::of(&land);
    // Homes face south; the rest may have its front on any side.
    if task.program == Program::Housing {
        if frame.along.x.abs() < frame.along.y.abs() {
            frame = frame.turned();
        }
    } else if rng.random_bool(0.5) {
        frame = frame.turned().turned();
    }
    for (cell, kind) in cells(frame, task.program) {
        if let Some(cell) = fit(land.exterior(), frame, cell, least_m(kind)) {
            place(&mut site, frame, cell, kind, task, rng);
        }
    }
    site
}

/// The least length and depth, metres, in which a kind still looks like one.
const fn least_m(kind: Kind) -> (f64, f64) {
    match kind {
        Kind::Container => (8.0, 4.0),
        Kind::Tower => (44.0, 44.0),
        Kind::Hall | Kind::Dock | Kind::Hangar => (36.0, 30.0),
        Kind::Court | Kind::School => (34.0, 24.0),
        _ => (18.0, 11.0),
    }
}

/// The cells of the rows, with what stands in each.
fn cells(frame: Frame, program: Program) -> Vec<(Cell, Kind)> {
    let rows = program.rows();
    let mut all = Vec::new();
    let (mut from, mut to) = (0.0, frame.short_m);
    let mut turn = 0;
    let mut add = |t: (f64, f64), row: Row| {
        for s in along(frame.long_m, row) {
            all.push((Cell { s, t }, row.kinds[turn % row.kinds.len()]));
            turn += 1;
        }
    };
    if let Some(front) = rows.front.filter(|_| frame.short_m > 130.0) {
        add((0.0, front.depth_m.1), front);
        from = front.depth_m.1 + front.aisle_m;
    }
    if let Some(back) = rows.back.filter(|_| frame.short_m > 200.0) {
        add((to - back.depth_m.1, to), back);
        to -= back.depth_m.1 + rows.middle.aisle_m;
    }
    let middle = rows.middle;
    for (start, end) in shared(to - from, middle.depth_m, middle.aisle_m) {
        add((from + start, from + end), middle);
    }
    all
}

fn along(long_m: f64, row: Row) -> Vec<(f64, f64)> {
    shared(long_m, row.unit_m, row.gap_m)
}

/// Shares a length among as many pieces as fit, each of a size between the limits, `gap_m` apart, in the middle.
fn shared(length_m: f64, (least, most): (f64, f64), gap_m: f64) -> Vec<(f64, f64)> {
    let count = ((length_m + gap_m) / (f64::midpoint(least, most) + gap_m)).round().max(1.0);
    let fits = |count: f64| (length_m - (count - 1.0) * gap_m) / count;
    let count = if fits(count) < least { (count - 1.0).max(1.0) } else { count };
    let size = fits(count).min(most);
    if size < least * 0.6 {
        return Vec::new();
    }
    // What is left over widens the gaps.
    let pitch = if count > 1.0 { (length_m - size) / (count - 1.0) } else { 0.0 };
    (0..count as usize).map(|index| (index as f64 * pitch, index as f64 * pitch + size)).collect()
}

/// The cell made smaller, side by side, until it lies on the land; nothing if it gets too small for that.
fn fit(land: &LineString, frame: Frame, mut cell: Cell, least: (f64, f64)) -> Option<Cell> {
    const SAMPLES: usize = 8;
    for _ in 0..40 {
        let (ds, dt) = (cell.s.1 - cell.s.0, cell.t.1 - cell.t.0);
        if ds < least.0 || dt < least.1 {
            return None;
        }
        let corners = [(cell.s.0, cell.t.0), (cell.s.1, cell.t.0), (cell.s.1, cell.t.1), (cell.s.0, cell.t.1)];
        if encloses(land, &frame.ring(&corners)) {
            return Some(cell);
        }
        let outside = |side: usize| {
            let (a, b) = (corners[side], corners[(side + 1) % 4]);
            (0..=SAMPLES)
                .map(|step| step as f64 / SAMPLES as f64)
                .filter(|share| !holds(land, frame.to_grid(a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)))
                .count()
        };
        let counts = [outside(0), outside(1), outside(2), outside(3)];
        let worst = (0..4).max_by_key(|side| counts[*side]).unwrap_or(0);
        match worst {
            0 => cell.t.0 += dt * 0.06,
            1 => cell.s.1 -= ds * 0.06,
            2 => cell.t.1 -= dt * 0.06,
            _ => cell.s.0 += ds * 0.06,
        }
    }
    None
}

fn place(site: &mut Site, frame: Frame, cell: Cell, kind: Kind, task: Task, rng: &mut ChaCha8Rng) {
    let (s, t) = (cell.s.1 - cell.s.0, cell.t.1 - cell.t.0);
    let ring = |ring: &[(f64, f64)]| {
        let moved: Vec<_> = ring.iter().map(|at| (at.0 + cell.s.0, at.1 + cell.t.0)).collect();
        frame.ring(&moved)
    };
    let polygon =
        |print: &Footprint| Polygon::new(ring(&print.outer), print.hole.iter().map(|hole| ring(hole)).collect());
    match kind {
        Kind::Lawn => return site.lawns.push(polygon(&footprints::plain(s, t))),
        Kind::Basin => {
            let centre: Coord = frame.to_grid(f64::midpoint(cell.s.0, cell.s.1), f64::midpoint(cell.t.0, cell.t.1));
            return site.basins.push(disc(centre, s.min(t) / 2.0, 20));
        }
        _ => {}
    }
    if matches!(kind, Kind::Hall | Kind::Dock) && rng.random_bool(0.04) {
        return;
    }
    let mut add = |print: &Footprint, height_m: f64, storey_m: f64, rng: &mut ChaCha8Rng| {
        let (mut usage, roof) = kind.usage();
        if usage == BuildingUse::Residential && task.program != Program::Housing {
            usage = BuildingUse::Office;
        }
        let large =
            matches!(kind, Kind::Hall | Kind::Dock | Kind::Workshop | Kind::Hangar | Kind::Court | Kind::School);
        let roof = if large && rng.random_bool(task.solar) { Roof::Solar } else { roof };
        let floors = (height_m / storey_m).round().max(1.0);
        let height_m = (height_m * 10.0).round() / 10.0;
        site.houses.push(House { shape: polygon(print), usage, height_m, floors: floors as u32, roof });
    };
    let rank: f64 = rng.random_range(0.0..1.0);
    match kind {
        Kind::Hall => {
            let print = match rng.random_range(0..4) {
                0 => footprints::sawtooth(s, t, 17.0, 5.0),
                1 => footprints::bays(s, t, 12.0, 3.5),
                _ => footprints::plain(s, t),
            };
            // One or two storeys, whatever the height.
            add(&print, at_rank(INDUSTRIAL_HEIGHT_M, rank * 0.82), 10.0, rng);
        }
        Kind::Dock => add(&footprints::bays(s, t, 11.0, 4.0), 10.5 + rank * 6.0, 10.0, rng),
        Kind::Workshop => add(&footprints::plain(s, t), at_rank(INDUSTRIAL_HEIGHT_M, 0.35 + rank * 0.55), 5.0, rng),
        Kind::Office => add(&footprints::plain(s, t), at_rank(OFFICE_HEIGHT_M, rank * 0.7), 3.9, rng),
        Kind::Ancillary => add(&footprints::plain(s, t), 4.5 + rank * 5.0, 4.5, rng),
        Kind::Court => {
            let print = footprints::court(s, t, 15.0, rng);
            add(&print, at_rank(OFFICE_HEIGHT_M, 0.15 + rank * 0.7), 4.2, rng);
        }
        Kind::Tower => {
            let tower = footprints::tower(s, t, 34.0);
            let podium = footprints::podium(s, t, &tower);
            add(&podium, 12.0 + rank * 9.0, 4.8, rng);
            let height_m = at_rank(COMMERCIAL_HEIGHT_M, rank) * rng.random_range(1.3..3.1);
            add(&tower, height_m, 4.0, rng);
        }
        Kind::Point if task.program == Program::Housing => {
            add(&footprints::tower(s, t, 24.0), at_rank(RESIDENTIAL_HEIGHT_M, 0.6 + rank * 0.4), 3.0, rng);
        }
        Kind::Point => add(&footprints::tower(s, t, 32.0), at_rank(OFFICE_HEIGHT_M, 0.6 + rank * 0.4) * 1.25, 4.0, rng),
        Kind::Slab => {
            add(&footprints::staggered(s, t), at_rank(RESIDENTIAL_HEIGHT_M, 0.12 + rank * 0.75), 3.0, rng);
        }
        Kind::School => add(&footprints::court(s, t, 17.0, rng), 11.0 + rank * 8.0, 3.9, rng),
        Kind::Plant => add(&footprints::plain(s, t), 8.0 + rank * 14.0, 8.0, rng),
        Kind::Container => add(&footprints::plain(s, t), 2.9, 2.9, rng),
        Kind::Hangar => add(&footprints::plain(s, t), 18.0 + rank * 6.0, 20.0, rng),
        Kind::Basin | Kind::Lawn => {}
    }
}
