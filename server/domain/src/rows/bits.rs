//! Some rows of a table, a bit each.

use multiversion::multiversion;

/// Words that are worked on together: as many as stay next to the processor.
const AT_ONCE: usize = 512;

/// A set of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// None of `count` rows.
    pub fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    /// All of `count` rows.
    pub fn all(count: usize) -> Self {
        let mut words = vec![u64::MAX; count.div_ceil(64)];
        if let Some(last) = words.last_mut()
            && !count.is_multiple_of(64)
        {
            *last = (1 << (count % 64)) - 1;
        }
        Self(words)
    }

    /// The rows that are in each of some sets; none if there is no set.
    pub fn in_each(sets: &[&Self]) -> Option<Self> {
        let (first, others) = sets.split_first()?;
        let others: Vec<&[u64]> = others.iter().map(|set| set.0.as_slice()).collect();
        Some(Self(intersection(&first.0, &others)))
    }

    /// Adds a row.
    pub fn insert(&mut self, row: u32) {
        self.0[row as usize / 64] |= 1 << (row % 64);
    }

    /// Takes out a row.
    pub fn remove(&mut self, row: u32) {
        self.0[row as usize / 64] &= !(1 << (row % 64));
    }

    /// Adds all rows of another set.
    pub fn unite(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    /// Takes out all rows of another set.
    pub fn subtract(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= !other;
        }
    }

    /// Takes out the rows that go.
    pub fn remove_each(&mut self, goes: impl Fn(u32) -> bool) {
        for (index, word) in self.0.iter_mut().enumerate() {
            let gone = rows_of(index, *word).filter(|row| goes(*row)).fold(0, |gone, row| gone | 1 << (row % 64));
            *word &= !gone;
        }
    }

    /// Takes out those rows of `lower` that are not in `upper` and that go.
    pub fn drop_between(&mut self, lower: &Self, upper: Option<&Self>, goes: impl Fn(u32) -> bool) {
        for (index, word) in self.0.iter_mut().enumerate() {
            let above = upper.map_or(0, |upper| upper.0[index]);
            let here = rows_of(index, *word & lower.0[index] & !above);
            *word &= !here.filter(|row| goes(*row)).fold(0, |gone, row| gone | 1 << (row % 64));
        }
    }

    /// Those of its rows that are in `lower` and not in `upper`, ascending.
    pub fn between<'a>(&'a self, lower: &'a Self, upper: Option<&'a Self>) -> impl Iterator<Item = u32> + 'a {
        let words = self.0.iter().zip(&lower.0).enumerate();
        words.flat_map(move |(index, (word, lower))| {
            let here = word & lower;
            // Most words end here.
            rows_of(index, if here == 0 { 0 } else { here & !upper.map_or(0, |upper| upper.0[index]) })
        })
    }

    /// How many of its rows are in `lower` and not in `upper`.
    pub fn count_between(&self, lower: &Self, upper: Option<&Self>) -> usize {
        let upper = upper.map_or(&[][..], |upper| &upper.0);
        count_between(&self.0, &lower.0, upper) as usize
    }

    /// The rows of this set that are not in another one.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(word, other)| word & !other).collect())
    }

    /// The rows of this set that are in another one, too.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(word, other)| word & other).collect())
    }

    /// Takes out all rows that are not in another set.
    pub fn intersect(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// Whether a row is in it.
    pub fn has(&self, row: u32) -> bool {
        self.0[row as usize / 64] >> (row % 64) & 1 == 1
    }

    /// How many of its rows are not in another set.
    pub fn count_without(&self, other: &Self) -> usize {
        count_between(&self.0, &self.0, &other.0) as usize
    }

    /// Its rows that are in one set and not in another.
    #[must_use]
    pub fn within_without(&self, within: &Self, without: &Self) -> Self {
        let words = self.0.iter().zip(&within.0).zip(&without.0);
        Self(words.map(|((word, within), without)| word & within & !without).collect())
    }

    /// How many rows are in it.
    pub fn count(&self) -> usize {
        count(&self.0) as usize
    }

    /// Its rows, ascending, without the first ones.
    pub fn rows(&self, mut without: usize) -> impl Iterator<Item = u32> {
        let mut begins = self.0.len();
        for (index, word) in self.0.iter().enumerate() {
            let here = word.count_ones() as usize;
            if without < here {
                begins = index;
                break;
            }
            without -= here;
        }
        let words = self.0.iter().enumerate().skip(begins);
        words.flat_map(|(index, word)| rows_of(index, *word)).skip(without)
    }
}

/// Of how many conditions each row is not met: of any, of several; and whether it fails one, which is more than that it is
/// not known to meet it.
#[derive(Debug, Clone)]
pub struct Unmet {
    /// Rows of which a condition is not met.
    pub any: Bits,
    /// Rows of which more than one is not met.
    pub several: Bits,
    /// Rows that fail one.
    pub fails: Bits,
}

impl Unmet {
    /// Of no condition yet, for so many rows.
    pub fn none(count: usize) -> Self {
        Self { any: Bits::none(count), several: Bits::none(count), fails: Bits::none(count) }
    }

    /// Adds a condition: who meets it among `all`, and of whom it is known whether he does.
    pub fn add(&mut self, all: &Bits, met: &Bits, known: Option<&Bits>) {
        let known = known.map_or(&[][..], |known| &known.0);
        tally((&mut self.any.0, &mut self.several.0, &mut self.fails.0), (&all.0, &met.0, known));
    }

