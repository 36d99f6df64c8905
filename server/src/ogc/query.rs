//! Parameters of queries. What a request says and no query knows is refused, as the standard asks.

use cloudsite_domain::crs::Crs;
use geo_types::Coord;
use jiff::Timestamp;
use jiff::civil::Date;

use super::OutputCrs;
use crate::record::SearchArea;

/// Features in a reply where nothing is asked, and at most.
pub(super) const DEFAULT_LIMIT: usize = 100;
pub(super) const MAX_LIMIT: usize = 10_000;

/// A parameter that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parameter '{name}': {problem}")]
pub(crate) struct WrongParameter {
    /// The parameter.
    pub(crate) name: String,
    /// What is wrong with it.
    pub(crate) problem: String,
}

fn wrong(name: &str, problem: impl std::fmt::Display) -> WrongParameter {
    WrongParameter { name: name.to_owned(), problem: problem.to_string() }
}

/// What is asked of a collection's features.
#[derive(Debug)]
pub(crate) struct ItemsQuery {
    /// The rectangles that a feature has to touch one of; everywhere if there is none. Two where a rectangle lies across
    /// the antimeridian.
    pub(super) areas: Option<Vec<SearchArea>>,
    pub(super) crs: OutputCrs,
    pub(super) limit: usize,
    /// Features of the pages before.
    pub(super) offset: usize,
}

impl ItemsQuery {
    /// The system that the features are asked for in.
    pub(crate) const fn crs(&self) -> OutputCrs {
        self.crs
    }

    /// Reads decoded names and values.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, WrongParameter> {
        let mut query = Self { areas: None, crs: OutputCrs::Crs84, limit: DEFAULT_LIMIT, offset: 0 };
        let (mut bbox, mut bbox_crs) = (None, OutputCrs::Crs84);
        for (name, value) in pairs {
            match name.as_str() {
                "f" => format(value)?,
                "limit" => query.limit = limit(value)?,
                "offset" => query.offset = value.parse().map_err(|error| wrong(name, error))?,
                "crs" => query.crs = crs(name, value)?,
                "bbox" => bbox = Some(numbers(value)?),
                "bbox-crs" => bbox_crs = crs(name, value)?,
                // The features have no property of time, and those that have none meet every condition on it.
                "datetime" => datetime(value)?,
                _ => return Err(wrong(name, "is not one that this collection knows")),
            }
        }
        query.areas = bbox.map(|bbox| areas(&bbox, bbox_crs)).transpose()?;
        Ok(query)
    }
}

/// What is asked of a single feature.
#[derive(Debug)]
pub(crate) struct ItemQuery {
    pub(super) crs: OutputCrs,
}

impl ItemQuery {
    /// The system that the feature is asked for in.
    pub(crate) const fn crs(&self) -> OutputCrs {
        self.crs
    }

    /// Reads decoded names and values.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, WrongParameter> {
        let mut query = Self { crs: OutputCrs::Crs84 };
        for (name, value) in pairs {
            match name.as_str() {
                "f" => format(value)?,
                "crs" => query.crs = crs(name, value)?,
                _ => return Err(wrong(name, "is not one that a feature knows")),
            }
        }
        Ok(query)
    }
}

/// QGIS and others name the format, of which there is one.
fn format(value: &str) -> Result<(), WrongParameter> {
    if ["json", "geojson", "application/json", "application/geo+json"].contains(&value) {
        Ok(())
    } else {
        Err(wrong("f", format!("'{value}' is not a format that is written; json is")))
    }
}

fn limit(value: &str) -> Result<usize, WrongParameter> {
    match value.parse() {
        Ok(limit @ 1..) => Ok(usize::min(limit, MAX_LIMIT)),
        _ => Err(wrong("limit", format!("'{value}' is not a whole number of at least 1"))),
    }
}

fn crs(name: &str, uri: &str) -> Result<OutputCrs, WrongParameter> {
    OutputCrs::from_uri(uri).ok_or_else(|| {
        wrong(name, format!("'{uri}' is not a system that the collection is given in; its document lists them"))
    })
}

