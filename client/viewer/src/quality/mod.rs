//! How much is drawn: a level that was asked for, or one chosen by measured frame time.

mod auto;
mod frames;
mod systems;

pub use auto::AutoQuality;
pub use frames::FrameTimes;
pub use systems::{Chosen, Pace, level_from_name, plugin};
