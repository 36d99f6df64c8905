//! Coordinate reference systems, by proj4rs (the projection code of PROJ in Rust).
//!
//! CGCS2000 (EPSG:4490) and WGS 84 (EPSG:4326) are taken as one: they differ by centimetres at most and no published
//! transformation tells them apart. Axis order is always x (easting or longitude) before y (northing or latitude).

mod datum;

use std::fmt;
use std::str::FromStr;

use geo_types::Coord;
use proj4rs::Proj;
use proj4rs::transform::transform;
use serde::{Deserialize, Serialize};

pub use datum::{Datum, UnknownDatum};

/// A coordinate reference system that the record can be read from and written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Crs {
    /// EPSG:4490, CGCS2000, degrees.
    Cgcs2000,
    /// EPSG:4326, WGS 84, degrees.
    Wgs84,
    /// EPSG:4549, CGCS2000 / 3-degree Gauss-Kruger CM 120E: the canonical one. Metres.
    GaussKruger120,
    /// EPSG:4528, CGCS2000 / 3-degree Gauss-Kruger zone 40: as 4549 with the zone number before the easting. Metres.
    GaussKrugerZone40,
    /// EPSG:3857, WGS 84 / Pseudo-Mercator. Metres at the equator.
    WebMercator,
    /// EPSG:32650, WGS 84 / UTM zone 50N. Metres.
    Utm50,
    /// EPSG:32651, WGS 84 / UTM zone 51N. Metres.
    Utm51,
}

/// A CRS name or number that is not one of [`Crs::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown coordinate reference system '{0}'; known are EPSG:4490, 4326, 4549, 4528, 3857, 32650 and 32651")]
pub struct UnknownCrs(pub String);

/// A position that cannot be expressed in the asked system.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("({x}, {y}) in {from} has no position in {to}: {reason}")]
pub struct Unprojectable {
    /// The position's x in `from`.
    pub x: f64,
    /// The position's y in `from`.
    pub y: f64,
    /// The system the position was given in.
    pub from: Crs,
    /// The system that was asked for.
    pub to: Crs,
    /// Why there is none.
    pub reason: String,
}

impl Crs {
    /// The canonical system of the record.
    pub const CANONICAL: Self = Self::GaussKruger120;

    /// Every system, canonical first.
    pub const ALL: [Self; 7] = [
        Self::GaussKruger120,
        Self::GaussKrugerZone40,
        Self::Cgcs2000,
        Self::Wgs84,
        Self::WebMercator,
        Self::Utm50,
        Self::Utm51,
    ];

    /// The EPSG code.
    pub const fn epsg(self) -> u32 {
        match self {
            Self::Cgcs2000 => 4490,
            Self::Wgs84 => 4326,
            Self::GaussKruger120 => 4549,
            Self::GaussKrugerZone40 => 4528,
            Self::WebMercator => 3857,
            Self::Utm50 => 32650,
            Self::Utm51 => 32651,
        }
    }

    /// The system with this EPSG code.
    pub fn from_epsg(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|crs| crs.epsg() == code)
    }

    /// Whether coordinates are longitude and latitude in degrees.
    pub const fn is_geographic(self) -> bool {
        matches!(self, Self::Cgcs2000 | Self::Wgs84)
    }

    const fn definition(self) -> &'static str {
        // `etmerc` is the Poder-Engsager series, good to well under a millimetre as far as 30 degrees off the meridian;
        // plain `tmerc` would not do for UTM zone 50, of which Wuxi lies outside.
        match self {
            Self::Cgcs2000 => "+proj=longlat +ellps=GRS80 +no_defs",
            Self::Wgs84 => "+proj=longlat +ellps=WGS84 +no_defs",
            Self::GaussKruger120 => {
                "+proj=etmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
            }
            Self::GaussKrugerZone40 => {
                "+proj=etmerc +lat_0=0 +lon_0=120 +k=1 +x_0=40500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
            }
            Self::WebMercator => {
                "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +no_defs"
            }
            Self::Utm50 => {
                "+proj=etmerc +lat_0=0 +lon_0=117 +k=0.9996 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +no_defs"
            }
            Self::Utm51 => {
                "+proj=etmerc +lat_0=0 +lon_0=123 +k=0.9996 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +no_defs"
            }
        }
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EPSG:{}", self.epsg())
    }
}

impl FromStr for Crs {
    type Err = UnknownCrs;

    /// Reads `EPSG:4549`, `epsg:4549`, `4549` or an OGC URN or URL that ends in the code; `CRS84` is EPSG:4326.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.to_ascii_uppercase().ends_with("CRS84") {
            return Ok(Self::Wgs84);
        }
        let code = text.rsplit([':', '/']).next().unwrap_or(text);
        code.trim().parse().ok().and_then(Self::from_epsg).ok_or_else(|| UnknownCrs(text.to_owned()))
    }
}

