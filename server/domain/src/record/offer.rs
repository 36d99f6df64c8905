//! Floors and units of a building that can be let: standard factories and the like.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Confidence;

/// A rent with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rent {
    /// Yuan a square metre of floor and month.
    pub cny_per_m2_month: f64,
    /// As of which day.
    pub as_of: Date,
    /// Who says so.
    pub source: String,
    /// How sure that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
}

/// A part of a building on offer. What is absent is unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The storey, counted from 1 at the ground, negative below it; absent where the whole building is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<i32>,
    /// The unit on that floor, if it is divided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Floor area, m².
    pub area_m2: f64,
    /// Clear height, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear_height_m: Option<f64>,
    /// Load that the floor bears, kN/m².
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor_load_kn_per_m2: Option<f64>,
    /// The cleanest of its rooms, by the class of ISO 14644-1: the lower the cleaner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleanroom_iso: Option<u8>,
    /// The rent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rent: Option<Rent>,
    /// From which day on; absent where it is free already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
}

impl Offer {
    /// The numbers that are none: each with the name of its field.
    pub fn bad_numbers(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let all = [
            ("area_m2", Some(self.area_m2)),
            ("clear_height_m", self.clear_height_m),
            ("floor_load_kn_per_m2", self.floor_load_kn_per_m2),
            ("rent.cny_per_m2_month", self.rent.as_ref().map(|rent| rent.cny_per_m2_month)),
        ];
        let amount = |number: f64| number.is_finite() && number >= 0.0;
        let amounts =
            all.into_iter().filter_map(move |(field, number)| number.filter(|n| !amount(*n)).map(|n| (field, n)));
        let class = self.cleanroom_iso.filter(|class| !(1..=9).contains(class));
        amounts.chain(class.map(|class| ("cleanroom_iso", f64::from(class))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_says_what_it_knows() {
        let text =
            r#"{"floor":2,"area_m2":1800.0,"rent":{"cny_per_m2_month":21.5,"as_of":"2026-03-01","source":"Owner"}}"#;
        let offer: Offer = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&offer).unwrap(), text);
        assert_eq!(offer.bad_numbers().count(), 0);
        let bad = Offer { area_m2: f64::NAN, clear_height_m: Some(-1.0), cleanroom_iso: Some(10), ..offer };
        let fields: Vec<&str> = bad.bad_numbers().map(|(field, _)| field).collect();
        assert_eq!(fields, ["area_m2", "clear_height_m", "cleanroom_iso"]);
    }
}
