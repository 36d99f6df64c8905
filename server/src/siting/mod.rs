//! Site selection: briefs answered from the record, as far as whoever asks may know it.

pub(crate) mod briefs;
mod convert;
pub(crate) mod demand;
mod route;
mod service;

pub(crate) use service::server;
