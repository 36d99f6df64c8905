//! Places beside each other: each in a pane of its own, all seen from the same direction and equally far. There is one
//! camera, which moves over the first place; over the others the eye stands as it does there.

mod systems;

use bevy::math::{DVec2, Vec2};
use bevy::prelude::Resource;
use cloudsite_proto::scene::Compare;

use crate::camera::{Home, Pose, Rig};
use crate::draw::{FeatureSlots, MOST_MARKED, MOST_PANES, Panes, Stand};

pub use systems::plugin;

/// A place that is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The ids of its features: of parcels that are joined, of all of them.
    pub ids: Vec<u64>,
    /// Where it is, park metres.
    pub at: DVec2,
    /// The radius of the circle around it, metres.
    pub radius_m: f64,
}

/// What an event to compare may not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadComparison {
    /// One place, or more than there are panes for.
    #[error("field 'places' holds {0} places; none or 2 to {MOST_PANES} can be compared")]
    Count(usize),
    /// A place of no feature, or of more than can stand out.
    #[error("field 'places': place {place} has {count} ids; it has 1 to {MOST_MARKED}")]
    Features {
        /// Which place, counted from 0.
        place: usize,
        /// How many ids.
        count: usize,
    },
    /// A place that is nowhere.
    #[error("field 'places': '{field}' of place {place} must be a finite number, and its radius positive")]
    Nowhere {
        /// Which place, counted from 0.
        place: usize,
        /// The field.
        field: &'static str,
    },
}

/// Where the camera was before.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Before {
    /// Not seen yet: there was no park.
    #[default]
    Unknown,
    /// At home, which is elsewhere in a picture of another shape.
    Home,
    At(Pose),
}

impl Before {
    fn of(rig: &Rig) -> Self {
        if rig.is_home() { Self::Home } else { Self::At(rig.goal()) }
    }
}

/// The places that are compared; none is the one view.
#[derive(Resource, Debug, Default)]
pub struct Comparison {
    places: Vec<Place>,
    before: Before,
    /// The camera is not yet where it has to be for these places.
    due: bool,
}

impl Comparison {
    /// Compares other places, or none. `rig` is the camera so far, if there is a park.
    pub fn set(&mut self, places: Vec<Place>, rig: Option<&Rig>) {
        if places == self.places {
            return;
        }
        if self.places.is_empty() {
            self.before = rig.map(Before::of).unwrap_or_default();
        }
        self.places = places;
        self.due = true;
    }

    /// The panes for these places in a picture of this size; none while none are compared.
    pub fn panes(&self, picture: Vec2, slots: &FeatureSlots) -> Option<Panes> {
        let first = self.places.first()?;
        let mut stands = [Stand::default(); MOST_PANES];
        for (stand, place) in stands.iter_mut().zip(&self.places) {
            let marked = std::array::from_fn(|index| slots.get(*place.ids.get(index)?));
            *stand = Stand { shift_m: place.at - first.at, slots: marked };
        }
        Some(Panes::of_places(&stands[..self.places.len().min(MOST_PANES)], picture))
    }

    /// Takes the camera to the places, or back to where it was before, if it is not there yet. It has the panes' aspect.
    pub fn settle(&mut self, rig: &mut Rig) {
        if !std::mem::take(&mut self.due) {
            return;
        }
        if let Some(first) = self.places.first() {
            if self.before == Before::Unknown {
                self.before = Before::of(rig);
            }
            let radius_m = self.places.iter().map(|place| place.radius_m).fold(0.0, f64::max);
            return rig.move_to(Home::Compared { at: first.at, radius_m, from: rig.pose() });
        }
        rig.move_to(Home::Park);
        if let Before::At(pose) = std::mem::take(&mut self.before) {
            rig.jump(&pose);
        }
    }
}

/// The places of an event, in the order of their panes.
///
/// # Errors
/// [`BadComparison`] where they are one or too many, or one is nowhere or has no feature or too many.
pub fn places_of(event: &Compare) -> Result<Vec<Place>, BadComparison> {
    let count = event.places.len();
    if count == 1 || count > MOST_PANES {
        return Err(BadComparison::Count(count));
    }
    let mut places: Vec<Place> = Vec::with_capacity(count);
    for (index, place) in event.places.iter().enumerate() {
        let count = place.ids.len();
        if !(1..=MOST_MARKED).contains(&count) {
            return Err(BadComparison::Features { place: index, count });
        }
        let numbers = [("east_m", place.east_m), ("north_m", place.north_m), ("radius_m", place.radius_m)];
        let wrong =
            numbers.into_iter().find(|(name, value)| !value.is_finite() || (*name == "radius_m" && *value <= 0.0));
        if let Some((field, _)) = wrong {
            return Err(BadComparison::Nowhere { place: index, field });
        }
        let at = DVec2::new(place.east_m, place.north_m);
        places.push(Place { ids: place.ids.clone(), at, radius_m: place.radius_m });
    }
    Ok(places)
}

#[cfg(test)]
mod tests;
