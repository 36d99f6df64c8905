//! A snapshot's parcels as site selection looks at them.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{
    Body, Code, Layer, MaskKind, Parcel, ParcelStatus, Road, RoadClass, UtilityKind, ZoneKind,
};
use cloudsite_domain::route::Network;
use cloudsite_domain::siting::assembly::Barrier;
use cloudsite_domain::siting::{Borders, Candidate, Neighbours, Places, Surroundings, Table};
use geo_types::{LineString, Rect};
use jiff::civil::Date;

use super::floors::KeptFloors;
use super::{Entry, Floors, Snapshot};

/// Parcels that are joined at most: of more, it would take too long to find out which border on which.
const MOST_JOINED: usize = 50_000;

/// How far a fence reaches to either side, metres: what it may be off from the border that it stands on.
const FENCE_HALF_M: f64 = 1.0;

/// What site selection keeps of a snapshot.
pub(super) struct Kept {
    zones: HashMap<Code, ZoneKind>,
    table: Table,
    borders: OnceLock<Borders>,
    neighbours: OnceLock<Neighbours>,
    floors: OnceLock<KeptFloors>,
}

/// The parcels of a snapshot by row, which is their place in the order of codes.
#[derive(Clone, Copy)]
pub(crate) struct Sites<'a> {
    snapshot: &'a Snapshot,
    kept: &'a Kept,
}

impl Kept {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let kind = |entry: &Entry| match &entry.feature.body {
            Body::Zone(zone) => Some((entry.feature.code.clone(), zone.kind)),
            _ => None,
        };
        Self {
            zones: snapshot.layer(Layer::Zone).features().iter().filter_map(kind).collect(),
            table: Table::new(snapshot.layer(Layer::Parcel).by_code().len()),
            borders: OnceLock::new(),
            neighbours: OnceLock::new(),
            floors: OnceLock::new(),
        }
    }
}

impl<'a> Sites<'a> {
    pub(super) const fn new(snapshot: &'a Snapshot, kept: &'a Kept) -> Self {
        Self { snapshot, kept }
    }

    /// Their columns.
    pub(crate) const fn table(self) -> &'a Table {
        &self.kept.table
    }

    /// Which of them border on each other with neither a public road nor the fence of a bonded zone between them; none if
    /// there are too many.
    pub(crate) fn borders(self) -> Option<&'a Borders> {
        (self.count() <= MOST_JOINED).then(|| self.kept.borders.get_or_init(|| self.found_borders()))
    }

    fn found_borders(self) -> Borders {
        let rows = 0..self.count() as u32;
        let shapes: Vec<Option<&Shape>> = rows.clone().map(|row| Some(&self.entry(row).feature.shape)).collect();
        let bonded: Vec<Option<&Code>> = rows.map(|row| self.bonded_zone(row)).collect();
        let apart = |a: u32, b: u32| bonded[a as usize] != bonded[b as usize];
        Borders::of(&shapes, apart, &barriers(self.snapshot))
    }

    /// The bonded zone that a parcel lies in.
    fn bonded_zone(self, row: u32) -> Option<&'a Code> {
        let Body::Parcel(parcel) = &self.entry(row).feature.body else { return None };
        let is_bonded = |zone: &&Code| self.kept.zones.get(*zone) == Some(&ZoneKind::ComprehensiveBonded);
        parcel.zone.as_ref().filter(is_bonded)
    }

    /// The floors that can be let, as they are on a day.
    pub(crate) fn floors(self, on: Date) -> Floors<'a> {
        let kept = self.kept.floors.get_or_init(|| KeptFloors::of(self.snapshot));
        Floors::new(self.snapshot, self, kept, on)
    }

    /// The kind of the zone that a parcel lies in; none where it is not known.
    pub(super) fn zone_kind(self, parcel: &Parcel) -> Option<ZoneKind> {
        parcel.zone.as_ref().and_then(|zone| self.kept.zones.get(zone).copied())
    }

    /// The row of the parcel with a code.
    pub(crate) fn row_of(self, code: &Code) -> Option<u32> {
        self.snapshot.layer(Layer::Parcel).row_of(code)
    }

    /// The entry in a row.
    pub(crate) fn entry(self, row: u32) -> &'a Entry {
        let parcels = self.snapshot.layer(Layer::Parcel);
        parcels.at(parcels.by_code()[row as usize])
    }
}

