//! What a floor that can be let is called.

use std::fmt;
use std::str::FromStr;

use super::{Code, Offer};

/// The word in place of a storey's number where the whole building is meant.
const WHOLE: &str = "whole";

/// The resource name of what can be let of a building: `building/{code}/{floor}`, and `building/{code}/{floor}/{unit}` where
/// the floor is divided; a floor is the storey's number, or `whole`. Everything after the third slash is the unit, as the
/// record writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FloorName {
    /// The building.
    pub building: Code,
    /// The storey, counted from 1 at the ground, negative below it; none where the whole building is meant.
    pub floor: Option<i32>,
    /// The unit on that floor; empty where it is not divided.
    pub unit: String,
}

/// A text that is no name of a floor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a name of the form 'building/{{code}}/{{floor}}' or 'building/{{code}}/{{floor}}/{{unit}}', \
         the floor a number or '{WHOLE}'"
)]
pub struct InvalidFloorName(pub String);

impl FloorName {
    /// What an offer of a building is called. Of several that are called alike, only the first can be asked for.
    pub fn of(building: &Code, offer: &Offer) -> Self {
        Self { building: building.clone(), floor: offer.floor, unit: offer.unit.clone().unwrap_or_default() }
    }

    /// Whether an offer of this building is called so.
    pub fn is_of(&self, offer: &Offer) -> bool {
        self.floor == offer.floor && self.unit == offer.unit.as_deref().unwrap_or_default()
    }

    fn read(name: &str) -> Option<Self> {
        let (building, rest) = name.strip_prefix("building/")?.split_once('/')?;
        let (storey, unit) = rest.split_once('/').map_or((rest, None), |(storey, unit)| (storey, Some(unit)));
        let floor = match storey {
            WHOLE => None,
            // A number has one spelling, so that a floor has one name.
            number => Some(number.parse::<i32>().ok().filter(|parsed| parsed.to_string() == number)?),
        };
        if unit == Some("") {
            return None;
        }
        Some(Self { building: building.parse().ok()?, floor, unit: unit.unwrap_or_default().to_owned() })
    }
}

impl fmt::Display for FloorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "building/{}/", self.building)?;
        match self.floor {
            Some(floor) => write!(f, "{floor}")?,
            None => f.write_str(WHOLE)?,
        }
        if self.unit.is_empty() { Ok(()) } else { write!(f, "/{}", self.unit) }
    }
}

impl FromStr for FloorName {
    type Err = InvalidFloorName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::read(name).ok_or_else(|| InvalidFloorName(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_building_floor_and_unit() {
        let cases = [
            ("building/ZC-02-02/1", "ZC-02-02", Some(1), ""),
            ("building/ZC-02-02/-2/B 1/2", "ZC-02-02", Some(-2), "B 1/2"),
            ("building/锡新 7/whole", "锡新 7", None, ""),
            ("building/B,1/whole/East, A", "B,1", None, "East, A"),
        ];
        for (name, building, floor, unit) in cases {
            let read: FloorName = name.parse().unwrap();
            assert_eq!((read.building.as_str(), read.floor, read.unit.as_str()), (building, floor, unit));
            assert_eq!(read.to_string(), name);
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in [
            "",
            "building/B",
            "building/B/",
            "building//1",
            "building/B/1/",
            "building/B/+1",
            "building/B/01",
            "building/B/first",
            "building/ B/1",
            "buildings/B/1",
            "parcels/B/1",
        ] {
            assert_eq!(name.parse::<FloorName>(), Err(InvalidFloorName(name.to_owned())));
        }
    }

    #[test]
    fn an_offer_has_its_name() {
        let offer = |floor, unit: Option<&str>| Offer {
            floor,
            unit: unit.map(str::to_owned),
            area_m2: 900.0,
            clear_height_m: None,
            floor_load_kn_per_m2: None,
            cleanroom_iso: None,
            rent: None,
            from: None,
        };
        let building = "B-1".parse().unwrap();
        for (floor, unit) in [(Some(2), Some("A")), (Some(2), None), (None, None)] {
            let name = FloorName::of(&building, &offer(floor, unit));
            assert!(name.is_of(&offer(floor, unit)) && !name.is_of(&offer(Some(3), unit)), "{name}");
            assert!(!name.is_of(&offer(floor, Some("C"))), "{name}");
        }
    }
}
