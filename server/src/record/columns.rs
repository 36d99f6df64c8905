//! The values that parcels are asked for by, in columns: what is made of them touches no feature.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use cloudsite_domain::record::{Body, Code, LandUse, Parcel, ParcelStatus, SupplyKind};

use super::Entry;
use super::codes::Shift;
use super::entries::Entries;

/// A column of words that repeat: each stands once, and the column holds numbers.
#[derive(Clone)]
pub(super) struct Words<T> {
    distinct: Vec<T>,
    numbers: HashMap<T, u32>,
    column: Vec<u32>,
}

impl<T: Clone + Eq + Hash> Words<T> {
    const NONE: u32 = u32::MAX;

    fn new() -> Self {
        Self { distinct: Vec::new(), numbers: HashMap::new(), column: Vec::new() }
    }

    fn number(&mut self, word: Option<&T>) -> u32 {
        let Some(word) = word else { return Self::NONE };
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = self.distinct.len() as u32;
        self.distinct.push(word.clone());
        self.numbers.insert(word.clone(), number);
        number
    }

    fn set(&mut self, position: usize, word: Option<&T>) {
        let number = self.number(word);
        put(&mut self.column, position, number);
    }

    /// Each word with the rows that have it; a row is a place in `order`, which holds positions.
    pub(super) fn rows(&self, order: &[u32]) -> Vec<(T, Vec<u32>)> {
        let mut rows = vec![Vec::new(); self.distinct.len()];
        for (row, position) in order.iter().enumerate() {
            // Where nothing is known stands a number that no word has.
            if let Some(rows) = rows.get_mut(self.column[*position as usize] as usize) {
                rows.push(row as u32);
            }
        }
        self.distinct.iter().cloned().zip(rows).collect()
    }
}

/// Parcels that are kept beside the columns before these are made anew.
const MOST_CHANGED: usize = 512;

/// What is asked for of one parcel. Numbers that are not known are not a number.
#[derive(Clone)]
struct Row {
    status: ParcelStatus,
    zone: Option<Code>,
    land_use: Option<LandUse>,
    area_m2: f64,
    plot_ratio_max: f64,
    power_kw: f64,
}

impl Row {
    fn of(entry: &Entry) -> Option<Self> {
        let Body::Parcel(parcel) = &entry.feature.body else { return None };
        Some(Self {
            status: parcel.status,
            zone: parcel.zone.clone(),
            land_use: parcel.land_use.clone(),
            area_m2: entry.feature.shape.area_m2(),
            plot_ratio_max: parcel.plot_ratio.max.unwrap_or(f64::NAN),
            power_kw: power_now_kw(parcel).unwrap_or(f64::NAN),
        })
    }
}

/// The values of a layer's parcels. A change of a few copies none of the others.
#[derive(Clone)]
pub(super) struct Columns {
    settled: Arc<Values>,
    /// By position: what is no longer as it was settled, or came after.
    changed: BTreeMap<u32, Row>,
}

impl Columns {
    /// The columns of a layer; none if something in it is no parcel.
    pub(super) fn of(features: &Entries) -> Option<Self> {
        let mut values = Values::of_room_for(features.len());
        for (position, entry) in features.iter().enumerate() {
            values.set(position, &Row::of(entry)?);
        }
        Some(Self { settled: Arc::new(values), changed: BTreeMap::new() })
    }

    /// The columns of `features`, which are those of these columns but for what a shift changed or added behind them.
    pub(super) fn shifted(&self, shift: &Shift, features: &Entries) -> Option<Self> {
        let mut columns = self.clone();
        for position in shift.changed.iter().chain(&shift.added) {
            columns.changed.insert(*position, Row::of(&features[*position as usize])?);
        }
        if columns.changed.len() > MOST_CHANGED {
            columns = Self { settled: Arc::new(columns.values().into_owned()), changed: BTreeMap::new() };
        }
        Some(columns)
    }

    /// All values as they are.
    pub(super) fn values(&self) -> Cow<'_, Values> {
        if self.changed.is_empty() {
            return Cow::Borrowed(&self.settled);
        }
        let mut values = Values::clone(&self.settled);
        for (position, row) in &self.changed {
            values.set(*position as usize, row);
        }
        Cow::Owned(values)
    }
}

/// Values, each by position in the layer.
#[derive(Clone)]
pub(super) struct Values {
    /// Whether it can be had.
    pub(super) status: Vec<ParcelStatus>,
    /// Codes of the zones that parcels name.
    pub(super) zone: Words<Code>,
    /// Planned uses.
    pub(super) land_use: Words<LandUse>,
    /// Area, m².
    pub(super) area_m2: Vec<f64>,
    /// The upper plot ratio.
    pub(super) plot_ratio_max: Vec<f64>,
    /// The power that is there already, kW.
    pub(super) power_kw: Vec<f64>,
}

impl Values {
    fn of_room_for(count: usize) -> Self {
        Self {
            status: Vec::with_capacity(count),
            zone: Words::new(),
            land_use: Words::new(),
            area_m2: Vec::with_capacity(count),
            plot_ratio_max: Vec::with_capacity(count),
            power_kw: Vec::with_capacity(count),
        }
    }

    fn set(&mut self, position: usize, row: &Row) {
        put(&mut self.status, position, row.status);
        self.zone.set(position, row.zone.as_ref());
        self.land_use.set(position, row.land_use.as_ref());
        put(&mut self.area_m2, position, row.area_m2);
        put(&mut self.plot_ratio_max, position, row.plot_ratio_max);
        put(&mut self.power_kw, position, row.power_kw);
    }
}

/// Writes at a position, or behind the last one.
fn put<T>(column: &mut Vec<T>, position: usize, value: T) {
    match column.get_mut(position) {
        Some(place) => *place = value,
        None => column.push(value),
    }
}

/// The power that is there already, kW; none if the record does not say.
pub(crate) fn power_now_kw(parcel: &Parcel) -> Option<f64> {
    let there = parcel.supplies.iter().filter(|supply| supply.kind == SupplyKind::Power && supply.from.is_none());
    there.filter_map(|supply| supply.capacity).reduce(f64::max)
}
