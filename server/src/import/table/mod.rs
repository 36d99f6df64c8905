//! Tables with a geometry in their columns: CSV and XLSX, by the same rules. A column `wkt` holds well-known text, or two
//! columns hold longitude and latitude, or easting and northing; all others are properties.

mod csv;
mod geometry;
mod xlsx;

use std::collections::{BTreeMap, BTreeSet};

use cloudsite_domain::crs::Crs;
use geo_types::Coord;
use serde_json::{Map, Value};

pub(super) use self::csv::read as read_csv;
pub(super) use self::xlsx::{read as read_xlsx, sheet_names};
use super::source::{RawFeature, RawGeometry, Source};
use super::{ImportProblem, Refusal};

/// The fields that say where a row is. They can be mapped to columns as the fields of a layer are.
pub(crate) const PLACE_FIELDS: [&str; 5] = ["wkt", "lon", "lat", "x", "y"];

/// What columns are called that hold each of [`PLACE_FIELDS`], lower case.
const CALLED: [&[&str]; 5] = [
    &["wkt", "geometry", "geom", "the_geom", "wkt_geom", "geometry_wkt", "几何"],
    &["lon", "lng", "long", "longitude", "经度"],
    &["lat", "latitude", "纬度"],
    &["x", "easting"],
    &["y", "northing"],
];

/// The most columns that a table may have: as many as a worksheet has.
pub(super) const MOST_COLUMNS: usize = 16_384;

/// Where a row's geometry is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Wkt(usize),
    /// Degrees: longitude and latitude.
    Degrees(usize, usize),
    /// Metres: easting and northing.
    Metres(usize, usize),
    /// No column says; the table can be looked at, and is refused as a whole.
    Nowhere,
}

/// The columns of a table, by its header.
#[derive(Debug)]
struct Columns {
    names: Vec<String>,
    place: Place,
}

impl Columns {
    fn of(names: Vec<String>, mapping: &BTreeMap<String, String>) -> Result<Self, Refusal> {
        let refuse = |rule: &str, message: String| Refusal::from(ImportProblem::of_file(rule, message));
        if names.len() > MOST_COLUMNS {
            let message = format!("its header has {} columns, and at most {MOST_COLUMNS} are taken", names.len());
            return Err(refuse("table.header", message));
        }
        let unnamed =
            |(column, name): (usize, String)| if name.is_empty() { format!("column {}", column + 1) } else { name };
        let names: Vec<String> = names.into_iter().enumerate().map(unnamed).collect();
        let mut seen = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(refuse("table.header", format!("two columns are called '{twice}'")));
        }
        let column = |field: usize| match mapping.get(PLACE_FIELDS[field]) {
            Some(mapped) => names.iter().position(|name| name == mapped),
            None => {
                CALLED[field].iter().find_map(|called| names.iter().position(|name| name.to_lowercase() == *called))
            }
        };
        let place = column(0)
            .map(Place::Wkt)
            .or_else(|| Some(Place::Degrees(column(1)?, column(2)?)))
            .or_else(|| Some(Place::Metres(column(3)?, column(4)?)));
        Ok(Self { names, place: place.unwrap_or(Place::Nowhere) })
    }

    /// What is wrong with a table that does not say where its rows are.
    fn placeless(&self) -> Option<ImportProblem> {
        let message = format!(
            "no column says where a row is: it takes wkt, or lon and lat, or x and y; its header is {}. If they are called \
             otherwise, say --map wkt=COLUMN",
            self.names.join(", ")
        );
        (self.place == Place::Nowhere).then(|| ImportProblem::of_file("table.geometry", message))
    }

    fn is_place(&self, column: usize) -> bool {
        match self.place {
            Place::Wkt(only) => column == only,
            Place::Degrees(x, y) | Place::Metres(x, y) => column == x || column == y,
            Place::Nowhere => false,
        }
    }
}

