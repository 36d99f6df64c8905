//! The camera: poses and their limits, flights, and what mouse, fingers and keys do to it. All but the systems is pure.

mod easing;
mod flight;
mod input;
mod limits;
mod pose;
mod report;
mod rig;
mod systems;

pub(crate) use easing::{Easing, is_far};
pub use input::Grip;
pub use limits::{Home, ParkBounds};
pub use pose::{HALF_VIEW_TAN, Pose};
pub use rig::Rig;
pub use systems::{Camera, CameraSystems, Viewport, plugin};
