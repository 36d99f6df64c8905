//! The features of a layer, by id.

use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use cloudsite_domain::record::FeatureId;

use super::Entry;

/// Entries in a piece.
const PIECE: usize = 1_024;

/// Entries by id, in pieces that snapshots share: a change of a few of them copies a few pieces, and touches no other
/// entry. Each piece but the last is full, so where a position is needs no looking for.
#[derive(Clone, Default)]
pub(crate) struct Entries {
    pieces: Vec<Arc<[Entry]>>,
    len: usize,
}

impl Entries {
    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// All, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> + Clone {
        self.from(0)
    }

    /// Those from a position on.
    pub(crate) fn from(&self, position: usize) -> impl Iterator<Item = &Entry> + Clone {
        let pieces = self.pieces.get(position / PIECE..).unwrap_or_default();
        pieces.iter().flat_map(|piece| piece.iter()).skip(position % PIECE)
    }

    /// The pieces, to be shared among threads.
    pub(super) fn pieces(&self) -> &[Arc<[Entry]>] {
        &self.pieces
    }

    /// The position of an id, or that at which it would stand.
    pub(crate) fn position(&self, id: FeatureId) -> Result<usize, usize> {
        let after = self.pieces.partition_point(|piece| piece.first().is_some_and(|first| first.id <= id));
        let Some(piece) = after.checked_sub(1) else { return Err(0) };
        let within = self.pieces[piece].binary_search_by_key(&id, |entry| entry.id);
        within.map(|place| piece * PIECE + place).map_err(|place| piece * PIECE + place)
    }

    /// The entries where some, by id, are something else or not there.
    pub(super) fn changed(&self, differences: Vec<(FeatureId, Option<Entry>)>) -> Self {
        let places: Vec<_> = differences.iter().map(|(id, _)| self.position(*id)).collect();
        let in_place = differences.iter().zip(&places).all(|((_, entry), place)| match place {
            Ok(_) => entry.is_some(),
            Err(place) => *place == self.len || entry.is_none(),
        });
        if in_place {
            return self.overwritten(differences.into_iter().zip(places));
        }
        let mut entries = Vec::with_capacity(self.len + differences.len());
        let mut kept = self.iter().peekable();
        for (id, entry) in differences {
            while let Some(before) = kept.next_if(|kept| kept.id < id) {
                entries.push(before.clone());
            }
            kept.next_if(|kept| kept.id == id);
            entries.extend(entry);
        }
        entries.extend(kept.cloned());
        entries.into_iter().collect()
    }

    /// As [`Self::changed`], where nothing moves: entries are replaced where they stand, or added behind all.
    fn overwritten(
        &self,
        differences: impl Iterator<Item = ((FeatureId, Option<Entry>), Result<usize, usize>)>,
    ) -> Self {
        let mut pieces = self.pieces.clone();
        let mut added = Vec::new();
        let mut open: Option<(usize, Vec<Entry>)> = None;
        for ((_, entry), place) in differences {
            let Some(entry) = entry else { continue };
            let Ok(place) = place else {
                added.push(entry);
                continue;
            };
            if open.as_ref().is_none_or(|(piece, _)| *piece != place / PIECE) {
                close(&mut pieces, open.take());
            }
            let (_, entries) = open.get_or_insert_with(|| (place / PIECE, pieces[place / PIECE].to_vec()));
            entries[place % PIECE] = entry;
        }
        close(&mut pieces, open);
        let len = self.len + added.len();
        if !added.is_empty() {
            let mut last = pieces.pop_if(|last| last.len() < PIECE).map_or_else(Vec::new, |last| last.to_vec());
            last.append(&mut added);
            pieces.extend(last.chunks(PIECE).map(Arc::from));
        }
        Self { pieces, len }
    }

    /// Whether both have the same piece, so that nothing in it need be compared.
    pub(super) fn shares_piece(&self, other: &Self, piece: usize) -> bool {
        matches!((self.pieces.get(piece), other.pieces.get(piece)), (Some(ours), Some(theirs)) if Arc::ptr_eq(ours, theirs))
    }

    /// The entries of a piece, and the position of its first.
    pub(super) fn piece(&self, piece: usize) -> (usize, &[Entry]) {
        (piece * PIECE, self.pieces.get(piece).map_or(&[], |piece| piece))
    }

    /// How many pieces there are.
    pub(super) const fn piece_count(&self) -> usize {
        self.len.div_ceil(PIECE)
    }
}

