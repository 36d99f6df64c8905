//! Parcels: what streets, canals and greens leave, cut until the pieces have the size that their zone needs.

use geo::{Area, BooleanOps, Simplify};
use geo_types::{Coord, MultiPolygon, Polygon};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::plane::{Frame, chamfer, halve, holds, inside, tidy};
use super::program::Program;
use super::utilities::PLANTS;
use super::zones::Zone;

/// A piece of land before anyone has planned it.
#[derive(Debug)]
pub(super) struct Land {
    /// Such as `ZC-07`.
    pub(super) code: String,
    /// Which zone, as an index.
    pub(super) zone: usize,
    pub(super) shape: Polygon,
}

/// Blocks are cut off at street corners by this much, metres.
const CORNER_M: f64 = 9.0;
/// What is smaller is no parcel but a green, m².
const SMALLEST_M2: f64 = 7_000.0;
/// What is smaller is no green either, m².
const SMALLEST_GREEN_M2: f64 = 400.0;
/// Parcels between the expressway and the street along it are small: they are for utilities.
const STRIP_X: f64 = -1_640.0;

/// The size above which a piece is cut again, hectares. Real industrial blocks of the district have a median of 10.4 ha.
fn largest_ha(piece: &Polygon, prefix: &str) -> f64 {
    let plant = PLANTS.iter().find(|(_, _, _, _, at)| holds(piece.exterior(), Coord::from(*at)));
    if let Some((_, program, ..)) = plant {
        return if *program == Program::Substation { 2.4 } else { 5.0 };
    }
    if inside(piece).x < STRIP_X {
        return 8.0;
    }
    match prefix {
        "RD" => 9.5,
        "CO" => 12.5,
        "LG" => 22.0,
        "BZ" | "AP" => 19.0,
        _ => 20.0,
    }
}

/// The parcels, and the remains that are too small for one.
pub(super) fn parcels(free: &MultiPolygon, zones: &[Zone], seed: u64) -> (Vec<Land>, Vec<Polygon>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut pieces: Vec<(usize, Polygon)> = Vec::new();
    for (zone, each) in zones.iter().enumerate() {
        let blocks = chamfer(&free.intersection(&each.shape), CORNER_M).simplify(0.3);
        for block in blocks {
            cut(block, each.prefix, &mut rng, &mut |piece| pieces.push((zone, piece)));
        }
    }
    pieces.retain(|(_, piece)| is_useful(piece));
    let row = |polygon: &Polygon| {
        let at = inside(polygon);
        ((-at.y / 150.0).floor() as i64, at.x as i64)
    };
    pieces.sort_by_key(|(zone, piece)| (*zone, row(piece)));
    let mut numbers = vec![0; zones.len()];
    let parcels: Vec<Land> = pieces
        .into_iter()
        .map(|(zone, shape)| {
            numbers[zone] += 1;
            Land { code: format!("{}-{:02}", zones[zone].prefix, numbers[zone]), zone, shape }
        })
        .collect();
    let taken = MultiPolygon::new(parcels.iter().map(|land| land.shape.clone()).collect());
    let taken = super::plane::union([&taken]);
    let remains = tidy(&chamfer(&free.difference(&taken), 2.0), SMALLEST_GREEN_M2);
    (parcels, remains)
}

/// Wide enough and full enough for buildings.
fn is_useful(piece: &Polygon) -> bool {
    let frame = Frame::of(piece);
    let area_m2 = piece.unsigned_area();
    area_m2 > SMALLEST_M2 && frame.short_m > 70.0 && area_m2 > 0.5 * frame.long_m * frame.short_m
}

fn cut(piece: Polygon, prefix: &str, rng: &mut ChaCha8Rng, keep: &mut impl FnMut(Polygon)) {
    let area_ha = piece.unsigned_area() / 10_000.0;
    if area_ha <= largest_ha(&piece, prefix) * rng.random_range(0.75..1.15) {
        keep(piece);
        return;
    }
    let share = [0.5, 0.46, 0.54, 0.42][rng.random_range(0..4)];
    for half in halve(&piece, share) {
        cut(half, prefix, rng, keep);
    }
}
