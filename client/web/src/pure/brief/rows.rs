//! What can be asked in the form, row by row, and the templates.

use cloudsite_domain::siting::Quantity;
use cloudsite_domain::units::AreaUnit;

use super::Role;
use crate::pure::measure::{LengthUnit, floor_m2};

/// What is asked in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Subject {
    /// An amount; `scale` of the wire's unit are one of the one that is shown.
    Amount { quantity: &'static str, at_most: bool, scale: f64, decimals: usize },
    /// Room for a building.
    Footprint,
    /// One of some words.
    Words { quality: &'static str, among: &'static [&'static str] },
    /// One of the words up to the one that is chosen, which has its place as the row's amount.
    Level { quality: &'static str, levels: &'static [&'static str] },
}

const fn at_least(quantity: &'static str, decimals: usize) -> Subject {
    Subject::Amount { quantity, at_most: false, scale: 1.0, decimals }
}

const fn at_most(quantity: &'static str, decimals: usize) -> Subject {
    Subject::Amount { quantity, at_most: true, scale: 1.0, decimals }
}

const fn megawatts(quantity: &'static str) -> Subject {
    Subject::Amount { quantity, at_most: false, scale: 1_000.0, decimals: 1 }
}

const fn words(quality: &'static str, among: &'static [&'static str]) -> Subject {
    Subject::Words { quality, among }
}

/// The rows, each with the key of its text.
pub(crate) const ROWS: [(&str, Subject); 40] = [
    ("free", words("status", &["available"])),
    ("area", at_least("area_m2", 0)),
    ("power", megawatts("power")),
    ("water", at_least("water", 0)),
    ("sewage", at_least("sewage", 0)),
    ("gas", at_least("gas", 0)),
    ("steam", at_least("steam", 0)),
    ("plot_ratio", at_least("plot_ratio", 2)),
    ("height", at_least("height_limit_m", 0)),
    ("price", at_most("price_cny_per_m2", 0)),
    ("tenure", at_least("tenure_years", 0)),
    ("direct", words("acquisition", &["direct"])),
    ("bonded", words("zone_kind", &["comprehensive_bonded"])),
    ("zero_carbon", words("zone_kind", &["zero_carbon"])),
    ("footprint", Subject::Footprint),
    ("to_airport", at_most("minutes_to_airport", 1)),
    ("to_metro", at_most("minutes_to_metro", 1)),
    ("to_gate", at_most("minutes_to_customs_gate", 1)),
    ("to_interchange", at_most("minutes_to_interchange", 1)),
    ("coverage", Subject::Amount { quantity: "site_coverage", at_most: false, scale: 0.01, decimals: 0 }),
    ("second_feed", megawatts("second_feed")),
    ("telecom", at_least("telecom", 0)),
    ("green_power", at_least("green_power", 0)),
    ("power_carbon", at_most("power_carbon", 0)),
    ("vibration", at_most("vibration_um_per_s", 2)),
    ("hazard", Subject::Level { quality: "hazard_class", levels: &["a", "b", "c", "d", "e"] }),
    ("expansion", at_least("expansion_m2", 0)),
    ("to_port", at_most("minutes_to_port", 1)),
    ("from_dwellings", at_least("metres_to_residential", 0)),
    ("from_schools", at_least("metres_to_public", 0)),
    ("to_laboratory", at_most("metres_to_laboratory", 0)),
    ("to_warehouse", at_most("metres_to_warehouse", 0)),
    ("to_shops", at_most("metres_to_commercial", 0)),
    ("lease", words("tenure", &["lease", "lease_then_grant"])),
    ("grant", words("tenure", &["grant", "lease_then_grant"])),
    ("clear_height", at_least("clear_height_m", 1)),
    ("floor_load", at_least("floor_load_kn_per_m2", 0)),
    ("cleanroom", at_most("cleanroom_iso", 0)),
    ("rent", at_most("rent_cny_per_m2_month", 1)),
    ("floor_area", at_least("floor_area_m2", 0)),
];

/// Rows that have to do with each other, in the order of the form, each group with the key of its name.
pub(crate) const GROUPS: [(&str, &[usize]); 6] = [
    ("land", &[0, 1, 14, 26, 7, 19, 8, 24, 25]),
    ("supply", &[2, 20, 22, 23, 3, 4, 5, 6, 21]),
    ("terms", &[9, 10, 34, 33, 11, 12, 13]),
    ("reach", &[15, 27, 17, 18, 16]),
    ("neighbours", &[28, 29, 30, 31, 32]),
    ("floors", &[39, 35, 36, 37, 38]),
];

/// Whether only floors have an answer to a row.
pub(crate) fn is_of_floors(row: usize) -> bool {
    match ROWS[row].1 {
        Subject::Amount { quantity, .. } => quantity.parse().is_ok_and(Quantity::is_of_floors),
        Subject::Footprint | Subject::Words { .. } | Subject::Level { .. } => false,
    }
}

/// The row of power, of which more may be needed from later days on.
pub(crate) const RAMP_ROW: usize = 2;

/// What a row's amounts are of, where they are shown in the reader's units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Area,
    Length,
    /// Yuan a square metre of land.
    Price,
    /// Yuan a square metre of floor and month.
    Rent,
    /// Anything else, which has one unit for all.
    Other,
}

/// What a row's amounts are of.
pub(crate) fn measure_of(row: usize) -> Measure {
    match ROWS[row].1 {
        Subject::Amount { quantity, .. } => match quantity {
            "area_m2" | "expansion_m2" | "floor_area_m2" => Measure::Area,
            "height_limit_m" | "clear_height_m" => Measure::Length,
            _ if quantity.starts_with("metres_to_") => Measure::Length,
            "price_cny_per_m2" => Measure::Price,
            "rent_cny_per_m2_month" => Measure::Rent,
            _ => Measure::Other,
        },
        Subject::Footprint => Measure::Length,
        Subject::Words { .. } | Subject::Level { .. } => Measure::Other,
    }
}

/// How many of the wire's unit are one of the unit that a row is shown in.
pub(crate) fn wire_per_shown(row: usize, unit: AreaUnit) -> f64 {
    match (measure_of(row), ROWS[row].1) {
        (Measure::Area, _) => unit.square_metres(),
        (Measure::Length, _) => LengthUnit::of(unit).metres(),
        (Measure::Price, _) => unit.square_metres().recip(),
        (Measure::Rent, _) => floor_m2(unit).recip(),
        (Measure::Other, Subject::Amount { scale, .. }) => scale,
        (Measure::Other, _) => 1.0,
    }
}

/// The generic vibration criteria with the most that each allows, µm/s (Amick, Gendreau, Busch and Gordon, *Evolving criteria
/// for research facilities*, 2005).
pub(crate) const VIBRATION: &[(&str, f64)] =
    &[("VC-A", 50.0), ("VC-B", 25.0), ("VC-C", 12.5), ("VC-D", 6.25), ("VC-E", 3.12), ("VC-F", 1.56), ("VC-G", 0.78)];

/// The classes of cleanrooms of ISO 14644-1.
const CLEANROOM: &[(&str, f64)] = &[
    ("ISO 9", 9.0),
    ("ISO 8", 8.0),
    ("ISO 7", 7.0),
    ("ISO 6", 6.0),
    ("ISO 5", 5.0),
    ("ISO 4", 4.0),
    ("ISO 3", 3.0),
    ("ISO 2", 2.0),
    ("ISO 1", 1.0),
];

/// The classes that an amount is chosen by, each with its bound; none where it is typed.
pub(crate) fn classes(row: usize) -> &'static [(&'static str, f64)] {
    match ROWS[row].0 {
        "vibration" => VIBRATION,
        "cleanroom" => CLEANROOM,
        _ => &[],
    }
}

/// A row that a template fills in: which, how, and with what amount of the wire's unit.
pub(crate) type Filled = (usize, Role, f64);

/// What a template needs more of later: from how many years after today on, and how many kW.
pub(crate) type Rising = &'static [(i16, f64)];

/// How the power of a template rises; those that are not here need what they need from the first day on.
pub(crate) const RAMPS: [(&str, Rising); 2] =
    [("wafer_fab", &[(2, 8_000.0), (4, 12_000.0)]), ("data_centre", &[(1, 8_000.0), (3, 15_000.0)])];

/// Kinds of projects with what one of them may need. The numbers are examples to begin with, and nobody's standard.
pub(crate) const TEMPLATES: [(&str, &[Filled]); 6] = [
    (
        "wafer_fab",
        &[
            (1, Role::Must, 60_000.0),
            (2, Role::Must, 4_000.0),
            (3, Role::Wish, 0.0),
            (4, Role::Wish, 0.0),
            (20, Role::Wish, 0.0),
            (24, Role::Wish, 0.0),
            (9, Role::Wish, 0.0),
        ],
    ),
    (
        "biopharma",
        &[
            (1, Role::Must, 30_000.0),
            (2, Role::Must, 2_000.0),
            (6, Role::Wish, 0.0),
            (7, Role::Wish, 0.0),
            (30, Role::Wish, 0.0),
        ],
    ),
    (
        "automotive",
        &[
            (1, Role::Must, 40_000.0),
            (2, Role::Wish, 0.0),
            (9, Role::Wish, 0.0),
            (11, Role::Must, 0.0),
            (26, Role::Wish, 0.0),
        ],
    ),
    (
        "bonded_repair",
        &[
            (1, Role::Must, 15_000.0),
            (12, Role::Must, 0.0),
            (2, Role::Wish, 0.0),
            (9, Role::Wish, 0.0),
            (15, Role::Wish, 0.0),
        ],
    ),
    (
        "cold_chain",
        &[
            (1, Role::Must, 30_000.0),
            (2, Role::Must, 1_500.0),
            (9, Role::Wish, 0.0),
            (11, Role::Wish, 0.0),
            (18, Role::Wish, 0.0),
        ],
    ),
    (
        "data_centre",
        &[
            (1, Role::Wish, 0.0),
            (2, Role::Must, 5_000.0),
            (20, Role::Wish, 0.0),
            (22, Role::Wish, 0.0),
            (13, Role::Wish, 0.0),
            (9, Role::Wish, 0.0),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_group() {
        let mut rows: Vec<usize> = GROUPS.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
        rows.sort_unstable();
        assert_eq!(rows, (0..ROWS.len()).collect::<Vec<_>>());
        assert_eq!(ROWS[RAMP_ROW].0, "power");
        for (name, rows) in GROUPS {
            assert!(rows.iter().all(|row| is_of_floors(*row) == (name == "floors")), "{name}");
        }
    }

    #[test]
    fn every_row_asks_what_the_record_can_tell() {
        use cloudsite_domain::siting::Quality;
        for (row, subject) in ROWS {
            let told = match subject {
                Subject::Amount { quantity, .. } => quantity.parse::<Quantity>().map(|_| ()).map_err(|e| e.to_string()),
                Subject::Words { quality, .. } | Subject::Level { quality, .. } => {
                    quality.parse::<Quality>().map(|_| ()).map_err(|e| e.to_string())
                }
                Subject::Footprint => Ok(()),
            };
            assert_eq!(told, Ok(()), "{row}");
        }
    }

    #[test]
    fn every_amount_of_area_or_length_is_shown_in_the_readers_unit() {
        for (row, (name, subject)) in ROWS.into_iter().enumerate() {
            let Subject::Amount { quantity, .. } = subject else { continue };
            let is_area = quantity.ends_with("_m2") && !quantity.contains("_per_");
            let is_length = quantity.ends_with("_m") || quantity.starts_with("metres_");
            let is_money = quantity.contains("cny_per_m2");
            assert_eq!(is_area || is_length || is_money, measure_of(row) != Measure::Other, "{name}");
            let (metric, acres) = (wire_per_shown(row, AreaUnit::SquareMetre), wire_per_shown(row, AreaUnit::Acre));
            assert_eq!(metric.to_bits() == acres.to_bits(), measure_of(row) == Measure::Other, "{name}");
        }
    }

    #[test]
    fn stricter_classes_have_lower_bounds() {
        for row in (0..ROWS.len()).filter(|row| !classes(*row).is_empty()) {
            assert!(classes(row).is_sorted_by(|(_, a), (_, b)| a > b), "{}", ROWS[row].0);
        }
    }
}
