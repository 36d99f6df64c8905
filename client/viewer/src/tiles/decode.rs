//! A vector tile's bytes to a [`DecodedTile`].

use std::collections::HashMap;

use cloudsite_domain::geometry::{Window, clip_polygon};
use cloudsite_domain::record::{BuildingUse, Layer, RoadClass, Roof};
use cloudsite_domain::tile::{EXTENT, TileAddress, schema};
use cloudsite_proto::tile::{TileFeature, TileLayer, VectorTile};
use geo_types::{Coord, LineString, Polygon};
use prost::Message;

use super::attributes::{Attributes, BrokenAttribute};
use super::commands::{BrokenGeometry, Shapes, shapes};
use super::decoded::{
    AreaFeature, AreaKind, AreaPolygon, BuildingFeature, DecodedTile, LabelFeature, LineFeature, LineKind,
    PointFeature, PointKind, RingVertex,
};
use super::grid::TileGrid;

/// A tile's own square, in tile units.
const SQUARE: Window = Window { min: Coord { x: 0.0, y: 0.0 }, max: Coord { x: EXTENT as f64, y: EXTENT as f64 } };

/// A decoded tile and the codes of its parcels, buildings, zones and points of interest by feature id.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The tile.
    pub tile: DecodedTile,
    /// The codes.
    pub codes: HashMap<u64, String>,
}

