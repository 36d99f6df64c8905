//! The shapes of a `.shp`, record by record, decoded by the `shapefile` crate after what each announces was held
//! against what it holds: a few hostile bytes could else reserve gigabytes.
//!
//! Rings are decoded as lines, which are stored alike, because the crate closes and turns the rings of polygons.

use std::io::Cursor;

use geo_types::Coord;
use shapefile::record::ConcreteReadableShape;
use shapefile::record::traits::HasXY;
use shapefile::{Point, Polyline, ShapeReader, ShapeType};

use super::{refuse, rings};
use crate::import::ImportProblem;
use crate::import::source::{Positions, RawGeometry};

/// The bytes of the file's header, of which the first record comes behind.
const HEADER_BYTES: usize = 100;

/// A shape, `None` if the record says that there is none, or what is wrong with it.
pub(super) type Read = Result<Option<RawGeometry>, String>;

/// Reads the shapes in the order in which they stand.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Read>, ImportProblem> {
    let unreadable = |message: String| refuse("shapefile.readable", message);
    let reader = ShapeReader::new(bytes).map_err(|error| unreadable(format!("its .shp: {error}")))?;
    let announced = usize::try_from(reader.header().file_length).unwrap_or_default() * 2;
    let Some(mut left) = bytes.get(HEADER_BYTES..announced.max(HEADER_BYTES)) else {
        let message = format!("its .shp announces {announced} bytes and has {}: it is cut short", bytes.len());
        return Err(unreadable(message));
    };
    let mut shapes = Vec::new();
    while !left.is_empty() {
        let number = shapes.len() + 1;
        let record = record(left).ok_or_else(|| {
            unreadable(format!("record {number} of its .shp ends after the file's end: it is cut short or damaged"))
        })?;
        left = &left[8 + record.len()..];
        shapes.push(shape(record));
    }
    Ok(shapes)
}

/// The content of the first record in `bytes`: a number, a length in words of two bytes, and that many.
fn record(bytes: &[u8]) -> Option<&[u8]> {
    let words = u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?);
    let length = usize::try_from(words).ok()?.checked_mul(2)?;
    bytes.get(8..)?.get(..length)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let number = i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
    usize::try_from(number).ok()
}

fn shape(record: &[u8]) -> Read {
    let short = || format!("its record of {} bytes is too short", record.len());
    let (kind, body) = record.split_at_checked(4).ok_or_else(short)?;
    let kind = i32::from_le_bytes(kind.try_into().map_err(|_| short())?);
    let kind = ShapeType::from(kind).ok_or_else(|| format!("{kind} is not a kind of shape"))?;
    Ok(match kind {
        ShapeType::NullShape => None,
        ShapeType::Point | ShapeType::PointZ | ShapeType::PointM => {
            let point: Point = decode(body.get(..16).ok_or_else(short)?)?;
            Some(RawGeometry::Point(Coord { x: point.x, y: point.y }))
        }
        ShapeType::Multipoint | ShapeType::MultipointZ | ShapeType::MultipointM => match number(body, 32) {
            Some(1) => {
                let point: Point = decode(body.get(36..52).ok_or_else(short)?)?;
                Some(RawGeometry::Point(Coord { x: point.x, y: point.y }))
            }
            Some(_) => Some(RawGeometry::Other("MultiPoint")),
            None => return Err(short()),
        },
        ShapeType::Polyline | ShapeType::PolylineZ | ShapeType::PolylineM => Some(RawGeometry::Lines(lines(body)?)),
        ShapeType::Polygon | ShapeType::PolygonZ | ShapeType::PolygonM => {
            Some(RawGeometry::Areas(rings::polygons(lines(body)?)?))
        }
        ShapeType::Multipatch => Some(RawGeometry::Other("MultiPatch")),
    })
}

/// The parts of a line or the rings of a polygon. Heights and measures stand behind them and are not read.
fn lines(body: &[u8]) -> Result<Vec<Positions>, String> {
    let counts = number(body, 32).zip(number(body, 36));
    let (parts, vertices) = counts.ok_or("its record does not say how many vertices it has")?;
    let needed = parts.saturating_mul(4).saturating_add(vertices.saturating_mul(16)).saturating_add(40);
    let Some(body) = body.get(..needed) else {
        return Err(format!(
            "its record announces {parts} parts with {vertices} vertices and has {} bytes, not {needed}",
            body.len()
        ));
    };
    let begins: Option<Vec<usize>> = (0..parts).map(|part| number(body, 40 + 4 * part)).collect();
    let ascending = begins.is_some_and(|begins| {
        begins.first().is_none_or(|first| *first == 0) && begins.is_sorted() && begins.iter().all(|at| *at <= vertices)
    });
    if !ascending {
        return Err("its record does not say where its parts begin".to_owned());
    }
    let line: Polyline = decode(body)?;
    let positions = |part: Vec<Point>| part.iter().map(|point| Coord { x: point.x(), y: point.y() }).collect();
    Ok(line.into_inner().into_iter().map(positions).collect())
}

fn decode<S: ConcreteReadableShape>(body: &[u8]) -> Result<S, String> {
    let size = i32::try_from(body.len()).map_err(|_| "its record is too long".to_owned())?;
    S::read_shape_content(&mut Cursor::new(body), size).map_err(|error| format!("its shape cannot be read ({error})"))
}
