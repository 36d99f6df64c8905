//! Which of the tiles that are there stand for those that are wanted: never a hole where something is there to fill it,
//! and never two tiles over one place.

use std::collections::HashSet;

use cloudsite_domain::tile::TileAddress;

/// The tiles to show. A tile above the wanted ones is shown until all that are wanted below it are there; a wanted tile
/// that is missing is stood for by tiles below it where they are there.
pub(super) fn cover(
    wanted: &[TileAddress],
    zooms: (u8, u8),
    is_ready: impl Fn(TileAddress) -> bool,
) -> HashSet<TileAddress> {
    let wanted: HashSet<TileAddress> = wanted.iter().copied().collect();
    let mut above: HashSet<TileAddress> = HashSet::new();
    for tile in &wanted {
        let parents = std::iter::successors(tile.parent(), |tile| tile.parent());
        above.extend(parents.take_while(|tile| tile.z >= zooms.0));
    }
    let cover = Cover { wanted: &wanted, above: &above, max_zoom: zooms.1, is_ready: &is_ready };
    let roots = wanted.iter().chain(&above).filter(|tile| tile.z == zooms.0).collect::<HashSet<_>>();
    let mut shown = Vec::new();
    for root in roots {
        cover.resolve(*root, &mut shown);
    }
    shown.into_iter().collect()
}

struct Cover<'a, F> {
    wanted: &'a HashSet<TileAddress>,
    above: &'a HashSet<TileAddress>,
    max_zoom: u8,
    is_ready: &'a F,
}

impl<F: Fn(TileAddress) -> bool> Cover<'_, F> {
    /// Adds what is shown of `tile`; whether nothing wanted is missing in it.
    fn resolve(&self, tile: TileAddress, shown: &mut Vec<TileAddress>) -> bool {
        if self.wanted.contains(&tile) {
            if (self.is_ready)(tile) {
                shown.push(tile);
                return true;
            }
            self.below(tile, shown);
            return false;
        }
        if !self.above.contains(&tile) {
            return true;
        }
        let before = shown.len();
        let mut complete = true;
        for child in tile.children() {
            complete &= self.resolve(child, shown);
        }
        if !complete && (self.is_ready)(tile) {
            shown.truncate(before);
            shown.push(tile);
            return true;
        }
        complete
    }

    /// Adds the tiles below a missing one that are there.
    fn below(&self, tile: TileAddress, shown: &mut Vec<TileAddress>) {
        if tile.z >= self.max_zoom {
            return;
        }
        for child in tile.children() {
            if (self.is_ready)(child) {
                shown.push(child);
            } else {
                self.below(child, shown);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROOT: TileAddress = TileAddress { z: 11, x: 1_709, y: 832 };

    fn check(wanted: &[TileAddress], ready: &[TileAddress], expected: &[TileAddress]) {
        let shown = cover(wanted, (11, 15), |tile| ready.contains(&tile));
        assert_eq!(shown, expected.iter().copied().collect::<HashSet<_>>());
    }

    #[test]
    fn the_tile_above_stays_until_all_below_are_there() {
        let [a, b, c, d] = ROOT.children();
        let wanted = [a, b, c, d];
        check(&wanted, &[ROOT, a, b, c], &[ROOT]);
        check(&wanted, &[ROOT, a, b, c, d], &wanted);
        check(&wanted, &[a, b], &[a, b]);
    }

    #[test]
    fn tiles_below_stand_for_a_missing_one() {
        let [a, b, c, d] = ROOT.children();
        check(&[ROOT], &[a, b, d], &[a, b, d]);
        check(&[ROOT], &[ROOT, a, b, c, d], &[ROOT]);
        let deep = c.children()[1].children()[2];
        check(&[ROOT], &[a, deep], &[a, deep]);
    }

    #[test]
    fn what_is_out_of_the_picture_does_not_hold_up_the_rest() {
        let [a, b, ..] = ROOT.children();
        check(&[a, b], &[ROOT, a, b], &[a, b]);
    }

    proptest! {
        #[test]
        fn nothing_is_shown_twice_and_nothing_that_is_there_is_missing(bits in any::<u32>(), split in any::<[bool; 4]>()) {
            let children = ROOT.children();
            let wanted: Vec<TileAddress> = children
                .iter()
                .zip(split)
                .flat_map(|(child, split)| if split { child.children().to_vec() } else { vec![*child] })
                .collect();
            let all: Vec<TileAddress> = std::iter::once(ROOT)
                .chain(children)
                .chain(children.into_iter().flat_map(TileAddress::children))
                .collect();
            let ready: Vec<TileAddress> =
                all.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, tile)| *tile).collect();
            let shown = cover(&wanted, (11, 15), |tile| ready.contains(&tile));
            let holds = |tile: TileAddress, other: TileAddress| {
                std::iter::successors(Some(other), |other| other.parent()).any(|above| above == tile)
            };
            for tile in &shown {
                prop_assert!(ready.contains(tile));
                prop_assert!(shown.iter().all(|other| other == tile || !holds(*tile, *other)), "{tile} twice");
            }
            for tile in wanted.iter().filter(|tile| ready.contains(tile)) {
                prop_assert!(shown.iter().any(|shown| holds(*shown, *tile)), "{tile} is there and not shown");
            }
        }
    }
}
