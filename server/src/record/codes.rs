//! The order of a layer's features by code.

use std::sync::OnceLock;

use cloudsite_domain::record::Code;

use super::entries::Entries;

/// The positions of a layer's features by code.
pub(super) struct ByCode {
    /// The positions.
    pub(super) order: Vec<u32>,
    ranks: OnceLock<Vec<u32>>,
}

impl ByCode {
    /// Sorts a list anew.
    pub(super) fn of(features: &Entries) -> Self {
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
    pub(super) fn shifted(&self, shift: &Shift, features: &Entries) -> Self {
        Self { order: shifted(&self.order, shift, features), ranks: OnceLock::new() }
    }
}

/// Where the entries of one list are in a later one; both are by id.
pub(super) struct Shift {
    /// For each position in the former list that in the later one, or [`Shift::GONE`]; none where each is where it was.
    to: Option<Vec<u32>>,
    /// Positions in the later list of what was not in the former.
    pub(super) added: Vec<u32>,
    /// Positions in the later list of what was in the former with another content.
    pub(super) changed: Vec<u32>,
}

impl Shift {
    const GONE: u32 = u32::MAX;

    pub(super) fn between(before: &Entries, after: &Entries) -> Self {
        Self::in_place(before, after).unwrap_or_else(|| Self::moving(before, after))
    }

    /// The shift, if each entry is where it was and what was added comes after all of them.
    fn in_place(before: &Entries, after: &Entries) -> Option<Self> {
        let mut changed = Vec::new();
        for piece in (0..before.piece_count()).filter(|piece| !before.shares_piece(after, *piece)) {
            let ((from, ours), (_, theirs)) = (before.piece(piece), after.piece(piece));
            if theirs.len() < ours.len() {
                return None;
            }
            for (place, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                if ours.id != theirs.id {
                    return None;
                }
                if !theirs.shares(ours) {
                    changed.push((from + place) as u32);
                }
            }
        }
        Some(Self { to: None, added: (before.len() as u32..after.len() as u32).collect(), changed })
    }

    fn moving(before: &Entries, after: &Entries) -> Self {
        let (mut to, mut added, mut changed) = (Vec::with_capacity(before.len()), Vec::new(), Vec::new());
        let mut later = after.iter().enumerate().peekable();
        for entry in before.iter() {
            while let Some((position, _)) = later.next_if(|(_, later)| later.id < entry.id) {
                added.push(position as u32);
            }
            let Some((position, later)) = later.next_if(|(_, later)| later.id == entry.id) else {
                to.push(Self::GONE);
                continue;
            };
            if !later.shares(entry) {
                changed.push(position as u32);
            }
            to.push(position as u32);
        }
        added.extend(later.map(|(position, _)| position as u32));
        Self { to: Some(to), added, changed }
    }

    /// Whether every entry is where it was, and what was added comes after all of them.
    pub(super) const fn keeps_positions(&self) -> bool {
        self.to.is_none()
    }

    /// Whether the list has the same ids.
    pub(super) fn keeps_ids(&self) -> bool {
        self.keeps_positions() && self.added.is_empty()
    }
}

fn shifted(by_code: &[u32], shift: &Shift, features: &Entries) -> Vec<u32> {
    let kept: Vec<u32> = match &shift.to {
        Some(to) => by_code.iter().map(|at| to[*at as usize]).filter(|at| *at != Shift::GONE).collect(),
        None => by_code.to_vec(),
    };
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

fn code(features: &Entries, position: u32) -> &Code {
    &features[position as usize].feature.code
}
