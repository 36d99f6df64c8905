//! A column of numbers that can be asked for all that lie within bounds, without looking at each.

use super::Bits;
use crate::record::Bounds;

/// Steps at most. Each costs a bit a row.
const MOST: usize = 64;

/// The step of a value that reaches none.
const NONE: u8 = u8::MAX;

/// Values that are looked at to place the steps.
const SAMPLE: usize = 4_096;

/// A column by row: for each of some steps the rows that reach it. Steps lie where values are, so that about as many rows
/// are between any two; where there are few different values, each is a step.
#[derive(Debug)]
pub struct Steps {
    /// Not a number where nothing is known.
    values: Vec<f64>,
    thresholds: Vec<f64>,
    /// By step; each is within the one before.
    reaching: Vec<Bits>,
    least: f64,
    /// The greatest value.
    greatest: f64,
    /// Known rows with their values, ascending: what lies beside a bound is read in one go.
    by_step: Vec<(f64, u32)>,
    /// Where in `by_step` those begin that reach a step and not the next one, and where the last of them end.
    begins: Vec<u32>,
    /// By step, whether all values in it are its threshold.
    is_single: Vec<bool>,
}

/// One value of a column, and the rows that have it.
#[derive(Debug, Clone, Copy)]
pub struct Each<'a> {
    /// The value.
    pub value: f64,
    lower: &'a Bits,
    upper: Option<&'a Bits>,
}

impl Each<'_> {
    /// Those of some rows that have it, ascending.
    pub fn among(self, rows: &Bits) -> Vec<u32> {
        rows.between(self.lower, self.upper)
    }
}

/// From `min` to `max`, both included.
#[derive(Debug, Clone, Copy)]
pub struct Interval {
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

impl From<Bounds> for Interval {
    fn from(bounds: Bounds) -> Self {
        Self { min: bounds.min.unwrap_or(f64::NEG_INFINITY), max: bounds.max.unwrap_or(f64::INFINITY) }
    }
}

impl Steps {
    /// Steps of a column.
    pub fn of(values: Vec<f64>) -> Self {
        let steps = steps(&values);
        let mut reaching = vec![Bits::none(values.len()); steps.len()];
        let highest: Vec<u8> =
            values.iter().map(|value| reached(&steps, *value).map_or(NONE, |step| step as u8)).collect();
        let mut begins = vec![0_u32; steps.len() + 1];
        for (row, step) in highest.iter().enumerate().filter(|(_, step)| **step != NONE) {
            reaching[usize::from(*step)].insert(row as u32);
            begins[usize::from(*step) + 1] += 1;
        }
        for step in 1..begins.len() {
            begins[step] += begins[step - 1];
        }
        let mut by_step = vec![(0.0, 0); begins[steps.len()] as usize];
        let mut next = begins.clone();
        for (row, step) in highest.into_iter().enumerate().filter(|(_, step)| *step != NONE) {
            let at = &mut next[usize::from(step)];
            by_step[*at as usize] = (values[row], row as u32);
            *at += 1;
        }
        let is_single = (0..steps.len()).map(|step| {
            let rows = &mut by_step[begins[step] as usize..begins[step + 1] as usize];
            let is_single = rows.iter().all(|(value, _)| value.to_bits() == steps[step].to_bits());
            if !is_single {
                rows.sort_unstable_by(|(a, one), (b, other)| a.total_cmp(b).then(one.cmp(other)));
            }
            is_single
        });
        let is_single = is_single.collect();
        for step in (1..reaching.len()).rev() {
            let (lower, higher) = reaching.split_at_mut(step);
            lower[step - 1].unite(&higher[0]);
        }
        let known = || values.iter().copied().filter(|value| !value.is_nan());
        let least = known().fold(f64::INFINITY, f64::min);
        let greatest = known().fold(f64::NEG_INFINITY, f64::max);
        Self { values, thresholds: steps, reaching, least, greatest, by_step, begins, is_single }
    }

    /// The value of a row; not a number if it is not known.
    pub fn value(&self, row: u32) -> f64 {
        self.values[row as usize]
    }

    /// The least and the greatest value that is known.
    pub fn range(&self) -> Option<(f64, f64)> {
        (self.least <= self.greatest).then_some((self.least, self.greatest))
    }

    /// The rows of which something is known; none if there are none.
    pub fn known(&self) -> Option<&Bits> {
        // Each known value reaches the lowest step.
        self.reaching.first()
    }

