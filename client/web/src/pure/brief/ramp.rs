//! Power that is needed in steps, as the form has it.

use cloudsite_domain::siting::MOST_RAMP_STEPS;
use cloudsite_proto::siting::RampStep;
use jiff::civil::Date;

use super::Row;

/// Steps after the first at most.
pub(crate) const MOST_LATER: usize = MOST_RAMP_STEPS - 1;

/// What is needed from a later day on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Later {
    /// In the wire's unit; none is not filled in yet.
    pub(crate) amount: Option<f64>,
    /// From which day on; none is not filled in yet.
    pub(crate) on: Option<Date>,
}

impl Row {
    /// The steps that are filled in, the earliest first.
    pub(crate) fn steps(&self) -> Vec<RampStep> {
        let later = self.later.iter().flatten().filter_map(|later| Some((Some(later.on?), later.amount?)));
        let first = self.amount.map(|amount| (self.on, amount));
        let mut steps: Vec<(Option<Date>, f64)> = first.into_iter().chain(later).collect();
        steps.sort_by_key(|(on, _)| *on);
        let step =
            |(on, min): (Option<Date>, f64)| RampStep { on: on.map(|day| day.to_string()).unwrap_or_default(), min };
        steps.into_iter().map(step).collect()
    }

    /// Whether more than one amount of the first day is asked.
    pub(crate) fn is_ramp(&self) -> bool {
        let steps = self.steps();
        steps.len() > 1 || (steps.len() == 1 && (self.on.is_some() || self.amount.is_none()))
    }

    /// Whether a step needs less than one before it.
    pub(crate) fn falls(&self) -> bool {
        !self.steps().is_sorted_by(|before, after| before.min <= after.min)
    }

    /// Adds a step to fill in, if there is room for one more.
    pub(crate) fn add_step(&mut self) {
        if let Some(free) = self.later.iter_mut().find(|later| later.is_none()) {
            *free = Some(Later::default());
        }
    }

    /// Takes a later step away.
    pub(crate) fn remove_step(&mut self, index: usize) {
        if let Some(gone) = self.later.get_mut(index) {
            *gone = None;
            self.later[index..].rotate_left(1);
        }
    }

    /// Takes in an amount that has to be there from a day on, from a brief that was kept; false if there is no room for it.
    pub(crate) fn take_step(&mut self, on: Option<Date>, amount: f64) -> bool {
        if self.amount.is_none() {
            (self.on, self.amount) = (on, Some(amount));
            return true;
        }
        let free = self.later.iter_mut().find(|later| later.is_none());
        match (free, on) {
            (Some(free), Some(_)) => {
                *free = Some(Later { amount: Some(amount), on });
                true
            }
            _ => false,
        }
    }

    /// The day of the first step that asks more than a bound; none where no day is told, or no ramp asked.
    pub(crate) fn cut_from(&self, bound: f64) -> Option<String> {
        let cut = self.steps().into_iter().find(|step| step.min > bound).filter(|_| self.is_ramp())?;
        (!cut.on.is_empty()).then_some(cut.on)
    }

    /// Asks a building of so much of both sides.
    pub(crate) fn shrink(&mut self, part: f64) {
        // What a sum of floats has too much is no reason to ask for more than there is room for.
        let shorter = |side_m: f64| (side_m * part * 100.0 + 1e-6).floor() / 100.0;
        (self.amount, self.depth_m) = (self.amount.map(shorter), self.depth_m.map(shorter));
    }

    /// Asks no more than a bound, in any of its steps.
    pub(crate) fn give_way(&mut self, bound: f64) {
        let is_ramp = self.is_ramp();
        let cut = |amount: f64| if is_ramp { amount.min(bound) } else { bound };
        self.amount = self.amount.map(cut);
        for later in self.later.iter_mut().flatten() {
            later.amount = later.amount.map(cut);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::Draft;
    use super::*;

    fn row(steps: &[(Option<Date>, f64)]) -> Row {
        let mut row = Draft::default().rows[super::super::RAMP_ROW];
        for (on, amount) in steps {
            assert!(row.take_step(*on, *amount), "{on:?}");
        }
        row
    }

    #[test]
    fn steps_are_asked_in_the_order_of_their_days() {
        let year = |year| Some(date(year, 7, 1));
        let mut row = row(&[(None, 6e3), (year(2030), 12e3), (year(2028), 8e3)]);
        row.add_step();
        let asked: Vec<(String, f64)> = row.steps().into_iter().map(|step| (step.on, step.min)).collect();
        let wanted = [("", 6e3), ("2028-07-01", 8e3), ("2030-07-01", 12e3)].map(|(on, min)| (on.to_owned(), min));
        assert_eq!(asked, wanted, "a step that is not filled in is not asked");
        assert!(row.is_ramp() && !row.falls());
        let cut = [5e3, 7e3, 9e3, 12e3].map(|bound| row.cut_from(bound));
        assert_eq!(cut.each_ref().map(Option::as_deref), [None, Some("2028-07-01"), Some("2030-07-01"), None]);
        row.give_way(7e3);
        assert_eq!(row.steps().iter().map(|step| step.min).collect::<Vec<_>>(), [6e3, 7e3, 7e3]);
        row.remove_step(0);
        assert_eq!((row.steps().len(), row.later[0].and_then(|later| later.on)), (2, year(2028)));
        row.later[0] = Some(Later { amount: Some(1e3), on: year(2028) });
        assert!(row.falls());
    }

    #[test]
    fn a_smaller_building_keeps_its_proportions() {
        let mut row = Draft::default().rows[14];
        (row.amount, row.depth_m) = (Some(120.0), Some(80.0));
        row.shrink(0.9);
        assert_eq!((row.amount, row.depth_m), (Some(108.0), Some(72.0)));
    }

    #[test]
    fn one_amount_of_the_first_day_is_no_ramp() {
        let mut one = row(&[(None, 6e3)]);
        assert!(!one.is_ramp());
        one.give_way(4e3);
        assert_eq!(one.amount, Some(4e3));
        assert!(row(&[(Some(date(2028, 7, 1)), 6e3)]).is_ramp(), "it is needed later only");
        assert!(!row(&[]).is_ramp());
        let mut full = row(&[(None, 1.0)]);
        for step in 0..MOST_LATER {
            assert!(full.take_step(Some(date(2028 + step as i16, 1, 1)), 2.0));
        }
        assert!(!full.take_step(Some(date(2040, 1, 1)), 3.0));
        full.add_step();
        assert_eq!(full.steps().len(), MOST_RAMP_STEPS);
    }
}
