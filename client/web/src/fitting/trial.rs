//! What is known while a factory is tried, as signals.

use cloudsite_domain::siting::massing::{Findings, Massing, Site};
use geo_types::MultiPolygon;
use leptos::prelude::*;

use super::pure::basis::Basis;
use super::pure::refusal::Refusal;
use super::pure::variants::Variant;
use super::shine::Shine;

/// Something beside the parcel that a shade may touch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Neighbour {
    /// Its code.
    pub(super) code: String,
    /// Where it lies, park metres.
    pub(super) areas: MultiPolygon,
}

/// A parcel made ready.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ground {
    /// The parcel's code.
    pub(super) code: String,
    /// In park metres.
    pub(super) site: Site,
    pub(super) neighbours: Vec<Neighbour>,
    /// What the site's bounds come from.
    pub(super) basis: Basis,
    /// Latitude and longitude, degrees.
    pub(super) position: (f64, f64),
}

/// What components and tasks of this folder share.
#[derive(Debug)]
pub(super) struct Trial {
    /// None until it was loaded.
    pub(super) ground: RwSignal<Option<Ground>>,
    /// Why it could not be.
    pub(super) failure: RwSignal<Option<String>>,
    /// The factory, park metres.
    pub(super) massing: RwSignal<Option<Massing>>,
    /// What is found of it; filled anew in place.
    pub(super) findings: RwSignal<Findings>,
    /// The day whose sun is looked at, as a date field has it; empty is none.
    pub(super) day: RwSignal<String>,
    /// The sun of that day, once it was counted.
    pub(super) shine: RwSignal<Option<Shine>>,
    /// The park's variants that are kept in this browser.
    pub(super) variants: RwSignal<Vec<Variant>>,
    /// Why what was asked last was not done.
    pub(super) refusal: RwSignal<Option<Refusal>>,
}

impl Trial {
    pub(super) fn new() -> Self {
        Self {
            ground: RwSignal::new(None),
            failure: RwSignal::new(None),
            massing: RwSignal::new(None),
            findings: RwSignal::new(Findings::default()),
            day: RwSignal::new(String::new()),
            shine: RwSignal::new(None),
            variants: RwSignal::new(Vec::new()),
            refusal: RwSignal::new(None),
        }
    }
}
