//! Lengths, prices and rents in the units that go with the one that a reader counts land in. Money stays what it is: no rate of
//! exchange is in any record.

use cloudsite_domain::record::Language;
use cloudsite_domain::units::AreaUnit;

use super::number::{number, short_number, unit_key};
use super::text::{fill, text};

/// Square metres in a square foot.
const SQUARE_FOOT_M2: f64 = 0.092_903_04;

/// A unit of length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LengthUnit {
    Metre,
    /// International foot.
    Foot,
}

impl LengthUnit {
    /// The one that goes with a unit of area: whoever counts land in acres measures in feet.
    pub(crate) const fn of(unit: AreaUnit) -> Self {
        match unit {
            AreaUnit::Acre => Self::Foot,
            AreaUnit::SquareMetre | AreaUnit::Hectare | AreaUnit::Mu | AreaUnit::Tsubo => Self::Metre,
        }
    }

    /// Metres in one of this unit, exactly.
    pub(crate) const fn metres(self) -> f64 {
        match self {
            Self::Metre => 1.0,
            Self::Foot => 0.304_8,
        }
    }

    /// The symbol printed behind a number.
    pub(crate) const fn symbol(self) -> &'static str {
        match self {
            Self::Metre => "m",
            Self::Foot => "ft",
        }
    }
}

/// Square metres in one of the unit that floors are let in where land is counted in `unit`: nobody pays rent for a hectare.
pub(crate) const fn floor_m2(unit: AreaUnit) -> f64 {
    match unit {
        AreaUnit::SquareMetre | AreaUnit::Hectare | AreaUnit::Mu => 1.0,
        AreaUnit::Acre => SQUARE_FOOT_M2,
        AreaUnit::Tsubo => unit.square_metres(),
    }
}

/// The text key of that unit.
pub(crate) const fn floor_key(unit: AreaUnit) -> &'static str {
    match unit {
        AreaUnit::SquareMetre | AreaUnit::Hectare | AreaUnit::Mu => "unit.square_metre",
        AreaUnit::Acre => "unit.square_foot",
        AreaUnit::Tsubo => "unit.tsubo",
    }
}

/// A length, given in metres, with so many decimals.
pub(crate) fn length(length_m: f64, decimals: usize, unit: AreaUnit, language: Language) -> String {
    let unit = LengthUnit::of(unit);
    format!("{} {}", number(length_m / unit.metres(), decimals, language), unit.symbol())
}

/// A length as the record has it, in metres: with as many decimals as it has, in feet with one at most.
pub(crate) fn short_length(length_m: f64, unit: AreaUnit, language: Language) -> String {
    let unit = LengthUnit::of(unit);
    let told = match unit {
        LengthUnit::Metre => length_m,
        LengthUnit::Foot => (length_m / unit.metres() * 10.0).round() / 10.0,
    };
    format!("{} {}", short_number(told, language), unit.symbol())
}

/// How long a way is, given in metres: in kilometres, or in miles of 5,280 feet.
pub(crate) fn way(length_m: f64, unit: AreaUnit, language: Language) -> String {
    let (metres, symbol) = match LengthUnit::of(unit) {
        LengthUnit::Metre => (1_000.0, "km"),
        LengthUnit::Foot => (1_609.344, "mi"),
    };
    format!("{} {symbol}", number(length_m / metres, 1, language))
}

/// A price of land, given in yuan a square metre.
pub(crate) fn price(cny_per_m2: f64, unit: AreaUnit, language: Language) -> String {
    let value = number(unit.to_m2(cny_per_m2), 0, language);
    fill(language, "card.price_value", &[("value", &value), ("unit", &text(language, unit_key(unit)))])
}

/// A rent, given in yuan a square metre of floor and month.
pub(crate) fn rent(cny_per_m2_month: f64, unit: AreaUnit, language: Language) -> String {
    let value = cny_per_m2_month * floor_m2(unit);
    let value = short_number((value * 100.0).round() / 100.0, language);
    fill(language, "brief.amount.rent", &[("n", &value), ("unit", &text(language, floor_key(unit)))])
}

/// A number as it stands in an input field: no separators, and no more decimals than anyone types.
pub(crate) fn input(value: f64) -> String {
    let written = format!("{value:.4}");
    written.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_metres_or_feet() {
        let cases = [
            (AreaUnit::Hectare, "45.0 m", "5.5 m", "12.4 km"),
            (AreaUnit::Tsubo, "45.0 m", "5.5 m", "12.4 km"),
            (AreaUnit::Acre, "147.6 ft", "18 ft", "7.7 mi"),
        ];
        for (unit, fixed, short, long) in cases {
            let told = [length(45.0, 1, unit, Language::En), short_length(5.5, unit, Language::En)];
            assert_eq!((told[0].as_str(), told[1].as_str()), (fixed, short));
            assert_eq!(way(12_380.0, unit, Language::En), long);
        }
    }

    #[test]
    fn money_is_told_for_the_readers_area() {
        let cases = [
            (AreaUnit::SquareMetre, "768 元/m²", "22.5 元/m²·月"),
            (AreaUnit::Mu, "512,000 元/亩", "22.5 元/m²·月"),
            (AreaUnit::Hectare, "7,680,000 元/公顷", "22.5 元/m²·月"),
            (AreaUnit::Acre, "3,107,986 元/英亩", "2.09 元/平方英尺·月"),
            (AreaUnit::Tsubo, "2,539 元/坪", "74.38 元/坪·月"),
        ];
        for (unit, of_land, of_floor) in cases {
            let told = [price(768.0, unit, Language::Zh), rent(22.5, unit, Language::Zh)];
            assert_eq!((told[0].as_str(), told[1].as_str()), (of_land, of_floor));
        }
    }

    #[test]
    fn what_was_typed_in_feet_stands_there_again() {
        let foot_m = LengthUnit::of(AreaUnit::Acre).metres();
        for typed in [30.0, 12.5, 0.1, 1_640.42] {
            assert_eq!(input(typed * foot_m / foot_m), typed.to_string());
        }
        assert_eq!(input(100.0), "100");
    }

    #[test]
    fn units_are_exact() {
        let acre_in_square_feet = AreaUnit::Acre.square_metres() / floor_m2(AreaUnit::Acre);
        assert!((acre_in_square_feet - 43_560.0).abs() < 1e-9, "{acre_in_square_feet}");
        assert!((LengthUnit::Foot.metres().powi(2) - SQUARE_FOOT_M2).abs() < 1e-15);
    }
}
