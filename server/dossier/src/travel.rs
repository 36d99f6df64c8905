//! How one gets from a place to others, by which assumptions: computed, and never a measurement.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::Names;

/// Kinds of destinations whose ways are told and drawn, in the order of their letters and colours, and whether the way that is
/// drawn is the car's.
pub const DRAWN_WAYS: [(&str, bool); 6] = [
    ("airport", false),
    ("metro_station", true),
    ("customs_gate", false),
    ("ramp", false),
    ("interchange", false),
    ("port", false),
];

/// What the way to a kind of destination is called on maps and in tables, by its place among [`DRAWN_WAYS`].
pub fn way_letter(index: usize) -> String {
    char::from(b'a' + (index % 26) as u8).to_string()
}

/// The nearest place of a kind by time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Destination {
    /// Of which kind, by its word on the wire.
    pub kind: String,
    /// By truck.
    pub by_truck: Way,
    /// By car; it may go to another place than the truck's.
    pub by_car: Way,
}

/// A way by the roads of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It leads there.
    Reached {
        /// The place, `{layer}/{code}`.
        place: String,
        /// Its names.
        names: Names,
        /// How long it takes at the speeds that are assumed.
        minutes: f64,
        /// How long it is, metres, with what is on no road.
        length_m: f64,
        /// How much of it is on no road of the record, metres.
        off_road_m: f64,
    },
    /// It is not known how one gets there.
    Unreached(Unreached),
}

/// Why it is not known how one gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreached {
    /// The record has no place of the kind.
    NoSuchPlace,
    /// No road of the record is near.
    NoRoadNear,
    /// No way leads there by the roads of the record.
    NotConnected,
}

impl Unreached {
    /// Its word, by which the page's texts have it, too.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchPlace => "no_such_place",
            Self::NoRoadNear => "no_road_near",
            Self::NotConnected => "not_connected",
        }
    }
}

/// What is assumed of travel: nobody measured it, and no traffic is counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Travel {
    /// Whose assumption it is.
    pub source: String,
    /// From which day on it is assumed; none where that is not said.
    pub from: Option<Date>,
    /// Of each class of roads.
    pub speeds: Vec<Speed>,
}

/// How fast is driven on a class of roads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// The class, by its word.
    pub road_class: String,
    /// km/h; none where trucks may not drive.
    pub truck_kmh: Option<f64>,
    /// km/h; none where cars may not drive.
    pub car_kmh: Option<f64>,
}
