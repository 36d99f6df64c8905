//! Taking hold of a factory: where a ray strikes it, and what becomes of it as the hand moves. Pure.

use bevy::math::{DVec2, DVec3};
use cloudsite_proto::scene::MassingMoved;

use super::{Factory, PartBox};
use crate::pick::Ray;

/// A yard is taken hold of as if it were so high, metres.
const YARD_M: f64 = 0.25;

/// A side is not pulled to less than this, metres.
const LEAST_SIDE_M: f64 = 3.0;

/// A hand nearer than this to the factory's place does not turn it, metres: the least movement would be half a turn.
const DEAD_M: f64 = 1.0;

/// Where a ray strikes a factory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Struck {
    /// Which part.
    pub part: usize,
    /// Where, park metres.
    pub at: DVec3,
    /// The wall that is nearest to it: unit direction outward, in the factory's own frame.
    pub wall: DVec2,
}

/// What a hand does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// Moves the whole.
    Move,
    /// Turns it.
    Turn,
    /// Pulls a wall of one part.
    Pull,
}

/// A factory that is held.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    gesture: Gesture,
    struck: Struck,
    /// As it was when it was taken hold of.
    before: Factory,
}

impl Factory {
    /// What a ray strikes first of it.
    pub fn strike(&self, ray: Ray) -> Option<Struck> {
        let inward = |along: DVec2| DVec2::from_angle(-self.angle_rad).rotate(along);
        let (from, along) = (inward(ray.from.truncate() - self.at), inward(ray.along.truncate()));
        let own = Ray { from: from.extend(ray.from.z), along: along.extend(ray.along.z) };
        let struck = self.parts.iter().enumerate().filter_map(|(part, part_box)| Some((enters(part_box, own)?, part)));
        let (length, part) = struck.min_by(|a, b| a.0.total_cmp(&b.0))?;
        let at = (own.from + own.along * length).truncate() - self.parts[part].offset;
        let gap = self.parts[part].half - at.abs();
        let wall = if gap.x <= gap.y { DVec2::new(at.x.signum(), 0.0) } else { DVec2::new(0.0, at.y.signum()) };
        Some(Struck { part, at: ray.from + ray.along * length, wall })
    }
}

/// Where a ray enters a box, in lengths of its direction, both in the factory's frame.
fn enters(part: &PartBox, ray: Ray) -> Option<f64> {
    let min = (part.offset - part.half).extend(0.0);
    let max = (part.offset + part.half).extend(part.height_m.max(YARD_M));
    let (one, other) = ((min - ray.from) / ray.along, (max - ray.from) / ray.along);
    let enter = one.min(other).max_element();
    let leave = one.max(other).min_element();
    (enter > 0.0 && enter <= leave).then_some(enter)
}

impl Hold {
    /// Takes hold of a factory.
    pub fn new(gesture: Gesture, struck: Struck, factory: &Factory) -> Self {
        Self { gesture, struck, before: factory.clone() }
    }

