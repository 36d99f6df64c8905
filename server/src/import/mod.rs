//! Files into the record: read, checked as a whole, and written as one revision or not at all.

mod apply;
mod archive;
mod assemble;
mod cityjson;
mod crs_wkt;
mod displaced;
pub(crate) mod fields;
mod geojson;
mod gpkg;
pub(crate) mod park;
mod place;
mod preview;
mod properties;
mod refusal;
pub(crate) mod remote;
pub(crate) mod service;
mod shapefile;
mod sliver;
mod source;
mod suspect;
mod system;
mod table;
mod text;
mod wire;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use cloudsite_domain::crs::{Crs, Datum};
use cloudsite_domain::record::{Feature, Layer};
use cloudsite_store::{Store, StoreError};
use geo_types::Rect;

pub(crate) use self::shapefile::{FIELDS_ENDING, bundle};
pub(crate) use apply::{Applied, ImportError, apply, one_park};
#[cfg(test)]
use gpkg::geometry as gpkg_geometry;
pub(crate) use preview::{Preview, fields_for, preview, propose};
pub(crate) use properties::ATTRIBUTE_PREFIX;
pub(crate) use refusal::{ImportProblem, MOST_PROBLEMS, Refusal};
use source::Source;
pub(crate) use text::TextEncoding;

/// The largest file taken, bytes.
pub(crate) const MOST_FILE_BYTES: u64 = 512 * 1024 * 1024;

/// How a file is to be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct ImportOptions {
    /// The layer that its features belong to; `None` if each says so itself, in a property `layer`.
    pub(crate) layer: Option<Layer>,
    /// Its coordinate reference system, whatever it says itself.
    pub(crate) crs: Option<Crs>,
    /// The layer within a GeoPackage or zip, or the sheet of a workbook.
    pub(crate) source_layer: Option<String>,
    /// Field of the record -> attribute of the file, where the names differ.
    pub(crate) mapping: BTreeMap<String, String>,
    /// How its texts are written, whatever it says itself.
    pub(crate) encoding: Option<TextEncoding>,
    /// Whether northing or latitude stands first in it.
    pub(crate) swap_axes: bool,
    /// What its positions are counted from; `None` if nobody said, so that it may be asked for.
    pub(crate) datum: Option<Datum>,
    /// The rectangle around what the record has already, canonical metres.
    pub(crate) near: Option<Rect>,
    /// The file's name without its ending: before the numbers of features that have no code.
    pub(crate) file_stem: String,
}

