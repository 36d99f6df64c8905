//! Site selection: briefs answered from the record, as far as whoever asks may know it, and dossiers of the answers.

pub(crate) mod briefs;
mod convert;
pub(crate) mod demand;
pub(crate) mod dossier;
mod fit;
mod floors;
mod park_size;
mod route;
mod service;

pub(crate) use service::server;
