//! The camera: poses and their limits, flights, and what mouse, fingers and keys do to it. All but the systems is pure.

mod flight;
mod input;
mod limits;
mod pose;
mod rig;
mod systems;

pub use input::Grip;
pub use limits::ParkBounds;
pub use pose::{HALF_VIEW_TAN, Pose};
pub use rig::Rig;
pub use systems::{Camera, CameraSystems, Viewport, plugin};
