//! Meetings inside the park: planning them, coming to them, and taking part by voice, picture, text and the view itself.
//!
//! The rest of the page knows the trait [`Meeting`] and nothing else of it, so that all of it can be split off the page's
//! module: it is fetched when someone comes by a link, or a member looks what meetings there are.

mod archive;
mod attending;
mod components;
mod hall;
mod media;
mod piece;
mod pure;
mod task;

pub(crate) use piece::open;

use std::fmt::Debug;

use cloudsite_proto::scene::{NameSeen, Pointing};
use leptos::prelude::*;

/// What the rest of the page shows of it.
pub(crate) trait Meeting: Debug + Send + Sync {
    /// The meetings that a member can join or plan, folded out of the bar.
    fn plans(&self) -> AnyView;
    /// Everything over the park of the meeting that one comes to or is in, and the dialogs.
    fn room(&self) -> AnyView;
    /// Looks again what meetings there are.
    fn load_plans(&self);
    /// Whether a dialog stands open.
    fn asks(&self) -> bool;
    /// The names of those who are seen in the park, over its picture.
    fn names(&self) -> AnyView;
    /// Hands move the camera: whoever does so looks around alone.
    fn roam(&self);
    /// A hand points at a place of the park.
    fn point_at(&self, pointing: Pointing);
    /// Where in the picture the names of people belong.
    fn place_names(&self, names: Vec<NameSeen>);
}
