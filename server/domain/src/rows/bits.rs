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
    pub fn between(&self, lower: &Self, upper: Option<&Self>) -> Vec<u32> {
        self.first_between(lower, upper, usize::MAX)
    }

    /// The first `most` of them.
    pub fn first_between(&self, lower: &Self, upper: Option<&Self>, most: usize) -> Vec<u32> {
        let mut rows = rows_between(&self.0, &lower.0, upper.map_or(&[][..], |upper| &upper.0), most);
        rows.truncate(most);
        rows
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
        count_without(&self.0, &other.0) as usize
    }

    /// Its rows that are in `within` and not in `without`, and how many these are.
    pub fn within_without(&self, within: &Self, without: &Self) -> (Self, usize) {
        let (words, count) = within_without(&self.0, &within.0, &without.0);
        (Self(words), count as usize)
    }

    /// How many rows are in it.
    pub fn count(&self) -> usize {
        count(&self.0) as usize
    }

    /// All of its rows, ascending.
    pub fn to_rows(&self) -> Vec<u32> {
        rows_between(&self.0, &self.0, &[], usize::MAX)
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

/// A condition: the rows that meet it, and those of which it is known whether they do; none if there are none.
pub type Condition<'a> = (&'a Bits, Option<&'a Bits>);

/// How many rows do not meet a condition, and no other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Missed {
    /// All of them.
    pub unmet: usize,
    /// Those of which it is known.
    pub failed: usize,
}

/// How rows stand to some conditions. Each is in one of the first three sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Rows that meet each.
    pub met: Bits,
    /// Rows that fail none, and of some it is not known.
    pub open: Bits,
    /// Rows that fail one, which is more than that it is not known to be met.
    pub failed: Bits,
    /// Rows of which exactly one is not met.
    pub once: Bits,
    /// Of each condition, how many of those do not meet it.
    pub missed: Vec<Missed>,
}

