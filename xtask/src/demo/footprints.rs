//! Footprints in a rectangle: rings in metres from its corner, `s` along, `t` across.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A ring, not closed.
pub(super) type Ring = Vec<(f64, f64)>;

/// A footprint: an outer ring, and a hole where there is a court.
#[derive(Debug, Clone)]
pub(super) struct Footprint {
    pub(super) outer: Ring,
    pub(super) hole: Option<Ring>,
}

impl Footprint {
    fn solid(outer: Ring) -> Self {
        Self { outer, hole: None }
    }
}

fn block(s0: f64, t0: f64, s1: f64, t1: f64) -> Ring {
    vec![(s0, t0), (s1, t0), (s1, t1), (s0, t1)]
}

/// A plain rectangle.
pub(super) fn plain(s: f64, t: f64) -> Footprint {
    Footprint::solid(block(0.0, 0.0, s, t))
}

/// A hall whose long sides step in and out, as loading bays make them.
pub(super) fn bays(s: f64, t: f64, bay_m: f64, depth_m: f64) -> Footprint {
    let count = (s / bay_m / 2.0).floor().max(1.0) as usize;
    let step = s / (count as f64 * 2.0);
    let mut outer = vec![(0.0, 0.0)];
    for index in 0..count {
        let start = index as f64 * 2.0 * step;
        outer.extend([(start + step * 0.5, 0.0), (start + step * 0.5, depth_m), (start + step * 1.5, depth_m)]);
        outer.push((start + step * 1.5, 0.0));
    }
    outer.extend([(s, 0.0), (s, t), (0.0, t)]);
    Footprint::solid(outer)
}

/// A hall with a sawtooth edge, as angled docks have.
pub(super) fn sawtooth(s: f64, t: f64, tooth_m: f64, depth_m: f64) -> Footprint {
    let count = (s / tooth_m).floor().max(1.0) as usize;
    let step = s / count as f64;
    let mut outer = vec![(0.0, depth_m)];
    for index in 0..count {
        let end = (index + 1) as f64 * step;
        outer.push((end, 0.0));
        if index + 1 < count {
            outer.push((end, depth_m));
        }
    }
    outer.extend([(s, t), (0.0, t)]);
    Footprint::solid(outer)
}

/// Two parts moved against each other, as slabs of flats are.
pub(super) fn staggered(s: f64, t: f64) -> Footprint {
    let (middle, shift) = (s * 0.5, t * 0.22);
    Footprint::solid(vec![
        (0.0, shift),
        (middle, shift),
        (middle, 0.0),
        (s, 0.0),
        (s, t - shift),
        (middle, t - shift),
        (middle, t),
        (0.0, t),
    ])
}

/// An L, a U, an H, a comb or a closed court, of wings `wing_m` wide.
pub(super) fn court(s: f64, t: f64, wing_m: f64, rng: &mut ChaCha8Rng) -> Footprint {
    let wing = wing_m.min(s * 0.32).min(t * 0.32);
    let mut outer = match rng.random_range(0..5) {
        0 => vec![(0.0, 0.0), (s, 0.0), (s, wing), (wing, wing), (wing, t), (0.0, t)],
        1 => vec![(0.0, 0.0), (s, 0.0), (s, t), (s - wing, t), (s - wing, wing), (wing, wing), (wing, t), (0.0, t)],
        2 => {
            let (low, high) = (t * 0.5 - wing * 0.5, t * 0.5 + wing * 0.5);
            vec![
                (0.0, 0.0),
                (wing, 0.0),
                (wing, low),
                (s - wing, low),
                (s - wing, 0.0),
                (s, 0.0),
                (s, t),
                (s - wing, t),
                (s - wing, high),
                (wing, high),
                (wing, t),
                (0.0, t),
            ]
        }
        3 => {
            let (left, right) = ((s - wing) * 0.5, (s + wing) * 0.5);
            vec![
                (0.0, 0.0),
                (s, 0.0),
                (s, t),
                (s - wing, t),
                (s - wing, wing),
                (right, wing),
                (right, t * 0.8),
                (left, t * 0.8),
                (left, wing),
                (wing, wing),
                (wing, t),
                (0.0, t),
            ]
        }
        _ => {
            return Footprint { outer: block(0.0, 0.0, s, t), hole: Some(block(wing, wing, s - wing, t - wing)) };
        }
    };
    // Mirrored half of the time, so that neighbours do not look stamped.
    if rng.random_bool(0.5) {
        for at in &mut outer {
            at.0 = s - at.0;
        }
        outer.reverse();
    }
    if rng.random_bool(0.5) {
        for at in &mut outer {
            at.1 = t - at.1;
        }
        outer.reverse();
    }
    Footprint::solid(outer)
}

/// A tower with its corners cut off, in the middle of the rectangle.
pub(super) fn tower(s: f64, t: f64, side_m: f64) -> Footprint {
    let (half, cut) = (side_m.min(s).min(t) / 2.0, side_m * 0.18);
    let (x, y) = (s / 2.0, t / 2.0);
    Footprint::solid(vec![
        (x - half + cut, y - half),
        (x + half - cut, y - half),
        (x + half, y - half + cut),
        (x + half, y + half - cut),
        (x + half - cut, y + half),
        (x - half + cut, y + half),
        (x - half, y + half - cut),
        (x - half, y - half + cut),
    ])
}

/// A podium around a tower: the podium's hole is the tower's outline.
pub(super) fn podium(s: f64, t: f64, tower: &Footprint) -> Footprint {
    Footprint { outer: block(0.0, 0.0, s, t), hole: Some(tower.outer.clone()) }
}
