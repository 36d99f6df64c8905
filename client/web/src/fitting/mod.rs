//! The fit test: a factory tried on the open parcel, judged by `domain` in the browser at every movement.
//!
//! The rest of the page knows the trait [`Fitting`] and nothing else of it, so that all of it, and what of `domain` only it
//! needs, can be split off the page's module: it is fetched when someone tries a factory.

mod components;
mod fitter;
mod piece;
mod pure;
mod shine;
mod task;
mod trial;

pub(crate) use piece::{open, read_kept};

use std::fmt::Debug;

use cloudsite_proto::scene::{Massing, MassingMoved, OverlayArea};
use leptos::prelude::*;

/// What the rest of the page shows and says of it.
pub(crate) trait Fitting: Debug + Send + Sync {
    /// The fit test, on the card in place of the parcel's record.
    fn card(&self) -> AnyView;
    /// The factory as the viewer draws it. Follows.
    fn massing(&self) -> Massing;
    /// What of the sun lies on the ground. Follows.
    fn overlay(&self) -> Vec<OverlayArea>;
    /// How far north of the equator the sun stands on the day that is looked at, degrees, if one is. Follows.
    fn declination_deg(&self) -> Option<f64>;
    /// Puts a factory there as a link writes it; one that is none changes nothing.
    fn show(&self, fit: &str);
    /// Hears how hands in the picture move the factory.
    fn hear(&self, moved: MassingMoved);
}
