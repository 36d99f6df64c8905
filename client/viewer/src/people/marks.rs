//! The shapes of people and of what they point at.

use std::f32::consts::TAU;

use bevy::math::{DVec3, Vec3};

use super::{Avatar, People, Pointer};
use crate::draw::MarkVertex;
use crate::mesh::palette::{self, Rgb};

/// How large something is: metres, and logical pixels at least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    metres: f32,
    least_px: f32,
}

/// Half the width of someone's avatar and of a pointer's pin.
pub(super) const BODY: Size = Size { metres: 0.9, least_px: 9.0 };
/// Nearer than this to the eye they are not to be seen, metres: the shader takes care of that.
pub(super) const NEAREST_M: f64 = 2.7;
/// The disc on the ground beneath them.
const DISC: Size = Size { metres: 1.0, least_px: 4.0 };
/// Half the width of the line down to it.
const STEM: Size = Size { metres: 0.12, least_px: 0.75 };
/// Half the width of what is drawn.
const LINE: Size = Size { metres: 0.7, least_px: 2.0 };

/// From the middle of a body to its ends, in sizes.
const AHEAD: f32 = 2.1;
const BEHIND: f32 = 0.7;
/// How high a name belongs above the middle of an avatar and above the place that a pin is at, in sizes.
pub(super) const NAME_OVER_AVATAR: f64 = 1.5;
pub(super) const NAME_OVER_PIN: f64 = 3.2;

/// What is drawn lies so high above what it is drawn on, metres.
const ABOVE_M: f64 = 0.4;
/// The rim of a body is so much larger.
const RIM: f32 = 1.28;
const RIM_COLOUR: Rgb = [255, 255, 255];
const STEM_OPACITY: f32 = 0.65;
const DISC_OPACITY: f32 = 0.55;
const SIDES: u32 = 8;
const DISC_SIDES: u32 = 14;

impl Size {
    /// Metres that it has at a depth, metres, where a pixel covers `pixel_m` metres at a depth of one.
    pub(super) fn at(self, depth_m: f64, pixel_m: f64) -> f64 {
        f64::from(self.metres).max(f64::from(self.least_px) * pixel_m * depth_m)
    }
}

/// A colour of people, which begin anew after the last.
pub(super) const fn colour(index: u32) -> Rgb {
    palette::PEOPLE[index as usize % palette::PEOPLE.len()]
}

/// Park metres to world space.
fn world(at: DVec3) -> Vec3 {
    Vec3::new(at.x as f32, at.z as f32, -at.y as f32)
}

/// All that is to be seen of people where a logical pixel has `scale` pixels: what is drawn lies under what stands.
pub(crate) fn vertices(people: &People, scale: f32) -> Vec<MarkVertex> {
    let mut pen = Pen { vertices: Vec::new(), scale };
    for (_, pointer) in people.pointers() {
        pen.line(pointer);
    }
    for (_, pointer) in people.pointers() {
        pen.pin(pointer);
    }
    for (_, avatar) in people.avatars() {
        pen.avatar(avatar);
    }
    pen.vertices
}

/// What the corners of a shape share.
#[derive(Clone, Copy)]
struct Ink {
    size: Size,
    colour: Rgb,
    opacity: f32,
}

struct Pen {
    vertices: Vec<MarkVertex>,
    scale: f32,
}

impl Pen {
    /// A triangle, each corner with its anchor and its offset in sizes.
    fn triangle(&mut self, corners: [(Vec3, Vec3); 3], ink: Ink) {
        let [red, green, blue] = ink.colour;
        let alpha = (ink.opacity * 255.0) as u8;
        self.vertices.extend(corners.map(|(anchor, offset)| MarkVertex {
            anchor: anchor.to_array(),
            offset: offset.to_array(),
            size: [ink.size.metres, ink.size.least_px * self.scale],
            colour: [red, green, blue, alpha],
        }));
    }

    /// A strip from one place to another, seen from both sides.
    fn strip(&mut self, [from, to]: [Vec3; 2], [from_side, to_side]: [Vec3; 2], [from_ink, to_ink]: [Ink; 2]) {
        let corner = |at: Vec3, side: Vec3| (at, side);
        let (a, b) = (corner(from, from_side), corner(from, -from_side));
        let (c, d) = (corner(to, to_side), corner(to, -to_side));
        for corners in [[a, b, c], [c, b, d], [a, c, b], [c, d, b]] {
            let first = self.vertices.len();
            self.triangle(corners, from_ink);
            for (vertex, (at, _)) in self.vertices[first..].iter_mut().zip(corners) {
                if at == to {
                    vertex.colour[3] = (to_ink.opacity * 255.0) as u8;
                }
            }
        }
    }

