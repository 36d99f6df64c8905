//! The demo park: synthetic, made by rule from a fixed seed, and committed as GeoJSON.
//!
//! `layout` puts streets, water, zones and parcels together, `built` decides what stands on each parcel, and `emit`
//! writes both with the fields of an import file. Everything is drawn in grid metres (see [`plane`]) and turned into
//! degrees only when it is written.

mod airport;
mod buildings;
mod built;
mod calibration;
mod emit;
mod footprints;
mod layout;
mod names;
mod parcels;
mod plane;
mod planning;
mod program;
mod roads;
mod sources;
mod streets;
mod surveyed;
#[cfg(test)]
mod tests;
mod utilities;
mod water;
mod write;
mod zones;

use std::path::Path;

use anyhow::{Context, Result};

/// The file, relative to the workspace's root.
const FILE: &str = "assets/demo/park.geojson";
/// The same park for everyone.
const SEED: u64 = 0x0c10_0d51;

/// Makes the demo park anew and writes it below `root`.
pub(crate) fn generate(root: &Path) -> Result<()> {
    let path = root.join(FILE);
    let park = park()?;
    std::fs::write(&path, &park).with_context(|| format!("writing {}", path.display()))?;
    println!("{FILE}: {} features, {} bytes", park.lines().count() - 2, park.len());
    Ok(())
}

/// The demo park as a GeoJSON text; the same at each call.
fn park() -> Result<String> {
    let layout = layout::Layout::new(SEED);
    let built = built::build(&layout, SEED);
    emit::emit(&layout, &built)
}
