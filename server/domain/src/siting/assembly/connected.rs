//! Every connected set of a few rows, once each.

use std::ops::Range;

use super::borders::Borders;

/// Rows of a set at most.
pub const MOST_JOINED: usize = 5;

/// What to do with a set that was met.
pub(super) enum Step {
    /// Look at what it grows into.
    Grow,
    /// Nothing that it grows into is wanted.
    Stop,
    /// No more sets at all.
    End,
}

/// Goes through all connected sets of up to [`MOST_JOINED`] of the rows that are `in_play`, each once, one row first. Sets are
/// given in the order in which they grow, and what a set would have grown into that is not to grow is met nowhere else. Each
/// set grows by rows after its first one that border on its last row and on none before, or that were
/// left over (ESU, Wernicke, *Efficient Detection of Network Motifs*, 2006).
pub(super) fn connected(borders: &Borders, in_play: &[bool], mut meet: impl FnMut(&[u32]) -> Step) {
    let mut walk =
        Walk { borders, in_play, seen: vec![0; in_play.len()], set: Vec::new(), stack: Vec::new(), meet: &mut meet };
    for row in (0..in_play.len() as u32).filter(|row| in_play[*row as usize]) {
        walk.see(row, true);
        let ended = walk.grow(row, row, 0..0);
        walk.see(row, false);
        if ended {
            return;
        }
    }
}

struct Walk<'a, M> {
    borders: &'a Borders,
    in_play: &'a [bool],
    /// How often each row is in the set or borders on it.
    seen: Vec<u32>,
    set: Vec<u32>,
    /// What sets may grow by, one set's upon the other's.
    stack: Vec<u32>,
    meet: &'a mut M,
}

impl<M: FnMut(&[u32]) -> Step> Walk<'_, M> {
    /// Counts a row, and what borders on it, as seen, or no more.
    fn see(&mut self, row: u32, is_seen: bool) {
        for near in std::iter::once(row).chain(self.borders.of_row(row).iter().copied()) {
            let count = &mut self.seen[near as usize];
            *count = if is_seen { *count + 1 } else { *count - 1 };
        }
    }

    /// Adds a row, which is seen already, and goes on from there; whether all is ended. What is `left` on the stack may be
    /// added besides what the row brings along.
    fn grow(&mut self, first: u32, row: u32, left: Range<usize>) -> bool {
        self.set.push(row);
        let ended = match (self.meet)(&self.set) {
            Step::End => true,
            Step::Stop => false,
            Step::Grow if self.set.len() == MOST_JOINED => false,
            Step::Grow => {
                let begin = self.stack.len();
                self.stack.extend_from_within(left);
                let brought = self.borders.of_row(row).iter().filter(|near| {
                    // Seen once: by this row only.
                    **near > first && self.in_play[**near as usize] && self.seen[**near as usize] == 1
                });
                self.stack.extend(brought);
                let ended = self.go_on(first, begin..self.stack.len());
                self.stack.truncate(begin);
                ended
            }
        };
        self.set.pop();
        ended
    }

    fn go_on(&mut self, first: u32, next: Range<usize>) -> bool {
        for at in next.clone().rev() {
            let row = self.stack[at];
            self.see(row, true);
            let ended = self.grow(first, row, next.start..at);
            self.see(row, false);
            if ended {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// All connected sets, by growing each by each neighbour and keeping those that are new: slow and simple.
    pub(in super::super) fn by_growing(borders: &Borders, in_play: &[bool]) -> BTreeSet<Vec<u32>> {
        let rows = (0..in_play.len() as u32).filter(|row| in_play[*row as usize]);
        let mut all: BTreeSet<Vec<u32>> = rows.map(|row| vec![row]).collect();
        let mut last = all.clone();
        for _ in 1..MOST_JOINED {
            let grown = last.iter().flat_map(|set| {
                let near = set.iter().flat_map(|row| borders.of_row(*row));
                let new = near.filter(|near| in_play[**near as usize] && !set.contains(near));
                new.map(|near| {
                    let mut set: Vec<u32> = set.iter().copied().chain([*near]).collect();
                    set.sort_unstable();
                    set
                })
            });
            last = grown.collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    proptest! {
        #[test]
        fn each_connected_set_is_met_once(
            pairs in prop::collection::vec((0_u32..14, 0_u32..14), 0..40),
            out in prop::collection::btree_set(0_usize..14, 0..4),
        ) {
            let pairs = pairs.into_iter().filter(|(a, b)| a != b).collect();
            let borders = Borders::from_pairs(14, pairs);
            let in_play: Vec<bool> = (0..14).map(|row| !out.contains(&row)).collect();
            let mut met = Vec::new();
            connected(&borders, &in_play, |set| {
                let mut set = set.to_vec();
                set.sort_unstable();
                met.push(set);
                Step::Grow
            });
            let different: BTreeSet<Vec<u32>> = met.iter().cloned().collect();
            prop_assert_eq!(different.len(), met.len(), "each once");
            prop_assert_eq!(different, by_growing(&borders, &in_play));
        }
    }

    #[test]
    fn nothing_more_is_met_once_it_is_ended() {
        let borders = Borders::from_pairs(3, vec![(0, 1), (1, 2)]);
        let mut met = 0;
        connected(&borders, &[true; 3], |_| {
            met += 1;
            if met == 4 { Step::End } else { Step::Grow }
        });
        assert_eq!(met, 4);
    }
}