    fn avatar(&mut self, avatar: &Avatar) {
        let eye = avatar.eye();
        let (forward, up) = avatar.looks();
        let ink = Ink { size: BODY, colour: colour(avatar.colour()), opacity: 1.0 };
        self.stem(eye, ink);
        self.body(world(eye), Vec3::ZERO, [world(forward), world(up)], ink);
    }

    /// A pin whose tip is where someone points.
    fn pin(&mut self, pointer: &Pointer) {
        let Some((at, opacity)) = pointer.mark() else { return };
        let ink = Ink { size: BODY, colour: colour(pointer.colour()), opacity };
        self.disc(at, ink);
        self.body(world(at), Vec3::Y * AHEAD, [Vec3::NEG_Y, Vec3::Z], ink);
    }

    /// A body that is pointed to where it looks, with a light rim; `middle` is in sizes from the anchor.
    fn body(&mut self, anchor: Vec3, middle: Vec3, [forward, up]: [Vec3; 2], ink: Ink) {
        let right = forward.cross(up).normalize_or(Vec3::X);
        let up = right.cross(forward);
        let around = |step: u32| {
            let (sin, cos) = (step as f32 / SIDES as f32 * TAU).sin_cos();
            right * cos + up * sin
        };
        // Its far side is seen first, larger; the near side lies over it.
        for (grown, is_rim) in [(RIM, true), (1.0, false)] {
            for step in 0..SIDES {
                let (one, other) = (around(step), around(step + 1));
                for (tip, colour) in [
                    (forward * AHEAD, shaded(ink.colour, one + other + forward)),
                    (-forward * BEHIND, shaded(ink.colour, one + other - forward)),
                ] {
                    let corner = |offset: Vec3| (anchor, middle + offset * grown);
                    let is_outward = (tip.dot(forward) > 0.0) == is_rim;
                    let (first, second) = if is_outward { (one, other) } else { (other, one) };
                    let colour = if is_rim { RIM_COLOUR } else { colour };
                    self.triangle([corner(first), corner(second), corner(tip)], Ink { colour, ..ink });
                }
            }
        }
    }

    /// From an eye straight down to the ground, where there is a disc.
    fn stem(&mut self, eye: DVec3, ink: Ink) {
        let foot = DVec3::new(eye.x, eye.y, 0.0);
        self.disc(foot, ink);
        let thin = Ink { size: STEM, opacity: STEM_OPACITY * ink.opacity, ..ink };
        for side in [Vec3::X, Vec3::Z] {
            self.strip([world(foot), world(eye)], [side; 2], [thin; 2]);
        }
    }

    fn disc(&mut self, at: DVec3, ink: Ink) {
        let ink = Ink { size: DISC, opacity: DISC_OPACITY * ink.opacity, ..ink };
        let anchor = world(at + DVec3::Z * ABOVE_M);
        let rim = |step: u32| {
            let (sin, cos) = (step as f32 / DISC_SIDES as f32 * TAU).sin_cos();
            (anchor, Vec3::new(cos, 0.0, -sin))
        };
        for step in 0..DISC_SIDES {
            self.triangle([(anchor, Vec3::ZERO), rim(step), rim(step + 1)], ink);
        }
    }

    /// What was drawn, as one ribbon as long as it is joined.
    fn line(&mut self, pointer: &Pointer) {
        let places: Vec<(Vec3, f32, bool)> = pointer
            .line()
            .map(|(at, opacity, is_joined)| (world(at + DVec3::Z * ABOVE_M), opacity, is_joined))
            .collect();
        let ink = |opacity| Ink { size: LINE, colour: colour(pointer.colour()), opacity };
        for index in 1..places.len() {
            let ((from, from_opacity, _), (to, to_opacity, is_joined)) = (places[index - 1], places[index]);
            if is_joined {
                let sides = [side(&places, index - 1), side(&places, index)];
                self.strip([from, to], sides, [ink(from_opacity), ink(to_opacity)]);
            }
        }
    }
}

