//! GCJ-02 and BD-09: the shifted positions that Chinese map services give for longitude and latitude.
//!
//! GCJ-02 moves a position by some hundred metres, by published polynomials and sines; BD-09 (Baidu) moves it once more.
//! There is no published inverse; it is found by iteration, to far less than a centimetre.

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

use geo_types::Coord;

/// What positions are counted from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Datum {
    /// CGCS2000, which is taken as one with WGS 84: positions are where they are.
    #[default]
    Cgcs2000,
    /// GCJ-02, of Amap, Tencent and Google's maps of China.
    Gcj02,
    /// BD-09, of Baidu's maps.
    Bd09,
}

/// A name that is no datum known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown datum '{0}'; known are cgcs2000, gcj02 and bd09")]
pub struct UnknownDatum(pub String);

/// The semi-major axis of the ellipsoid that GCJ-02 is computed on (Krassowsky), metres.
const AXIS_M: f64 = 6_378_245.0;

/// The square of its eccentricity.
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;

/// The angle that BD-09's sines run by.
const BAIDU: f64 = PI * 3000.0 / 180.0;

/// How often the inverse is bettered at most; five times are enough anywhere in China.
const MOST_STEPS: usize = 20;

/// Where the inverse stops: a hundredth of a millimetre, in degrees.
const CLOSE_DEG: f64 = 1e-10;

impl Datum {
    /// Every datum, the true one first.
    pub const ALL: [Self; 3] = [Self::Cgcs2000, Self::Gcj02, Self::Bd09];

    /// The datum's name, as `--datum` takes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cgcs2000 => "cgcs2000",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    /// What this datum says of a true position; degrees, longitude first.
    pub fn from_true(self, lon_lat: Coord) -> Coord {
        match self {
            Self::Cgcs2000 => lon_lat,
            Self::Gcj02 => gcj_from_true(lon_lat),
            Self::Bd09 => bd_from_gcj(gcj_from_true(lon_lat)),
        }
    }

    /// The true position of what this datum says; degrees, longitude first.
    pub fn to_true(self, lon_lat: Coord) -> Coord {
        if self == Self::Cgcs2000 {
            return lon_lat;
        }
        let mut guess = lon_lat;
        for _ in 0..MOST_STEPS {
            let off = self.from_true(guess) - lon_lat;
            guess = guess - off;
            if off.x.abs() < CLOSE_DEG && off.y.abs() < CLOSE_DEG {
                break;
            }
        }
        guess
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cgcs2000 => "CGCS2000",
            Self::Gcj02 => "GCJ-02",
            Self::Bd09 => "BD-09",
        })
    }
}

impl FromStr for Datum {
    type Err = UnknownDatum;

    /// Reads the names with or without a hyphen; `wgs84` is `cgcs2000`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.trim().to_ascii_lowercase().replace(['-', '_', ' '], "");
        match plain.as_str() {
            "wgs84" => Ok(Self::Cgcs2000),
            plain => {
                Self::ALL.into_iter().find(|datum| datum.as_str() == plain).ok_or_else(|| UnknownDatum(text.to_owned()))
            }
        }
    }
}

/// The waves that both of GCJ-02's offsets share and their own.
fn waves(along: f64, own: [(f64, f64); 2], x: f64) -> f64 {
    let shared = 20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin();
    let slow = 20.0 * (along * PI).sin() + 40.0 * (along / 3.0 * PI).sin();
    let slower: f64 = own.iter().map(|(height, length)| height * (along / length * PI).sin()).sum();
    (shared + slow + slower) * 2.0 / 3.0
}

fn gcj_from_true(at: Coord) -> Coord {
    let (x, y) = (at.x - 105.0, at.y - 35.0);
    let root = x.abs().sqrt();
    let north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root;
    let north = north + waves(y, [(160.0, 12.0), (320.0, 30.0)], x);
    let east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root;
    let east = east + waves(x, [(150.0, 12.0), (300.0, 30.0)], x);
    let latitude = at.y.to_radians();
    let magic = 1.0 - ECCENTRICITY_2 * latitude.sin().powi(2);
    let meridian_m = AXIS_M * (1.0 - ECCENTRICITY_2) / (magic * magic.sqrt());
    let parallel_m = AXIS_M / magic.sqrt() * latitude.cos();
    Coord { x: at.x + (east / parallel_m).to_degrees(), y: at.y + (north / meridian_m).to_degrees() }
}

fn bd_from_gcj(at: Coord) -> Coord {
    let radius = at.x.hypot(at.y) + 0.000_02 * (at.y * BAIDU).sin();
    let angle = at.y.atan2(at.x) + 0.000_003 * (at.x * BAIDU).cos();
    Coord { x: radius * angle.cos() + 0.006_5, y: radius * angle.sin() + 0.006 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Metres between two positions near enough to Wuxi.
    fn apart_m(a: Coord, b: Coord) -> f64 {
        let (north, east) = ((a.y - b.y) * 111_320.0, (a.x - b.x) * 111_320.0 * a.y.to_radians().cos());
        north.hypot(east)
    }

    #[test]
    fn names_are_read_as_people_write_them() {
        let cases = [
            ("GCJ-02", Some(Datum::Gcj02)),
            ("bd09", Some(Datum::Bd09)),
            ("WGS84", Some(Datum::Cgcs2000)),
            ("cgcs2000", Some(Datum::Cgcs2000)),
            ("xian80", None),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Datum>().ok(), expected, "{text}");
        }
    }

    #[test]
    fn wuxi_is_moved_by_some_hundred_metres() {
        let at = Coord { x: 120.384_196_518_856_63, y: 31.437_152_851_306_41 };
        let gcj = Datum::Gcj02.from_true(at);
        assert!(apart_m(gcj, Coord { x: 120.388_888_979_064_36, y: 31.435_368_546_502_48 }) < 0.001, "{gcj:?}");
        let moved = apart_m(Datum::Bd09.from_true(at), gcj);
        assert!((500.0..1500.0).contains(&moved), "BD-09 lies {moved} m from GCJ-02");
    }

    proptest! {
        #[test]
        fn the_inverse_is_within_a_centimetre(lon in 75.0f64..134.0, lat in 19.0f64..53.0) {
            let at = Coord { x: lon, y: lat };
            for datum in Datum::ALL {
                let off = apart_m(datum.to_true(datum.from_true(at)), at);
                prop_assert!(off < 0.01, "{datum}: {off} m");
            }
        }
    }
}
