//! The rules of Cloudsite: what a park's record is made of and what holds for it.
//!
//! Pure: no I/O, no clock, no randomness, no async. It builds for the browser as it builds for the server, so a rule
//! answers the same in both.
//!
//! Canonical coordinates are EPSG:4549 (CGCS2000 / 3-degree Gauss-Kruger CM 120E), x = easting, y = northing, metres,
//! snapped to 1 mm.

pub mod audit;
pub mod changeset;
pub mod crs;
pub mod difference;
pub mod disclosure;
pub mod geometry;
pub mod identity;
pub mod meeting;
pub mod merge;
pub mod record;
pub mod route;
pub mod rows;
pub mod siting;
pub mod tile;
pub mod units;
pub mod validation;
