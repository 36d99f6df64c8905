//! What was counted before, so that nothing counts twice.

use std::collections::{HashMap, HashSet, VecDeque};

use cloudsite_domain::siting::demand::{Form, Unmet};
use jiff::civil::Date;

/// Briefs that are known to have been counted at most. Beyond, those of longest ago are forgotten, and would be counted anew.
const MOST_KNOWN: usize = 65_536;

/// Briefs of a day at most whose next form takes their place. A next form of what is beyond is a brief of its own.
const MOST_OF_A_DAY: usize = 4_096;

/// A brief in the last form that its party gave it today.
pub(super) struct Counted {
    pub(super) form: Form,
    /// What it is known by.
    pub(super) key: u64,
    /// What it was counted for; none if it was counted on another day of the quarter, and not again.
    pub(super) unmet: Option<Unmet>,
}

/// Briefs that were counted.
#[derive(Default)]
pub(super) struct Known {
    keys: HashSet<u64>,
    /// The keys, the oldest first.
    order: VecDeque<u64>,
    /// The day in China that `today` is of.
    day: Option<Date>,
    /// By party.
    today: HashMap<u64, Vec<Counted>>,
    /// How many briefs these are.
    of_today: usize,
}

impl Known {
    /// Takes a brief for counted; false if it was before.
    pub(super) fn is_new(&mut self, key: u64) -> bool {
        if !self.keys.insert(key) {
            return false;
        }
        self.order.push_back(key);
        if self.order.len() > MOST_KNOWN
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
        true
    }

    /// Takes out the brief of which a party asks another form, with what it was counted for.
    pub(super) fn replaced(&mut self, day: Date, party: Option<u64>, form: &Form, key: u64) -> Option<Unmet> {
        if self.day != Some(day) {
            (self.day, self.of_today) = (Some(day), 0);
            self.today.clear();
        }
        let briefs = self.today.get_mut(&party?)?;
        // The same again comes before another that it could be a form of.
        let same = briefs.iter().position(|counted| counted.key == key);
        let at = same.or_else(|| briefs.iter().rposition(|counted| counted.form.is_of_one_with(form)))?;
        let counted = briefs.remove(at);
        self.of_today -= 1;
        if counted.unmet.is_some() {
            self.keys.remove(&counted.key);
            self.order.retain(|known| *known != counted.key);
        }
        counted.unmet
    }

    /// Takes note of what the next form of a brief takes the place of.
    pub(super) fn note(&mut self, party: Option<u64>, counted: Counted) {
        if let Some(party) = party.filter(|_| self.of_today < MOST_OF_A_DAY) {
            self.today.entry(party).or_default().push(counted);
            self.of_today += 1;
        }
    }
}