impl ImportOptions {
    /// The options for the features of one layer in the file of that name, all else left to the file.
    pub(crate) fn for_file(file_name: &str, layer: Option<Layer>) -> Self {
        let stem = Path::new(file_name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let stem = stem.map(|stem| stem.strip_suffix(".city").map_or(stem.clone(), str::to_owned));
        Self { layer, file_stem: stem.unwrap_or_default(), ..Self::default() }
    }

    /// The field of the mapping that the layer does not have, if there is one.
    pub(crate) fn unknown_field(&self) -> Option<&str> {
        let layers = self.layer.map_or(Layer::ALL.to_vec(), |layer| vec![layer]);
        let known = |field: &str| {
            table::PLACE_FIELDS.contains(&field) || layers.iter().any(|layer| fields::is_field(*layer, field))
        };
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
    /// A Shapefile whose parts are packed in a `.zip`.
    PackedShapefile,
    /// A `.shp` with its other parts beside it.
    Shapefile,
    /// A table as text, `.csv` or `.tsv`.
    Csv,
    /// A workbook, `.xlsx`.
    Xlsx,
    /// CityJSON, `.city.json` or `.cityjson`.
    CityJson,
    /// A CityJSON sequence, `.city.jsonl` or `.jsonl`.
    CityJsonSequence,
}

impl Format {
    /// What the ending of a file's name can be, for people.
    pub(crate) const ENDINGS: &str =
        ".geojson, .json, .gpkg, .zip (a Shapefile), .shp, .csv, .tsv, .xlsx, .city.json or .city.jsonl";

    /// The format that the ending of a file's name tells.
    pub(crate) fn of_file(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let endings = [
            (".city.json", Self::CityJson),
            (".cityjson", Self::CityJson),
            (".jsonl", Self::CityJsonSequence),
            (".geojson", Self::GeoJson),
            (".json", Self::GeoJson),
            (".gpkg", Self::GeoPackage),
            (".zip", Self::PackedShapefile),
            (".shp", Self::Shapefile),
            (".csv", Self::Csv),
            (".tsv", Self::Csv),
            (".xlsx", Self::Xlsx),
        ];
        endings.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| format)
    }
}

/// Reads the file at `path`. Everything that is wrong with it is returned at once.
pub(crate) fn read_file(path: &Path, format: Format, options: &ImportOptions) -> Result<Vec<Feature>, Refusal> {
    assemble::features(read_source(path, format, options)?, options)
}

/// Reads the file at `path` as it is.
fn read_source(path: &Path, format: Format, options: &ImportOptions) -> Result<Source, Refusal> {
    let unreadable = |error: std::io::Error| ImportProblem::of_file("file.readable", error);
    let size = path.metadata().map_err(unreadable)?.len();
    if size > MOST_FILE_BYTES {
        let message = format!("it has {size} bytes, and at most {MOST_FILE_BYTES} are taken");
        return Err(ImportProblem::of_file("file.size", message).into());
    }
    let open = || File::open(path).map(BufReader::new).map_err(unreadable);
    let wanted = options.source_layer.as_deref();
    Ok(match format {
        Format::GeoJson => with_default_crs(geojson::read_file(path)?),
        Format::GeoPackage => gpkg::read_file(path, wanted, options.layer.map(Layer::as_str))?,
        Format::PackedShapefile => shapefile::read(&shapefile::Parts::unpack(open()?, wanted)?, options.encoding)?,
        Format::Shapefile => shapefile::read(&shapefile::Parts::beside(path)?, options.encoding)?,
        Format::Csv => table::read_csv(path, options.encoding, &options.mapping)?,
        Format::Xlsx => table::read_xlsx(open()?, wanted, &options.mapping)?,
        Format::CityJson => cityjson::read(open()?)?,
        Format::CityJsonSequence => cityjson::read_sequence(open()?)?,
    })
}

/// Reads the file at `path` for the record in `store`, and holds it against what that has.
pub(crate) fn read_for(
    store: &dyn Store,
    path: &Path,
    format: Format,
    options: &ImportOptions,
) -> Result<Vec<Feature>, ImportError> {
    read_with_columns(store, path, format, options).map(|(features, _)| features)
}

/// The same, with the names of the file's columns, sorted.
pub(crate) fn read_with_columns(
    store: &dyn Store,
    path: &Path,
    format: Format,
    options: &ImportOptions,
) -> Result<(Vec<Feature>, Vec<String>), ImportError> {
    let options = ImportOptions { near: park_bounds(store)?, ..options.clone() };
    let source = read_source(path, format, &options)?;
    let columns = preview::column_names(&source);
    let features = assemble::features(source, &options)?;
    if options.datum.is_none()
        && let Some(problem) = displaced::look(store, &features)?
    {
        return Err(Refusal::from(problem).into());
    }
    Ok((features, columns))
}

/// The rectangle around the record's parks.
fn park_bounds(store: &dyn Store) -> Result<Option<Rect>, StoreError> {
    let mut bounds: Option<Rect> = None;
    store.scan(Layer::Park, store.head()?, &mut |version| {
        let own = version.feature.shape.bounds();
        bounds = Some(bounds.map_or(own, |bounds| park::around(bounds, own)));
        Ok(())
    })?;
    Ok(bounds)
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
