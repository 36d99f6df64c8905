//! The only place that knows whether this runs natively or in a browser.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::{Transport, sleep, transport};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::{Transport, sleep, transport};
