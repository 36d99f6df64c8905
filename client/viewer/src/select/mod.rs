//! What is selected, hovered over and standing out, and how features show it.

mod find;
mod systems;

pub use find::{Found, circle, find};
pub use systems::{Selected, plugin};
