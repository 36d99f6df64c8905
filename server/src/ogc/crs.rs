//! Coordinate reference systems by their OGC addresses, and the order of their axes.

use cloudsite_domain::crs::{Crs, Projector, Unprojectable};
use geo_types::Coord;

/// Longitude and latitude of WGS 84: what is written where nothing is asked.
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// A system that features are written in, with its axes in the order that its definition says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputCrs {
    /// `OGC:CRS84`: longitude, then latitude.
    Crs84,
    /// A system of EPSG.
    Epsg(Crs),
}

impl OutputCrs {
    /// Every system that can be asked for; the default first.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Crs84).chain(Crs::ALL.into_iter().map(Self::Epsg))
    }

    /// The system with this address.
    pub(crate) fn from_uri(uri: &str) -> Option<Self> {
        Self::all().find(|crs| crs.uri() == uri)
    }

    /// The address.
    pub(crate) fn uri(self) -> String {
        match self {
            Self::Crs84 => CRS84.to_owned(),
            Self::Epsg(crs) => format!("http://www.opengis.net/def/crs/EPSG/0/{}", crs.epsg()),
        }
    }

    /// The system as the projection knows it.
    pub(crate) const fn crs(self) -> Crs {
        match self {
            Self::Crs84 => Crs::Wgs84,
            Self::Epsg(crs) => crs,
        }
    }

    /// Whether the first axis points north: so EPSG defines the geographic systems and CGCS2000's Gauss-Kruger zones, in
    /// which x is the northing.
    pub(crate) const fn is_north_first(self) -> bool {
        match self {
            Self::Crs84 | Self::Epsg(Crs::WebMercator | Crs::Utm50 | Crs::Utm51) => false,
            Self::Epsg(Crs::Cgcs2000 | Crs::Wgs84 | Crs::GaussKruger120 | Crs::GaussKrugerZone40) => true,
        }
    }
}

/// Takes canonical positions to numbers as they are written.
#[derive(Debug)]
pub(super) struct Writer {
    crs: OutputCrs,
    projector: Projector,
}

impl Writer {
    pub(super) fn new(crs: OutputCrs) -> Self {
        Self { crs, projector: Projector::new(Crs::CANONICAL, crs.crs()) }
    }

    /// The two numbers of a position: nine decimals of a degree and four of a metre are a tenth of a millimetre.
    pub(super) fn position(&self, at: Coord) -> Result<[f64; 2], Unprojectable> {
        let at = self.projector.project(at)?;
        let scale = if self.crs.crs().is_geographic() { 1e9 } else { 1e4 };
        let [x, y] = [at.x, at.y].map(|value| (value * scale).round() / scale);
        Ok(if self.crs.is_north_first() { [y, x] } else { [x, y] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_read_again() {
        for crs in OutputCrs::all() {
            assert_eq!(OutputCrs::from_uri(&crs.uri()), Some(crs));
        }
        assert_eq!(OutputCrs::from_uri("http://www.opengis.net/def/crs/EPSG/0/2056"), None);
    }

    #[test]
    fn axes_stand_in_the_order_of_the_definition() {
        let at = Coord { x: 536_000.0, y: 3_486_000.0 };
        let written = |crs| Writer::new(crs).position(at).unwrap();
        let [lon, lat] = written(OutputCrs::Crs84);
        assert!((120.0..121.0).contains(&lon) && (31.0..32.0).contains(&lat), "{lon} {lat}");
        let near = |[a, b]: [f64; 2], [c, d]: [f64; 2]| (a - c).abs() < 1e-9 && (b - d).abs() < 1e-9;
        assert!(near(written(OutputCrs::Epsg(Crs::Wgs84)), [lat, lon]));
        assert!(near(written(OutputCrs::Epsg(Crs::GaussKruger120)), [3_486_000.0, 536_000.0]));
        let [x, y] = written(OutputCrs::Epsg(Crs::WebMercator));
        assert!(x > 1.3e7 && y < 4e6, "{x} {y}");
    }
}
