//! Dossiers: asked for in one call, made one at a time, kept on a shelf in the data folder, fetched over HTTP.

mod asked;
mod asks;
mod beside;
mod gather;
mod grounds;
pub(crate) mod http;
mod map;
mod runner;
mod service;
mod shelf;
mod tell;
mod variants;
mod ways;

pub(crate) use runner::Runner;
pub(crate) use service::server;
pub(crate) use shelf::Shelf;
