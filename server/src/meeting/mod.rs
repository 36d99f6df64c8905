//! Meetings: `plan`, when one is and how people are invited to it; `conference`, one that runs; `recording`, what is kept of
//! one.

pub(crate) mod conference;
pub(crate) mod plan;
pub(crate) mod recording;
mod wire;
