//! What the rest of the viewer tells the renderer: where to look from, how much to draw, which layers.

use std::str::FromStr;

use bevy::math::{Mat4, Vec2, Vec3};
use bevy::prelude::Resource;
use cloudsite_domain::record::{Layer, UnknownTerm};

/// Where the park is looked at from, in world space (x = east, y = up, z = -north, metres).
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Where the eye is.
    pub eye: Vec3,
    /// Unit direction of view.
    pub forward: Vec3,
    /// What is up on the screen; not parallel to `forward`.
    pub up: Vec3,
    /// Angle between the screen's upper and lower edge, radians.
    pub fov_y_rad: f32,
}

impl Default for View {
    fn default() -> Self {
        Self::looking(Vec3::new(0.0, 1_500.0, 2_500.0), Vec3::ZERO)
    }
}

impl View {
    /// From `eye` towards `target`, upright; the two must not lie above each other.
    pub fn looking(eye: Vec3, target: Vec3) -> Self {
        Self { eye, forward: (target - eye).normalize_or(Vec3::NEG_Y), up: Vec3::Y, fov_y_rad: 0.8 }
    }

    /// The axes right and up on the screen, scaled so that `forward + x right + y up` is the ray of clip position x, y.
    pub fn ray_axes(&self, aspect: f32) -> (Vec3, Vec3) {
        let right = self.forward.cross(self.up).normalize_or(Vec3::X);
        let up = right.cross(self.forward);
        let half = (self.fov_y_rad / 2.0).tan();
        (right * half * aspect, up * half)
    }

    /// The ray in world space through a position of clip space: x right and y up, each -1 to 1. Unit length.
    pub fn ray(&self, clip: Vec2, aspect: f32) -> Vec3 {
        let (right, up) = self.ray_axes(aspect);
        (self.forward + right * clip.x + up * clip.y).normalize_or(self.forward)
    }

    /// World space to clip space; depth is 1 at the near plane and 0 at infinity.
    pub fn clip_from_world(&self, aspect: f32) -> Mat4 {
        let near_m = self.near_m();
        Mat4::perspective_infinite_reverse_rh(self.fov_y_rad, aspect, near_m)
            * Mat4::look_to_rh(self.eye, self.forward, self.up)
    }

    /// The near plane goes out with the eye's height: nothing stands higher than some hundred metres, and depth is
    /// worth most where something is.
    fn near_m(&self) -> f32 {
        ((self.eye.y - 200.0) * 0.5).max(0.4)
    }
}

/// How much is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum QualityLevel {
    /// Usable without a GPU: half the trees and only near ones, no movement.
    Light,
    /// All of it.
    #[default]
    Normal,
    /// With smoothed edges.
    High,
}

/// What a quality level stands for; each setting can be changed by itself.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct QualitySettings {
    /// The level.
    pub level: QualityLevel,
    /// Whether things throw shadows on the ground.
    pub shadows: bool,
    /// Samples a pixel: 1 or 4.
    pub samples: u32,
    /// Share of the planted trees that is drawn, 0 to 1.
    pub tree_share: f32,
    /// How far away trees are drawn, metres.
    pub tree_distance_m: f32,
    /// How far away shadows are drawn, metres.
    pub shadow_distance_m: f32,
    /// Beyond this neither windows nor markings are drawn, metres: they are finer than the picture's pixels there.
    pub plain_beyond_m: f32,
    /// Whether water moves, turbines turn and windows differ.
    pub fine: bool,
}

impl QualitySettings {
    /// What is drawn far away, in a pane of this share of the picture's height: as much as is seen there.
    #[must_use]
    pub fn in_pane(self, share: f32) -> Self {
        Self {
            tree_distance_m: self.tree_distance_m * share,
            shadow_distance_m: self.shadow_distance_m * share,
            plain_beyond_m: self.plain_beyond_m * share,
            ..self
        }
    }
}