/// Takes rows into a [`Source`].
struct Rows {
    columns: Columns,
    source: Source,
    /// How many rows were taken.
    count: u64,
}

impl Rows {
    fn new(columns: Columns) -> Self {
        let crs = matches!(columns.place, Place::Degrees(..)).then_some(Crs::Wgs84);
        let source =
            Source { crs, columns: columns.names.clone(), placeless: columns.placeless(), ..Source::default() };
        Self { columns, source, count: 0 }
    }

    /// Takes one row, which a person finds under `row` in the file. A row without any value is passed over.
    fn take(&mut self, row: u64, values: Vec<(usize, Value)>) {
        if values.iter().all(|(_, value)| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()))
        {
            return;
        }
        self.count += 1;
        match self.feature(values) {
            Ok(feature) => self.source.features.push(feature),
            Err((column, message)) => {
                let field = self.columns.names.get(column).cloned().unwrap_or_default();
                let problem = ImportProblem::of_feature(&format!("row {row}"), "table.geometry", message);
                self.source.problems.push(problem.in_field(&field));
            }
        }
    }

    fn refuse(&mut self, row: u64, column: &str, rule: &str, message: String) {
        self.source.problems.push(ImportProblem::of_feature(&format!("row {row}"), rule, message).in_field(column));
    }

    fn feature(&mut self, values: Vec<(usize, Value)>) -> Result<RawFeature, (usize, String)> {
        let of = |column: usize| values.iter().find(|(index, _)| *index == column).map(|(_, value)| value);
        let geometry = match self.columns.place {
            Place::Nowhere => None,
            Place::Wkt(column) => match of(column) {
                Some(Value::String(text)) if !text.trim().is_empty() => {
                    let read = geometry::read(text).map_err(|message| (column, message))?;
                    self.source_system(read.epsg).map_err(|message| (column, message))?;
                    read.geometry
                }
                Some(Value::Null | Value::String(_)) | None => None,
                Some(other) => return Err((column, format!("'{other}' is not well-known text"))),
            },
            Place::Degrees(x, y) | Place::Metres(x, y) => {
                let number = |column: usize| coordinate(of(column)).map_err(|message| (column, message));
                match (number(x)?, number(y)?) {
                    (Some(x), Some(y)) => Some(RawGeometry::Point(Coord { x, y })),
                    (None, None) => None,
                    (None, _) => return Err((x, "it is missing, and the other coordinate is there".to_owned())),
                    (_, None) => return Err((y, "it is missing, and the other coordinate is there".to_owned())),
                }
            }
        };
        let properties: Map<String, Value> = values
            .into_iter()
            .filter(|(index, _)| !self.columns.is_place(*index))
            .filter_map(|(index, value)| Some((self.columns.names.get(index)?.clone(), value)))
            .collect();
        Ok(RawFeature { number: self.count, id: None, properties, geometry })
    }

    /// All rows are in one system: what the first that names one says.
    fn source_system(&mut self, epsg: Option<u32>) -> Result<(), String> {
        let Some(epsg) = epsg else { return Ok(()) };
        let known = self.source.crs.map(Crs::epsg).map(|known| format!("EPSG:{known}"));
        match known.or_else(|| self.source.unknown_crs.clone()) {
            Some(first) if first != format!("EPSG:{epsg}") => {
                Err(format!("it is in EPSG:{epsg}, and rows before it are in {first}"))
            }
            Some(_) => Ok(()),
            None => {
                self.source.crs = Crs::from_epsg(epsg);
                self.source.unknown_crs = self.source.crs.is_none().then(|| format!("EPSG:{epsg}"));
                Ok(())
            }
        }
    }
}

/// A coordinate; `None` if the cell is empty.
fn coordinate(value: Option<&Value>) -> Result<Option<f64>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(value) => {
            let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
            number.map(Some).ok_or_else(|| format!("{value} is not a number"))
        }
    }
}