/// Takes coordinates from one system to another.
#[derive(Debug)]
pub struct Projector {
    from: Crs,
    to: Crs,
    source: Proj,
    target: Proj,
}

impl Projector {
    /// A projector from `from` to `to`.
    ///
    /// # Panics
    /// Never: the definitions are constants, and a test builds each of them.
    pub fn new(from: Crs, to: Crs) -> Self {
        let proj = |crs: Crs| Proj::from_proj_string(crs.definition()).expect("the definitions are constants");
        Self { from, to, source: proj(from), target: proj(to) }
    }

    /// The position `at`, given in `from`, in `to`; not snapped.
    pub fn project(&self, at: Coord) -> Result<Coord, Unprojectable> {
        let refuse = |reason: String| Unprojectable { x: at.x, y: at.y, from: self.from, to: self.to, reason };
        if !at.x.is_finite() || !at.y.is_finite() {
            return Err(refuse("a coordinate is not a finite number".to_owned()));
        }
        if self.from == self.to {
            return Ok(at);
        }
        if self.from.is_geographic() && (at.x.abs() > 180.0 || at.y.abs() > 90.0) {
            return Err(refuse("longitude must be within 180 and latitude within 90 degrees".to_owned()));
        }
        let mut point =
            if self.from.is_geographic() { (at.x.to_radians(), at.y.to_radians(), 0.0) } else { (at.x, at.y, 0.0) };
        transform(&self.source, &self.target, &mut point).map_err(|error| refuse(error.to_string()))?;
        let (x, y) =
            if self.to.is_geographic() { (point.0.to_degrees(), point.1.to_degrees()) } else { (point.0, point.1) };
        if x.is_finite() && y.is_finite() {
            Ok(Coord { x, y })
        } else {
            Err(refuse("it lies outside the projection's domain".to_owned()))
        }
    }
}

/// The park's local frame: metres east and north of an origin, which keeps numbers small enough for 32-bit floats.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocalFrame {
    /// The origin in canonical coordinates, metres.
    pub origin: Coord,
}

impl LocalFrame {
    /// Canonical metres to park metres.
    pub fn park_from_canonical(self, at: Coord) -> Coord {
        at - self.origin
    }

    /// Park metres to canonical metres.
    pub fn canonical_from_park(self, at: Coord) -> Coord {
        at + self.origin
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_numbers_are_read() {
        let cases = [
            ("EPSG:4549", Some(Crs::GaussKruger120)),
            ("epsg:4528", Some(Crs::GaussKrugerZone40)),
            ("3857", Some(Crs::WebMercator)),
            ("urn:ogc:def:crs:EPSG::4490", Some(Crs::Cgcs2000)),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", Some(Crs::Wgs84)),
            ("http://www.opengis.net/def/crs/EPSG/0/32651", Some(Crs::Utm51)),
            ("EPSG:2154", None),
            ("Xian 1980", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Crs>().ok(), expected, "reading {text:?}");
        }
    }

    #[test]
    fn zone_40_is_4549_with_a_prefix() {
        let point = Coord { x: 536_524.079_5, y: 3_479_506.741_6 };
        let prefixed = Projector::new(Crs::GaussKruger120, Crs::GaussKrugerZone40).project(point).unwrap();
        assert!((prefixed.x - point.x - 40_000_000.0).abs() < 1e-6, "easting {}", prefixed.x);
        assert!((prefixed.y - point.y).abs() < 1e-6, "northing {}", prefixed.y);
    }

    #[test]
    fn what_is_no_position_is_refused() {
        let from_degrees = Projector::new(Crs::Wgs84, Crs::CANONICAL);
        for (x, y) in [(f64::NAN, 31.0), (120.0, f64::INFINITY), (31.0, 120.0), (536_524.0, 3_479_506.0)] {
            let error = from_degrees.project(Coord { x, y }).expect_err("not a longitude and latitude");
            assert!(error.to_string().contains("EPSG:4326"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn projections_round_trip_within_a_micrometre(lon in 119.9f64..121.0, lat in 31.0f64..32.0) {
            let canonical = Projector::new(Crs::Wgs84, Crs::CANONICAL).project(Coord { x: lon, y: lat }).unwrap();
            for crs in Crs::ALL {
                let there = Projector::new(Crs::CANONICAL, crs).project(canonical).unwrap();
                let back = Projector::new(crs, Crs::CANONICAL).project(there).unwrap();
                prop_assert!((back.x - canonical.x).abs() < 1e-6, "{crs}: x {} against {}", back.x, canonical.x);
                prop_assert!((back.y - canonical.y).abs() < 1e-6, "{crs}: y {} against {}", back.y, canonical.y);
            }
        }
    }
}
