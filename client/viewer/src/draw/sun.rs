//! Where the sun stands over the park by the hour, and what light that makes. The day is an equinox's unless another is asked
//! for.

use std::f32::consts::TAU;

use bevy::math::Vec3;
use bevy::prelude::Resource;

/// Latitude of Wuxi, radians.
const LATITUDE_RAD: f32 = 0.5498;

/// The hour by which the park is lit.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct Sun {
    /// Local solar time, hours, 0 to 24.
    pub hour: f64,
    /// How far north of the equator it stands, degrees.
    pub declination_deg: f64,
}

impl Default for Sun {
    fn default() -> Self {
        // Low enough for form and long shadows, high enough for clear colours.
        Self { hour: 15.2, declination_deg: 0.0 }
    }
}

impl Sun {
    /// Unit direction towards the sun in world space; below the horizon at night.
    pub fn direction(self) -> Vec3 {
        let hour_angle = (self.hour as f32 - 12.0) / 24.0 * TAU;
        let (sin, cos) = hour_angle.sin_cos();
        // In the plane of the equator and above it; at declination zero it is east at 6, south at noon, west at 18.
        let (north, outward) = (self.declination_deg as f32).to_radians().sin_cos();
        let (east, inward) = (-sin * outward, cos * outward);
        let south = inward * LATITUDE_RAD.sin() - north * LATITUDE_RAD.cos();
        let up = inward * LATITUDE_RAD.cos() + north * LATITUDE_RAD.sin();
        Vec3::new(east, up, south)
    }
}

/// Linear colours of all the light there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SkyLight {
    /// Towards what lights: the sun by day, the moon, opposite, by night. Always above the horizon.
    pub towards: Vec3,
    /// 0 by day, 1 by night.
    pub night: f32,
    /// Direct light.
    pub sun: Vec3,
    /// Light from above.
    pub sky: Vec3,
    /// Light from below.
    pub bounce: Vec3,
    /// Light on flat ground.
    pub ground: Vec3,
    /// What a shadow leaves of it.
    pub shadow: Vec3,
    /// The sky overhead.
    pub zenith: Vec3,
    /// The sky at the horizon, and the haze.
    pub haze: Vec3,
}

impl SkyLight {
    /// The light at an hour.
    pub fn at(sun: Sun) -> Self {
        let direction = sun.direction();
        let height = direction.y;
        let day = smooth(-0.12, 0.12, height);
        let high = smooth(0.02, 0.45, height);
        let mix = |night: Vec3, dusk: Vec3, noon: Vec3| night.lerp(dusk.lerp(noon, high), day);
        let towards = if height > -0.04 { direction } else { -direction };
        let towards = Vec3::new(towards.x, towards.y.max(0.16), towards.z).normalize();
        let sun = mix(Vec3::new(0.05, 0.06, 0.10), Vec3::new(0.95, 0.52, 0.28), Vec3::new(0.98, 0.90, 0.76));
        let sky = mix(Vec3::new(0.045, 0.06, 0.11), Vec3::new(0.30, 0.32, 0.44), Vec3::new(0.36, 0.42, 0.50));
        let bounce = mix(Vec3::new(0.03, 0.03, 0.05), Vec3::new(0.20, 0.16, 0.15), Vec3::new(0.24, 0.22, 0.20));
        let facing = towards.y * 0.5 + 0.5;
        let ground = sun * facing * facing + sky;
        Self {
            towards,
            night: 1.0 - smooth(-0.10, 0.10, height),
            sun,
            sky,
            bounce,
            ground,
            shadow: Vec3::ONE.lerp((sky * 1.2) / ground, 0.42 + 0.38 * day).min(Vec3::splat(0.95)),
            zenith: mix(Vec3::new(0.010, 0.016, 0.040), Vec3::new(0.20, 0.28, 0.50), Vec3::new(0.22, 0.44, 0.78)),
            haze: mix(Vec3::new(0.030, 0.040, 0.075), Vec3::new(0.92, 0.62, 0.46), Vec3::new(0.74, 0.83, 0.90)),
        }
    }
}

fn smooth(from: f32, to: f32, value: f32) -> f32 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sun_goes_from_east_by_south_to_west() {
        let cases = [
            (6.0, Vec3::new(1.0, 0.0, 0.0)),
            // At noon of an equinox it stands at 90 degrees less the latitude, in the south (positive z).
            (12.0, Vec3::new(0.0, LATITUDE_RAD.cos(), LATITUDE_RAD.sin())),
            (18.0, Vec3::new(-1.0, 0.0, 0.0)),
        ];
        for (hour, expected) in cases {
            let direction = Sun { hour, declination_deg: 0.0 }.direction();
            assert!((direction - expected).length() < 1e-5, "at {hour} h it stands at {direction}");
        }
        assert!(Sun { hour: 0.0, ..Sun::default() }.direction().y < -0.8, "below at midnight");
        let noon = |declination_deg| Sun { hour: 12.0, declination_deg }.direction();
        let height_deg = |declination_deg| noon(declination_deg).y.asin().to_degrees();
        assert!((height_deg(23.44) - (90.0 - 31.5 + 23.44)).abs() < 0.1 && (height_deg(-23.44) - 35.06).abs() < 0.1);
    }

    #[test]
    fn light_is_finite_and_from_above_at_every_hour() {
        for quarter in 0..96 {
            let light = SkyLight::at(Sun { hour: f64::from(quarter) / 4.0, declination_deg: -23.4 });
            assert!(light.towards.is_normalized() && light.towards.y > 0.1, "quarter {quarter}: {light:?}");
            let colours = [light.sun, light.sky, light.bounce, light.ground, light.shadow, light.zenith, light.haze];
            assert!(colours.iter().all(|colour| colour.is_finite() && colour.min_element() >= 0.0), "{light:?}");
            assert!(light.shadow.max_element() < 1.0, "a shadow is darker than the ground: {light:?}");
        }
        let night = |hour| SkyLight::at(Sun { hour, ..Sun::default() }).night;
        assert!(night(12.0) < 0.01 && night(0.0) > 0.99);
    }
}
