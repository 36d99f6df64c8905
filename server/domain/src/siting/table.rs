//! What briefs ask of places, in columns: made when it is first asked for, and kept as long as the places are the same.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::civil::Date;

use super::candidate::Candidate;
use super::fit::{Footprint, Room};
use super::quantity::{Quality, Quantity};
use super::ramp::Ramp;
use crate::record::SupplyKind;
use crate::rows::{Bits, Interval, Steps};

/// Columns of supplies that are kept: one for each kind and each day that makes a difference.
const MOST_SUPPLIES: usize = 24;

/// Columns of room for a footprint that are kept.
const MOST_ROOMS: usize = 8;

/// Places that may be chosen, by row. Rows are in the order of codes.
pub trait Places {
    /// How many there are.
    fn count(&self) -> usize;

    /// The place in a row.
    fn candidate(&self, row: u32) -> Candidate<'_>;
}

impl Places for [Candidate<'_>] {
    fn count(&self) -> usize {
        self.len()
    }

    fn candidate(&self, row: u32) -> Candidate<'_> {
        self[row as usize]
    }
}

/// Columns of some places. Whoever asks it for places other than those that it was first asked for is answered wrongly.
#[derive(Debug)]
pub struct Table {
    all: Bits,
    /// By quantity; supplies, which depend on the day, have none here.
    steady: Vec<OnceLock<Arc<Steps>>>,
    /// By quality.
    words: Vec<OnceLock<Arc<Words>>>,
    /// Days on which a supply begins, by kind, ascending.
    days: OnceLock<BTreeMap<SupplyKind, Vec<Date>>>,
    /// The last used at the end.
    supplies: Mutex<VecDeque<(SupplyOn, Arc<Steps>)>>,
    /// What is room for a footprint worth in every row, by its sides, bit by bit. The last made at the end.
    rooms: Mutex<VecDeque<([u64; 2], Arc<Rooms>)>>,
}

/// A kind of supply from a day on; none for what has always been.
type SupplyOn = (SupplyKind, Option<Date>);

/// A column of words that repeat.
#[derive(Debug)]
pub(super) struct Words {
    /// Each word with its rows.
    pub(super) distinct: Vec<(String, Bits)>,
    /// The rows of which something is known.
    pub(super) known: Bits,
    /// The number of each row's word; where nothing is known, one that no word has.
    pub(super) numbers: Vec<u16>,
}

impl Words {
    fn of(places: &(impl Places + ?Sized), quality: Quality) -> Self {
        let count = places.count();
        let (mut distinct, mut known) = (Vec::<(String, Bits)>::new(), Bits::none(count));
        let mut by_word = BTreeMap::<&str, u16>::new();
        let numbers = (0..count as u32).map(|row| {
            let Some(word) = places.candidate(row).word(quality) else { return u16::MAX };
            let number = *by_word.entry(word).or_insert_with(|| {
                distinct.push((word.to_owned(), Bits::none(count)));
                (distinct.len() - 1) as u16
            });
            distinct[usize::from(number)].1.insert(row);
            known.insert(row);
            number
        });
        let numbers = numbers.collect();
        Self { distinct, known, numbers }
    }
}

/// What room for a footprint is worth, by row.
#[derive(Debug)]
pub(super) struct Rooms(Vec<u32>);

impl Rooms {
    /// What stands for a place of which nothing is known.
    const UNKNOWN: u32 = u32::MAX;

    /// Of some rows; of the others nothing is known.
    pub(super) fn of(places: &(impl Places + ?Sized), footprint: Footprint, rows: impl Iterator<Item = u32>) -> Self {
        let mut worths = vec![Self::UNKNOWN; places.count()];
        for row in rows {
            worths[row as usize] = places.candidate(row).room(footprint).map_or(Self::UNKNOWN, Room::worth);
        }
        Self(worths)
    }

    /// Parts per million; none if nobody knows.
    pub(super) fn worth(&self, row: u32) -> Option<u32> {
        self.0.get(row as usize).copied().filter(|worth| *worth != Self::UNKNOWN)
    }
}

/// The columns that a ramp looks at, one for each step.
#[derive(Debug)]
pub(super) struct RampColumns {
    /// Each with what the step needs.
    pub(super) steps: Vec<(Arc<Steps>, f64)>,
    /// The rows of which it is known whether they meet it.
    pub(super) known: Bits,
}

impl RampColumns {
    /// How much there is on the day of each step.
    pub(super) fn amounts(&self, row: u32) -> Vec<Option<f64>> {
        let amount = |(steps, _): &(Arc<Steps>, f64)| Some(steps.value(row)).filter(|amount| !amount.is_nan());
        self.steps.iter().map(amount).collect()
    }
}

/// The column that a criterion looks at.
#[derive(Debug)]
pub(super) enum Column {
    /// Of numbers.
    Amounts(Arc<Steps>),
    /// Of words.
    Words(Arc<Words>),
    /// Of a ramp.
    Ramp(Arc<RampColumns>),
    /// Of room for a footprint.
    Rooms(Arc<Rooms>),
}

