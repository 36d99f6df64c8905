//! A file looked at before it is imported: its layers, its columns with samples, and which field each may hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use cloudsite_domain::crs::Crs;
use cloudsite_domain::record::Layer;
use serde_json::Value;

use super::source::Source;
use super::{Format, ImportOptions, ImportProblem, Refusal, TextEncoding, fields, gpkg, read_source, shapefile, table};

/// How many samples of a column are shown, and how long each, characters.
const MOST_SAMPLES: usize = 5;
const LONGEST_SAMPLE: usize = 80;

/// A column of a file.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Column {
    /// What the file calls it.
    pub(crate) name: String,
    /// Some of its values, each another.
    pub(crate) samples: Vec<String>,
    /// How many features have a value.
    pub(crate) filled: u64,
}

/// What a file holds.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Preview {
    /// Its layers or sheets; none where the format has none.
    pub(crate) source_layers: Vec<String>,
    /// Its columns, by name.
    pub(crate) columns: Vec<Column>,
    /// How many features it has.
    pub(crate) features: u64,
    /// What it says its coordinates are.
    pub(crate) crs: Option<Crs>,
    /// What it calls them, if that is none known here.
    pub(crate) unknown_crs: Option<String>,
    /// How its texts were read.
    pub(crate) encoding: Option<TextEncoding>,
    /// What keeps it from being read.
    pub(crate) problems: Vec<ImportProblem>,
}

/// Looks at the file at `path`. One with several layers of which none is chosen gives their names only.
pub(crate) fn preview(path: &Path, format: Format, options: &ImportOptions) -> Preview {
    let source_layers = match layers(path, format) {
        Ok(layers) => layers,
        Err(refusal) => return Preview { problems: refusal.problems, ..Preview::default() },
    };
    if source_layers.len() > 1 && options.source_layer.is_none() {
        return Preview { source_layers, ..Preview::default() };
    }
    match read_source(path, format, options) {
        Ok(source) => Preview { source_layers, ..of(source) },
        Err(refusal) => Preview { source_layers, problems: refusal.problems, ..Preview::default() },
    }
}

fn layers(path: &Path, format: Format) -> Result<Vec<String>, Refusal> {
    let open = || File::open(path).map(BufReader::new).map_err(|error| ImportProblem::of_file("file.readable", error));
    match format {
        Format::GeoPackage => gpkg::layer_names(path),
        Format::PackedShapefile => shapefile::layer_names(open()?),
        Format::Xlsx => table::sheet_names(open()?),
        _ => Ok(Vec::new()),
    }
}

fn of(source: Source) -> Preview {
    let mut columns: BTreeMap<&str, Column> = BTreeMap::new();
    let new = |name: &str| Column { name: name.to_owned(), ..Column::default() };
    for name in &source.columns {
        columns.insert(name, new(name));
    }
    for (name, value) in source.features.iter().flat_map(|feature| &feature.properties) {
        let column = columns.entry(name).or_insert_with(|| new(name));
        let text = match value {
            Value::Null => continue,
            Value::String(text) if text.trim().is_empty() => continue,
            Value::String(text) => text.trim().chars().take(LONGEST_SAMPLE).collect(),
            other => other.to_string().chars().take(LONGEST_SAMPLE).collect::<String>(),
        };
        column.filled += 1;
        if column.samples.len() < MOST_SAMPLES && !column.samples.contains(&text) {
            column.samples.push(text);
        }
    }
    Preview {
        source_layers: Vec::new(),
        columns: columns.into_values().collect(),
        features: source.features.len() as u64,
        crs: source.crs,
        unknown_crs: source.unknown_crs.clone(),
        encoding: source.encoding,
        problems: source.placeless.into_iter().chain(source.problems).take(super::MOST_PROBLEMS).collect(),
    }
}

/// The names of all columns, sorted: by these a mapping is known again.
pub(super) fn column_names(source: &Source) -> Vec<String> {
    let named = source.features.iter().flat_map(|feature| feature.properties.keys());
    let names: BTreeSet<&String> = source.columns.iter().chain(named).collect();
    names.into_iter().cloned().collect()
}

/// The fields that a column of a file of this format can be mapped to.
pub(crate) fn fields_for(layer: Layer, format: Format) -> Vec<&'static str> {
    let place: &[&str] = if matches!(format, Format::Csv | Format::Xlsx) { &table::PLACE_FIELDS } else { &[] };
    fields::COMMON.iter().chain(fields::of_layer(layer)).chain(place).copied().collect()
}

/// The column proposed for each of `known` fields, by their names: of several that would do, the first.
pub(crate) fn propose(known: &[&'static str], columns: &[String]) -> BTreeMap<String, String> {
    let mut mapping = BTreeMap::new();
    let exact = columns.iter().filter(|column| known.contains(&column.as_str()));
    for column in exact.chain(columns) {
        if let Some(field) = fields::field_called(column, known) {
            mapping.entry(field.to_owned()).or_insert_with(|| column.clone());
        }
    }
    mapping
}
