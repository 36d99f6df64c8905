//! The floors of a snapshot that can be let as site selection looks at them.

use std::sync::{Arc, Mutex, PoisonError};

use cloudsite_domain::record::{Body, FloorName, Layer, Offer, Parcel, ParcelStatus};
use cloudsite_domain::siting::{Candidate, Floor, Places, Table};
use jiff::civil::Date;

use super::{Entry, Sites, Snapshot};

/// What site selection keeps of a snapshot's floors.
pub(super) struct KeptFloors {
    /// Each with the position of its building and its own among what that has to let, by the building's code.
    rows: Vec<(u32, u32)>,
    /// The columns as of the day that was asked for last: which floors are free depends on it.
    table: Mutex<Option<(Date, Arc<Table>)>>,
}

/// The floors of a snapshot on a day by row.
#[derive(Clone, Copy)]
pub(crate) struct Floors<'a> {
    snapshot: &'a Snapshot,
    sites: Sites<'a>,
    kept: &'a KeptFloors,
    on: Date,
}

impl KeptFloors {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let buildings = snapshot.layer(Layer::Building);
        let of = |position: &u32| {
            let count = offers(buildings.at(*position)).len() as u32;
            (0..count).map(|offer| (*position, offer)).collect::<Vec<_>>()
        };
        let rows: Vec<(u32, u32)> = buildings.by_code().iter().flat_map(of).collect();
        Self { rows, table: Mutex::default() }
    }
}

impl<'a> Floors<'a> {
    pub(super) const fn new(snapshot: &'a Snapshot, sites: Sites<'a>, kept: &'a KeptFloors, on: Date) -> Self {
        Self { snapshot, sites, kept, on }
    }

    /// Their columns on the day.
    pub(crate) fn table(self) -> Arc<Table> {
        let mut kept = self.kept.table.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((day, table)) if *day == self.on => Arc::clone(table),
            _ => {
                let table = Arc::new(Table::new(self.count()));
                *kept = Some((self.on, Arc::clone(&table)));
                table
            }
        }
    }

    /// The row of the floor with a name.
    pub(crate) fn row_of(self, name: &FloorName) -> Option<u32> {
        let (buildings, rows) = (self.snapshot.layer(Layer::Building), &self.kept.rows);
        let code = |row: &(u32, u32)| &buildings.at(row.0).feature.code;
        let from = rows.partition_point(|row| *code(row) < name.building);
        let of_building = rows[from..].iter().take_while(|row| *code(row) == name.building);
        let found = of_building.zip(from as u32..).find(|(_, row)| name.is_of(self.offer(*row)));
        found.map(|(_, row)| row)
    }

    /// The building in a row.
    pub(crate) fn entry(self, row: u32) -> &'a Entry {
        self.snapshot.layer(Layer::Building).at(self.kept.rows[row as usize].0)
    }

    /// What can be let in a row.
    pub(crate) fn offer(self, row: u32) -> &'a Offer {
        &offers(self.entry(row))[self.kept.rows[row as usize].1 as usize]
    }

    /// The parcel that the building in a row stands on; none where nobody is told.
    pub(crate) fn parcel(self, row: u32) -> Option<&'a Entry> {
        let Body::Building(building) = &self.entry(row).feature.body else { return None };
        self.snapshot.layer(Layer::Parcel).find(building.parcel.as_ref()?)
    }
}

fn offers(entry: &Entry) -> &[Offer] {
    if let Body::Building(building) = &entry.feature.body { &building.offers } else { &[] }
}

impl Places for Floors<'_> {
    fn count(&self) -> usize {
        self.kept.rows.len()
    }

    fn candidate(&self, row: u32) -> Candidate<'_> {
        static NOTHING: Parcel = Parcel::with_status(ParcelStatus::Unknown);
        let (feature, offer) = (&self.entry(row).feature, self.offer(row));
        let parcel = match self.parcel(row).map(|entry| &entry.feature.body) {
            Some(Body::Parcel(parcel)) => parcel,
            _ => &NOTHING,
        };
        Candidate {
            code: &feature.code,
            area_m2: offer.area_m2,
            shape: Some(&feature.shape),
            parcel,
            zone: self.sites.zone_kind(parcel),
            around: Some(self.snapshot),
            floor: Some(Floor { offer, on: self.on }),
        }
    }
}
