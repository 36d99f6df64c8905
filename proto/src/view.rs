//! A camera as links, page and command lines write it: `east,north,up,heading,pitch,distance[,walk]`. The point looked at
//! in park metres, the direction and the angle below the horizon in degrees, and the distance in metres.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use crate::scene::Camera;

/// What follows the numbers of a camera that walks at eye height.
const WALK: &str = "walk";

/// A text that is no view.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("view '{0}' is not 'east,north,up,heading,pitch,distance' in metres and degrees, with ',walk' on foot")]
pub struct BadView(pub String);

impl Display for Camera {
    /// To 0.1 m and 0.1 degrees.
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { target_east_m, target_north_m, target_up_m, heading_deg, pitch_deg, distance_m, walking, .. } = self;
        write!(
            out,
            "{target_east_m:.1},{target_north_m:.1},{target_up_m:.1},{heading_deg:.1},{pitch_deg:.1},{distance_m:.1}"
        )?;
        if *walking { write!(out, ",{WALK}") } else { Ok(()) }
    }
}

impl FromStr for Camera {
    type Err = BadView;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadView(text.to_owned());
        let mut parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let walking = parts.last() == Some(&WALK);
        parts.truncate(parts.len() - usize::from(walking));
        let finite = |part: &&str| part.parse::<f64>().ok().filter(|number| number.is_finite());
        let numbers: Vec<f64> = parts.iter().map(finite).collect::<Option<_>>().ok_or_else(bad)?;
        let [target_east_m, target_north_m, target_up_m, heading_deg, pitch_deg, distance_m] = numbers[..] else {
            return Err(bad());
        };
        Ok(Self {
            target_east_m,
            target_north_m,
            target_up_m,
            heading_deg,
            pitch_deg,
            distance_m,
            walking,
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_says_the_same_when_read_again() {
        for text in ["120.5,-3400.0,1.7,330.0,42.5,900.0,walk", "0.0,0.0,0.0,0.0,90.0,25.0"] {
            assert_eq!(text.parse::<Camera>().map(|camera| camera.to_string()).as_deref(), Ok(text));
        }
        assert!(" 1, 2,3 ,4,5,6 , walk ".parse::<Camera>().is_ok_and(|camera| camera.walking));
    }

    #[test]
    fn what_is_no_view_is_named() {
        for text in
            ["", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,NaN", "1,2,3,4,5,6,7", "1,2,3,4,5,6,run", "walk", "a,b,c,d,e,f"]
        {
            let error = text.parse::<Camera>().expect_err("no view");
            assert!(error.to_string().contains(&format!("'{text}'")), "{error}");
        }
    }
}
