//! Features as lines of a GeoJSON file.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use cloudsite_domain::crs::{Crs, Projector};
use cloudsite_domain::geometry::{Shape, snap};
use cloudsite_domain::record::{Language, Layer};
use geo::MapCoords;
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};
use serde::Serialize;

/// The origin of the park's local frame, canonical metres. A place in the plain east of Lake Tai, for plausibility.
pub(super) const ORIGIN: Coord = Coord { x: 540_800.0, y: 3_486_400.0 };

/// Cosine and sine of the 7 degrees by which the street grid is turned from the meridian, clockwise.
const TURN: (f64, f64) = (0.992_546_151_641_322, 0.121_869_343_405_147);

/// Grid metres to canonical metres.
pub(super) fn canonical_from_grid(at: Coord) -> Coord {
    let (cos, sin) = TURN;
    snap(Coord { x: ORIGIN.x + at.x * cos + at.y * sin, y: ORIGIN.y - at.x * sin + at.y * cos })
}

/// Collects features, one a line.
pub(super) struct Writer {
    projector: Projector,
    lines: Vec<String>,
    /// What is wrong with shapes, each with its feature's code.
    problems: Vec<String>,
}

/// One feature while its properties are added.
pub(super) struct Line<'a> {
    writer: &'a mut Writer,
    code: String,
    text: String,
    /// The first thing that could not be written.
    failed: Option<anyhow::Error>,
}

impl Writer {
    /// A writer of an empty collection.
    pub(super) fn new() -> Self {
        Self { projector: Projector::new(Crs::CANONICAL, Crs::Wgs84), lines: Vec::new(), problems: Vec::new() }
    }

    /// Begins a feature.
    pub(super) fn feature(&mut self, layer: Layer, code: &str) -> Line<'_> {
        let text = format!(r#"{{"type":"Feature","properties":{{"layer":"{layer}""#);
        Line { writer: self, code: code.to_owned(), text, failed: None }.with("code", code)
    }

    /// The file; all that is wrong with its shapes instead, if anything is.
    pub(super) fn finish(self) -> Result<String> {
        anyhow::ensure!(self.problems.is_empty(), "the plan has invalid shapes:\n{}", self.problems.join("\n"));
        let head = "{\"type\":\"FeatureCollection\",\"name\":\"演示数据 / synthetic\",\"features\":[\n";
        Ok(format!("{head}{}\n]}}\n", self.lines.join(",\n")))
    }

    fn position(&self, at: Coord, out: &mut String) -> Result<()> {
        let degrees = self.projector.project(canonical_from_grid(at)).context("the park lies within the projection")?;
        write!(out, "[{:.8},{:.8}]", degrees.x, degrees.y)?;
        Ok(())
    }

    fn path(&self, line: &LineString, out: &mut String) -> Result<()> {
        list(&line.0, out, |at, out| self.position(*at, out))
    }

    fn area(&self, polygon: &Polygon, out: &mut String) -> Result<()> {
        let rings: Vec<_> = std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
        list(&rings, out, |ring, out| self.path(ring, out))
    }

    fn geometry(&self, geometry: &Geometry, out: &mut String) -> Result<()> {
        let kind = match geometry {
            Geometry::Point(_) => "Point",
            Geometry::LineString(_) => "LineString",
            Geometry::MultiLineString(_) => "MultiLineString",
            Geometry::Polygon(_) => "Polygon",
            Geometry::MultiPolygon(_) => "MultiPolygon",
            _ => anyhow::bail!("the park has points, lines and areas only"),
        };
        write!(out, r#"{{"type":"{kind}","coordinates":"#)?;
        match geometry {
            Geometry::Point(point) => self.position(point.0, out)?,
            Geometry::LineString(line) => self.path(line, out)?,
            Geometry::MultiLineString(lines) => list(&lines.0, out, |line, out| self.path(line, out))?,
            Geometry::Polygon(polygon) => self.area(polygon, out)?,
            Geometry::MultiPolygon(areas) => list(&areas.0, out, |polygon, out| self.area(polygon, out))?,
            _ => {}
        }
        out.push('}');
        Ok(())
    }
}

impl Line<'_> {
    /// Adds a property.
    pub(super) fn with(mut self, key: &str, value: impl Serialize) -> Self {
        match serde_json::to_string(&value) {
            Ok(value) => {
                self.text.push_str(if self.text.ends_with('{') { "\"" } else { ",\"" });
                self.text.push_str(key);
                self.text.push_str("\":");
                self.text.push_str(&value);
            }
            Err(error) => self.failed = self.failed.or(Some(error.into())),
        }
        self
    }

    /// Adds a property if there is one.
    pub(super) fn maybe(self, key: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds a text in every language, as `key:zh` and so on.
    pub(super) fn in_languages<T: AsRef<str>>(mut self, key: &str, texts: &[T; 5]) -> Self {
        for (language, text) in Language::ALL.into_iter().zip(texts) {
            self = self.with(&format!("{key}:{}", language.tag()), text.as_ref());
        }
        self
    }

    /// Ends the feature with its shape, given in grid metres.
    pub(super) fn shaped(self, geometry: impl Into<Geometry>) -> Result<()> {
        let Self { writer, code, mut text, failed } = self;
        if let Some(error) = failed {
            return Err(error);
        }
        text.push_str("},\"geometry\":");
        let geometry = geometry.into();
        if let Err(problems) = Shape::new(geometry.map_coords(canonical_from_grid)) {
            writer.problems.extend(problems.iter().map(|problem| format!("{code}: {problem}")));
        }
        writer.geometry(&geometry, &mut text)?;
        text.push('}');
        writer.lines.push(text);
        Ok(())
    }
}

/// Writes items in brackets, with commas between them.
fn list<T>(items: &[T], out: &mut String, each: impl Fn(&T, &mut String) -> Result<()>) -> Result<()> {
    for (index, item) in items.iter().enumerate() {
        out.push(if index == 0 { '[' } else { ',' });
        each(item, out)?;
    }
    out.push(']');
    Ok(())
}

/// A multipolygon of one part as a plain polygon.
pub(super) fn plainly(areas: MultiPolygon) -> Geometry {
    match <[Polygon; 1]>::try_from(areas.0) {
        Ok([only]) => Geometry::Polygon(only),
        Err(several) => Geometry::MultiPolygon(MultiPolygon::new(several)),
    }
}
