//! How parcels can be had, who says what of them, and what of standard factories is to let.

use cloudsite_domain::record::{Acquisition, BuildingUse, Confidence, ParcelStatus, SourcedField};
use geo::Area;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::buildings::House;
use super::built::Plot;

const LAND_OFFICE: &str = "园区土地储备中心 2026-04 (synthetic)";
const PLAN: &str = "控制性详细规划 2025 (synthetic)";
const LETTING_OFFICE: &str = "园区资产运营 2026-04 (synthetic)";

/// The region that the park lies in: Wuxi, in southern Jiangsu, by GB/T 2260.
pub(super) const REGION: &str = "3202";

/// A source with the fields it speaks of, as an import file says it.
#[derive(Debug, Serialize)]
pub(super) struct Provenance {
    fields: Vec<SourcedField>,
    source: &'static str,
    as_of: &'static str,
    confidence: Confidence,
}

impl Provenance {
    /// Who says one thing.
    pub(super) fn new(field: SourcedField, source: &'static str, as_of: &'static str, confidence: Confidence) -> Self {
        Self { fields: vec![field], source, as_of, confidence }
    }
}

/// What has to happen before a parcel can be had; nothing is said of those that cannot be, or of which nothing is known.
pub(super) const fn acquisition(plot: &Plot) -> Option<Acquisition> {
    match plot.status {
        ParcelStatus::Taken | ParcelStatus::Unknown => None,
        ParcelStatus::Planned if plot.land.is_multiple_of(2) => Some(Acquisition::AfterPlanChange),
        ParcelStatus::Planned => Some(Acquisition::AfterClearance),
        ParcelStatus::Available if plot.land % 6 == 5 => Some(Acquisition::AfterClearance),
        ParcelStatus::Available | ParcelStatus::Reserved | ParcelStatus::Negotiating => Some(Acquisition::Direct),
    }
}

/// Who says what of a parcel.
pub(super) fn sources(plot: &Plot) -> Vec<Provenance> {
    use SourcedField::{GreenRatio, HeightLimit, LandUse, PlotRatio, Setbacks, SiteCoverage, Status, Tenure};
    let mut fields = vec![Status];
    if acquisition(plot).is_some() {
        fields.push(SourcedField::Acquisition);
    }
    let office = Provenance { fields, source: LAND_OFFICE, as_of: "2026-04-30", confidence: Confidence::High };
    let plan = |fields: &[SourcedField], confidence| Provenance {
        fields: fields.to_vec(),
        source: PLAN,
        as_of: "2025-12-31",
        confidence,
    };
    match plot.status {
        ParcelStatus::Unknown => Vec::new(),
        ParcelStatus::Planned => vec![office, plan(&[LandUse, PlotRatio, HeightLimit], Confidence::Low)],
        _ => {
            let all = [LandUse, PlotRatio, SiteCoverage, GreenRatio, HeightLimit, Setbacks, Tenure];
            vec![office, plan(&all, Confidence::High)]
        }
    }
}

/// A part of a building that is to let, as an import file says it.
#[derive(Debug, Serialize)]
pub(super) struct Offer {
    floor: u32,
    area_m2: f64,
    clear_height_m: f64,
    floor_load_kn_per_m2: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cleanroom_iso: Option<u8>,
    rent: Rent,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Rent {
    cny_per_m2_month: f64,
    as_of: &'static str,
    source: &'static str,
    confidence: Confidence,
}

/// What is to let of a building: some floors of some standard factories.
pub(super) fn offers(plot: &Plot, number: usize, house: &House) -> Vec<Offer> {
    // A stream of its own, so that nothing else is drawn otherwise because of what is to let.
    let mut rng = ChaCha8Rng::seed_from_u64(0x0ffe_0000 + (plot.land as u64) * 1_000 + number as u64);
    if house.usage != BuildingUse::StandardFactory || rng.random_bool(0.6) {
        return Vec::new();
    }
    let round = |value: f64, to: f64| (value / to).round() * to;
    let clear_height_m = round(house.height_m / f64::from(house.floors) - 0.7, 0.1);
    let floor_m2 = round(house.shape.unsigned_area() * 0.93, 10.0);
    let first = rng.random_range(1..=house.floors);
    let last = (first + rng.random_range(0..3)).min(house.floors);
    let rent = round(rng.random_range(19.0..28.0), 0.5);
    let cleanroom_iso = rng.random_bool(0.2).then(|| rng.random_range(6..=8));
    let offer = |floor: u32| Offer {
        floor,
        area_m2: floor_m2,
        clear_height_m: round(clear_height_m, 0.1),
        floor_load_kn_per_m2: if floor == 1 { 20.0 } else { 10.0 },
        cleanroom_iso: cleanroom_iso.filter(|_| floor > 1),
        rent: Rent {
            cny_per_m2_month: if floor == 1 { rent + 3.0 } else { rent },
            as_of: "2026-04-30",
            source: LETTING_OFFICE,
            confidence: Confidence::Medium,
        },
        from: floor.is_multiple_of(3).then_some("2027-01-01"),
    };
    (first..=last).map(offer).collect()
}
