//! How long it takes from a place to the next gate, ramp, airport or metro station, by the roads of the record.
//!
//! A [`Network`] is made of the record's centre lines and answers for any shape which place of a [`Kind`] is the nearest by
//! time, by car and by truck, and by which way. What the record does not say is not made up: it knows no one-way streets and
//! no bridges, so every road is driven both ways and streets that cross do so at grade; and no traffic is counted. Speeds are
//! a table with its source ([`TravelTable`]).
//!
//! # Where roads meet
//! - Streets meet where their lines cross or touch.
//! - The end of a line meets every line within 1.5 m of it; if there is none and it crosses nothing, the nearest of which the
//!   carriageway, as wide as the record says, comes within `meets_within_m` of its own.
//! - Expressways and ramps cross nothing at grade: they meet what they end on, and what ends where they end.
//! - Roads that hang together with no street are a site's own lanes or an airfield's runways: nothing is reached by them.
//!
//! # Where places connect
//! A place connects to the nearest street or lane that hangs together with streets, at the point of it that is the nearest
//! to the middle of the place. What lies between is driven in a straight line as slowly as a lane, and told. Beyond
//! `connects_within_m` it is unknown how a place is reached.

mod access;
mod joins;
mod lines;
mod network;
mod places;
mod reach;
mod travel;

use crate::record::terms;

pub use network::{Network, Way};
pub use places::Place;
pub use travel::{InvalidTravel, Speeds, TravelTable, Vehicle};

terms! {
    /// What kind of place is gone to.
    Kind, "kind of destination";
    /// An airport's terminal.
    Airport = "airport",
    /// A metro station.
    MetroStation = "metro_station",
    /// A customs gate of a bonded zone.
    CustomsGate = "customs_gate",
    /// A port.
    Port = "port",
    /// A gate in a fence.
    Gate = "gate",
    /// Where a ramp of an expressway leaves a street.
    Ramp = "ramp",
    /// A junction of an expressway.
    Interchange = "interchange",
}

/// Why it is not known how long it takes to the next place of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreached {
    /// The record has no place of the kind.
    NoSuchPlace,
    /// No road is near enough to the place that is asked for.
    NoRoadNear,
    /// No way leads from the road there to a place of the kind.
    NotConnected,
}

#[cfg(test)]
mod tests;