    /// The rows whose value is within the bounds.
    pub fn within(&self, interval: Interval) -> Bits {
        let Interval { min, max } = interval;
        let none = || Bits::none(self.values.len());
        let Some(reaching) = self.at_least(min) else { return none() };
        let Some(high) = reached(&self.thresholds, max) else { return none() };
        let mut rows = self.reaching.get(high + 1).map_or_else(|| reaching.clone(), |above| reaching.without(above));
        for (_, row) in self.below(min).iter().chain(self.above(high, max)) {
            rows.remove(*row);
        }
        rows
    }

    /// The rows below `min` of the step that it is in.
    fn below(&self, min: f64) -> &[(f64, u32)] {
        let rows = self.of_step(self.low(min));
        &rows[..rows.partition_point(|(value, _)| *value < min)]
    }

    /// The rows of a step that are above `max`.
    fn above(&self, step: usize, max: f64) -> &[(f64, u32)] {
        let rows = self.of_step(step);
        &rows[rows.partition_point(|(value, _)| *value <= max)..]
    }

    /// Known rows below `min` with their values, the nearest first.
    pub fn down_from(&self, min: f64) -> impl Iterator<Item = (f64, u32)> {
        let end = self.begin_of(self.low(min)) + self.below(min).len();
        self.by_step[..end].iter().rev().copied()
    }

    /// Known rows above `max` with their values, the nearest first.
    pub fn up_from(&self, max: f64) -> impl Iterator<Item = (f64, u32)> {
        let step = self.low(max);
        let begin = self.begin_of(step + 1) - self.above(step, max).len();
        self.by_step[begin..].iter().copied()
    }

    /// Each value that there is, ascending; none if there are too many for each to be a step.
    pub fn each(&self) -> Option<impl Iterator<Item = Each<'_>>> {
        let is_each = self.is_single.iter().all(|is_single| *is_single);
        let one = |step: usize| Each {
            value: self.thresholds[step],
            lower: &self.reaching[step],
            upper: self.reaching.get(step + 1),
        };
        is_each.then(|| (0..self.thresholds.len()).map(one))
    }

    /// How many of some rows are known and below `min`.
    pub fn count_below(&self, min: f64, rows: &Bits) -> usize {
        let Some((known, reaching)) = self.known().zip(self.reaching.get(self.low(min))) else { return 0 };
        let beside = self.below(min).iter().filter(|(_, row)| rows.has(*row)).count();
        rows.within_without(known, reaching).1 + beside
    }

    /// Where in `by_step` a step begins; of the one after the last, where that one ends.
    fn begin_of(&self, step: usize) -> usize {
        self.begins.get(step).copied().unwrap_or_default() as usize
    }

    /// The step that a value is in, the lowest for one below it.
    fn low(&self, value: f64) -> usize {
        reached(&self.thresholds, value).unwrap_or(0)
    }

    /// The rows whose highest step is this one; none if there is no such step.
    fn of_step(&self, step: usize) -> &[(f64, u32)] {
        let (Some(from), Some(to)) = (self.begins.get(step), self.begins.get(step + 1)) else { return &[] };
        &self.by_step[*from as usize..*to as usize]
    }

    /// A set that holds all rows whose value is at least `min`, and perhaps some of less; none if there is no such row.
    pub fn at_least(&self, min: f64) -> Option<&Bits> {
        // Below the lowest step is nothing.
        self.reaching.get(reached(&self.thresholds, min).unwrap_or(0))
    }

    /// Takes those out of `rows`, which are in what [`Self::at_least`] gives, whose value is not within the bounds.
    pub fn keep_within(&self, Interval { min, max }: Interval, rows: &mut Bits) {
        let low = reached(&self.thresholds, min).unwrap_or(0);
        if self.thresholds.get(low).is_some_and(|step| *step < min) {
            self.drop_between(low, rows, |value| value < min);
        }
        let Some(high) = reached(&self.thresholds, max) else { return *rows = Bits::none(self.values.len()) };
        if let Some(above) = self.reaching.get(high + 1) {
            rows.subtract(above);
        }
        if self.greatest > max {
            self.drop_between(high, rows, |value| value > max);
        }
    }

    /// Takes out those between a step and the next whose value is to go.
    fn drop_between(&self, step: usize, rows: &mut Bits, goes: impl Fn(f64) -> bool) {
        rows.drop_between(&self.reaching[step], self.reaching.get(step + 1), |row| goes(self.value(row)));
    }
}

/// The highest step that a value reaches.
fn reached(steps: &[f64], value: f64) -> Option<usize> {
    // Not a number reaches none.
    steps.partition_point(|step| *step <= value).checked_sub(1)
}

