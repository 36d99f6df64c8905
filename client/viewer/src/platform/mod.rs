//! What differs between the places a viewer runs in.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;
mod window;

#[cfg(not(target_arch = "wasm32"))]
pub use native::main;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::{Requests, as_whoever_is_signed_in};
#[cfg(target_arch = "wasm32")]
pub(crate) use web::{Requests, as_whoever_is_signed_in};
#[cfg(target_arch = "wasm32")]
pub use web::{main, on_event, project, ready, send, start, stop};
