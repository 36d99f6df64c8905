//! Site selection: briefs answered from the record, as far as whoever asks may know it, and dossiers of the answers.

mod convert;
pub(crate) mod dossier;
mod service;

pub(crate) use service::server;