    /// What the factory should become with the hand at a ray: the hand stays as high as it took hold. None where the ray
    /// does not come there.
    pub fn moved(&self, ray: Ray) -> Option<MassingMoved> {
        let Self { gesture, struck, before } = self;
        let length = (struck.at.z - ray.from.z) / ray.along.z;
        let here = Some((ray.from + ray.along * length).truncate()).filter(|at| length > 0.0 && at.is_finite())?;
        let (at, held) = (before.at, struck.at.truncate());
        let still = |at: DVec2, angle_rad: f64| MassingMoved {
            east_m: at.x,
            north_m: at.y,
            angle_deg: angle_rad.to_degrees(),
            ..MassingMoved::default()
        };
        match gesture {
            Gesture::Move => Some(still(at + here - held, before.angle_rad)),
            Gesture::Turn => {
                let (from, to) = (held - at, here - at);
                let far_enough = from.length() > DEAD_M && to.length() > DEAD_M;
                far_enough.then(|| still(at, before.angle_rad + from.angle_to(to)))
            }
            Gesture::Pull => {
                let part = before.parts.get(struck.part)?;
                let outward = before.turned(struck.wall);
                let across = struck.wall.abs();
                let side_m = (part.half * 2.0).dot(across);
                let by_m = (here - held).dot(outward).max(LEAST_SIDE_M - side_m);
                let sides = part.half * 2.0 + across * by_m;
                Some(MassingMoved {
                    part: Some(struck.part as u32),
                    width_m: sides.x,
                    depth_m: sides.y,
                    ..still(at + outward * (by_m / 2.0), before.angle_rad)
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::siting::massing::PartKind;

    use super::*;

    fn factory() -> Factory {
        let part = |kind, offset: (f64, f64), half: (f64, f64), height_m| PartBox {
            kind,
            offset: DVec2::from(offset),
            half: DVec2::from(half),
            height_m,
            colour: [0; 3],
        };
        let parts = vec![
            part(PartKind::Hall, (0.0, 0.0), (20.0, 10.0), 9.0),
            part(PartKind::Yard, (0.0, 15.0), (20.0, 5.0), 0.0),
        ];
        Factory { at: DVec2::new(100.0, 50.0), angle_rad: 0.0, parts, movable: true }
    }

    fn down(east: f64, north: f64) -> Ray {
        Ray { from: DVec3::new(east, north, 300.0), along: DVec3::new(0.0, 1e-9, -1.0) }
    }

    #[test]
    fn what_is_seen_first_is_struck() {
        let level = Ray { from: DVec3::new(0.0, 50.0, 5.0), along: DVec3::new(1.0, 1e-9, 1e-9) };
        let cases = [
            ("the roof", down(101.0, 58.0), Some((0, DVec2::new(0.0, 1.0), 9.0))),
            ("the yard", down(101.0, 65.0), Some((1, DVec2::new(0.0, 1.0), 0.25))),
            ("the west wall", level, Some((0, DVec2::new(-1.0, 0.0), 5.0))),
            ("beside it", down(150.0, 50.0), None),
            ("behind the eye", Ray { along: -level.along, ..level }, None),
        ];
        for (name, ray, expected) in cases {
            let struck = factory().strike(ray);
            assert_eq!(
                struck.map(|struck| (struck.part, struck.wall)),
                expected.map(|(part, wall, _)| (part, wall)),
                "{name}"
            );
            if let (Some(struck), Some((_, _, up))) = (struck, expected) {
                assert!((struck.at.z - up).abs() < 1e-6, "{name}: {struck:?}");
            }
        }
        let turned = Factory { angle_rad: std::f64::consts::FRAC_PI_2, ..factory() };
        assert_eq!(turned.strike(down(85.0, 50.0)).map(|struck| struck.part), Some(1), "the yard lies in the west now");
    }

    fn held(gesture: Gesture, from: (f64, f64), to: (f64, f64)) -> MassingMoved {
        let factory = factory();
        let struck = factory.strike(down(from.0, from.1)).unwrap();
        Hold::new(gesture, struck, &factory).moved(down(to.0, to.1)).unwrap()
    }

    #[test]
    fn it_follows_the_hand() {
        let moved = held(Gesture::Move, (101.0, 52.0), (141.0, 42.0));
        assert!((moved.east_m - 140.0).abs() < 1e-6 && (moved.north_m - 40.0).abs() < 1e-6, "{moved:?}");
        let turned = held(Gesture::Turn, (115.0, 50.0), (100.0, 65.0));
        assert!((turned.angle_deg - 90.0).abs() < 1e-5 && (turned.east_m - 100.0).abs() < 1e-6, "{turned:?}");
        let pulled = held(Gesture::Pull, (119.0, 50.0), (131.0, 55.0));
        assert_eq!((pulled.part, pulled.depth_m), (Some(0), 20.0));
        assert!((pulled.width_m - 52.0).abs() < 1e-6 && (pulled.east_m - 106.0).abs() < 1e-6, "{pulled:?}");
        let pushed = held(Gesture::Pull, (119.0, 50.0), (20.0, 50.0));
        assert!((pushed.width_m - LEAST_SIDE_M).abs() < 1e-6, "a side stays one: {pushed:?}");
    }

    #[test]
    fn a_hand_in_the_sky_moves_nothing() {
        let factory = factory();
        let struck = factory.strike(down(101.0, 50.0)).unwrap();
        let up = Ray { from: DVec3::new(0.0, 0.0, 300.0), along: DVec3::new(1.0, 0.0, 0.5) };
        assert_eq!(Hold::new(Gesture::Move, struck, &factory).moved(up), None);
    }
}
