//! What the record says of a parcel: use, ratios, heights, setbacks, tenure, price and supplies.

use cloudsite_domain::record::{ParcelStatus, SupplyKind, TenureKind};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::program::Program;

/// Lower and upper bound.
pub(super) type Range = (Option<f64>, Option<f64>);

/// Setbacks from the main road, the other edges and the rear, metres.
pub(super) type Setbacks = [f64; 3];

/// Rules that one kind of use has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) land_use: &'static str,
    pub(super) plot_ratio: Range,
    pub(super) site_coverage: Range,
    pub(super) green_ratio: Range,
    pub(super) height_limit_m: f64,
    pub(super) setbacks_m: Setbacks,
    pub(super) tenure: (TenureKind, u32),
    /// Yuan a square metre, least and most; absent where nothing is sold.
    pub(super) price_cny_per_m2: Option<(f64, f64)>,
    /// Power in kW and water in m³ a day for each hectare.
    pub(super) load_per_ha: (f64, f64),
}

impl Program {
    /// The rules of this program.
    pub(super) fn rules(self) -> Rules {
        let industry = Rules {
            land_use: "100101",
            plot_ratio: (Some(1.5), Some(2.5)),
            site_coverage: (Some(0.4), Some(0.6)),
            green_ratio: (Some(0.1), Some(0.2)),
            height_limit_m: 36.0,
            setbacks_m: [12.0, 8.0, 6.0],
            tenure: (TenureKind::Grant, 50),
            price_cny_per_m2: Some((520.0, 780.0)),
            load_per_ha: (620.0, 45.0),
        };
        let utility = Rules {
            land_use: "1303",
            plot_ratio: (None, Some(1.0)),
            site_coverage: (None, Some(0.5)),
            green_ratio: (Some(0.3), None),
            height_limit_m: 45.0,
            setbacks_m: [10.0, 8.0, 8.0],
            price_cny_per_m2: None,
            load_per_ha: (0.0, 0.0),
            ..industry
        };
        let research = Rules {
            land_use: "0802",
            plot_ratio: (Some(2.0), Some(3.5)),
            site_coverage: (None, Some(0.4)),
            green_ratio: (Some(0.25), None),
            height_limit_m: 80.0,
            setbacks_m: [15.0, 10.0, 10.0],
            price_cny_per_m2: Some((1_800.0, 2_600.0)),
            load_per_ha: (900.0, 60.0),
            ..industry
        };
        match self {
            Self::Factory => industry,
            Self::Workshops => {
                Rules { land_use: "100101", plot_ratio: (Some(2.0), Some(3.0)), height_limit_m: 50.0, ..industry }
            }
            Self::Warehouse | Self::Hangars => Rules {
                land_use: if self == Self::Hangars { "1203" } else { "110101" },
                plot_ratio: (Some(1.0), Some(1.8)),
                site_coverage: (Some(0.45), Some(0.65)),
                height_limit_m: 24.0,
                price_cny_per_m2: Some((430.0, 560.0)),
                load_per_ha: (260.0, 18.0),
                ..industry
            },
            Self::Campus => research,
            Self::Towers => Rules {
                land_use: "0902",
                plot_ratio: (Some(2.5), Some(4.5)),
                site_coverage: (None, Some(0.5)),
                green_ratio: (Some(0.2), None),
                height_limit_m: 150.0,
                tenure: (TenureKind::Grant, 40),
                price_cny_per_m2: Some((5_500.0, 8_200.0)),
                ..research
            },
            Self::Housing => Rules {
                land_use: "0701",
                plot_ratio: (Some(1.2), Some(2.2)),
                site_coverage: (None, Some(0.28)),
                green_ratio: (Some(0.35), None),
                tenure: (TenureKind::Grant, 70),
                price_cny_per_m2: None,
                ..research
            },
            Self::School => Rules {
                land_use: "0804",
                plot_ratio: (None, Some(1.0)),
                height_limit_m: 24.0,
                price_cny_per_m2: None,
                ..research
            },
            Self::Substation | Self::Storage => utility,
            Self::WaterPlant => Rules { land_use: "1301", ..utility },
            Self::SewagePlant => Rules { land_use: "1302", ..utility },
            Self::HeatPlant => Rules { land_use: "1305", height_limit_m: 60.0, ..utility },
        }
    }

