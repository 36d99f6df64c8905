//! What exacting projects ask besides: second feeds, where the power comes from, quiet ground, dangerous goods. Of most land
//! it is not known, on purpose.

use cloudsite_domain::record::{Confidence, HazardClass, ParcelStatus, SourcedField, SupplyKind};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::built::Plot;
use super::planning::{POWER_OFFICE, Supply};
use super::sources::Provenance;

const SURVEY: &str = "园区微振动测试 2026-02 (synthetic)";
const FIRE_OFFICE: &str = "园区消防设计指引 2025 (synthetic)";

/// The prefix of the zone that is to need no carbon.
const ZERO_CARBON: &str = "ZC";

/// What is known besides of a parcel.
#[derive(Default)]
pub(super) struct Surveyed {
    pub(super) supplies: Vec<Supply>,
    pub(super) vibration_um_per_s: Option<f64>,
    pub(super) hazard_class: Option<HazardClass>,
    pub(super) sources: Vec<Provenance>,
}

/// What is known besides of a parcel in a zone, by its prefix, that is supplied with `power_kw` now.
pub(super) fn surveyed(plot: &Plot, zone: &str, power_kw: Option<f64>) -> Surveyed {
    let mut found = Surveyed::default();
    if !plot.rules.land_use.starts_with("10") || matches!(plot.status, ParcelStatus::Taken | ParcelStatus::Unknown) {
        return found;
    }
    // A stream of its own, so that nothing else is drawn otherwise because of it.
    let mut rng = ChaCha8Rng::seed_from_u64(0x50e7_0000 + plot.land as u64);
    let mut add = |kind: SupplyKind, capacity: f64| {
        found.supplies.push(Supply {
            kind: kind.as_str(),
            capacity,
            from: None,
            as_of: "2026-03-31",
            source: POWER_OFFICE,
        });
    };
    let is_green = zone == ZERO_CARBON;
    if let Some(power_kw) = power_kw.filter(|_| rng.random_bool(0.4)) {
        add(SupplyKind::SecondFeed, (power_kw / 1_000.0).round() * 500.0);
    }
    if power_kw.is_some() && (is_green || rng.random_bool(0.3)) {
        let share = if is_green { rng.random_range(13..=19) * 5 } else { rng.random_range(4..=10) * 5 };
        add(SupplyKind::GreenPower, f64::from(share));
        add(SupplyKind::PowerCarbon, f64::from((100 - share) * 6));
    }
    if rng.random_bool(0.35) {
        found.vibration_um_per_s = Some([2.0, 2.8, 4.5, 6.0, 9.5, 14.0, 22.0, 40.0][rng.random_range(0..8)]);
        found.sources.push(Provenance::new(SourcedField::Vibration, SURVEY, "2026-02-15", Confidence::High));
    }
    if rng.random_bool(0.7) {
        use HazardClass::{A, B, C, D};
        found.hazard_class = Some([A, B, B, B, C, C, C, D][rng.random_range(0..8)]);
        found.sources.push(Provenance::new(SourcedField::HazardClass, FIRE_OFFICE, "2025-11-30", Confidence::Medium));
    }
    found
}
