//! Where the sun stands on a day, how long it shines on a place beside a factory, and whom the factory's shade touches.
//!
//! The ground is flat, and nothing but the factory throws a shadow. Directions are true ones; the grid's north differs from
//! them by the meridian's convergence, in Wuxi some 0.2 degrees.

mod shade;

use geo_types::Coord;
use jiff::civil::Date;
use solar_positioning::time::JulianDate;
use solar_positioning::{Location, SolarPositions};

/// Between two stands of the sun, minutes.
const STEP_MINUTES: u32 = 10;

/// A sun that stands lower than this is left out, degrees: what it lights is decided by what else stands around.
const LOWEST_DEG: f64 = 3.0;

/// By how much the earth's turning lags behind clocks, seconds, about now (TT less UT1); it moves the sun by less than 0.001
/// degrees.
const DELTA_T_SECS: f64 = 69.0;

/// The Julian date at the beginning of 1970.
const JULIAN_1970: f64 = 2_440_587.5;

/// A day on which it cannot be said where the sun stands.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoSun {
    /// The position is none.
    #[error("position: {latitude} north, {longitude} east is no place on earth")]
    Position {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
    },
    /// The formulas hold from 2010 to 2110.
    #[error("date: {0} is not between 2010 and 2110")]
    Date(Date),
}

/// The sun at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stand {
    /// Unit direction on the ground towards it, east and north.
    towards: Coord,
    /// Metres of shadow for each metre of height.
    reach: f64,
}

/// The sun's way on a day, by local mean solar time.
#[derive(Debug, Clone, PartialEq)]
pub struct SunDay {
    stands: Vec<Stand>,
    declination_deg: f64,
}

impl SunDay {
    /// The way of a day at a place, degrees. Positions are those of Grena's third algorithm, good to 0.01 degrees (Grena,
    /// *Solar Energy* 86, 2012).
    ///
    /// # Errors
    /// No place on earth; a year before 2010 or after 2110.
    pub fn new(date: Date, latitude: f64, longitude: f64) -> Result<Self, NoSun> {
        if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
            return Err(NoSun::Position { latitude, longitude });
        }
        let days = date.duration_since(jiff::civil::date(1970, 1, 1)).as_secs() as f64 / 86_400.0;
        let begins = JULIAN_1970 + days - longitude / 360.0;
        let at = |minute: f64| {
            let time = JulianDate::new(begins + minute / 1_440.0, DELTA_T_SECS).map_err(|_| NoSun::Date(date))?;
            SolarPositions::grena3().for_time_from_julian(time).map_err(|_| NoSun::Date(date))
        };
        let mut stands = Vec::new();
        for step in 0..1_440 / STEP_MINUTES {
            let sun = at(f64::from(step * STEP_MINUTES) + f64::from(STEP_MINUTES) / 2.0)?;
            let position = sun.at(Location { latitude, longitude }, 0.0, None).map_err(|_| NoSun::Date(date))?;
            let height_deg = position.elevation_angle();
            if height_deg >= LOWEST_DEG {
                let (sin, cos) = position.azimuth().to_radians().sin_cos();
                stands.push(Stand { towards: Coord { x: sin, y: cos }, reach: 1.0 / height_deg.to_radians().tan() });
            }
        }
        Ok(Self { stands, declination_deg: at(720.0)?.declination() })
    }

    /// How long the sun stands high enough to count, hours.
    pub fn hours(&self) -> f64 {
        hours(self.stands.len())
    }

    /// How far north of the equator the sun stands at noon, degrees.
    pub const fn declination_deg(&self) -> f64 {
        self.declination_deg
    }
}

/// So many steps in hours.
fn hours(steps: usize) -> f64 {
    steps as f64 * f64::from(STEP_MINUTES) / 60.0
}

#[cfg(test)]
mod tests;
