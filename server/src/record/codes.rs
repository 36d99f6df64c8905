//! The order of a layer's features by code.

use std::sync::OnceLock;

use cloudsite_domain::record::Code;

use super::Entry;

/// The positions of a layer's features by code.
pub(super) struct ByCode {
    /// The positions.
    pub(super) order: Vec<u32>,
    ranks: OnceLock<Vec<u32>>,
}

impl ByCode {
    /// Sorts a list anew.
    pub(super) fn of(features: &[Entry]) -> Self {
        let mut order: Vec<u32> = (0..features.len() as u32).collect();
        order.sort_unstable_by(|a, b| code(features, *a).cmp(code(features, *b)));
        Self { order, ranks: OnceLock::new() }
    }

    /// The place in the order of what stands at each position.
    pub(super) fn ranks(&self) -> &[u32] {
        self.ranks.get_or_init(|| {
            let mut ranks = vec![0; self.order.len()];
            for (rank, position) in self.order.iter().enumerate() {
                ranks[*position as usize] = rank as u32;
            }
            ranks
        })
    }

    /// The same for a list after a shift. A feature's code never changes, so only what was added is sorted.
    pub(super) fn shifted(&self, shift: &Shift, features: &[Entry]) -> Self {
        Self { order: shifted(&self.order, shift, features), ranks: OnceLock::new() }
    }
}

/// Where the entries of one list are in a later one; both are by id.
pub(super) struct Shift {
    /// For each position in the former list that in the later one, or [`Shift::GONE`].
    to: Vec<u32>,
    /// Positions in the later list of what was not in the former.
    pub(super) added: Vec<u32>,
    /// Positions in the later list of what was in the former with another content.
    pub(super) changed: Vec<u32>,
}

impl Shift {
    const GONE: u32 = u32::MAX;

    pub(super) fn between(before: &[Entry], after: &[Entry]) -> Self {
        let mut shift = Self { to: Vec::with_capacity(before.len()), added: Vec::new(), changed: Vec::new() };
        let mut position = 0;
        for entry in before {
            while after.get(position).is_some_and(|later| later.id < entry.id) {
                shift.added.push(position as u32);
                position += 1;
            }
            match after.get(position) {
                Some(later) if later.id == entry.id => {
                    if !later.shares(entry) {
                        shift.changed.push(position as u32);
                    }
                    shift.to.push(position as u32);
                    position += 1;
                }
                _ => shift.to.push(Self::GONE),
            }
        }
        shift.added.extend(position as u32..after.len() as u32);
        shift
    }

    /// Whether every entry is where it was, and what was added comes after all of them.
    pub(super) fn keeps_positions(&self) -> bool {
        self.to.last().is_none_or(|last| *last as usize + 1 == self.to.len())
            && self.to.iter().all(|position| *position != Self::GONE)
            && self.added.first().is_none_or(|first| *first as usize >= self.to.len())
    }

    /// Whether the list has the same ids.
    pub(super) fn keeps_ids(&self) -> bool {
        self.added.is_empty() && self.to.last() != Some(&Self::GONE) && self.keeps_positions()
    }
}

fn shifted(by_code: &[u32], shift: &Shift, features: &[Entry]) -> Vec<u32> {
    let kept = by_code.iter().map(|position| shift.to[*position as usize]);
    let kept: Vec<u32> = kept.filter(|position| *position != Shift::GONE).collect();
    let mut added = shift.added.clone();
    added.sort_unstable_by(|a, b| code(features, *a).cmp(code(features, *b)));
    let mut merged = Vec::with_capacity(features.len());
    let mut taken = 0;
    for position in added {
        let own = code(features, position);
        let place = taken + kept[taken..].partition_point(|other| code(features, *other) < own);
        merged.extend_from_slice(&kept[taken..place]);
        merged.push(position);
        taken = place;
    }
    merged.extend_from_slice(&kept[taken..]);
    merged
}

fn code(features: &[Entry], position: u32) -> &Code {
    &features[position as usize].feature.code
}