    /// Whether it serves the park and is not for sale.
    pub(super) fn is_utility(self) -> bool {
        matches!(self, Self::Substation | Self::Storage | Self::WaterPlant | Self::SewagePlant | Self::HeatPlant)
    }
}

/// One supply as an import file says it.
#[derive(Debug, Serialize)]
pub(super) struct Supply {
    pub(super) kind: &'static str,
    pub(super) capacity: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<&'static str>,
    pub(super) as_of: &'static str,
    pub(super) source: &'static str,
}

pub(super) const POWER_OFFICE: &str = "园区供电所 2026-03 (synthetic)";
const WATER_OFFICE: &str = "园区水务 2026-02 (synthetic)";
const GAS_OFFICE: &str = "园区燃气 2026-02 (synthetic)";
const HEAT_OFFICE: &str = "园区热力 2026-01 (synthetic)";
const TELECOM_OFFICE: &str = "园区通信 2026-03 (synthetic)";

/// Who sets prices.
pub(super) const PRICE_OFFICE: &str = "园区规划建设局 2026-04 (synthetic)";

/// When lines and pipes that are being built will be there.
const LATER: [&str; 4] = ["2027-01-01", "2027-07-01", "2028-01-01", "2028-07-01"];

/// What is supplied to a parcel of `area_ha`. Some of it is unknown on purpose: an absent kind says so.
pub(super) fn supplies(rules: Rules, area_ha: f64, status: ParcelStatus, rng: &mut ChaCha8Rng) -> Vec<Supply> {
    let (power_per_ha, water_per_ha) = rules.load_per_ha;
    let mut all = Vec::new();
    if power_per_ha == 0.0 || status == ParcelStatus::Unknown {
        return all;
    }
    let round = |value: f64, to: f64| (value / to).round().max(1.0) * to;
    let mut add = |kind: SupplyKind, capacity: f64, from: Option<&'static str>, as_of: &'static str, source| {
        all.push(Supply { kind: kind.as_str(), capacity, from, as_of, source });
    };
    let vacant = !matches!(status, ParcelStatus::Taken);
    if rng.random_bool(0.93) {
        let now_kw = round(power_per_ha * area_ha * rng.random_range(0.7..1.4), 500.0);
        add(SupplyKind::Power, now_kw, None, "2026-03-31", POWER_OFFICE);
        if vacant && rng.random_bool(0.6) {
            let from = LATER[rng.random_range(0..LATER.len())];
            add(
                SupplyKind::Power,
                round(now_kw * rng.random_range(2.0..4.0), 1_000.0),
                Some(from),
                "2026-03-31",
                POWER_OFFICE,
            );
        }
    }
    if rng.random_bool(0.9) {
        let water = round(water_per_ha * area_ha * rng.random_range(0.8..1.5), 10.0);
        add(SupplyKind::Water, water, None, "2026-02-28", WATER_OFFICE);
        if rng.random_bool(0.85) {
            add(SupplyKind::Sewage, round(water * 0.8, 10.0), None, "2026-02-28", WATER_OFFICE);
        }
    }
    if rng.random_bool(0.7) {
        add(SupplyKind::Gas, round(area_ha * rng.random_range(30.0..90.0), 50.0), None, "2026-02-28", GAS_OFFICE);
    }
    if rules.land_use.starts_with("10") && rng.random_bool(0.45) {
        let from = vacant.then(|| LATER[rng.random_range(0..LATER.len())]);
        add(SupplyKind::Steam, round(area_ha * rng.random_range(0.6..2.0), 1.0), from, "2026-01-31", HEAT_OFFICE);
    }
    if rng.random_bool(0.8) {
        add(SupplyKind::Telecom, [1.0, 10.0, 40.0, 100.0][rng.random_range(0..4)], None, "2026-03-31", TELECOM_OFFICE);
    }
    all
}

/// The example parcel's power: 3 MW now, 12 MW from July 2028.
pub(super) fn example_power() -> [Supply; 2] {
    let power = |capacity, from| Supply {
        kind: SupplyKind::Power.as_str(),
        capacity,
        from,
        as_of: "2026-03-31",
        source: POWER_OFFICE,
    };
    [power(3_000.0, None), power(12_000.0, Some("2028-07-01"))]
}
