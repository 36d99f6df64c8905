//! What becomes too thin to be there when positions are snapped to 1 mm.
//!
//! A valid polygon may have a spike or hole thinner than the record can say; snapped, it would be a line walked there
//! and back, which is no ring. That is our snapping's doing and not the file's, so such slivers are left out. What is
//! degenerate in the file itself, before any snapping, is not: it stays, to be refused.

use std::collections::VecDeque;

use cloudsite_domain::geometry::snap;
use geo_types::Coord;

use super::source::Positions;

/// A ring without slivers, and where its vertices stand in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settled {
    pub(super) positions: Positions,
    /// The ring of the polygon in the file.
    pub(super) ring: usize,
    /// For each position its index in the file's ring.
    pub(super) vertices: Vec<usize>,
}

/// The rings of a polygon, closed and in canonical metres, without slivers; holes that were nothing else are left out.
pub(super) fn settle(rings: &[Positions]) -> Vec<Settled> {
    let settled = rings.iter().enumerate().filter_map(|(ring, positions)| {
        let kept = kept(positions);
        let collapsed = kept.len() < 3 && positions.len() > kept.len() + 1;
        if collapsed && ring > 0 {
            return None;
        }
        // An outer ring that is a sliver altogether stays as it is, to be refused.
        let vertices = if collapsed { (0..positions.len()).collect() } else { closed(kept, positions.len()) };
        let positions = vertices.iter().map(|vertex| positions[*vertex]).collect();
        Some(Settled { positions, ring, vertices })
    });
    settled.collect()
}

fn closed(mut kept: Vec<usize>, length: usize) -> Vec<usize> {
    // The closing vertex of an untouched ring is counted as the file counts it.
    if kept.first() == Some(&0) {
        kept.push(length - 1);
    } else {
        kept.extend(kept.first().copied());
    }
    kept
}

/// The vertices, the closing one left out, that remain when spikes thinner than 1 mm are cut off.
fn kept(ring: &[Coord]) -> Vec<usize> {
    let folds = |a: usize, b: usize| ring[a] != ring[b] && snap(ring[a]) == snap(ring[b]);
    let mut kept = VecDeque::with_capacity(ring.len());
    for vertex in 0..ring.len().saturating_sub(1) {
        kept.push_back(vertex);
        while kept.len() >= 3 && folds(kept[kept.len() - 3], kept[kept.len() - 1]) {
            kept.truncate(kept.len() - 2);
        }
    }
    // A spike may also have its tip or foot where the ring happens to begin.
    while kept.len() >= 3 {
        if folds(kept[kept.len() - 2], kept[0]) {
            kept.truncate(kept.len() - 2);
        } else if folds(kept[kept.len() - 1], kept[1]) {
            kept.pop_front();
            kept.pop_back();
        } else {
            break;
        }
    }
    kept.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(positions: &[(f64, f64)]) -> Positions {
        positions.iter().copied().map(Coord::from).collect()
    }

    const SQUARE: [(f64, f64); 5] = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)];

    #[test]
    fn what_has_no_sliver_stays_as_it_is() {
        let square = ring(&SQUARE);
        let settled = settle(std::slice::from_ref(&square));
        assert_eq!(settled, [Settled { positions: square, ring: 0, vertices: vec![0, 1, 2, 3, 4] }]);
    }

    #[test]
    fn a_spike_thinner_than_a_millimetre_is_cut_off_wherever_the_ring_begins() {
        let spiked = [(0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (30.0, 5.0), (10.0, 5.000_08), (10.0, 10.0), (0.0, 10.0)];
        for turn in 0..spiked.len() {
            let mut turned = spiked.to_vec();
            turned.rotate_left(turn);
            turned.push(turned[0]);
            let settled = settle(&[ring(&turned)]);
            let [only] = settled.as_slice() else { panic!("one ring is one ring") };
            assert_eq!(only.positions.len(), 6, "turned by {turn}: {only:?}");
            assert!(only.positions.iter().all(|at| at.x < 20.0), "turned by {turn}: {only:?}");
            assert_eq!(only.positions.first(), only.positions.last(), "turned by {turn}");
        }
    }

    #[test]
    fn a_hole_thinner_than_a_millimetre_is_no_hole() {
        let sliver = ring(&[(2.0, 2.0), (2.000_09, 2.0), (2.0, 8.0), (2.0, 2.0)]);
        let hole = ring(&[(4.0, 4.0), (4.0, 6.0), (6.0, 6.0), (4.0, 4.0)]);
        let settled = settle(&[ring(&SQUARE), sliver, hole]);
        let rings: Vec<usize> = settled.iter().map(|each| each.ring).collect();
        assert_eq!(rings, [0, 2]);
    }

    #[test]
    fn what_is_degenerate_in_the_file_is_not_hidden() {
        let walked_back = ring(&[(0.0, 0.0), (10.0, 0.0), (30.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 0.0)]);
        assert_eq!(settle(std::slice::from_ref(&walked_back))[0].positions, walked_back);
        let flat_hole = ring(&[(2.0, 2.0), (4.0, 2.0), (2.0, 2.0)]);
        assert_eq!(settle(&[ring(&SQUARE), flat_hole]).len(), 2);
        let flat = ring(&[(2.0, 2.0), (2.000_09, 2.0), (2.0, 8.0), (2.0, 2.0)]);
        assert_eq!(settle(std::slice::from_ref(&flat))[0].positions, flat, "an outer ring is refused, not dropped");
    }
}
