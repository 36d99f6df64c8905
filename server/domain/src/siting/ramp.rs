//! A supply that is needed in steps: so much from one day on, more from a later one.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::brief::shown;
use super::candidate::Told;
use super::judge::Verdict;
use super::quantity::Quantity;

/// Steps of a ramp at most.
pub const MOST_RAMP_STEPS: usize = 6;

/// How the need for a supply rises. A place meets it if it meets every step.
#[derive(Debug, Clone, PartialEq)]
pub struct Ramp {
    /// Of what: a supply of which places have more together.
    pub quantity: Quantity,
    /// The earliest first.
    pub steps: Vec<RampStep>,
}

/// So much from a day on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RampStep {
    /// At least so much.
    pub min: f64,
    /// From which day on; none for the day of the brief.
    pub on: Option<Date>,
}

/// What is found of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepAnswer {
    /// Whether it is met.
    pub verdict: Verdict,
    /// How much there is on its day.
    pub amount: Option<f64>,
    /// If that is not enough: from when it will be.
    pub from: Option<Date>,
    /// Who says so.
    pub told: Option<Told>,
}

impl Ramp {
    /// Each step's day and amount, where a step without a day begins on `day`.
    pub fn on_days(&self, day: Date) -> impl Iterator<Item = (Date, f64)> {
        self.steps.iter().map(move |step| (step.on.unwrap_or(day), step.min))
    }

    /// The highest amount.
    pub fn peak(&self) -> f64 {
        self.steps.iter().map(|step| step.min).fold(0.0, f64::max)
    }

    /// Whether all steps are met, by how much there is on the day of each: one that is not is enough to fail.
    pub(super) fn verdict(&self, amounts: &[Option<f64>]) -> Verdict {
        let mut steps = self.with(amounts);
        if steps.any(|(min, amount)| amount.is_some_and(|amount| amount < min)) {
            Verdict::Fail
        } else if amounts.contains(&None) {
            Verdict::Unknown
        } else {
            Verdict::Pass
        }
    }

    /// The step that binds: of those that are known the one of which the least share is there; if that one is met and
    /// another is not known, the first such.
    pub(super) fn binding(&self, amounts: &[Option<f64>]) -> Option<usize> {
        let unknown = || amounts.iter().position(Option::is_none);
        let shares = self.with(amounts).enumerate();
        let shares = shares.filter_map(|(step, (min, amount))| Some((step, share(amount?, min))));
        match shares.min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0))) {
            Some((step, share)) if share < 1.0 => Some(step),
            tightest => unknown().or(tightest.map(|(step, _)| step)),
        }
    }

    /// The share of the ramp that is there, 0 to 1: that of the step of which least is there. None if a step is not known.
    pub(super) fn share(&self, amounts: &[Option<f64>]) -> Option<f64> {
        self.with(amounts).try_fold(1.0_f64, |least, (min, amount)| Some(least.min(share(amount?, min).min(1.0))))
    }

    /// The highest amount that the ramp may rise to, its higher steps cut off there, so that a place which fails it would
    /// meet it. None if it does not fail, or a step is not known.
    pub(super) fn meets_up_to(&self, amounts: &[Option<f64>]) -> Option<f64> {
        let failing = self.with(amounts).try_fold(None, |least: Option<f64>, (min, amount)| {
            let amount = amount?;
            Some(if amount < min { Some(least.map_or(amount, |least| least.min(amount))) } else { least })
        });
        failing.flatten()
    }

    fn with<'a>(&'a self, amounts: &'a [Option<f64>]) -> impl Iterator<Item = (f64, Option<f64>)> + 'a {
        self.steps.iter().zip(amounts).map(|(step, amount)| (step.min, *amount))
    }

    /// Everything in it that makes no sense, each with its field and the problem. `day` is that of the brief.
    pub(super) fn problems(&self, day: Date) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if !self.quantity.is_additive() || self.quantity.supply().is_none() {
            found.push(("quantity".to_owned(), format!("{} is no supply that rises in steps", self.quantity)));
        }
        let count = self.steps.len();
        if count == 0 || count > MOST_RAMP_STEPS {
            found.push(("steps".to_owned(), format!("there are {count}: 1 to {MOST_RAMP_STEPS} are taken")));
        }
        let mut before: Option<(Date, f64)> = None;
        let mut days = BTreeSet::new();
        for (index, (on, min)) in self.on_days(day).enumerate() {
            let at = |field: &str| format!("steps[{index}].{field}");
            if !min.is_finite() || min < 0.0 {
                found.push((at("min"), "must be a finite number of at least 0".to_owned()));
            }
            if let Some((last, less)) = before {
                if on < last && !days.contains(&on) {
                    found.push((
                        at("on"),
                        format!("{on} is before the step before it, {last}: the earliest comes first"),
                    ));
                }
                if min < less {
                    let problem = format!(
                        "{} is below the step before it, {}: a ramp rises. What is needed for a time only is asked as \
                         an amount of its own",
                        shown(min),
                        shown(less)
                    );
                    found.push((at("min"), problem));
                }
            }
            if !days.insert(on) {
                found.push((at("on"), format!("{on} has a step already")));
            }
            before = Some((on, min));
        }
        found
    }
}

