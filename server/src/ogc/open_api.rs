//! The definition of the API in OpenAPI 3.0.

use serde_json::{Value, json};

use super::Base;
use super::query::{DEFAULT_LIMIT, MAX_LIMIT};

/// The definition, for the tree that `base` names.
pub(crate) fn open_api(base: &Base) -> Value {
    let text = |name: &str, place: &str, description: &str| json!({ "name": name, "in": place, "required": place == "path", "description": description, "schema": { "type": "string" } });
    let number = |name: &str, least: usize, schema: Value| {
        let mut schema = schema;
        schema["type"] = "integer".into();
        schema["minimum"] = least.into();
        json!({ "name": name, "in": "query", "required": false, "schema": schema })
    };
    let uri = |name: &str| json!({ "name": name, "in": "query", "required": false, "schema": { "type": "string", "format": "uri" } });
    let bbox = json!({
        "name": "bbox", "in": "query", "required": false, "style": "form", "explode": false,
        "schema": { "type": "array", "minItems": 4, "maxItems": 6, "items": { "type": "number" } },
    });
    let layer = text("collectionId", "path", "A layer of the record");
    let operation = |id: &str, summary: &str, media: &str, parameters: Vec<Value>| {
        let refusal = json!({ "description": "What is wrong with the request" });
        let answer = json!({ "description": "The answer", "content": { media: { "schema": { "type": "object" } } } });
        json!({ "get": {
            "operationId": id, "summary": summary, "parameters": parameters,
            "responses": { "200": answer, "400": refusal, "404": refusal, "500": refusal },
        } })
    };
    let (plain, features) = ("application/json", "application/geo+json");
    let limit = number("limit", 1, json!({ "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT }));
    let items = vec![
        layer.clone(),
        limit,
        number("offset", 0, json!({ "default": 0 })),
        bbox,
        uri("bbox-crs"),
        uri("crs"),
        text("datetime", "query", "An RFC 3339 time or interval; every feature meets it"),
    ];
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Cloudsite, OGC API - Features", "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": base.url("") }],
        "paths": {
            "/": operation("landing", "Landing page", plain, vec![]),
            "/conformance": operation("conformance", "What the API conforms to", plain, vec![]),
            "/collections": operation("collections", "The layers", plain, vec![]),
            "/collections/{collectionId}": operation("collection", "A layer", plain, vec![layer.clone()]),
            "/collections/{collectionId}/items": operation("items", "Features of a layer", features, items),
            "/collections/{collectionId}/items/{featureId}": operation(
                "item", "A feature", features, vec![layer, text("featureId", "path", "The feature's id"), uri("crs")],
            ),
        },
    })
}
