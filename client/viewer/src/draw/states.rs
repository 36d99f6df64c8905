//! What features look like beyond their own colours. A state is four bytes in a texture that vertices look up by their
//! feature's slot, so that a highlight costs no new mesh.

use std::collections::{BTreeSet, HashMap};

use bevy::prelude::Resource;

/// Slots in a row of the texture.
pub(super) const ROW: u32 = 1024;

/// Gives each feature a small number by which vertices name it.
///
/// Slots are never given back: a park has far fewer features than a texture has texels.
#[derive(Resource, Debug, Default)]
pub struct FeatureSlots {
    by_id: HashMap<u64, u32>,
}

impl FeatureSlots {
    /// The slot of a feature, a new one where it has none. Slot 0 is nobody's.
    pub fn slot(&mut self, id: u64) -> u32 {
        let next = self.by_id.len() as u32 + 1;
        *self.by_id.entry(id).or_insert(next)
    }

    /// The slot of a feature that has been meshed.
    pub fn get(&self, id: u64) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    /// The number of slots given.
    pub fn count(&self) -> u32 {
        self.by_id.len() as u32
    }

    /// Ids and slots of all features that have been meshed.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u32)> {
        self.by_id.iter().map(|(id, slot)| (*id, *slot))
    }
}

/// How a feature is shown.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own in the texture")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct State {
    /// It is the selected one.
    pub selected: bool,
    /// The pointer is over it.
    pub hovered: bool,
    /// It is not drawn.
    pub hidden: bool,
    /// It does not meet the filter.
    pub faded: bool,
    /// A colour over its own, sRGB.
    pub tint: Option<[u8; 3]>,
}

impl State {
    fn texel(self) -> [u8; 4] {
        let flags = [self.selected, self.hovered, self.hidden, self.faded, self.tint.is_some()];
        let bits = flags.into_iter().enumerate().fold(0, |bits, (bit, set)| bits | u8::from(set) << bit);
        let [r, g, b] = self.tint.unwrap_or_default();
        [bits, r, g, b]
    }
}

/// The states of all features. Those that were never set are as usual.
#[derive(Resource, Debug, Default)]
pub struct FeatureStates {
    set: HashMap<u32, State>,
    texels: Vec<[u8; 4]>,
    dirty_rows: BTreeSet<u32>,
}

impl FeatureStates {
    /// The state of the feature in `slot`.
    pub fn get(&self, slot: u32) -> State {
        self.set.get(&slot).copied().unwrap_or_default()
    }

    /// Shows the feature in `slot` so from the next frame on. Marks nothing dirty where nothing changes.
    pub fn set(&mut self, slot: u32, state: State) {
        if self.get(slot) == state {
            return;
        }
        let row = slot / ROW;
        let needed = (row as usize + 1) * ROW as usize;
        if self.texels.len() < needed {
            self.texels.resize(needed, [0; 4]);
        }
        self.texels[slot as usize] = state.texel();
        self.set.insert(slot, state);
        self.dirty_rows.insert(row);
    }

    /// Changes a state in place.
    pub fn update(&mut self, slot: u32, change: impl FnOnce(&mut State)) {
        let mut state = self.get(slot);
        change(&mut state);
        self.set(slot, state);
    }

    /// The rows that changed since they were last taken, with their texels.
    pub(super) fn take_dirty(&mut self) -> Vec<(u32, Vec<[u8; 4]>)> {
        let rows = std::mem::take(&mut self.dirty_rows);
        let texels = |row: u32| {
            let start = (row * ROW) as usize;
            self.texels[start..start + ROW as usize].to_vec()
        };
        rows.into_iter().map(|row| (row, texels(row))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_keeps_its_slot() {
        let mut slots = FeatureSlots::default();
        let first = slots.slot(1 << 50);
        assert_eq!((first, slots.slot(7), slots.slot(1 << 50)), (1, 2, 1));
        assert_eq!((slots.get(7), slots.get(8), slots.count()), (Some(2), None, 2));
    }

    #[test]
    fn only_rows_that_changed_are_taken() {
        let mut states = FeatureStates::default();
        states.set(5, State { selected: true, ..State::default() });
        states.set(3 * ROW + 1, State { tint: Some([1, 2, 3]), faded: true, ..State::default() });
        let taken = states.take_dirty();
        assert_eq!(taken.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [0, 3]);
        assert_eq!(taken[0].1[5], [1, 0, 0, 0]);
        assert_eq!(taken[1].1[1], [24, 1, 2, 3]);
        states.set(5, State { selected: true, ..State::default() });
        assert!(states.take_dirty().is_empty(), "setting what is set changes nothing");
        states.update(5, |state| state.selected = false);
        assert_eq!(states.take_dirty()[0].1[5], [0; 4]);
    }
}
