//! A column of numbers that can be asked for all that lie within bounds, without looking at each.

use super::Bits;
use crate::record::Bounds;

/// Steps at most. Each costs a bit a row.
const MOST: usize = 64;

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
    /// The greatest value.
    greatest: f64,
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
        for (row, value) in values.iter().enumerate() {
            if let Some(step) = reached(&steps, *value) {
                reaching[step].insert(row as u32);
            }
        }
        for step in (1..reaching.len()).rev() {
            let (lower, higher) = reaching.split_at_mut(step);
            lower[step - 1].unite(&higher[0]);
        }
        let greatest = values.iter().copied().filter(|value| !value.is_nan()).fold(f64::NEG_INFINITY, f64::max);
        Self { values, thresholds: steps, reaching, greatest }
    }

    /// The value of a row; not a number if it is not known.
    pub fn value(&self, row: u32) -> f64 {
        self.values[row as usize]
    }

    /// The rows of which something is known; none if there are none.
    pub fn known(&self) -> Option<&Bits> {
        // Each known value reaches the lowest step.
        self.reaching.first()
    }

    /// The rows whose value is within the bounds.
    pub fn within(&self, interval: Interval) -> Bits {
        let Some(mut rows) = self.at_least(interval.min).cloned() else { return Bits::none(self.values.len()) };
        self.keep_within(interval, &mut rows);
        rows
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
