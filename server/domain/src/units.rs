//! Units of area as land is traded in them.

use serde::{Deserialize, Serialize};

/// A unit of area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaUnit {
    /// Square metre.
    SquareMetre,
    /// Hectare, 10 000 m².
    Hectare,
    /// Mu (亩), exactly 2000/3 m².
    Mu,
    /// International acre, exactly 4046.8564224 m².
    Acre,
    /// Tsubo (坪), exactly 400/121 m².
    Tsubo,
}

impl AreaUnit {
    /// Every unit, in the order in which a list offers them.
    pub const ALL: [Self; 5] = [Self::SquareMetre, Self::Hectare, Self::Mu, Self::Acre, Self::Tsubo];

    /// Square metres in one of this unit.
    pub const fn square_metres(self) -> f64 {
        match self {
            Self::SquareMetre => 1.0,
            Self::Hectare => 10_000.0,
            Self::Mu => 2_000.0 / 3.0,
            Self::Acre => 4_046.856_422_4,
            Self::Tsubo => 400.0 / 121.0,
        }
    }

    /// The area `area_m2` in this unit.
    pub fn from_m2(self, area_m2: f64) -> f64 {
        area_m2 / self.square_metres()
    }

    /// The area `value`, given in this unit, in square metres.
    pub fn to_m2(self, value: f64) -> f64 {
        value * self.square_metres()
    }

    /// The symbol printed behind a number.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::SquareMetre => "m²",
            Self::Hectare => "ha",
            Self::Mu => "亩",
            Self::Acre => "acre",
            Self::Tsubo => "坪",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_convert_by_their_definitions() {
        let cases = [
            (AreaUnit::SquareMetre, 1.0, 1.0),
            (AreaUnit::Hectare, 1.0, 10_000.0),
            (AreaUnit::Mu, 3.0, 2_000.0),
            (AreaUnit::Mu, 15.0, 10_000.0),
            (AreaUnit::Acre, 1.0, 4_046.856_422_4),
            (AreaUnit::Tsubo, 121.0, 400.0),
        ];
        for (unit, value, m2) in cases {
            assert!((unit.to_m2(value) - m2).abs() < 1e-9, "{value} {unit:?} should be {m2} m2");
            assert!((unit.from_m2(m2) - value).abs() < 1e-9, "{m2} m2 should be {value} {unit:?}");
        }
    }
}