    /// Adds a condition that some rows fail and all others meet.
    pub fn add_failing(&mut self, failing: &Bits) {
        let sets = self.any.0.iter_mut().zip(&mut self.several.0).zip(&mut self.fails.0);
        for (((any, several), fails), failing) in sets.zip(&failing.0) {
            *several |= *any & failing;
            *any |= failing;
            *fails |= failing;
        }
    }
}

/// In one pass, because it is the memory that takes the time.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512vpopcntdq", "x86_64+avx2+bmi1+bmi2+popcnt"))]
fn tally((any, several, fails): (&mut [u64], &mut [u64], &mut [u64]), (all, met, known): (&[u64], &[u64], &[u64])) {
    let sets = any.iter_mut().zip(several.iter_mut()).zip(all.iter().zip(met));
    for ((any, several), (all, met)) in sets {
        let unmet = all & !met;
        *several |= *any & unmet;
        *any |= unmet;
    }
    for ((fails, met), known) in fails.iter_mut().zip(met).zip(known) {
        *fails |= known & !met;
    }
}

/// The rows of a word.
fn rows_of(index: usize, word: u64) -> impl Iterator<Item = u32> {
    let left = |word: &u64| (*word != 0).then_some(*word);
    std::iter::successors(left(&word), move |word| left(&(word & (word - 1))))
        .map(move |word| index as u32 * 64 + word.trailing_zeros())
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512vpopcntdq", "x86_64+avx2+bmi1+bmi2+popcnt"))]
fn intersection(first: &[u64], others: &[&[u64]]) -> Vec<u64> {
    let mut all = first.to_vec();
    for (part, words) in all.chunks_mut(AT_ONCE).enumerate() {
        for other in others {
            for (word, other) in words.iter_mut().zip(&other[part * AT_ONCE..]) {
                *word &= other;
            }
        }
    }
    all
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512vpopcntdq", "x86_64+avx2+bmi1+bmi2+popcnt"))]
fn count(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// An `upper` that is empty takes nothing out.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512vpopcntdq", "x86_64+avx2+bmi1+bmi2+popcnt"))]
fn count_between(words: &[u64], lower: &[u64], upper: &[u64]) -> u64 {
    let of = words.iter().zip(lower);
    if upper.is_empty() {
        return of.map(|(word, lower)| u64::from((word & lower).count_ones())).sum();
    }
    of.zip(upper).map(|((word, lower), upper)| u64::from((word & lower & !upper).count_ones())).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const COUNT: u32 = 1_000;

    fn bits(rows: &BTreeSet<u32>) -> Bits {
        let mut bits = Bits::none(COUNT as usize);
        for row in rows {
            bits.insert(*row);
        }
        bits
    }

    fn rows(bits: &Bits) -> BTreeSet<u32> {
        bits.rows(0).collect()
    }

    proptest! {
        #[test]
        fn bits_are_a_set(
            a in prop::collection::btree_set(0..COUNT, 0..300),
            b in prop::collection::btree_set(0..COUNT, 0..300),
            c in prop::collection::btree_set(0..COUNT, 0..900),
            without in 0..400_usize,
        ) {
            let (one, other, third) = (bits(&a), bits(&b), bits(&c));
            let each = Bits::in_each(&[&one, &other, &third]).unwrap();
            prop_assert_eq!(rows(&each), a.iter().filter(|row| b.contains(row) && c.contains(row)).copied().collect());
            let mut united = one.clone();
            united.unite(&other);
            prop_assert_eq!(rows(&united), &a | &b);
            prop_assert_eq!(united.count(), (&a | &b).len());
            united.subtract(&third);
            prop_assert_eq!(rows(&united), &(&a | &b) - &c);
            let mut left = third.clone();
            left.drop_between(&other, Some(&one), |row| row % 2 == 0);
            prop_assert_eq!(rows(&left), c.iter().filter(|r| !(b.contains(r) && !a.contains(r) && *r % 2 == 0)).copied().collect());
            prop_assert_eq!(third.rows(without).collect::<Vec<_>>(), c.iter().skip(without).copied().collect::<Vec<_>>());
            prop_assert!((0..COUNT).all(|row| one.has(row) == a.contains(&row)));
        }
    }

    proptest! {
        #[test]
        fn what_is_unmet_is_counted_row_by_row(
            conditions in prop::collection::vec(
                (prop::collection::btree_set(0..COUNT, 0..900), prop::collection::btree_set(0..COUNT, 0..900)), 0..5,
            ),
            failing in prop::collection::btree_set(0..COUNT, 0..300),
        ) {
            let mut unmet = Unmet::none(COUNT as usize);
            for (met, known) in &conditions {
                unmet.add(&Bits::all(COUNT as usize), &bits(met), Some(&bits(known)));
            }
            unmet.add_failing(&bits(&failing));
            for row in 0..COUNT {
                let count = conditions.iter().filter(|(met, _)| !met.contains(&row)).count()
                    + usize::from(failing.contains(&row));
                let fails = failing.contains(&row)
                    || conditions.iter().any(|(met, known)| known.contains(&row) && !met.contains(&row));
                prop_assert_eq!(
                    (unmet.any.has(row), unmet.several.has(row), unmet.fails.has(row)),
                    (count > 0, count > 1, fails)
                );
            }
            prop_assert_eq!(rows(&bits(&failing).without(&unmet.several)), &failing - &rows(&unmet.several));
        }
    }

    #[test]
    fn all_are_as_many_as_there_are() {
        for count in [0, 1, 63, 64, 65, 1_000] {
            let mut all = Bits::all(count);
            assert_eq!((all.count(), all.rows(0).count()), (count, count));
            if count > 0 {
                all.remove_each(|row| row + 1 == count as u32);
                assert_eq!(all.count(), count - 1);
            }
        }
        assert_eq!(Bits::in_each(&[]), None);
    }
}
