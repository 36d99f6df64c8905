//! The values that parcels are asked for by, in columns: what is made of them touches no feature.

use std::collections::HashMap;
use std::hash::Hash;

use cloudsite_domain::record::{Body, Code, LandUse, Parcel, ParcelStatus, SupplyKind};

use super::Entry;
use super::codes::Shift;

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

/// The parcels of a layer, each value by position in the layer. Numbers that are not known are not a number.
#[derive(Clone)]
pub(super) struct Columns {
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

impl Columns {
    /// The columns of a layer; none if something in it is no parcel.
    pub(super) fn of(features: &[Entry]) -> Option<Self> {
        let mut columns = Self {
            status: Vec::with_capacity(features.len()),
            zone: Words::new(),
            land_use: Words::new(),
            area_m2: Vec::with_capacity(features.len()),
            plot_ratio_max: Vec::with_capacity(features.len()),
            power_kw: Vec::with_capacity(features.len()),
        };
        features.iter().enumerate().try_for_each(|(position, entry)| columns.set(position, entry))?;
        Some(columns)
    }

    /// The columns of `features`, which are those of these columns but for what a shift changed or added behind them.
    pub(super) fn shifted(&self, shift: &Shift, features: &[Entry]) -> Option<Self> {
        let mut columns = self.clone();
        for position in shift.changed.iter().chain(&shift.added) {
            columns.set(*position as usize, &features[*position as usize])?;
        }
        Some(columns)
    }

    fn set(&mut self, position: usize, entry: &Entry) -> Option<()> {
        let Body::Parcel(parcel) = &entry.feature.body else { return None };
        put(&mut self.status, position, parcel.status);
        self.zone.set(position, parcel.zone.as_ref());
        self.land_use.set(position, parcel.land_use.as_ref());
        put(&mut self.area_m2, position, entry.feature.shape.area_m2());
        put(&mut self.plot_ratio_max, position, parcel.plot_ratio.max.unwrap_or(f64::NAN));
        put(&mut self.power_kw, position, power_now_kw(parcel).unwrap_or(f64::NAN));
        Some(())
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
