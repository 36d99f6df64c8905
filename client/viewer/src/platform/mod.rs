//! What differs between the places a viewer runs in.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;
mod window;

#[cfg(not(target_arch = "wasm32"))]
pub use native::main;
#[cfg(target_arch = "wasm32")]
pub use web::{main, on_event, project, ready, send, start, stop};