/// To the side of a line at one of its places, level and of length 1: between those of the two pieces that meet there, so
/// that these do not lie over each other.
fn side(places: &[(Vec3, f32, bool)], index: usize) -> Vec3 {
    let along = |from: usize, to: usize| (places[to].0 - places[from].0).normalize_or_zero();
    let into = if index > 0 && places[index].2 { along(index - 1, index) } else { Vec3::ZERO };
    let out_of = if places.get(index + 1).is_some_and(|next| next.2) { along(index, index + 1) } else { Vec3::ZERO };
    let mean = if into.dot(out_of) < -0.9 { out_of } else { into + out_of };
    mean.cross(Vec3::Y).normalize_or(Vec3::X)
}

/// A face's colour: lighter the more it looks up, whatever the hour, so that a shape is seen by night as well.
fn shaded(colour: Rgb, facing: Vec3) -> Rgb {
    let up = facing.normalize_or(Vec3::Y).y * 0.5 + 0.5;
    colour.map(|channel| {
        let light = f32::from(channel) + (255.0 - f32::from(channel)) * 0.35 * up;
        (light * (0.72 + 0.28 * up)) as u8
    })
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::scene::{Camera, PersonSeen, PointedAt, Pointing};

    use super::*;

    fn people() -> People {
        let mut people = People::default();
        let camera = Camera { target_up_m: 50.0, distance_m: 30.0, ..Camera::default() };
        let seen = PersonSeen { person: 1, colour: 9, camera: Some(camera) };
        people.see(&cloudsite_proto::scene::People { people: vec![seen] });
        for (east_m, draws) in [(0.0, false), (40.0, true), (40.0, true), (40.0, true), (80.0, true)] {
            let pointing = Pointing { east_m, draws, ..Pointing::default() };
            people.point(&PointedAt { person: 2, colour: 1, pointing: Some(pointing) }, 0.0);
        }
        people
    }

    #[test]
    fn a_size_is_metres_near_by_and_pixels_far_away() {
        let pixel_m = 0.001;
        assert!((BODY.at(10.0, pixel_m) - 0.9).abs() < 1e-6, "near by");
        assert!((BODY.at(10_000.0, pixel_m) - 90.0).abs() < 1e-6, "9 pixels of 10 m each");
        assert!((BODY.at(20_000.0, pixel_m) / (pixel_m * 20_000.0) - 9.0).abs() < 1e-6, "9 pixels however far");
    }

    #[test]
    fn all_of_them_are_triangles_in_their_colours() {
        let people = people();
        let vertices = vertices(&people, 2.0);
        assert_eq!(vertices.len() % 3, 0);
        assert!(vertices.iter().all(|vertex| vertex.size[1] >= 1.5), "two pixels for a logical one");
        let [red, green, blue] = palette::PEOPLE[1];
        assert!(vertices.iter().any(|vertex| vertex.colour[..3] == [red, green, blue]), "both have the same colour");
        assert!(super::vertices(&People::default(), 1.0).is_empty());
    }

    #[test]
    fn a_line_that_is_as_long_as_it_can_be_has_so_many_triangles() {
        let mut pointer = Pointer::new(DVec3::ZERO, 0, 0.0);
        for step in 0..1_000_u32 {
            pointer.point(DVec3::new(f64::from(step), f64::from(step % 7), 0.0), 0, true, 0.0);
        }
        let mut pen = Pen { vertices: Vec::new(), scale: 1.0 };
        pen.line(&pointer);
        assert_eq!(pen.vertices.len(), (super::super::pointer::MOST_PLACES - 1) * 12);
    }

    #[test]
    fn a_bend_belongs_to_both_of_its_pieces() {
        let places = [(Vec3::ZERO, 1.0, false), (Vec3::X, 1.0, true), (Vec3::X + Vec3::Z, 1.0, true)];
        let sides: Vec<Vec3> = (0..3).map(|index| side(&places, index)).collect();
        assert!(sides[0].dot(Vec3::Z).abs() > 0.999 && sides[2].dot(Vec3::X).abs() > 0.999, "{sides:?}");
        assert!((sides[1].dot(sides[0]) - sides[1].dot(sides[2])).abs() < 1e-6, "{sides:?}");
        assert_eq!(side(&places[..1], 0), Vec3::X, "a single place");
        let there_and_back = [(Vec3::ZERO, 1.0, false), (Vec3::X, 1.0, true), (Vec3::ZERO, 1.0, true)];
        assert!(side(&there_and_back, 1).is_normalized());
    }
}
