//! What a client reads before it asks for features: landing page, conformance, collections.

use cloudsite_domain::record::{Language, Layer};
use serde_json::{Value, json};

use super::{Base, OutputCrs};
use crate::record::{Snapshot, lon_lat_from_canonical};

/// The conformance classes that hold.
const CLASSES: [&str; 4] = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
];

/// The media type of an OpenAPI document.
pub(crate) const OPEN_API: &str = "application/vnd.oai.openapi+json;version=3.0";

/// The landing page.
pub(crate) fn landing(snapshot: &Snapshot, base: &Base) -> Value {
    let link = |rel: &str, path: &str, media: &str, title: &str| json!({ "href": base.url(path), "rel": rel, "type": media, "title": title });
    json!({
        "title": title(snapshot),
        "description": description(snapshot),
        "links": [
            link("self", "", "application/json", "This document"),
            link("service-desc", "/api", OPEN_API, "The definition of this API"),
            link("conformance", "/conformance", "application/json", "What this API conforms to"),
            link("data", "/collections", "application/json", "The layers of the record"),
        ],
    })
}

/// What this API conforms to.
pub(crate) fn conformance() -> Value {
    json!({ "conformsTo": CLASSES })
}

/// All collections: one a layer.
pub(crate) fn collections(snapshot: &Snapshot, base: &Base) -> Value {
    let all: Vec<_> = Layer::ALL.iter().map(|layer| collection(snapshot, *layer, base)).collect();
    let crs: Vec<_> = OutputCrs::all().map(OutputCrs::uri).collect();
    let href = base.url("/collections");
    json!({ "links": [{ "href": href, "rel": "self", "type": "application/json" }], "crs": crs, "collections": all })
}

/// One layer as a collection.
pub(crate) fn collection(snapshot: &Snapshot, layer: Layer, base: &Base) -> Value {
    let path = format!("/collections/{layer}");
    let mut collection = json!({
        "id": layer,
        "title": layer,
        "description": format!("Layer {layer} of the record at revision {}", snapshot.revision()),
        "itemType": "feature",
        "crs": OutputCrs::all().map(OutputCrs::uri).collect::<Vec<_>>(),
        "storageCrs": OutputCrs::Epsg(cloudsite_domain::crs::Crs::CANONICAL).uri(),
        "links": [
            { "href": base.url(&path), "rel": "self", "type": "application/json" },
            { "href": base.url(&format!("{path}/items")), "rel": "items", "type": "application/geo+json" },
        ],
    });
    if let Some(bounds) = snapshot.layer(layer).bounds() {
        let corners = [
            (bounds.min().x, bounds.min().y),
            (bounds.max().x, bounds.min().y),
            (bounds.max().x, bounds.max().y),
            (bounds.min().x, bounds.max().y),
        ];
        let corners = corners.map(|corner| lon_lat_from_canonical(corner.into()));
        let fold = |pick: fn(f64, f64) -> f64, of: fn(&geo_types::Coord) -> f64| corners.iter().map(of).reduce(pick);
        collection["extent"] = json!({ "spatial": {
            "bbox": [[fold(f64::min, |at| at.x), fold(f64::min, |at| at.y), fold(f64::max, |at| at.x), fold(f64::max, |at| at.y)]],
            "crs": OutputCrs::Crs84.uri(),
        } });
    }
    collection
}

fn title(snapshot: &Snapshot) -> String {
    let name = snapshot.park().and_then(|park| park.feature.names.best(Language::En).map(str::to_owned));
    name.unwrap_or_else(|| "Park".to_owned())
}

/// An invented park says so here, too.
fn description(snapshot: &Snapshot) -> String {
    let synthetic =
        if snapshot.is_synthetic() { " Synthetic: everything in it is invented (演示数据)." } else { "" };
    format!("The record of the park at revision {}.{synthetic}", snapshot.revision())
}