/// Public roads and fences.
fn barriers(snapshot: &Snapshot) -> Vec<Barrier> {
    let mut barriers = Vec::new();
    for layer in [Layer::Road, Layer::Utility] {
        for entry in snapshot.layer(layer).features().iter() {
            let half_width_m = match &entry.feature.body {
                Body::Road(road) if is_public(road) => road.width_m.unwrap_or(road.class.customary_width_m()) / 2.0,
                Body::Utility(utility) if utility.kind == UtilityKind::Fence => FENCE_HALF_M,
                _ => continue,
            };
            if let Shape::Lines(lines) = &entry.feature.shape {
                let lines = lines.iter().flat_map(LineString::lines);
                barriers.extend(lines.map(|line| Barrier { line, half_width_m }));
            }
        }
    }
    barriers
}

const fn is_public(road: &Road) -> bool {
    !matches!(road.class, RoadClass::Service | RoadClass::Path)
}

impl Places for Sites<'_> {
    fn count(&self) -> usize {
        self.snapshot.layer(Layer::Parcel).by_code().len()
    }

    fn candidate(&self, row: u32) -> Candidate<'_> {
        // The layer of parcels holds nothing else; if it did, nobody would know anything of it.
        static NOTHING: Parcel = Parcel::with_status(ParcelStatus::Unknown);
        let feature = &self.entry(row).feature;
        let parcel = if let Body::Parcel(parcel) = &feature.body { parcel } else { &NOTHING };
        Candidate {
            code: &feature.code,
            area_m2: feature.shape.area_m2(),
            shape: Some(&feature.shape),
            parcel,
            zone: self.zone_kind(parcel),
            around: Some(self.snapshot),
            floor: None,
        }
    }
}

impl Surroundings for Snapshot {
    fn network(&self) -> &Network {
        self.roads()
    }

    fn neighbours(&self) -> Option<&Neighbours> {
        Some(self.sites().kept.neighbours.get_or_init(|| {
            let buildings =
                self.layer(Layer::Building).features().iter().filter_map(|entry| match &entry.feature.body {
                    Body::Building(building) => Some((building.usage, &entry.feature.shape)),
                    _ => None,
                });
            Neighbours::new(buildings)
        }))
    }

    fn expansion_m2(&self, parcel: &Code) -> Option<f64> {
        let sites = self.sites();
        let row = self.layer(Layer::Parcel).row_of(parcel)?;
        let beside = sites.borders()?.of_row(row).iter().map(|row| &sites.entry(*row).feature);
        let mut free_m2 = 0.0;
        for feature in beside {
            match &feature.body {
                Body::Parcel(beside) if beside.status == ParcelStatus::Unknown => return None,
                Body::Parcel(beside) if beside.status == ParcelStatus::Available => free_m2 += feature.shape.area_m2(),
                _ => {}
            }
        }
        Some(free_m2)
    }

    fn kept_free(&self, bounds: Rect) -> Option<Vec<&Shape>> {
        let is_kept_free = |body: &Body| matches!(body, Body::Mask(mask) if mask.kind == MaskKind::Protection);
        let near = self.layer(Layer::Mask).near(bounds).into_iter().map(|entry| &entry.feature);
        let kept_free = near.filter(|feature| is_kept_free(&feature.body)).map(|feature| &feature.shape);
        self.masks_are_told.then(|| kept_free.collect())
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the record as of {}", self.revision())
    }
}
