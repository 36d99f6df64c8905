//! CityJSON 1.1 and 2.0, and CityJSON sequences, for buildings: a footprint from the lowest level of detail or the
//! surface that stands on the ground, and a height from the attributes or the geometry.
//!
//! A building that consists of parts gives a feature for each part, with the building's attributes below the part's.

mod footprint;
mod model;

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use cloudsite_domain::crs::Crs;
use serde_json::{Map, Value};

use super::source::{RawFeature, RawGeometry, Source};
use super::{ImportProblem, Refusal};
use model::{Document, Object};

/// The longest line of a sequence: one building with all its parts. The largest of published sets have some megabytes.
const MOST_LINE_BYTES: u64 = 64 * 1024 * 1024;

/// What files call a building's height above ground, metres, the better one first.
const HEIGHTS: [&str; 4] = ["height_m", "measuredHeight", "height", "h_building"];

/// Reads a document.
pub(super) fn read(text: impl Read) -> Result<Source, Refusal> {
    let document: Document = serde_json::from_reader(text).map_err(malformed)?;
    if document.kind != "CityJSON" {
        return Err(malformed(format!("it is a {}, not CityJSON", document.kind)).into());
    }
    let mut source = Source::default();
    take_system(&mut source, &document);
    take(&mut source, &document, &document);
    Ok(source)
}

/// Reads a sequence: a line with the transform and the metadata, then a line for each building.
pub(super) fn read_sequence(mut lines: impl BufRead) -> Result<Source, Refusal> {
    let mut source = Source::default();
    let mut first: Option<Document> = None;
    let (mut line, mut number) = (Vec::new(), 0_u64);
    loop {
        line.clear();
        number += 1;
        let read = (&mut lines).take(MOST_LINE_BYTES + 1).read_until(b'\n', &mut line);
        let read = read.map_err(|error| ImportProblem::of_file("file.readable", error))?;
        if read as u64 > MOST_LINE_BYTES {
            return Err(malformed(format!("line {number} has more than {MOST_LINE_BYTES} bytes")).into());
        }
        if read == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let document: Document =
            serde_json::from_slice(&line).map_err(|error| malformed(format!("line {number}: {error}")))?;
        match (&first, document.kind.as_str()) {
            (None, "CityJSON") => {
                take_system(&mut source, &document);
                take(&mut source, &document, &document);
                first = Some(document);
            }
            (Some(first), "CityJSONFeature") => take(&mut source, &document, first),
            (_, other) => return Err(malformed(format!("line {number} is a {other}, out of place")).into()),
        }
    }
    if first.is_none() {
        return Err(malformed("it is empty").into());
    }
    Ok(source)
}

fn malformed(error: impl std::fmt::Display) -> ImportProblem {
    ImportProblem::of_file("cityjson.well_formed", error)
}

fn take_system(source: &mut Source, document: &Document) {
    let Some(name) = document.metadata.as_ref().and_then(|metadata| metadata.reference_system.as_deref()) else {
        return;
    };
    match name.parse::<Crs>() {
        Ok(crs) => source.crs = Some(crs),
        Err(_) => source.unknown_crs = Some(name.to_owned()),
    }
}

/// Takes the buildings of a document whose vertices are scaled as `scaled` says.
fn take(source: &mut Source, document: &Document, scaled: &Document) {
    let vertices = document.placed(scaled);
    for (id, object) in &document.objects {
        let parent = object.parents.first().and_then(|parent| document.objects.get(parent));
        let is_building = match object.kind.as_str() {
            "Building" => !object.geometry.is_empty() || object.children.is_empty(),
            "BuildingPart" => parent.is_none_or(|parent| parent.geometry.is_empty()),
            _ => false,
        };
        if !is_building {
            continue;
        }
        let number = (source.features.len() + source.problems.len()) as u64 + 1;
        match building(object, parent, &vertices) {
            Ok((geometry, properties)) => {
                source.features.push(RawFeature { number, id: Some(id.clone()), properties, geometry });
            }
            Err(message) => source.problems.push(ImportProblem::of_feature(id, "cityjson.geometry", message)),
        }
    }
}

type Building = (Option<RawGeometry>, Map<String, Value>);

fn building(object: &Object, parent: Option<&Object>, vertices: &[[f64; 3]]) -> Result<Building, String> {
    let mut properties = parent.map(|parent| parent.attributes.clone()).unwrap_or_default();
    properties.extend(object.attributes.clone());
    let found = footprint::of(&object.geometry, vertices)?;
    if !properties.contains_key(HEIGHTS[0]) {
        let said =
            HEIGHTS[1..].iter().filter_map(|name| properties.get(*name)).find(|value| value.is_number()).cloned();
        let height = said.or_else(|| found.as_ref().and_then(|found| found.height_m).map(Value::from));
        properties.extend(height.map(|height| (HEIGHTS[0].to_owned(), height)));
    }
    Ok((found.map(|found| RawGeometry::Areas(found.areas)), properties))
}

/// The objects of a document by their ids.
type Objects = BTreeMap<String, Object>;
