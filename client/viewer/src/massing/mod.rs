//! A factory that is tried on the ground: drawn as the page says, and moved, turned and pulled by hands. What hands do is
//! told to the page, which answers with the factory as it should be: there is one place where that is decided.

mod hold;
mod systems;

use bevy::math::DVec2;
use bevy::prelude::Resource;
use cloudsite_domain::siting::massing::{MOST_PARTS, PartKind};
use cloudsite_proto::scene::{Massing, MassingPart};

use crate::mesh::{UNSAID, palette};

pub use hold::{Gesture, Hold, Struck};
pub use systems::plugin;

/// A part of a factory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartBox {
    /// What it is.
    pub kind: PartKind,
    /// From the factory's place to its middle, before it is turned, metres.
    pub offset: DVec2,
    /// Half its sides, metres.
    pub half: DVec2,
    /// Its height, metres; 0 of a yard.
    pub height_m: f64,
    /// Its colour.
    pub colour: palette::Rgb,
}

/// The factory that is tried; without parts there is none.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub struct Factory {
    /// Its place, park metres.
    pub at: DVec2,
    /// How far it is turned to the left.
    pub angle_rad: f64,
    /// Its parts.
    pub parts: Vec<PartBox>,
    /// Whether hands move it.
    pub movable: bool,
}

impl Factory {
    /// As the page says. Parts that are none, with places that are no numbers or no sides, are left out.
    pub fn of(event: &Massing) -> Self {
        let is_placed = [event.east_m, event.north_m, event.angle_deg].iter().all(|number| number.is_finite());
        let parts = event.parts.iter().filter(|_| is_placed).filter_map(part).take(MOST_PARTS);
        Self {
            at: DVec2::new(event.east_m, event.north_m),
            angle_rad: event.angle_deg.to_radians(),
            parts: parts.collect(),
            movable: event.movable,
        }
    }

    /// Out of the frame in which the parts are upright.
    pub fn out(&self, at: DVec2) -> DVec2 {
        self.at + DVec2::from_angle(self.angle_rad).rotate(at)
    }

    /// A direction of that frame in the park.
    pub fn turned(&self, along: DVec2) -> DVec2 {
        DVec2::from_angle(self.angle_rad).rotate(along)
    }
}

fn part(part: &MassingPart) -> Option<PartBox> {
    let numbers = [part.across_m, part.along_m, part.width_m, part.depth_m, part.height_m];
    let has_sides = numbers.iter().all(|number| number.is_finite()) && part.width_m > 0.0 && part.depth_m > 0.0;
    let [_, red, green, blue] = part.colour.to_be_bytes();
    has_sides.then_some(PartBox {
        kind: part.kind.parse().ok()?,
        offset: DVec2::new(part.across_m, part.along_m),
        half: DVec2::new(part.width_m, part.depth_m) / 2.0,
        height_m: part.height_m.clamp(0.0, 1_000.0),
        colour: if part.colour == 0 { UNSAID } else { [red, green, blue] },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_part_is_left_out() {
        let part = |kind: &str, width_m: f64| MassingPart {
            kind: kind.to_owned(),
            width_m,
            depth_m: 10.0,
            height_m: 9.0,
            colour: 0x11_22_33,
            ..MassingPart::default()
        };
        let parts = vec![part("hall", 40.0), part("shed", 40.0), part("yard", 0.0), part("offices", f64::NAN)];
        let mut event = Massing { east_m: 5.0, parts, movable: true, ..Massing::default() };
        let factory = Factory::of(&event);
        assert_eq!((factory.parts.len(), factory.movable), (1, true));
        assert_eq!((factory.parts[0].half.x, factory.parts[0].colour), (20.0, [0x11, 0x22, 0x33]));
        event.angle_deg = f64::INFINITY;
        assert!(Factory::of(&event).parts.is_empty());
    }
}
