//! What parcels are asked for by: for each condition the parcels that meet it, so that a filter over all of them is a few
//! intersections. Values are looked at only where a bound lies between two steps.
//!
//! A parcel is its row here: its place in the order of codes. So what a filter leaves is in that order already.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use cloudsite_domain::record::{Code, LandUse, ParcelStatus};
use cloudsite_domain::rows::{Bits, Steps};

use super::columns::Columns;

/// Rows that have something in common: a bit each, or where that would need more room, one by one.
enum Rows {
    Many(Bits),
    Few(Vec<u32>),
}

impl Rows {
    fn of(rows: Vec<u32>, count: usize) -> Self {
        if rows.len() * 32 < count {
            return Self::Few(rows);
        }
        let mut bits = Bits::none(count);
        for row in rows {
            bits.insert(row);
        }
        Self::Many(bits)
    }

    fn has(&self, row: u32) -> bool {
        match self {
            Self::Many(bits) => bits.has(row),
            Self::Few(rows) => rows.binary_search(&row).is_ok(),
        }
    }

    fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Self::Many(bits) => Box::new(bits.rows(0)),
            Self::Few(rows) => Box::new(rows.iter().copied()),
        }
    }
}

/// The parcels of a layer by row.
pub(crate) struct ParcelIndex {
    statuses: BTreeMap<u8, Rows>,
    zones: Vec<(Code, Rows)>,
    land_uses: Vec<(LandUse, Rows)>,
    /// Area, m².
    pub(crate) area_m2: Steps,
    /// The upper plot ratio.
    pub(crate) plot_ratio_max: Steps,
    /// The power that is there already, kW.
    pub(crate) power_kw: Steps,
    count: u32,
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

impl ParcelIndex {
    /// The index of columns; `by_code` are the positions in the order of codes.
    pub(super) fn of(columns: &Columns, by_code: &[u32]) -> Self {
        let columns = columns.values();
        let numbers = |column: &[f64]| Steps::of(by_code.iter().map(|at| column[*at as usize]).collect());
        let count = by_code.len();
        let mut statuses: BTreeMap<u8, Vec<u32>> = BTreeMap::new();
        for (row, at) in by_code.iter().enumerate() {
            statuses.entry(columns.status[*at as usize].availability_rank()).or_default().push(row as u32);
        }
        Self {
            statuses: statuses.into_iter().map(|(rank, rows)| (rank, Rows::of(rows, count))).collect(),
            zones: worded(columns.zone.rows(by_code), count),
            land_uses: worded(columns.land_use.rows(by_code), count),
            area_m2: numbers(&columns.area_m2),
            plot_ratio_max: numbers(&columns.plot_ratio_max),
            power_kw: numbers(&columns.power_kw),
            count: by_code.len() as u32,
            orders: Default::default(),
        }
    }

    /// All parcels.
    pub(crate) fn all(&self) -> Bits {
        Bits::all(self.count as usize)
    }

    /// No parcel.
    pub(crate) fn none(&self) -> Bits {
        Bits::none(self.count as usize)
    }

    /// Those of some statuses.
    pub(crate) fn with_status(&self, statuses: &[ParcelStatus]) -> Cow<'_, Bits> {
        self.united(statuses.iter().filter_map(|status| self.statuses.get(&status.availability_rank())))
    }

    /// Those in some zones.
    pub(crate) fn in_zones(&self, zones: &[Code]) -> Cow<'_, Bits> {
        self.united(self.zones.iter().filter(|(zone, _)| zones.contains(zone)).map(|(_, rows)| rows))
    }

    /// Those of the land uses that are taken.
    pub(crate) fn with_land_use(&self, takes: impl Fn(&LandUse) -> bool) -> Cow<'_, Bits> {
        self.united(self.land_uses.iter().filter(|(code, _)| takes(code)).map(|(_, rows)| rows))
    }

    fn united<'a>(&'a self, parts: impl Iterator<Item = &'a Rows>) -> Cow<'a, Bits> {
        let parts: Vec<&Rows> = parts.collect();
        if let [Rows::Many(only)] = parts[..] {
            return Cow::Borrowed(only);
        }
        let mut all = self.none();
        for part in parts {
            match part {
                Rows::Many(bits) => all.unite(bits),
                Rows::Few(rows) => rows.iter().for_each(|row| all.insert(*row)),
            }
        }
        Cow::Owned(all)
    }

    /// `count` of the chosen parcels from `first` on in an order, or else in that of codes; and how many were chosen.
    pub(crate) fn page(&self, chosen: &Bits, order: Option<Order>, first: usize, count: usize) -> (Vec<u32>, usize) {
        let total = chosen.count();
        let Some(order) = order else { return (chosen.rows(first).take(count).collect(), total) };
        if self.is_sorted_sooner(total, first.saturating_add(count)) {
            let mut rows: Vec<u32> = chosen.rows(0).collect();
            self.sort(order, &mut rows);
            return (rows.into_iter().skip(first).take(count).collect(), total);
        }
        let rows = self.order(order).iter().filter(|row| chosen.has(**row));
        (rows.skip(first).take(count).copied().collect(), total)
    }

    /// Whether `total` rows are sooner sorted than met on the way through all of an order until `until` of them were. An
    /// order that has yet to be made is there for those who come after, too.
    fn is_sorted_sooner(&self, total: usize, until: usize) -> bool {
        let all = self.count as usize;
        let on_the_way = until.saturating_mul(all) / total.max(1);
        total * (total.max(1).ilog2() as usize + 1) < on_the_way.min(all)
    }

    /// Whether an order was made already.
    pub(super) fn has(&self, order: Order) -> bool {
        self.orders[order as usize].get().is_some()
    }

    /// Every row in an order. Made when it is first asked for.
    fn order(&self, order: Order) -> &[u32] {
        self.orders[order as usize].get_or_init(|| match order {
            Order::Availability => self.statuses.values().flat_map(Rows::iter).collect(),
            Order::AreaAscending | Order::AreaDescending => {
                let mut rows: Vec<u32> = (0..self.count).collect();
                self.sort(order, &mut rows);
                rows
            }
        })
    }

    /// Sorts some rows, which are in the order of codes, by another.
    fn sort(&self, order: Order, rows: &mut [u32]) {
        let area = |row: &u32| self.area_m2.value(*row);
        // Stable, so that equal ones stay in the order of their codes.
        match order {
            Order::AreaAscending => rows.sort_by(|a, b| area(a).total_cmp(&area(b))),
            Order::AreaDescending => rows.sort_by(|a, b| area(b).total_cmp(&area(a))),
            Order::Availability => {
                let rank = |row: &u32| self.statuses.iter().find(|(_, rows)| rows.has(*row)).map(|(rank, _)| *rank);
                rows.sort_by_cached_key(rank);
            }
        }
    }
}

/// Each word with its rows.
fn worded<T>(words: Vec<(T, Vec<u32>)>, count: usize) -> Vec<(T, Rows)> {
    words.into_iter().map(|(word, rows)| (word, Rows::of(rows, count))).collect()
}
