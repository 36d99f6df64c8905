//! Recordings: what is written of a meeting while everyone who is present agrees.
//!
//! A [`Recorder`] belongs to one meeting that runs. It is told what happens and whose sources are recorded, and follows each on a
//! tap of the media plane; a thread of its own writes, so that neither conversation nor media wait for the disk. The [`Shelf`]
//! knows the folders, of which what happened, the log, is the only index.

mod copies;
mod disk;
mod file;
pub(crate) mod http;
mod keeper;
mod log;
mod recorder;
mod service;
mod shelf;

pub(crate) use copies::{Copied, copy_out, put_back};
pub(crate) use keeper::keep_for;
pub(crate) use recorder::{Recorded, Recorder, Trouble};
pub(crate) use service::server;
pub(crate) use shelf::Shelf;

#[cfg(test)]
mod tests;
