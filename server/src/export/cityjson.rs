//! Buildings as CityJSON 2.0: the footprint as level of detail 0, and the block that it makes with the building's height
//! as level 1.

use std::io::Write;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Body, Layer, Revision};
use cloudsite_store::Store;
use geo_types::{LineString, Polygon};
use serde_json::{Map, Value, json};

use super::{ExportError, properties, systems, table};

/// Vertices are whole millimetres, which the record's coordinates are.
const SCALE: f64 = 0.001;

/// Writes the buildings, and returns how many there are.
pub(super) fn write(store: &dyn Store, layer: Layer, at: Revision, out: &mut dyn Write) -> Result<u64, ExportError> {
    if layer != Layer::Building {
        return Err(ExportError::Unfit(format!("CityJSON is for buildings, not for layer {layer}")));
    }
    let mut vertices = Vertices::default();
    let mut objects = Map::new();
    let count = table::each(store, layer, at, &mut |version| {
        let feature = &version.feature;
        let (Body::Building(building), Shape::Areas(areas)) = (&feature.body, &feature.shape) else { return Ok(()) };
        let blocks: Vec<Block> = areas.iter().map(|area| vertices.block(area, building.height_m)).collect();
        let geometry = json!([footprint(&blocks), block(&blocks)]);
        let attributes = properties::of(feature);
        let object = json!({ "type": "Building", "attributes": attributes, "geometry": geometry });
        objects.insert(feature.code.to_string(), object);
        Ok(())
    })?;
    let document = json!({
        "type": "CityJSON",
        "version": "2.0",
        "metadata": { "referenceSystem": format!("https://www.opengis.net/def/crs/EPSG/0/{}", systems::EPSG) },
        "transform": { "scale": [SCALE, SCALE, SCALE], "translate": [0.0, 0.0, 0.0] },
        "CityObjects": objects,
        "vertices": vertices.0,
    });
    serde_json::to_writer(&mut *out, &document).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(count)
}

/// All vertices, in whole millimetres.
#[derive(Default)]
struct Vertices(Vec<[i64; 3]>);

/// The surfaces of a block, each its rings of indices.
struct Block {
    /// The footprint as the record has it.
    footprint: Vec<Vec<usize>>,
    ground: Vec<Vec<usize>>,
    roof: Vec<Vec<usize>>,
    walls: Vec<Vec<usize>>,
}

impl Vertices {
    fn ring(&mut self, ring: &LineString, height_m: f64) -> Vec<usize> {
        let millimetres = |metres: f64| (metres / SCALE).round() as i64;
        let first = self.0.len();
        let open = ring.0.split_last().map_or(&[][..], |(_, open)| open);
        self.0.extend(open.iter().map(|at| [millimetres(at.x), millimetres(at.y), millimetres(height_m)]));
        (first..self.0.len()).collect()
    }

    fn block(&mut self, area: &Polygon, height_m: f64) -> Block {
        let mut block = Block { footprint: Vec::new(), ground: Vec::new(), roof: Vec::new(), walls: Vec::new() };
        for ring in std::iter::once(area.exterior()).chain(area.interiors()) {
            let (low, high) = (self.ring(ring, 0.0), self.ring(ring, height_m));
            for (index, &here) in low.iter().enumerate() {
                let next = (index + 1) % low.len();
                block.walls.push(vec![here, low[next], high[next], high[index]]);
            }
            // The ground of a solid is seen from below.
            block.ground.push(low.iter().rev().copied().collect());
            block.footprint.push(low);
            block.roof.push(high);
        }
        block
    }
}

fn footprint(blocks: &[Block]) -> Value {
    let surfaces: Vec<&Vec<Vec<usize>>> = blocks.iter().map(|block| &block.footprint).collect();
    json!({
        "type": "MultiSurface",
        "lod": "0",
        "boundaries": surfaces,
        "semantics": { "surfaces": [{ "type": "GroundSurface" }], "values": vec![0; blocks.len()] },
    })
}

/// One block is a solid; several are the surfaces of all, since solids that stand apart are no building's geometry.
fn block(blocks: &[Block]) -> Value {
    let mut surfaces: Vec<Vec<&Vec<usize>>> = Vec::new();
    let mut kinds = Vec::new();
    for block in blocks {
        surfaces.push(block.ground.iter().collect());
        surfaces.push(block.roof.iter().collect());
        kinds.extend([0, 1]);
        surfaces.extend(block.walls.iter().map(|wall| vec![wall]));
        kinds.extend(block.walls.iter().map(|_| 2));
    }
    let names = json!([{ "type": "GroundSurface" }, { "type": "RoofSurface" }, { "type": "WallSurface" }]);
    if blocks.len() == 1 {
        json!({
            "type": "Solid", "lod": "1", "boundaries": [surfaces],
            "semantics": { "surfaces": names, "values": [kinds] },
        })
    } else {
        json!({
            "type": "MultiSurface", "lod": "1", "boundaries": surfaces,
            "semantics": { "surfaces": names, "values": kinds },
        })
    }
}
