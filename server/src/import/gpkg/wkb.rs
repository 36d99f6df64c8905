//! Geometries of a GeoPackage, decoded by geozero, into positions as they stand there.
//!
//! geozero's own writers reserve what a header announces and follow collections to any depth; a few hostile bytes
//! would then be enough to end the process. This one reserves nothing and follows no collection.

use geo_types::Coord;
use geozero::error::{GeozeroError, Result as Processed};
use geozero::wkb::GpkgWkb;
use geozero::{GeomProcessor, GeozeroGeometry};

use crate::import::source::{Positions, RawGeometry};

/// Reads one geometry; `None` if it is empty.
pub(in crate::import) fn read(bytes: &[u8]) -> Result<Option<RawGeometry>, String> {
    let mut collect = Collect::default();
    match GpkgWkb(bytes).process_geom(&mut collect) {
        Ok(()) => Ok(collect.finish()),
        Err(_) if collect.other.is_some() => Ok(collect.other.map(RawGeometry::Other)),
        Err(error) => Err(format!("its geometry cannot be read ({error})")),
    }
}

#[derive(Default)]
struct Collect {
    line: Positions,
    lines: Vec<Positions>,
    areas: Vec<Vec<Positions>>,
    is_area: bool,
    is_line: bool,
    other: Option<&'static str>,
}

impl Collect {
    fn finish(mut self) -> Option<RawGeometry> {
        if self.is_area {
            (!self.areas.is_empty()).then_some(RawGeometry::Areas(self.areas))
        } else if self.is_line {
            (!self.lines.is_empty()).then_some(RawGeometry::Lines(self.lines))
        } else if self.line.len() > 1 {
            Some(RawGeometry::Other("MultiPoint"))
        } else {
            self.line.pop().map(RawGeometry::Point)
        }
    }

    fn refuse(&mut self, kind: &'static str) -> Processed<()> {
        self.other = Some(kind);
        Err(GeozeroError::GeometryFormat)
    }
}

impl GeomProcessor for Collect {
    fn xy(&mut self, x: f64, y: f64, _idx: usize) -> Processed<()> {
        self.line.push(Coord { x, y });
        Ok(())
    }

    fn empty_point(&mut self, _idx: usize) -> Processed<()> {
        Ok(())
    }

    fn multilinestring_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.is_line = true;
        Ok(())
    }

    fn linestring_begin(&mut self, _tagged: bool, _size: usize, _idx: usize) -> Processed<()> {
        self.is_line = true;
        self.line.clear();
        Ok(())
    }

    fn linestring_end(&mut self, _tagged: bool, _idx: usize) -> Processed<()> {
        self.lines.push(std::mem::take(&mut self.line));
        Ok(())
    }

    fn multipolygon_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.is_area = true;
        Ok(())
    }

    fn polygon_begin(&mut self, _tagged: bool, _size: usize, _idx: usize) -> Processed<()> {
        self.is_area = true;
        self.lines.clear();
        Ok(())
    }

    fn polygon_end(&mut self, _tagged: bool, _idx: usize) -> Processed<()> {
        self.areas.push(std::mem::take(&mut self.lines));
        Ok(())
    }

    fn geometrycollection_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.refuse("GeometryCollection")
    }

    fn circularstring_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.refuse("CircularString")
    }

    fn compoundcurve_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.refuse("CompoundCurve")
    }

    fn curvepolygon_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.refuse("CurvePolygon")
    }

    fn multicurve_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.refuse("MultiCurve")
    }

    fn multisurface_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.refuse("MultiSurface")
    }

    fn triangle_begin(&mut self, _tagged: bool, _size: usize, _idx: usize) -> Processed<()> {
        self.refuse("Triangle")
    }

    fn polyhedralsurface_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.refuse("PolyhedralSurface")
    }

    fn tin_begin(&mut self, _size: usize, _idx: usize) -> Processed<()> {
        self.refuse("TIN")
    }
}
