//! What parcels are asked for by, in columns: a filter or an order over all of them touches no feature.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::OnceLock;

use cloudsite_domain::record::{Body, Code, LandUse, Parcel, ParcelStatus, SupplyKind};

use super::Entry;
use super::codes::Shift;

/// A column of words that repeat: each stands once, and the column holds numbers.
#[derive(Clone)]
pub(crate) struct Words<T> {
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

    /// Which of the column's numbers stand for a word that `meets` takes.
    pub(crate) fn taken(&self, meets: impl Fn(&T) -> bool) -> Vec<bool> {
        self.distinct.iter().map(meets).collect()
    }

    /// By position in the layer; where nothing is known, a number that no word has.
    pub(crate) fn column(&self) -> &[u32] {
        &self.column
    }
}

/// The parcels of a layer, each value by position in the layer. Numbers that are not known are not a number.
#[derive(Clone)]
pub(crate) struct Columns {
    /// Whether it can be had.
    pub(crate) status: Vec<ParcelStatus>,
    /// Codes of the zones that parcels name.
    pub(crate) zone: Words<Code>,
    /// Planned uses.
    pub(crate) land_use: Words<LandUse>,
    /// Area, m².
    pub(crate) area_m2: Vec<f64>,
    /// The upper plot ratio.
    pub(crate) plot_ratio_max: Vec<f64>,
    /// The power that is there already, kW.
    pub(crate) power_kw: Vec<f64>,
    orders: [OnceLock<Vec<u32>>; 3],
}

/// An order other than that of codes. What is equal in it goes by code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// The smallest area first.
    AreaAscending,
    /// The largest area first.
    AreaDescending,
    /// What can be had first.
    Availability,
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
            orders: Default::default(),
        };
        features.iter().enumerate().try_for_each(|(position, entry)| columns.set(position, entry))?;
        Some(columns)
    }

    /// The columns of `features`, which are those of these columns but for what a shift changed or added behind them.
    pub(super) fn shifted(&self, shift: &Shift, features: &[Entry]) -> Option<Self> {
        let mut columns = Self { orders: Default::default(), ..self.clone() };
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

    /// Every position in an order; `by_code` is that of codes. Made when it is first asked for.
    pub(crate) fn order(&self, order: Order, by_code: &[u32]) -> &[u32] {
        self.orders[order as usize].get_or_init(|| {
            let mut positions = by_code.to_vec();
            self.sort(order, &mut positions);
            positions
        })
    }

    /// Sorts some positions, which are in the order of codes, by another.
    pub(crate) fn sort(&self, order: Order, positions: &mut [u32]) {
        let area = |position: &u32| self.area_m2[*position as usize];
        // Stable, so that equal ones stay in the order of their codes.
        match order {
            Order::AreaAscending => positions.sort_by(|a, b| area(a).total_cmp(&area(b))),
            Order::AreaDescending => positions.sort_by(|a, b| area(b).total_cmp(&area(a))),
            Order::Availability => positions.sort_by_key(|at| self.status[*at as usize].availability_rank()),
        }
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
