//! What those work with who keep the record: changesets, files on their way in, the editor of a parcel.
//!
//! The rest of the page knows the trait [`Keeping`] and nothing else of it, so that all of it can be split off the page's
//! module: it is fetched when someone signs in who keeps the record, and nobody else downloads it.

mod components;
mod desk;
mod editing;
mod intake;
mod keeper;
mod piece;
mod pure;
mod rules;
mod task;

pub(crate) use piece::open;

use std::fmt::Debug;

use cloudsite_proto::land::Parcel;
use cloudsite_proto::scene::Overlay;
use leptos::prelude::*;

/// What the rest of the page shows and says of it.
pub(crate) trait Keeping: Debug + Send + Sync {
    /// Between finding land and changes, above the panel.
    fn tabs(&self) -> AnyView;
    /// The changesets or the open one, in the panel.
    fn changes(&self) -> AnyView;
    /// Before and after of what is looked at, in place of the card.
    fn change_card(&self) -> AnyView;
    /// The open parcel's editor, on its card.
    fn editor(&self) -> AnyView;
    /// What hears of files over the window, and the dialog about one.
    fn intake(&self) -> AnyView;
    /// Whether before and after are looked at. Follows.
    fn compares(&self) -> bool;
    /// Looks at before and after no more.
    fn stop_comparing(&self);
    /// Whether the open parcel is being edited. Follows.
    fn edits(&self) -> bool;
    /// Whether a dialog stands open.
    fn asks(&self) -> bool;
    /// Begins to edit a parcel that its card shows.
    fn edit(&self, parcel: Parcel);
    /// Hears which parcel was clicked in the park.
    fn hear_click(&self, parcel: Option<&str>);
    /// Loads again what a new revision may have changed.
    fn hear_revision(&self);
    /// What lies over the park: a draft, or a shape that is being edited. Follows.
    fn overlay(&self) -> Overlay;
    /// Whether the park stands there twice, before and after. Follows.
    fn splits(&self) -> bool;
}