/// What is wrong with a tile.
#[derive(Debug, thiserror::Error)]
pub enum BrokenTile {
    /// The bytes are not a vector tile.
    #[error("not a vector tile")]
    Bytes(#[from] prost::DecodeError),
    /// A layer is of another version of the encoding or has no extent.
    #[error("layer '{layer}' is of version {version} and extent {extent}")]
    Layer {
        /// Its name.
        layer: String,
        /// Its version.
        version: u32,
        /// Its extent.
        extent: u32,
    },
    /// A feature is broken.
    #[error("layer '{layer}', feature {feature}")]
    Feature {
        /// The layer's name.
        layer: String,
        /// The feature's id.
        feature: u64,
        /// What is wrong with it.
        #[source]
        reason: BrokenFeature,
    },
}

/// What is wrong with a feature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenFeature {
    /// Its geometry.
    #[error(transparent)]
    Geometry(#[from] BrokenGeometry),
    /// An attribute.
    #[error(transparent)]
    Attribute(#[from] BrokenAttribute),
}

/// Decodes the bytes of the tile at `address`. Layers that are not known are passed over, and features with a word that is
/// not: they come from a newer server.
pub fn decode(address: TileAddress, bytes: &[u8], grid: &TileGrid) -> Result<Decoded, BrokenTile> {
    let mut out = Decoded { tile: empty(address, grid), codes: HashMap::new() };
    for layer in VectorTile::decode(bytes)?.layers {
        let kind = match layer.name.parse::<Layer>() {
            Ok(layer) => LayerKind::Record(layer),
            Err(_) if layer.name == schema::LABEL_LAYER => LayerKind::Label,
            Err(_) => continue,
        };
        if !(1..=2).contains(&layer.version) || layer.extent() == 0 {
            let (version, extent) = (layer.version, layer.extent());
            return Err(BrokenTile::Layer { layer: layer.name, version, extent });
        }
        for feature in &layer.features {
            let reader = Reader { layer: &layer, feature, grid };
            match reader.add(kind, &mut out) {
                Ok(()) | Err(BrokenFeature::Attribute(BrokenAttribute::UnknownTerm { .. })) => {}
                Err(reason) => {
                    let (layer, feature) = (layer.name.clone(), feature.id());
                    return Err(BrokenTile::Feature { layer, feature, reason });
                }
            }
        }
    }
    Ok(out)
}

/// The tile at `address` with nothing in it.
fn empty(address: TileAddress, grid: &TileGrid) -> DecodedTile {
    DecodedTile {
        address,
        square: grid.square(),
        areas: Vec::new(),
        buildings: Vec::new(),
        lines: Vec::new(),
        points: Vec::new(),
        labels: Vec::new(),
    }
}

#[derive(Clone, Copy)]
enum LayerKind {
    Record(Layer),
    Label,
}

struct Reader<'a> {
    layer: &'a TileLayer,
    feature: &'a TileFeature,
    grid: &'a TileGrid,
}

impl Reader<'_> {
    fn add(&self, kind: LayerKind, out: &mut Decoded) -> Result<(), BrokenFeature> {
        let attributes = Attributes::new(self.layer, self.feature)?;
        let shapes = shapes(self.feature.r#type(), &self.feature.geometry)?;
        let id = self.feature.id();
        let layer = match kind {
            LayerKind::Label => return self.add_labels(&attributes, &shapes, out),
            LayerKind::Record(layer) => layer,
        };
        if let (Layer::Parcel | Layer::Building | Layer::Zone, Some(code)) = (layer, attributes.text(schema::CODE)) {
            out.codes.insert(id, code.to_owned());
        }
        match &shapes {
            Shapes::Areas(areas) if layer == Layer::Building => {
                out.tile.buildings.push(building(id, &attributes, self.whole(areas))?);
            }
            Shapes::Areas(areas) => {
                if let Some(kind) = area_kind(layer, &attributes)? {
                    let polygons = self.cut(areas);
                    out.tile.areas.extend((!polygons.is_empty()).then_some(AreaFeature { id, kind, polygons }));
                }
            }
            Shapes::Lines(lines) => {
                if let Some(kind) = line_kind(layer, &attributes)? {
                    let lines = lines.iter().map(|line| self.park_line(line)).collect();
                    out.tile.lines.push(LineFeature { id, kind, lines });
                }
            }
            Shapes::Points(points) => {
                if let Some(kind) = point_kind(layer, &attributes)? {
                    out.tile.points.extend(self.inside(points).map(|at| PointFeature { id, kind, at }));
                }
            }
        }
        Ok(())
    }

    fn add_labels(&self, attributes: &Attributes, shapes: &Shapes, out: &mut Decoded) -> Result<(), BrokenFeature> {
        let Shapes::Points(points) = shapes else { return Ok(()) };
        let of: Layer = attributes.term(schema::LABEL_OF)?;
        if let (Layer::Poi, Some(code)) = (of, attributes.text(schema::CODE)) {
            out.codes.insert(self.feature.id(), code.to_owned());
        }
        let labels = self.inside(points).map(|at| LabelFeature {
            id: self.feature.id(),
            of,
            at,
            names: attributes.names(),
            code: attributes.text(schema::CODE).map(str::to_owned),
        });
        out.tile.labels.extend(labels);
        Ok(())
    }

    /// Units of the layer to units of [`EXTENT`].
    fn units(&self, at: Coord) -> Coord {
        at * (f64::from(EXTENT) / f64::from(self.layer.extent()))
    }

    /// The points inside the square, in park metres. The square's north and west sides are its own, the others are its
    /// neighbours', so that no point is in two tiles.
    fn inside(&self, points: &[Coord]) -> impl Iterator<Item = Coord> {
        let own = 0.0..f64::from(EXTENT);
        let units = points.iter().map(|at| self.units(*at));
        units.filter(move |at| own.contains(&at.x) && own.contains(&at.y)).map(|at| self.grid.park_from_tile(at))
    }

    fn park_line(&self, line: &LineString) -> LineString {
        line.coords().map(|at| self.grid.park_from_tile(self.units(*at))).collect()
    }

    /// Polygons in units of [`EXTENT`].
    fn polygons(&self, areas: &[Polygon]) -> impl Iterator<Item = Polygon> {
        let ring = |ring: &LineString| ring.coords().map(|at| self.units(*at)).collect::<LineString>();
        areas.iter().map(move |area| Polygon::new(ring(area.exterior()), area.interiors().iter().map(ring).collect()))
    }

    /// Polygons cut to the square, in park metres: a neighbour draws what is beyond it.
    fn cut(&self, areas: &[Polygon]) -> Vec<AreaPolygon> {
        let inside = self.polygons(areas).filter_map(|area| clip_polygon(&area, SQUARE));
        inside.map(|area| self.park_polygon(&area, |from, to| SQUARE.is_cut_edge(from, to))).collect()
    }

    /// Polygons as they come, in park metres: a building is whole in one tile, and in no other of its zoom.
    fn whole(&self, areas: &[Polygon]) -> Vec<AreaPolygon> {
        self.polygons(areas).map(|area| self.park_polygon(&area, |_, _| false)).collect()
    }

    /// Closed rings of the tile as open ones of the park. A tile's y counts south and the park's north, which turns
    /// rings over, so they are read backwards.
    fn park_polygon(&self, area: &Polygon, is_cut: impl Fn(Coord, Coord) -> bool) -> AreaPolygon {
        let vertex = |from: &Coord, to: &Coord| RingVertex {
            at: self.grid.park_from_tile(*from),
            edge_is_cut: is_cut(*from, *to),
        };
        let rings = std::iter::once(area.exterior()).chain(area.interiors()).map(|ring| {
            let backwards = ring.0.iter().rev();
            backwards.clone().zip(backwards.skip(1)).map(|(from, to)| vertex(from, to)).collect()
        });
        AreaPolygon { rings: rings.collect() }
    }
}

fn building(id: u64, attributes: &Attributes, polygons: Vec<AreaPolygon>) -> Result<BuildingFeature, BrokenFeature> {
    Ok(BuildingFeature {
        id,
        usage: optional(attributes, schema::USE, BuildingUse::Unknown)?,
        height_m: attributes.required_number(schema::HEIGHT_M)?.clamp(0.0, 1_000.0),
        floors: attributes.count(schema::FLOORS),
        roof: optional(attributes, schema::ROOF, Roof::Flat)?,
        parcel: attributes.text(schema::PARCEL).map(str::to_owned),
        polygons,
    })
}

/// A term that may be missing, but not unknown.
fn optional<T>(attributes: &Attributes, key: &'static str, absent: T) -> Result<T, BrokenAttribute>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    if attributes.text(key).is_some() { attributes.term(key) } else { Ok(absent) }
}

/// What an area of the layer is; none where nothing is drawn of an area.
fn area_kind(layer: Layer, attributes: &Attributes) -> Result<Option<AreaKind>, BrokenFeature> {
    Ok(Some(match layer {
        Layer::Park => AreaKind::Park,
        Layer::Zone => AreaKind::Zone(attributes.term(schema::KIND)?),
        Layer::Parcel => AreaKind::Parcel(attributes.term(schema::STATUS)?),
        Layer::Water => AreaKind::Water(attributes.term(schema::KIND)?),
        Layer::Green => AreaKind::Green(attributes.term(schema::KIND)?),
        Layer::Mask => AreaKind::Mask(attributes.term(schema::KIND)?),
        Layer::Building | Layer::Road | Layer::Rail | Layer::Utility | Layer::Poi => return Ok(None),
    }))
}

/// What a line of the layer is; none where nothing is drawn of a line.
fn line_kind(layer: Layer, attributes: &Attributes) -> Result<Option<LineKind>, BrokenFeature> {
    Ok(Some(match layer {
        Layer::Road => {
            let class: RoadClass = attributes.term(schema::CLASS)?;
            let width_m = attributes.number(schema::WIDTH_M).unwrap_or(class.customary_width_m()).clamp(0.5, 200.0);
            LineKind::Road { class, width_m, lanes: attributes.count(schema::LANES) }
        }
        Layer::Rail => LineKind::Rail {
            kind: attributes.term(schema::KIND)?,
            level_m: attributes.number(schema::LEVEL_M).unwrap_or(0.0).clamp(-200.0, 200.0),
        },
        Layer::Utility => {
            LineKind::Utility { kind: attributes.term(schema::KIND)?, height_m: attributes.number(schema::HEIGHT_M) }
        }
        _ => return Ok(None),
    }))
}

/// What a point of the layer is; none where nothing is drawn of a point.
fn point_kind(layer: Layer, attributes: &Attributes) -> Result<Option<PointKind>, BrokenFeature> {
    Ok(Some(match layer {
        Layer::Utility => {
            PointKind::Utility { kind: attributes.term(schema::KIND)?, height_m: attributes.number(schema::HEIGHT_M) }
        }
        Layer::Poi => PointKind::Poi(attributes.term(schema::KIND)?),
        _ => return Ok(None),
    }))
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
