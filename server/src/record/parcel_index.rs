//! What parcels are asked for by: for each condition the parcels that meet it, so that a filter over all of them is a few
//! intersections, and no parcel is looked at that is not in the answer.
//!
//! A parcel is its row here: its place in the order of codes. So what a filter leaves is in that order already.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use cloudsite_domain::record::{Code, LandUse, ParcelStatus};
use roaring::RoaringBitmap;

use super::columns::Columns;
use super::steps::Steps;

/// The parcels of a layer by row.
pub(crate) struct ParcelIndex {
    statuses: BTreeMap<u8, RoaringBitmap>,
    zones: Vec<(Code, RoaringBitmap)>,
    land_uses: Vec<(LandUse, RoaringBitmap)>,
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
        let numbers = |column: &[f64]| Steps::of(by_code.iter().map(|at| column[*at as usize]).collect());
        let mut statuses: BTreeMap<u8, RoaringBitmap> = BTreeMap::new();
        for (row, at) in by_code.iter().enumerate() {
            statuses.entry(columns.status[*at as usize].availability_rank()).or_default().insert(row as u32);
        }
        Self {
            statuses,
            zones: columns.zone.rows(by_code),
            land_uses: columns.land_use.rows(by_code),
            area_m2: numbers(&columns.area_m2),
            plot_ratio_max: numbers(&columns.plot_ratio_max),
            power_kw: numbers(&columns.power_kw),
            count: by_code.len() as u32,
            orders: Default::default(),
        }
    }

    /// All parcels.
    pub(crate) fn all(&self) -> RoaringBitmap {
        (0..self.count).collect()
    }

    /// Those of some statuses.
    pub(crate) fn with_status(&self, statuses: &[ParcelStatus]) -> RoaringBitmap {
        united(statuses.iter().filter_map(|status| self.statuses.get(&status.availability_rank())))
    }

    /// Those in some zones.
    pub(crate) fn in_zones(&self, zones: &[Code]) -> RoaringBitmap {
        united(self.zones.iter().filter(|(zone, _)| zones.contains(zone)).map(|(_, rows)| rows))
    }

    /// Those of the land uses that are taken.
    pub(crate) fn with_land_use(&self, takes: impl Fn(&LandUse) -> bool) -> RoaringBitmap {
        united(self.land_uses.iter().filter(|(code, _)| takes(code)).map(|(_, rows)| rows))
    }

    /// `count` of the chosen parcels from `first` on in an order, or else in that of codes.
    pub(crate) fn page(&self, chosen: &RoaringBitmap, order: Option<Order>, first: usize, count: usize) -> Vec<u32> {
        let Some(order) = order else {
            let Some(start) = u32::try_from(first).ok().and_then(|first| chosen.select(first)) else {
                return Vec::new();
            };
            return chosen.range(start..).take(count).collect();
        };
        // Few are sorted; of many, the first ones are soon met on the way through all.
        let until_page =
            (first.saturating_add(count) as u64).saturating_mul(u64::from(self.count)) / chosen.len().max(1);
        if chosen.len() < until_page {
            let mut rows: Vec<u32> = chosen.iter().collect();
            self.sort(order, &mut rows);
            return rows.into_iter().skip(first).take(count).collect();
        }
        self.order(order).iter().filter(|row| chosen.contains(**row)).skip(first).take(count).copied().collect()
    }

    /// Whether an order was made already.
    pub(super) fn has(&self, order: Order) -> bool {
        self.orders[order as usize].get().is_some()
    }

    /// Every row in an order. Made when it is first asked for.
    fn order(&self, order: Order) -> &[u32] {
        self.orders[order as usize].get_or_init(|| match order {
            Order::Availability => self.statuses.values().flatten().collect(),
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
                rows.sort_by_key(|row| {
                    self.statuses.iter().find(|(_, rows)| rows.contains(*row)).map(|(rank, _)| *rank)
                });
            }
        }
    }
}

fn united<'a>(mut parts: impl Iterator<Item = &'a RoaringBitmap>) -> RoaringBitmap {
    let mut all = parts.next().cloned().unwrap_or_default();
    for part in parts {
        all |= part;
    }
    all
}
