//! Meetings that run: who is in one, what they do, and what goes to whom.
//!
//! A meeting is run by one task, [`running::Running`], which takes commands in turn: what was joined, signalled, or told by
//! the media plane. It asks `domain::meeting` what may be done and what is then carried, and tells the media plane the
//! difference. The [`Hall`] has all of them, and brings to each what the media plane says of its people.

mod convert;
#[cfg(test)]
mod fuzzing;
mod hall;
mod journal;
mod media;
mod running;
mod said;
mod seat;
mod service;
mod token;
pub(crate) mod whip;

pub(crate) use hall::{Behind, Hall};
pub(crate) use service::server;
