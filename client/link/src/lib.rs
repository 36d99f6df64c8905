//! A typed client of the Cloudsite API: gRPC natively, gRPC-Web in the browser.
//!
//! [`Client`] asks and is answered or refused with a [`LinkError`] that says what to do about it.
//! [`Client::watch`] never ends: it connects again by itself and goes on after the last revision it saw.

mod briefs;
mod client;
mod dossier;
mod error;
mod following;
mod meeting;
mod platform;
mod record;
mod session;
mod shown;
mod watch;

pub use client::{Client, parcel_name};
pub use error::LinkError;
pub use following::{Led, pause, speaker, volume};
pub use record::LARGEST_CHUNK;
pub use watch::{WatchEvent, retry_in};

/// The messages that are asked and answered with.
pub use cloudsite_proto::land;