impl Column {
    /// The rows of which something is known; none if there are none.
    pub(super) fn known(&self) -> Option<&Bits> {
        match self {
            Self::Amounts(steps) => steps.known(),
            Self::Words(words) => Some(&words.known),
            Self::Ramp(ramp) => Some(&ramp.known),
            Self::Rooms(_) => None,
        }
    }
}

impl Table {
    /// The columns of so many places, none of them made yet.
    pub fn new(count: usize) -> Self {
        Self {
            all: Bits::all(count),
            steady: Quantity::ALL.iter().map(|_| OnceLock::new()).collect(),
            words: Quality::ALL.iter().map(|_| OnceLock::new()).collect(),
            days: OnceLock::new(),
            supplies: Mutex::default(),
            rooms: Mutex::default(),
        }
    }

    /// Every row.
    pub(super) const fn all(&self) -> &Bits {
        &self.all
    }

    /// What is told of a quality.
    pub(super) fn words(&self, places: &(impl Places + ?Sized), quality: Quality) -> Arc<Words> {
        Arc::clone(self.words[quality as usize].get_or_init(|| Arc::new(Words::of(places, quality))))
    }

    /// How much there is of a quantity on a day.
    pub(super) fn amounts(&self, places: &(impl Places + ?Sized), quantity: Quantity, day: Date) -> Arc<Steps> {
        let column = |day| {
            let amount = |row| places.candidate(row).amount(quantity, day).unwrap_or(f64::NAN);
            Arc::new(Steps::of((0..places.count() as u32).map(amount).collect()))
        };
        let Some(kind) = quantity.supply() else {
            return Arc::clone(self.steady[quantity as usize].get_or_init(|| column(day)));
        };
        let key = (kind, self.begun(places, kind, day));
        // Held while a column is made: whoever else needs it waits instead of making it, too.
        let mut kept = self.supplies.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(of, _)| *of == key);
        let (_, found) = at.and_then(|at| kept.remove(at)).unwrap_or_else(|| (key, column(day)));
        if kept.len() == MOST_SUPPLIES {
            kept.pop_front();
        }
        kept.push_back((key, Arc::clone(&found)));
        found
    }

    /// The least and the most of a quantity that any place is known to have on a day.
    pub fn range(&self, places: &(impl Places + ?Sized), quantity: Quantity, day: Date) -> Option<(f64, f64)> {
        self.amounts(places, quantity, day).range()
    }

    /// The columns of a ramp, and the rows that meet it.
    pub(super) fn ramp(&self, places: &(impl Places + ?Sized), ramp: &Ramp, day: Date) -> (RampColumns, Bits) {
        let steps: Vec<(Arc<Steps>, f64)> =
            ramp.on_days(day).map(|(on, min)| (self.amounts(places, ramp.quantity, on), min)).collect();
        let (mut met, mut known) = (self.all.clone(), self.all.clone());
        let mut failed = Bits::none(places.count());
        for (column, min) in &steps {
            let enough = column.within(Interval { min: *min, max: f64::INFINITY });
            met.intersect(&enough);
            if let Some(told) = column.known() {
                known.intersect(told);
                failed.unite(&told.without(&enough));
            } else {
                // Of no place is anything known on that day: none fails it.
                known = Bits::none(places.count());
            }
        }
        // One step that is not met is enough to know.
        known.unite(&failed);
        (RampColumns { steps, known }, met)
    }

    /// What room for a footprint is worth in every row.
    pub(super) fn rooms(&self, places: &(impl Places + ?Sized), footprint: Footprint) -> Arc<Rooms> {
        let key = [footprint.width_m.to_bits(), footprint.depth_m.to_bits()];
        // Held while a column is made, as of supplies.
        let mut kept = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = kept.iter().find(|(of, _)| *of == key) {
            return Arc::clone(found);
        }
        let found = Arc::new(Rooms::of(places, footprint, 0..places.count() as u32));
        if kept.len() == MOST_ROOMS {
            kept.pop_front();
        }
        kept.push_back((key, Arc::clone(&found)));
        found
    }

    /// The last day until `day` on which a supply of this kind begins somewhere: until the next one nothing changes.
    fn begun(&self, places: &(impl Places + ?Sized), kind: SupplyKind, day: Date) -> Option<Date> {
        let days = self.days.get_or_init(|| {
            let mut days = BTreeMap::<SupplyKind, Vec<Date>>::new();
            for row in 0..places.count() as u32 {
                for supply in &places.candidate(row).parcel.supplies {
                    let (Some(from), days) = (supply.from, days.entry(supply.kind).or_default()) else { continue };
                    // Few days make many entries.
                    if let Err(at) = days.binary_search(&from) {
                        days.insert(at, from);
                    }
                }
            }
            days
        });
        let days = days.get(&kind)?;
        days.partition_point(|from| *from <= day).checked_sub(1).map(|last| days[last])
    }
}
