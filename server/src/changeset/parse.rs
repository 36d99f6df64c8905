//! Names, numbers and features of requests, each named where it is wrong.

use cloudsite_domain::crs::Crs;
use cloudsite_domain::record::{Code, Feature, Layer};
use geo_types::Coord;
use serde_json::{Value, json};

use crate::grpc::{Refusal, layer_from_wire};
use crate::import::{self, ImportOptions, read_geojson};

/// The longest feature taken, bytes.
const MOST_FEATURE_BYTES: usize = 2 * 1024 * 1024;

/// The number in a name such as `changesets/12`.
pub(super) fn number_in(collection: &str, field: &str, name: &str) -> Result<u64, Refusal> {
    let number = name.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/'));
    let number = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    number
        .and_then(|number| number.parse().ok())
        .filter(|number| *number > 0)
        .ok_or_else(|| Refusal::field(field, format!("'{name}' is not a name of the form '{collection}/{{number}}'")))
}

/// A feature's layer and code from its name, `{layer}/{code}`.
pub(super) fn feature_name(field: &str, name: &str) -> Result<(Layer, Code), Refusal> {
    let parts = name.split_once('/').and_then(|(layer, code)| Some((layer.parse().ok()?, code.parse().ok()?)));
    parts.ok_or_else(|| Refusal::field(field, format!("'{name}' is not a name of the form '{{layer}}/{{code}}'")))
}

/// A layer that has to be given.
pub(super) fn layer(field: &str, layer: i32) -> Result<Layer, Refusal> {
    layer_from_wire(layer).ok_or_else(|| Refusal::field(field, "it is not a layer of the record"))
}

/// A layer that may be left out.
pub(super) fn any_layer(field: &str, given: i32) -> Result<Option<Layer>, Refusal> {
    if given == 0 { Ok(None) } else { layer(field, given).map(Some) }
}

/// A text of a length, without space at its ends.
pub(super) fn text(field: &str, text: &str, least: usize, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if (least..=most).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n') {
        return Ok(text.to_owned());
    }
    Err(Refusal::field(field, format!("it must have {least} to {most} characters")))
}

/// A feature of a layer from its GeoJSON; positions in `park` are metres from `origin`.
pub(super) fn feature(layer: Layer, geojson: &str, crs: &str, origin: Coord) -> Result<Feature, Refusal> {
    let refuse = |message: String| Refusal::field("feature_geojson", message);
    if geojson.len() > MOST_FEATURE_BYTES {
        return Err(refuse(format!("it has more than {MOST_FEATURE_BYTES} bytes")));
    }
    let mut value: Value = serde_json::from_str(geojson).map_err(|error| refuse(error.to_string()))?;
    let named = |pointer: &str| value.pointer(pointer).is_some_and(|code| code.is_string() || code.is_number());
    if !named("/properties/code") && !named("/id") {
        return Err(refuse("its properties have no code".to_owned()));
    }
    let crs = match crs {
        "" => Crs::Wgs84,
        "park" => {
            if let Some(coordinates) = value.pointer_mut("/geometry/coordinates") {
                shift(coordinates, origin);
            }
            Crs::CANONICAL
        }
        other => other.parse().map_err(|error| Refusal::field("crs", format!("{error}; or it is `park`")))?,
    };
    let options = ImportOptions { crs: Some(crs), ..ImportOptions::for_file("feature", Some(layer)) };
    let collection = json!({ "type": "FeatureCollection", "features": [value] }).to_string();
    let features = read_geojson(collection.as_bytes(), &options).map_err(|refusal| refused(&refusal))?;
    features.into_iter().next().ok_or_else(|| refuse("it is no feature".to_owned()))
}

/// Each problem is a violation of the field that it is in, or of the whole, with its place.
fn refused(refusal: &import::Refusal) -> Refusal {
    let field = |problem: &import::ImportProblem| match problem.field.as_str() {
        "" => "feature_geojson".to_owned(),
        field => format!("feature_geojson.properties.{field}"),
    };
    Refusal::Fields(refusal.problems.iter().map(|problem| (field(problem), problem.to_string())).collect())
}

