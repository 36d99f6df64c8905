//! Drawing the park: own pipelines on wgpu, straight onto the window's surface.
//!
//! The main world holds what to draw, as resources: [`TileScene`], [`FeatureStates`], [`View`], [`Panes`], [`Sun`],
//! [`QualitySettings`], [`LayerVisibility`], [`Labels`], [`Marks`]. Once a frame what changed of them goes to the render
//! world, where one [`gpu::Renderer`] draws one pass. There are no Bevy cameras, meshes, materials or post-processing:
//! each of them costs a full screen's pixels, which is what a machine without a GPU has least of.

mod capture;
pub mod gpu;
pub mod label;
mod mark;
mod panes;
mod plugin;
mod settings;
mod states;
mod sun;
mod tiles;

pub use capture::{Captures, Picture};
pub use label::{FontFace, Labels};
pub use mark::{MarkVertex, Marks};
pub use panes::{MOST_MARKED, MOST_PANES, Panes, Stand};
pub use plugin::{DrawPlugin, DrawStatistics};
pub use settings::{LayerVisibility, QualityLevel, QualitySettings, Shown, View};
pub use states::{FeatureSlots, FeatureStates, State};
pub use sun::{SkyLight, Sun};
pub use tiles::TileScene;