/// Puts a piece that was copied back.
fn close(pieces: &mut [Arc<[Entry]>], open: Option<(usize, Vec<Entry>)>) {
    if let Some((piece, entries)) = open {
        pieces[piece] = entries.into();
    }
}

impl FromIterator<Entry> for Entries {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut entries = entries.into_iter();
        let (mut pieces, mut len): (Vec<Arc<[Entry]>>, _) = (Vec::new(), 0);
        loop {
            let piece: Vec<Entry> = entries.by_ref().take(PIECE).collect();
            if piece.is_empty() {
                return Self { pieces, len };
            }
            len += piece.len();
            pieces.push(piece.into());
        }
    }
}

impl Index<usize> for Entries {
    type Output = Entry;

    fn index(&self, position: usize) -> &Entry {
        &self.pieces[position / PIECE][position % PIECE]
    }
}

impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use cloudsite_domain::record::{FeatureVersion, ParcelStatus, Revision};
    use proptest::prelude::*;

    use super::*;
    use crate::record::sample;

    fn entry(id: u64, since: u64) -> Entry {
        let feature = sample::parcel(&format!("P-{id}"), 0.0, 0.0, ParcelStatus::Available);
        Entry::from(FeatureVersion { id: FeatureId(id), since: Revision(since), feature })
    }

    fn told(entries: &Entries) -> Vec<(u64, u64)> {
        entries.iter().map(|entry| (entry.id.0, entry.since.0)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_change_is_what_a_map_makes_of_it(
            count in prop_oneof![Just(0_u64), 1..40_u64, Just(PIECE as u64), Just(2 * PIECE as u64 + 3)],
            changes in prop::collection::btree_map(0..2_200_u64, prop::option::of(2..9_u64), 0..60),
        ) {
            let before: Entries = (0..count).map(|id| entry(2 * id, 1)).collect();
            let mut expected: BTreeMap<u64, u64> = (0..count).map(|id| (2 * id, 1)).collect();
            let mut differences = Vec::new();
            for (id, since) in changes {
                match since {
                    Some(since) => expected.insert(id, since),
                    None => expected.remove(&id),
                };
                differences.push((FeatureId(id), since.map(|since| entry(id, since))));
            }
            let after = before.changed(differences);
            let expected: Vec<(u64, u64)> = expected.into_iter().collect();
            prop_assert_eq!(told(&after), expected.clone());
            prop_assert_eq!(after.len(), expected.len());
            for (position, (id, _)) in expected.iter().enumerate() {
                prop_assert_eq!((after.position(FeatureId(*id)), after[position].id.0), (Ok(position), *id));
            }
            let from = expected.len() / 2;
            prop_assert_eq!(after.from(from).next().map(|entry| entry.id.0), expected.get(from).map(|(id, _)| *id));
        }
    }

    #[test]
    fn a_small_change_shares_all_other_pieces() {
        let before: Entries = (0..5_000).map(|id| entry(id, 1)).collect();
        let after =
            before.changed(vec![(FeatureId(2_000), Some(entry(2_000, 2))), (FeatureId(5_000), Some(entry(5_000, 2)))]);
        let shared: Vec<bool> = (0..after.piece_count()).map(|piece| before.shares_piece(&after, piece)).collect();
        assert_eq!(shared, [true, false, true, true, false]);
    }
}
