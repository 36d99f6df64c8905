//! Site selection: briefs answered from the record, as far as whoever asks may know it.

mod convert;
mod route;
mod service;

pub(crate) use service::server;
