//! The document that says which tiles there are and at which addresses.

use std::collections::BTreeMap;

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Layer;
use cloudsite_domain::tile::schema;
use cloudsite_proto::tile::{TileGroup, Tileset};
use geo_types::{Coord, Rect};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::build::may_hold_something;
use super::content::LAYERS;
use crate::record::{Head, LEAF_ZOOM, MIN_ZOOM, Snapshot, lon_lat_from_canonical, mercator_from_canonical};

/// At which addresses a reader finds the tiles of its tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// The tier.
    pub(crate) tier: Tier,
    /// What the path of each tile begins with.
    pub(crate) base: String,
    /// Until when they are good; those of the public are good for ever.
    pub(crate) good_until: Option<Timestamp>,
}

impl Addresses {
    /// Those that everyone may know.
    pub(crate) fn public() -> Self {
        Self { tier: Tier::Public, base: "/tiles".to_owned(), good_until: None }
    }
}

/// The tileset of the newest revision.
pub(crate) fn tileset(head: &Head, addresses: &Addresses) -> Tileset {
    tileset_as_of(head, &head.snapshot, addresses)
}

/// The tileset as of a revision that is not newer than `head`. A tile that has not changed since then has its present
/// address; the others have the asked revision in theirs, so that one past snapshot is enough to make them all. The frame
/// is the present one: views and links keep their meaning in any time.
pub(crate) fn tileset_as_of(head: &Head, snapshot: &Snapshot, addresses: &Addresses) -> Tileset {
    let as_of = snapshot.revision();
    let mut groups = BTreeMap::<u64, Vec<(u32, u32)>>::new();
    for (tile, revision) in head.tiles.leaves().filter(|(tile, _)| may_hold_something(snapshot, *tile)) {
        groups.entry(revision.min(as_of).0).or_default().push((tile.x, tile.y));
    }
    let groups = groups.into_iter().map(|(revision, mut tiles)| {
        tiles.sort_unstable();
        TileGroup { revision, tiles: tiles.into_iter().flat_map(|(x, y)| [x, y]).collect() }
    });
    let bounds = bounds_by(snapshot, mercator_from_canonical);
    let origin = head.snapshot.origin();
    Tileset {
        revision: as_of.0,
        min_zoom: MIN_ZOOM.into(),
        max_zoom: LEAF_ZOOM.into(),
        min_x: bounds.min().x,
        min_y: bounds.min().y,
        max_x: bounds.max().x,
        max_y: bounds.max().y,
        origin_easting: origin.x,
        origin_northing: origin.y,
        groups: groups.collect(),
        synthetic: snapshot.is_synthetic(),
        base: addresses.base.clone(),
        tier: addresses.tier.to_string(),
        good_until_secs: addresses.good_until.map_or(0, Timestamp::as_second),
    }
}

/// The tileset as JSON, its fields named as in the message.
pub(crate) fn tileset_json(tileset: &Tileset) -> Value {
    let groups: Vec<_> =
        tileset.groups.iter().map(|group| json!({ "revision": group.revision, "tiles": group.tiles })).collect();
    json!({
        "revision": tileset.revision,
        "min_zoom": tileset.min_zoom,
        "max_zoom": tileset.max_zoom,
        "min_x": tileset.min_x,
        "min_y": tileset.min_y,
        "max_x": tileset.max_x,
        "max_y": tileset.max_y,
        "origin_easting": tileset.origin_easting,
        "origin_northing": tileset.origin_northing,
        "groups": groups,
        "synthetic": tileset.synthetic,
        "base": tileset.base,
        "tier": tileset.tier,
        "good_until_secs": tileset.good_until_secs,
    })
}

/// The description that MapLibre and QGIS read (`TileJSON` 3.0), with addresses below `base`, e.g.
/// `http://localhost:8080/tiles`.
pub(crate) fn tile_json(snapshot: &Snapshot, base: &str) -> Value {
    let bounds = bounds_by(snapshot, |at| Some(lon_lat_from_canonical(at)));
    let centre = bounds.center();
    let layers: Vec<_> = LAYERS.iter().map(|layer| vector_layer(layer.as_str(), fields(*layer))).collect();
    let label = vector_layer(schema::LABEL_LAYER, &[(schema::LABEL_OF, "String"), (schema::CODE, "String")]);
    json!({
        "tilejson": "3.0.0",
        "name": "cloudsite",
        "version": format!("{}.0.0", snapshot.revision()),
        "scheme": "xyz",
        "tiles": [format!("{base}/{}/{{z}}/{{x}}/{{y}}.mvt", snapshot.revision())],
        "minzoom": MIN_ZOOM,
        "maxzoom": LEAF_ZOOM,
        "bounds": [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y],
        "center": [centre.x, centre.y, MIN_ZOOM + 2],
        "vector_layers": layers.into_iter().chain([label]).collect::<Vec<_>>(),
    })
}

fn vector_layer(id: &str, fields: &[(&str, &str)]) -> Value {
    let fields: serde_json::Map<_, _> = fields.iter().map(|(name, kind)| ((*name).to_owned(), json!(kind))).collect();
    json!({ "id": id, "fields": fields })
}

/// The attributes of a layer, by name and `TileJSON` type.
const fn fields(layer: Layer) -> &'static [(&'static str, &'static str)] {
    use schema::{
        AREA_M2, CLASS, CODE, FLOORS, HEIGHT_M, KIND, LAND_USE, LANES, LEVEL_M, PARCEL, ROOF, STATUS, USE, WIDTH_M,
        ZONE,
    };
    match layer {
        Layer::Park => &[],
        Layer::Zone => &[(CODE, "String"), (KIND, "String")],
        Layer::Parcel => &[
            (CODE, "String"),
            (STATUS, "String"),
            (LAND_USE, "String"),
            (ZONE, "String"),
            (AREA_M2, "Number"),
            (HEIGHT_M, "Number"),
        ],
        Layer::Building => &[
            (CODE, "String"),
            (USE, "String"),
            (HEIGHT_M, "Number"),
            (FLOORS, "Number"),
            (ROOF, "String"),
            (PARCEL, "String"),
        ],
        Layer::Road => &[(CLASS, "String"), (WIDTH_M, "Number"), (LANES, "Number")],
        Layer::Rail => &[(KIND, "String"), (LEVEL_M, "Number")],
        Layer::Utility | Layer::Mask => &[(KIND, "String"), (HEIGHT_M, "Number")],
        Layer::Water | Layer::Green | Layer::Poi => &[(KIND, "String")],
    }
}

/// The smallest rectangle around everything, in another system; empty at its origin if there is nothing.
fn bounds_by(snapshot: &Snapshot, project: impl Fn(Coord) -> Option<Coord>) -> Rect {
    let nothing = Rect::new(Coord::zero(), Coord::zero());
    let Some(bounds) = snapshot.bounds() else { return nothing };
    let (min, max) = (bounds.min(), bounds.max());
    let corners = [(min.x, min.y), (max.x, min.y), (max.x, max.y), (min.x, max.y)];
    let corners: Vec<_> = corners.into_iter().filter_map(|(x, y)| project(Coord { x, y })).collect();
    let low = corners.iter().copied().reduce(|a, b| Coord { x: a.x.min(b.x), y: a.y.min(b.y) });
    let high = corners.iter().copied().reduce(|a, b| Coord { x: a.x.max(b.x), y: a.y.max(b.y) });
    low.zip(high).map_or(nothing, |(low, high)| Rect::new(low, high))
}