/// How much of what is needed is there; all of it where nothing is needed.
fn share(amount: f64, min: f64) -> f64 {
    if min > 0.0 { amount / min } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn ramp(steps: &[(i16, f64)]) -> Ramp {
        let step = |(year, min): &(i16, f64)| RampStep { min: *min, on: Some(date(*year, 7, 1)) };
        Ramp { quantity: Quantity::Power, steps: steps.iter().map(step).collect() }
    }

    #[test]
    fn the_step_of_which_least_is_there_binds() {
        let ramp = ramp(&[(2026, 4.0), (2027, 8.0), (2028, 12.0)]);
        let cases = [
            ([Some(8.0), Some(8.0), Some(12.0)], Verdict::Pass, Some(1), Some(1.0), None),
            ([Some(8.0), Some(8.0), Some(8.0)], Verdict::Fail, Some(2), Some(8.0 / 12.0), Some(8.0)),
            ([Some(1.0), Some(8.0), Some(6.0)], Verdict::Fail, Some(0), Some(0.25), Some(1.0)),
            ([Some(4.0), None, Some(12.0)], Verdict::Unknown, Some(1), None, None),
            // One that is not met is enough, and nobody can say what would do.
            ([None, Some(2.0), Some(12.0)], Verdict::Fail, Some(1), None, None),
            ([None, None, None], Verdict::Unknown, Some(0), None, None),
        ];
        for (amounts, verdict, binds, share, up_to) in cases {
            let found =
                (ramp.verdict(&amounts), ramp.binding(&amounts), ramp.share(&amounts), ramp.meets_up_to(&amounts));
            assert_eq!(found, (verdict, binds, share, up_to), "{amounts:?}");
        }
    }

    #[test]
    fn what_is_cut_off_where_it_may_rise_to_is_met() {
        let whole = ramp(&[(2026, 4.0), (2027, 8.0), (2028, 12.0)]);
        let amounts = [Some(3.0), Some(9.0), Some(10.0)];
        let most = whole.meets_up_to(&amounts).expect("it fails");
        let cut = |by: f64| Ramp {
            steps: whole.steps.iter().map(|step| RampStep { min: step.min.min(by), ..*step }).collect(),
            ..whole.clone()
        };
        assert_eq!(cut(most).verdict(&amounts), Verdict::Pass);
        assert_eq!(cut(most + 0.1).verdict(&amounts), Verdict::Fail);
    }

    #[test]
    fn a_ramp_that_makes_no_sense_is_refused_by_field() {
        let day = date(2026, 1, 1);
        let none: [&str; 0] = [];
        let cases = [
            (ramp(&[(2026, 4.0), (2027, 4.0)]), &none[..]),
            (ramp(&[(2026, 4.0), (2027, 3.0)]), &["steps[1].min"]),
            (ramp(&[(2027, 4.0), (2026, 5.0)]), &["steps[1].on"]),
            (ramp(&[(2027, 4.0), (2027, 5.0)]), &["steps[1].on"]),
            (ramp(&[(2027, f64::NAN)]), &["steps[0].min"]),
            (ramp(&[]), &["steps"]),
            (
                ramp(&[(2026, 1.0); 7]),
                &["steps", "steps[1].on", "steps[2].on", "steps[3].on", "steps[4].on", "steps[5].on", "steps[6].on"],
            ),
            (Ramp { quantity: Quantity::Area, ..ramp(&[(2026, 1.0)]) }, &["quantity"]),
            (Ramp { quantity: Quantity::GreenPower, ..ramp(&[(2026, 1.0)]) }, &["quantity"]),
        ];
        for (ramp, fields) in cases {
            let found: Vec<String> = ramp.problems(day).into_iter().map(|(field, _)| field).collect();
            assert_eq!(found, fields, "{ramp:?}");
        }
    }
}