impl Default for QualitySettings {
    fn default() -> Self {
        Self::of(QualityLevel::default())
    }
}

impl QualitySettings {
    /// The settings of a level.
    pub const fn of(level: QualityLevel) -> Self {
        match level {
            QualityLevel::Light => Self {
                level,
                shadows: true,
                samples: 1,
                tree_share: 0.5,
                tree_distance_m: 1_800.0,
                shadow_distance_m: 1_900.0,
                plain_beyond_m: 700.0,
                fine: false,
            },
            QualityLevel::Normal => Self {
                level,
                shadows: true,
                samples: 1,
                tree_share: 1.0,
                tree_distance_m: 4_000.0,
                shadow_distance_m: 5_000.0,
                plain_beyond_m: f32::INFINITY,
                fine: true,
            },
            QualityLevel::High => Self {
                level,
                shadows: true,
                samples: 4,
                tree_share: 1.0,
                tree_distance_m: 8_000.0,
                shadow_distance_m: 8_000.0,
                plain_beyond_m: f32::INFINITY,
                fine: true,
            },
        }
    }
}

/// Which layers are drawn; all of them to begin with.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LayerVisibility {
    /// A bit for each layer that is not drawn, and one each for trees and labels.
    hidden: u32,
}

/// What can be shown or hidden: a layer of the record, or something the viewer adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A layer of the record, with its labels.
    Layer(Layer),
    /// The trees, which are planted by rule.
    Trees,
    /// All labels.
    Labels,
}

impl Shown {
    const fn bit(self) -> u32 {
        match self {
            Self::Layer(layer) => 1 << layer as u32,
            Self::Trees => 1 << 30,
            Self::Labels => 1 << 31,
        }
    }
}

impl From<Layer> for Shown {
    fn from(layer: Layer) -> Self {
        Self::Layer(layer)
    }
}

impl FromStr for Shown {
    type Err = UnknownTerm;

    /// Reads a layer's name, `tree` or `label`.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "tree" => Ok(Self::Trees),
            "label" => Ok(Self::Labels),
            layer => layer.parse().map(Self::Layer),
        }
    }
}

impl LayerVisibility {
    /// Whether something is drawn.
    pub fn is_visible(self, what: impl Into<Shown>) -> bool {
        self.hidden & what.into().bit() == 0
    }

    /// Shows or hides something.
    pub fn set(&mut self, what: impl Into<Shown>, visible: bool) {
        let bit = what.into().bit();
        if visible {
            self.hidden &= !bit;
        } else {
            self.hidden |= bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ray_meets_what_is_projected_to_its_position() {
        let view = View::looking(Vec3::new(100.0, 300.0, 700.0), Vec3::new(-40.0, 0.0, 20.0));
        let aspect = 1.6;
        for clip in [Vec2::ZERO, Vec2::new(0.7, -0.4), Vec2::new(-1.0, 1.0)] {
            let place = view.eye + view.ray(clip, aspect) * 812.0;
            let seen = view.clip_from_world(aspect).project_point3(place);
            assert!((seen.truncate() - clip).length() < 1e-4, "{clip} was seen at {seen}");
            assert!(seen.z > 0.0 && seen.z < 1.0, "depth {}", seen.z);
        }
    }

    #[test]
    fn layers_are_switched_one_by_one() {
        let mut layers = LayerVisibility::default();
        layers.set(Layer::Water, false);
        for &layer in Layer::ALL {
            assert_eq!(layers.is_visible(layer), layer != Layer::Water, "{layer}");
        }
        layers.set(Layer::Water, true);
        assert_eq!(layers, LayerVisibility::default());
        for name in ["tree", "label", "building"] {
            let what: Shown = name.parse().unwrap();
            layers.set(what, false);
            assert!(!layers.is_visible(what), "{name} is hidden");
        }
        assert!(layers.is_visible(Layer::Green), "green stays when trees go");
        assert!("shrub".parse::<Shown>().is_err(), "a shrub is nothing that can be hidden");
    }
}