fn numbers(value: &str) -> Result<Vec<f64>, WrongParameter> {
    let numbers: Vec<f64> = value
        .split(',')
        .map(|number| number.trim().parse().ok().filter(|number: &f64| number.is_finite()))
        .collect::<Option<_>>()
        .ok_or_else(|| wrong("bbox", format!("'{value}' is not a list of numbers")))?;
    match numbers[..] {
        [_, _, _, _] => Ok(numbers),
        // Heights are passed over: the record is a plan.
        [a, b, _, c, d, _] => Ok(vec![a, b, c, d]),
        _ => Err(wrong("bbox", format!("has {} numbers instead of four or six", numbers.len()))),
    }
}

fn areas(bbox: &[f64], crs: OutputCrs) -> Result<Vec<SearchArea>, WrongParameter> {
    let at = |first: f64, second: f64| {
        if crs.is_north_first() { Coord { x: second, y: first } } else { Coord { x: first, y: second } }
    };
    let (low, high) = (at(bbox[0], bbox[1]), at(bbox[2], bbox[3]));
    let degrees = |west, east| SearchArea::new(west, low.y, east, high.y).map_err(|error| wrong("bbox", error));
    match crs.crs() {
        Crs::Wgs84 | Crs::Cgcs2000 if low.x > high.x => Ok(vec![degrees(low.x, 180.0)?, degrees(-180.0, high.x)?]),
        Crs::Wgs84 | Crs::Cgcs2000 => Ok(vec![degrees(low.x, high.x)?]),
        metres => Ok(vec![SearchArea::in_metres(metres, low, high).map_err(|error| wrong("bbox", error))?]),
    }
}

/// An instant, or an interval that may be open, as RFC 3339 writes times and days.
fn datetime(value: &str) -> Result<(), WrongParameter> {
    let is_time = |text: &str| text.parse::<Timestamp>().is_ok() || text.parse::<Date>().is_ok();
    let is_end = |text: &str| text.is_empty() || text == ".." || is_time(text);
    let good = match value.split_once('/') {
        Some((from, to)) => is_end(from) && is_end(to) && (is_time(from) || is_time(to)),
        None => is_time(value),
    };
    if good { Ok(()) } else { Err(wrong("datetime", format!("'{value}' is neither a time nor an interval"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ItemsQuery, WrongParameter> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ItemsQuery::read(&pairs)
    }

    #[test]
    fn what_is_asked_is_read() {
        let query = read(&[("limit", "20000"), ("offset", "7"), ("bbox", "120.3,31.4,0,120.5,31.6,99"), ("f", "json")]);
        let query = query.unwrap();
        assert_eq!((query.limit, query.offset, query.crs), (MAX_LIMIT, 7, OutputCrs::Crs84));
        assert_eq!(query.areas.unwrap().len(), 1);
        let across = read(&[("bbox", "170,-10,-170,10")]).unwrap();
        assert_eq!(across.areas.unwrap().len(), 2);
        for time in [
            "2026-03-12T00:00:00Z",
            "2026-03-12",
            "2026-03-12/..",
            "../2026-03-12T10:00:00+08:00",
            "2026-01-01/2027-01-01",
        ] {
            read(&[("datetime", time)]).unwrap_or_else(|error| panic!("{time}: {error}"));
        }
    }

    #[test]
    fn the_wrong_parameter_is_named() {
        for (name, value) in [
            ("limit", "0"),
            ("limit", "many"),
            ("offset", "-1"),
            ("bbox", "1,2,3"),
            ("bbox", "1,2,3,NaN"),
            ("bbox", "120,32,121,31"),
            ("crs", "EPSG:4326"),
            ("bbox-crs", "http://www.opengis.net/def/crs/EPSG/0/1"),
            ("datetime", "yesterday"),
            ("datetime", "../.."),
            ("f", "html"),
            ("colour", "red"),
        ] {
            assert_eq!(read(&[(name, value)]).expect_err(value).name, name, "{value}");
        }
    }
}