fn shift(coordinates: &mut Value, by: Coord) {
    let Value::Array(parts) = coordinates else { return };
    if let [Value::Number(x), Value::Number(y), ..] = parts.as_slice() {
        let (x, y) = (x.as_f64().unwrap_or(f64::NAN) + by.x, y.as_f64().unwrap_or(f64::NAN) + by.y);
        *coordinates = json!([x, y]);
        return;
    }
    for part in parts {
        shift(part, by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(refusal: Result<impl Sized, Refusal>) -> Vec<String> {
        match refusal {
            Err(Refusal::Fields(fields)) => fields.into_iter().map(|(field, _)| field).collect(),
            Err(other) => panic!("{other:?}"),
            Ok(_) => Vec::new(),
        }
    }

    #[test]
    fn names_are_read_by_their_form() {
        assert_eq!(number_in("changesets", "name", "changesets/12").unwrap(), 12);
        for bad in
            ["", "12", "changesets/", "changesets/0", "changesets/-1", "changesets/x", "uploads/1", "changesets/1/2"]
        {
            assert_eq!(fields(number_in("changesets", "name", bad)), ["name"], "{bad:?}");
        }
        assert_eq!(feature_name("feature", "parcel/P-1").unwrap().0, Layer::Parcel);
        for bad in ["", "parcel", "parcel/", "castle/P-1", "P-1"] {
            assert_eq!(fields(feature_name("feature", bad)), ["feature"], "{bad:?}");
        }
    }

    #[test]
    fn a_feature_is_the_same_in_each_system() {
        let origin = Coord { x: 530_000.0, y: 3_490_000.0 };
        let read = |at: [f64; 2], crs: &str| {
            let text = json!({ "type": "Feature", "properties": { "code": "A", "kind": "other" },
                               "geometry": { "type": "Point", "coordinates": at } });
            feature(Layer::Poi, &text.to_string(), crs, origin)
        };
        let canonical = read([530_120.0, 3_490_040.5], "EPSG:4549").unwrap();
        assert_eq!(read([120.0, 40.5], "park").unwrap(), canonical);
        let degrees = crate::record::lon_lat_from_canonical(Coord { x: 530_120.0, y: 3_490_040.5 });
        assert_eq!(read([degrees.x, degrees.y], "").unwrap(), canonical);
        assert_eq!(fields(read([1.0, 2.0], "EPSG:9999")), ["crs"]);
        assert_eq!(fields(read([1.0, 2.0], "EPSG:4549")), ["feature_geojson"], "far from China");
    }

    #[test]
    fn what_is_wrong_with_a_feature_is_said_of_its_field() {
        let parcel = |properties: Value, geometry: Value| {
            let text = json!({ "type": "Feature", "properties": properties, "geometry": geometry }).to_string();
            fields(feature(Layer::Parcel, &text, "park", Coord { x: 530_000.0, y: 3_490_000.0 }))
        };
        let square = json!({ "type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]] });
        let bow_tie = json!({ "type": "Polygon", "coordinates": [[[0, 0], [9, 9], [9, 0], [0, 9], [0, 0]]] });
        assert_eq!(parcel(json!({ "code": "P-1" }), square.clone()), Vec::<String>::new());
        assert_eq!(parcel(json!({}), square.clone()), ["feature_geojson"]);
        assert_eq!(parcel(json!({ "code": "P-1" }), bow_tie), ["feature_geojson"]);
        let bad = parcel(json!({ "code": "P-1", "status": "sold", "height_limit_m": -1 }), square);
        assert_eq!(bad, ["feature_geojson.properties.status", "feature_geojson.properties.height_limit_m"]);
        assert_eq!(fields(feature(Layer::Parcel, "{", "", Coord::zero())), ["feature_geojson"]);
    }
}