impl Tally {
    /// How `all` rows stand to some conditions, and to some that are failed by these rows and met by all others.
    pub fn of(all: &Bits, conditions: &[Condition<'_>], failing: &[&Bits]) -> Self {
        let conditions: Vec<(&[u64], &[u64])> =
            conditions.iter().map(|(met, known)| (&met.0[..], known.map_or(&[][..], |known| &known.0))).collect();
        let failing: Vec<&[u64]> = failing.iter().map(|rows| &rows.0[..]).collect();
        let (sets, missed) = tally(&all.0, &conditions, &failing);
        let [met, open, failed, once] = sets.map(Bits);
        Self { met, open, failed, once, missed }
    }
}

/// Part by part over all conditions, because it is the memory that takes the time.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512vpopcntdq", "x86_64+avx2+bmi1+bmi2+popcnt"))]
fn tally(all: &[u64], conditions: &[(&[u64], &[u64])], failing: &[&[u64]]) -> ([Vec<u64>; 4], Vec<Missed>) {
    let mut sets = [(); 4].map(|()| Vec::with_capacity(all.len()));
    let mut all_missed = vec![Missed::default(); conditions.len()];
    for (part, all) in all.chunks(AT_ONCE).enumerate() {
        let here = part * AT_ONCE..part * AT_ONCE + all.len();
        let ([mut any, mut several, mut fails], count) = ([[0_u64; AT_ONCE]; 3], all.len());
        for (met, known) in conditions {
            for (((any, several), all), met) in any.iter_mut().zip(&mut several).zip(all).zip(&met[here.clone()]) {
                let unmet = all & !met;
                *several |= *any & unmet;
                *any |= unmet;
            }
            let known = known.get(here.clone()).unwrap_or_default();
            for ((fails, met), known) in fails.iter_mut().zip(&met[here.clone()]).zip(known) {
                *fails |= known & !met;
            }
        }
        for failing in failing {
            for (((any, several), fails), failing) in
                any.iter_mut().zip(&mut several).zip(&mut fails).zip(&failing[here.clone()])
            {
                *several |= *any & failing;
                *any |= failing;
                *fails |= failing;
            }
        }
        let [met, open, failed, once] = &mut sets;
        met.extend(all.iter().zip(&any).map(|(all, any)| all & !any));
        open.extend(any[..count].iter().zip(&fails).map(|(any, fails)| any & !fails));
        once.extend(any[..count].iter().zip(&several).map(|(any, several)| any & !several));
        failed.extend_from_slice(&fails[..count]);
        let once = &once[here.start..];
        for (missed, (met, known)) in all_missed.iter_mut().zip(conditions) {
            let met = &met[here.clone()];
            let unmet: u64 = once.iter().zip(met).map(|(row, met)| u64::from((row & !met).count_ones())).sum();
            let known = once.iter().zip(met).zip(known.get(here.clone()).unwrap_or_default());
            let failed: u64 = known.map(|((row, met), known)| u64::from((row & known & !met).count_ones())).sum();
            missed.unmet += unmet as usize;
            missed.failed += failed as usize;
        }
    }
    (sets, all_missed)
}

/// Those rows of `words` that are in `lower` and not in `upper`, which may be empty: the first `most`, and perhaps some more.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512vpopcntdq", "x86_64+avx2+bmi1+bmi2+popcnt"))]
fn rows_between(words: &[u64], lower: &[u64], upper: &[u64], most: usize) -> Vec<u32> {
    /// Words of which it is found out at once that nothing is in them.
    const GLANCE: usize = 16;
    let mut rows = Vec::new();
    for (part, (words, lower)) in words.chunks(GLANCE).zip(lower.chunks(GLANCE)).enumerate() {
        let mut here = [0; GLANCE];
        for (here, (word, lower)) in here.iter_mut().zip(words.iter().zip(lower)) {
            *here = word & lower;
        }
        for (here, upper) in here.iter_mut().zip(upper.get(part * GLANCE..).unwrap_or_default()) {
            *here &= !upper;
        }
        if here.iter().fold(0, |any, word| any | word) == 0 {
            continue;
        }
        for (index, word) in here.into_iter().enumerate() {
            let mut left = word;
            while left != 0 {
                rows.push((part * GLANCE + index) as u32 * 64 + left.trailing_zeros());
                left &= left - 1;
            }
        }
        if rows.len() >= most {
            break;
        }
    }
    rows
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512vpopcntdq", "x86_64+avx2+bmi1+bmi2+popcnt"))]
fn within_without(words: &[u64], within: &[u64], without: &[u64]) -> (Vec<u64>, u64) {
    let mut count = 0;
    let rows = words.iter().zip(within).zip(without).map(|((word, within), without)| {
        let word = word & within & !without;
        count += u64::from(word.count_ones());
        word
    });
    (rows.collect(), count)
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

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl+avx512vpopcntdq", "x86_64+avx2+bmi1+bmi2+popcnt"))]
fn count_without(words: &[u64], without: &[u64]) -> u64 {
    words.iter().zip(without).map(|(word, without)| u64::from((word & !without).count_ones())).sum()
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
        fn conditions_are_tallied_row_by_row(
            conditions in prop::collection::vec(
                (prop::collection::btree_set(0..COUNT, 0..900), prop::collection::btree_set(0..COUNT, 0..900)), 0..5,
            ),
            failing in prop::collection::btree_set(0..COUNT, 0..300),
            all_known in any::<bool>(),
        ) {
            let sets: Vec<(Bits, Bits)> = conditions.iter().map(|(met, known)| (bits(met), bits(known))).collect();
            let known = |known| (!all_known).then_some(known);
            let of: Vec<Condition<'_>> = sets.iter().map(|(met, told)| (met, known(told))).collect();
            let tally = Tally::of(&Bits::all(COUNT as usize), &of, &[&bits(&failing)]);
            for row in 0..COUNT {
                let count = conditions.iter().filter(|(met, _)| !met.contains(&row)).count()
                    + usize::from(failing.contains(&row));
                let fails = failing.contains(&row)
                    || conditions.iter().any(|(met, known)| !all_known && known.contains(&row) && !met.contains(&row));
                let found = [&tally.met, &tally.open, &tally.failed, &tally.once].map(|set| set.has(row));
                prop_assert_eq!(found, [count == 0, count > 0 && !fails, fails, count == 1], "row {}", row);
            }
            for ((met, told), missed) in conditions.iter().zip(tally.missed) {
                let unmet = &rows(&tally.once) - met;
                let failed = if all_known { 0 } else { (&unmet & told).len() };
                prop_assert_eq!(missed, Missed { unmet: unmet.len(), failed });
            }
        }

        #[test]
        fn rows_between_sets_are_found_and_counted(
            a in prop::collection::btree_set(0..COUNT, 0..300),
            b in prop::collection::btree_set(0..COUNT, 0..300),
            c in prop::collection::btree_set(0..COUNT, 0..900),
        ) {
            let (one, other, third) = (bits(&a), bits(&b), bits(&c));
            let expected: Vec<u32> = c.iter().filter(|row| b.contains(row) && !a.contains(row)).copied().collect();
            prop_assert_eq!(&third.between(&other, Some(&one)), &expected);
            prop_assert_eq!(third.between(&other, None), (&c & &b).into_iter().collect::<Vec<_>>());
            prop_assert_eq!(third.to_rows(), c.iter().copied().collect::<Vec<_>>());
            let (found, count) = third.within_without(&other, &one);
            prop_assert_eq!((found.to_rows(), count), (expected.clone(), expected.len()));
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
