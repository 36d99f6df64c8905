//! The media plane of the meetings: one UDP port, and TCP on the same number, over which peers are forwarded sound,
//! pictures and small messages of one another.
//!
//! It knows peers, tracks and routes, and neither users, rooms nor permissions: whoever holds an [`Sfu`] says which
//! track goes to whom. Everything that decides is in the hub, which has neither sockets nor a clock; the driver moves
//! datagrams between it and the sockets, on a thread of its own. There may be several such threads, on one port, each with
//! a hub of its own: who is to receive anything of one another is on the same.
//!
//! # Logs
//! This crate writes no secret into the log. The core that it is built on writes the ICE passwords of clients at
//! `debug`, and a warning for each packet that it cannot read: whoever collects logs keeps the targets that begin with
//! `rtc` at `error`.

mod command;
mod downlink;
mod driver;
mod engine;
mod event;
mod forward;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod hub;
mod names;
mod sdp;
mod settings;
mod sfu;
mod stun;
mod tap;

pub use command::OfferError;
pub use event::{Departure, Event, Path, Protocol, Receiver};
pub use forward::packet::Codec;
pub use names::{Channel, PeerId, Route, Source, TrackId, Wanted};
pub use settings::{Clock, Settings};
pub use sfu::{Sfu, StartError};
pub use tap::{Frame, Tap};
