//! OGC API - Features: the park for QGIS, `ogr2ogr` and whoever speaks the standard.
//!
//! Part 1 (OGC 17-069r4: Core, GeoJSON, OpenAPI 3.0) and Part 2 (OGC 18-058r1: coordinate reference systems). Here stand
//! the documents and the queries; `http::ogc` has the routes. The record at a revision is the same tree below
//! `/ogc/revisions/{revision}`.

mod crs;
mod document;
mod items;
mod open_api;
mod query;

use cloudsite_domain::record::Layer;

pub(crate) use crs::OutputCrs;
pub(crate) use document::{OPEN_API, collection, collections, conformance, landing};
pub(crate) use items::{item, items};
pub(crate) use open_api::open_api;
pub(crate) use query::{ItemQuery, ItemsQuery, WrongParameter};

/// Where a document stands, for the links in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    /// Scheme and host, such as `https://park.example`.
    pub(crate) origin: String,
    /// The revision in the address, where there is one.
    pub(crate) revision: Option<u64>,
}

impl Base {
    /// The address of a document below the landing page; `path` is empty or begins with a slash.
    fn url(&self, path: &str) -> String {
        let origin = &self.origin;
        self.revision.map_or_else(
            || format!("{origin}/ogc{path}"),
            |revision| format!("{origin}/ogc/revisions/{revision}{path}"),
        )
    }

    /// The same tree at a revision: what a client that pages through a collection has to keep to.
    fn at(&self, revision: u64) -> Self {
        Self { origin: self.origin.clone(), revision: Some(revision) }
    }
}

/// The layer of a collection's id.
pub(crate) fn layer(id: &str) -> Option<Layer> {
    id.parse().ok()
}

#[cfg(test)]
mod tests;
