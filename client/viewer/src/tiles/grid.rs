//! From tile units to park metres, by interpolation between projected grid points: a projection costs hundreds of
//! times as much as a few multiplications, and a tile has thousands of vertices.

use cloudsite_domain::crs::{LocalFrame, Unprojectable};
use cloudsite_domain::tile::{BUFFER, EXTENT, TileAddress, TileFrame};
use geo_types::Coord;

use super::decoded::Square;

/// The largest cell, metres at the equator: the error of interpolation grows with its square and is below 1 mm here.
const CELL_M: f64 = 260.0;

/// The side of what the grid spans, tile units: the tile and its buffer.
const SPAN: f64 = (EXTENT + 2 * BUFFER) as f64;

/// A tile's grid of projected points.
#[derive(Debug, Clone)]
pub struct TileGrid {
    /// Cells along a side.
    cells: usize,
    /// Park metres of the grid's points, row by row from north.
    points: Vec<Coord>,
    square: Square,
}

impl TileGrid {
    /// The grid of `tile` in the frame of the park.
    pub fn new(tile: TileAddress, park: LocalFrame) -> Result<Self, Unprojectable> {
        let cells = (tile.bounds_3857().width() / CELL_M).ceil().clamp(4.0, 96.0) as usize;
        let frame = TileFrame::new(tile);
        let place = |x: f64, y: f64| Ok(park.park_from_canonical(frame.canonical_from_tile(Coord { x, y })?));
        let along = |index: usize| index as f64 * SPAN / cells as f64 - f64::from(BUFFER);
        let points = (0..=cells)
            .flat_map(|row| (0..=cells).map(move |column| (column, row)))
            .map(|(column, row)| place(along(column), along(row)))
            .collect::<Result<_, _>>()?;
        let side = f64::from(EXTENT);
        let square = Square { corners: [place(0.0, side)?, place(side, side)?, place(side, 0.0)?, place(0.0, 0.0)?] };
        Ok(Self { cells, points, square })
    }

    /// Park metres of a position in tile units. Beyond the buffer the outermost cells go on.
    pub fn park_from_tile(&self, at: Coord) -> Coord {
        let cell_of = |value: f64| (value + f64::from(BUFFER)) * self.cells as f64 / SPAN;
        let (x, y) = (cell_of(at.x), cell_of(at.y));
        let cell = |value: f64| value.floor().clamp(0.0, self.cells as f64 - 1.0);
        let (column, row) = (cell(x), cell(y));
        let (x, y) = (x - column, y - row);
        let first = row as usize * (self.cells + 1) + column as usize;
        let second = first + self.cells + 1;
        let north = self.points[first] * (1.0 - x) + self.points[first + 1] * x;
        let south = self.points[second] * (1.0 - x) + self.points[second + 1] * x;
        north * (1.0 - y) + south * y
    }

    /// The tile's square.
    pub fn square(&self) -> Square {
        self.square
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::crs::{Crs, Projector};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_square_turns_counter_clockwise_from_south_west() {
        let park = LocalFrame { origin: Coord { x: 530_000.0, y: 3_488_000.0 } };
        let [sw, se, ne, nw] = TileGrid::new(wuxi_tile(14), park).unwrap().square().corners;
        assert!(sw.x < se.x && nw.x < ne.x && sw.y < nw.y && se.y < ne.y);
    }

    fn wuxi_tile(z: u8) -> TileAddress {
        let mercator = Projector::new(Crs::Wgs84, Crs::WebMercator).project(Coord { x: 120.42, y: 31.51 }).unwrap();
        TileAddress::containing(z, mercator)
    }

    proptest! {
        #[test]
        fn interpolation_is_exact_to_a_millimetre(z in 11u8..=16, x in -64.0f64..4160.0, y in -64.0f64..4160.0) {
            let tile = wuxi_tile(z);
            let park = LocalFrame { origin: Coord { x: 530_000.0, y: 3_488_000.0 } };
            let (at, grid) = (Coord { x, y }, TileGrid::new(tile, park).unwrap());
            let exact = park.park_from_canonical(TileFrame::new(tile).canonical_from_tile(at).unwrap());
            let off = grid.park_from_tile(at) - exact;
            prop_assert!(off.x.hypot(off.y) < 0.001, "{} m off at zoom {z}, ({x}, {y})", off.x.hypot(off.y));
        }
    }
}