fn steps(values: &[f64]) -> Vec<f64> {
    let every = (values.len() / SAMPLE).max(1);
    let known = |value: &&f64| !value.is_nan();
    let mut sample: Vec<f64> = values.iter().step_by(every).filter(known).copied().collect();
    // The lowest of all, so that every value reaches a step.
    sample.extend(values.iter().filter(known).copied().reduce(f64::min));
    sample.sort_unstable_by(f64::total_cmp);
    let mut distinct = sample.clone();
    distinct.dedup();
    if distinct.len() <= MOST {
        return distinct;
    }
    let mut steps: Vec<f64> = (0..MOST).map(|step| sample[step * sample.len() / MOST]).collect();
    steps.dedup();
    steps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn within(values: &[f64], bounds: Bounds) -> Vec<u32> {
        let (steps, interval) = (Steps::of(values.to_vec()), Interval::from(bounds));
        steps.within(interval).rows(0).collect()
    }

    /// The same, one by one.
    fn one_by_one(values: &[f64], bounds: Bounds) -> Vec<u32> {
        let is_within = |value: f64| {
            !value.is_nan() && bounds.min.is_none_or(|min| value >= min) && bounds.max.is_none_or(|max| value <= max)
        };
        let rows = values.iter().enumerate().filter(|(_, value)| is_within(**value));
        rows.map(|(row, _)| row as u32).collect()
    }

    proptest! {
        #[test]
        fn steps_say_what_values_say(
            values in prop::collection::vec(
                prop_oneof![3 => (0..40_u32).prop_map(|value| f64::from(value) / 4.0), 3 => -5.0..500.0, 1 => Just(f64::NAN)],
                0..400,
            ),
            min in prop::option::of(prop_oneof![(0..50_u32).prop_map(|value| f64::from(value) / 4.0), -10.0..510.0]),
            reach in prop::option::of(prop_oneof![Just(0.0), 0.0..300.0]),
        ) {
            let max = reach.map(|reach| min.unwrap_or_default() + reach);
            let bounds = Bounds { min, max };
            prop_assert_eq!(within(&values, bounds), one_by_one(&values, bounds), "{:?} of {:?}", bounds, values);

            // The same row by row, and from a bound outwards.
            let (steps, interval) = (Steps::of(values.clone()), Interval::from(bounds));
            let mut kept = steps.at_least(interval.min).cloned().unwrap_or_else(|| Bits::none(values.len()));
            steps.keep_within(interval, &mut kept);
            prop_assert_eq!(kept.rows(0).collect::<Vec<_>>(), one_by_one(&values, bounds));
            let all = |is_outside: &dyn Fn(f64) -> bool| {
                let rows = values.iter().enumerate().filter(|(_, value)| is_outside(**value));
                let mut rows: Vec<(f64, u32)> = rows.map(|(row, value)| (*value, row as u32)).collect();
                rows.sort_by(|(a, one), (b, other)| a.total_cmp(b).then(one.cmp(other)));
                rows
            };
            let (below, above) = (|value: f64| value < interval.min, |value: f64| value > interval.max);
            let mut down: Vec<(f64, u32)> = steps.down_from(interval.min).collect();
            down.reverse();
            prop_assert_eq!(down, all(&below));
            prop_assert_eq!(steps.up_from(interval.max).collect::<Vec<_>>(), all(&above));
            let everyone = Bits::all(values.len());
            for each in steps.each().into_iter().flatten() {
                let rows: Vec<u32> = all(&|value| value.to_bits() == each.value.to_bits()).iter().map(|(_, row)| *row).collect();
                prop_assert_eq!(each.among(&everyone), rows, "{}", each.value);
            }
            let known = steps.known().cloned().unwrap_or_else(|| Bits::none(values.len()));
            prop_assert_eq!(steps.count_below(interval.min, &known), all(&below).len());
        }
    }

    #[test]
    fn many_values_are_placed_by_a_sample() {
        let values: Vec<f64> =
            (0..50_000_u32).map(|row| f64::from(row.wrapping_mul(2_654_435_761) >> 8) / 7.0).collect();
        assert_eq!(Steps::of(values.clone()).thresholds.len(), MOST);
        for (min, max) in
            [(None, Some(-1.0)), (Some(1e9), None), (Some(1e5), Some(1.2e6)), (Some(values[7]), Some(values[7]))]
        {
            let bounds = Bounds { min, max };
            assert_eq!(within(&values, bounds), one_by_one(&values, bounds), "{bounds:?}");
        }
    }
}
