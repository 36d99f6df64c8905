//! Files into the record: read, checked as a whole, and written as one revision or not at all.

mod apply;
mod assemble;
pub(crate) mod fields;
mod geojson;
mod gpkg;
mod park;
mod place;
mod properties;
mod refusal;
pub(crate) mod remote;
pub(crate) mod service;
mod sliver;
mod source;
mod wire;

use std::collections::BTreeMap;
use std::path::Path;

use cloudsite_domain::crs::Crs;
use cloudsite_domain::record::{Feature, Layer};

pub(crate) use apply::{Applied, ImportError, apply};
#[cfg(test)]
use gpkg::geometry as gpkg_geometry;
pub(crate) use properties::ATTRIBUTE_PREFIX;
pub(crate) use refusal::{ImportProblem, MOST_PROBLEMS, Refusal};
use source::Source;

/// The largest file taken, bytes.
pub(crate) const MOST_FILE_BYTES: u64 = 512 * 1024 * 1024;

/// How a file is to be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct ImportOptions {
    /// The layer that its features belong to; `None` if each says so itself, in a property `layer`.
    pub(crate) layer: Option<Layer>,
    /// Its coordinate reference system, whatever it says itself.
    pub(crate) crs: Option<Crs>,
    /// The layer within a GeoPackage.
    pub(crate) source_layer: Option<String>,
    /// Field of the record -> attribute of the file, where the names differ.
    pub(crate) mapping: BTreeMap<String, String>,
    /// The file's name without its ending: before the numbers of features that have no code.
    pub(crate) file_stem: String,
}

impl ImportOptions {
    /// The options for the features of one layer in the file of that name, all else left to the file.
    pub(crate) fn for_file(file_name: &str, layer: Option<Layer>) -> Self {
        let stem = Path::new(file_name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Self { layer, file_stem: stem.unwrap_or_default(), ..Self::default() }
    }

    /// The field of the mapping that the layer does not have, if there is one.
    pub(crate) fn unknown_field(&self) -> Option<&str> {
        let layers = self.layer.map_or(Layer::ALL.to_vec(), |layer| vec![layer]);
        let known = |field: &str| layers.iter().any(|layer| fields::is_field(*layer, field));
        self.mapping.keys().map(String::as_str).find(|field| !known(field))
    }
}

/// A format that files are read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// GeoJSON, `.geojson` or `.json`.
    GeoJson,
    /// GeoPackage, `.gpkg`.
    GeoPackage,
}

impl Format {
    /// The format that the ending of a file's name tells.
    pub(crate) fn of_file(name: &str) -> Option<Self> {
        match Path::new(name).extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "geojson" | "json" => Some(Self::GeoJson),
            "gpkg" => Some(Self::GeoPackage),
            _ => None,
        }
    }
}

/// Reads the file at `path`. Everything that is wrong with it is returned at once.
pub(crate) fn read_file(path: &Path, format: Format, options: &ImportOptions) -> Result<Vec<Feature>, Refusal> {
    let size = path.metadata().map_err(|error| ImportProblem::of_file("file.readable", error))?.len();
    if size > MOST_FILE_BYTES {
        let message = format!("it has {size} bytes, and at most {MOST_FILE_BYTES} are taken");
        return Err(ImportProblem::of_file("file.size", message).into());
    }
    let source = match format {
        Format::GeoJson => with_default_crs(geojson::read_file(path)?),
        Format::GeoPackage => gpkg::read_file(path, options.source_layer.as_deref())?,
    };
    assemble::features(source, options)
}

/// Reads GeoJSON that is in memory already.
pub(crate) fn read_geojson(text: &[u8], options: &ImportOptions) -> Result<Vec<Feature>, Refusal> {
    assemble::features(with_default_crs(geojson::read(text)?), options)
}

/// GeoJSON that does not say otherwise is in EPSG:4326 (RFC 7946, section 4).
fn with_default_crs(mut source: Source) -> Source {
    if source.unknown_crs.is_none() {
        source.crs.get_or_insert(Crs::Wgs84);
    }
    source
}

#[cfg(test)]
mod tests;
