//! Features of a collection as GeoJSON.

use std::collections::BTreeSet;

use cloudsite_domain::crs::Unprojectable;
use cloudsite_domain::record::{FeatureId, Layer};
use serde_json::{Value, json};

use super::crs::Writer;
use super::{Base, ItemQuery, ItemsQuery};
use crate::disclosure::Delivery;
use crate::export;
use crate::record::{Entry, LayerSnapshot, Snapshot};

/// One page of a layer's features, by id. Its links keep to the revision, so that a reader who pages through sees one
/// state; `asked` is the query, still encoded and without the offset. `delivery` takes up what is on the page.
pub(crate) fn items(
    snapshot: &Snapshot,
    layer: Layer,
    query: &ItemsQuery,
    base: &Base,
    asked: &str,
    delivery: &mut Delivery,
) -> Result<Value, Unprojectable> {
    let writer = Writer::new(query.crs);
    let of_layer = snapshot.layer(layer);
    let found = query.areas.as_ref().map(|areas| touching(of_layer, areas));
    let found = found.as_deref();
    let matched = found.map_or_else(|| of_layer.features().len(), <[_]>::len);
    let page = |index: usize| found.map_or_else(|| &of_layer.features()[index], |found| found[index]);
    let end = matched.min(query.offset.saturating_add(query.limit));
    let mut written = |index: usize| {
        delivery.add(page(index));
        feature(page(index), &writer)
    };
    let features = (query.offset..end).map(&mut written).collect::<Result<Vec<_>, Unprojectable>>()?;
    let pinned = base.at(snapshot.revision().0);
    let link = |rel: &str, base: &Base, offset: usize| {
        let asked = if asked.is_empty() { String::new() } else { format!("{asked}&") };
        let href = base.url(&format!("/collections/{layer}/items?{asked}offset={offset}"));
        json!({ "href": href, "rel": rel, "type": "application/geo+json" })
    };
    let mut links = vec![link("self", base, query.offset)];
    if end < matched {
        links.push(link("next", &pinned, end));
    }
    if query.offset > 0 {
        links.push(link("prev", &pinned, query.offset.saturating_sub(query.limit)));
    }
    let collection = base.url(&format!("/collections/{layer}"));
    links.push(json!({ "href": collection, "rel": "collection", "type": "application/json" }));
    Ok(json!({
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": features.len(),
        "links": links,
        "features": features,
    }))
}

/// One feature; none if the layer has none with this id.
pub(crate) fn item(
    snapshot: &Snapshot,
    layer: Layer,
    id: FeatureId,
    query: &ItemQuery,
    base: &Base,
    delivery: &mut Delivery,
) -> Option<Result<Value, Unprojectable>> {
    let found = snapshot.layer(layer).with_id(id)?;
    delivery.add(found);
    let made = feature(found, &Writer::new(query.crs)).map(|mut feature| {
        let collection = base.url(&format!("/collections/{layer}"));
        feature["links"] = json!([
            { "href": format!("{collection}/items/{id}"), "rel": "self", "type": "application/geo+json" },
            { "href": collection, "rel": "collection", "type": "application/json" },
        ]);
        feature
    });
    Some(made)
}

fn feature(version: &Entry, writer: &Writer) -> Result<Value, Unprojectable> {
    Ok(json!({
        "type": "Feature",
        "id": version.id,
        "geometry": export::geometry(&version.feature.shape, &mut |at| writer.position(at))?,
        "properties": export::properties(&version.feature),
    }))
}

/// The features that touch one of the areas, each once, by id.
fn touching<'a>(layer: &'a LayerSnapshot, areas: &[crate::record::SearchArea]) -> Vec<&'a Entry> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<_> = areas.iter().flat_map(|area| layer.touching(area)).collect();
    found.retain(|version| seen.insert(version.id));
    found.sort_unstable_by_key(|version| version.id);
    found
}
