//! How the coordinates of a file become those of the record, and back for whoever looks for a place in the file.

use std::fmt;

use cloudsite_domain::crs::{Crs, Datum, Projector, Unprojectable};
use geo_types::Coord;

/// What a file's two numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct System {
    pub(super) crs: Crs,
    /// Whether northing or latitude stands first.
    pub(super) swap_axes: bool,
    /// What longitude and latitude are counted from; for metres, the longitude and latitude that they stand for.
    pub(super) datum: Datum,
}

/// Takes coordinates from a file's system to the record's and back.
pub(super) struct Placement {
    pub(super) system: System,
    canonical: Projector,
    back: Projector,
    degrees: Projector,
    degrees_back: Projector,
    canonical_from_degrees: Projector,
    degrees_from_canonical: Projector,
}

impl Placement {
    pub(super) fn new(system: System) -> Self {
        let projector = Projector::new;
        Self {
            system,
            canonical: projector(system.crs, Crs::CANONICAL),
            back: projector(Crs::CANONICAL, system.crs),
            degrees: projector(system.crs, Crs::Cgcs2000),
            degrees_back: projector(Crs::Cgcs2000, system.crs),
            canonical_from_degrees: projector(Crs::Cgcs2000, Crs::CANONICAL),
            degrees_from_canonical: projector(Crs::CANONICAL, Crs::Cgcs2000),
        }
    }

    /// The canonical position of a coordinate of the file.
    pub(super) fn canonical(&self, at: Coord) -> Result<Coord, Unprojectable> {
        let at = self.turned(at);
        if self.system.datum == Datum::Cgcs2000 {
            return self.canonical.project(at);
        }
        self.canonical_from_degrees.project(self.system.datum.to_true(self.degrees.project(at)?))
    }

    /// The coordinate in the file of a canonical position.
    pub(super) fn in_file(&self, at: Coord) -> Result<Coord, Unprojectable> {
        let at = if self.system.datum == Datum::Cgcs2000 {
            self.back.project(at)?
        } else {
            self.degrees_back.project(self.system.datum.from_true(self.degrees_from_canonical.project(at)?))?
        };
        Ok(self.turned(at))
    }

    fn turned(&self, at: Coord) -> Coord {
        if self.system.swap_axes { Coord { x: at.y, y: at.x } } else { at }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.crs.fmt(f)?;
        if self.swap_axes {
            f.write_str(" with swapped axes")?;
        }
        if self.datum != Datum::Cgcs2000 {
            write!(f, " of {}", self.datum)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_comes_back() {
        let canonical = Coord { x: 536_524.079, y: 3_479_506.742 };
        for crs in Crs::ALL {
            for datum in Datum::ALL {
                for swap_axes in [false, true] {
                    let placement = Placement::new(System { crs, swap_axes, datum });
                    let in_file = placement.in_file(canonical).unwrap();
                    let off = placement.canonical(in_file).unwrap() - canonical;
                    assert!(off.x.hypot(off.y) < 0.001, "{} is {off:?} m off", placement.system);
                }
            }
        }
    }
}
