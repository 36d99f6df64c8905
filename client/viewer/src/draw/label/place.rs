//! Which labels are shown: those near enough, the more important and nearer before the others, none over another.

use bevy::math::{Mat4, Vec2, Vec3};
use cloudsite_domain::record::Layer;

use crate::draw::panes::Panes;
use crate::draw::settings::View;

/// Labels at once, at most.
pub(super) const MOST: usize = 120;

/// How labels of a layer look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LabelStyle {
    /// Lower goes first.
    pub(super) rank: u8,
    pub(super) size_px: f32,
    pub(super) colour: [u8; 3],
    /// Height above ground, metres.
    pub(super) lift_m: f32,
    /// Distances between which it is shown, metres.
    from_m: f32,
    to_m: f32,
    /// The second of them on foot: what lies flat there is seen edge on, and all names would stand on the horizon.
    on_foot_m: f32,
}

/// How a layer's labels look; none for layers that are not written.
pub(super) const fn style(layer: Layer) -> Option<LabelStyle> {
    let (rank, size_px, colour, lift_m, from_m, to_m, on_foot_m) = match layer {
        Layer::Park => (0, 24.0, [40, 44, 52], 120.0, 4_000.0, 60_000.0, 60_000.0),
        Layer::Zone => (1, 19.0, [46, 56, 76], 60.0, 300.0, 14_000.0, 2_500.0),
        Layer::Poi => (2, 14.0, [120, 52, 40], 28.0, 0.0, 5_000.0, 1_200.0),
        Layer::Utility => (3, 13.0, [70, 78, 84], 24.0, 0.0, 2_200.0, 600.0),
        Layer::Water => (4, 13.0, [28, 92, 134], 2.0, 0.0, 3_500.0, 250.0),
        Layer::Road | Layer::Rail => (5, 12.0, [62, 62, 68], 2.0, 0.0, 2_400.0, 200.0),
        Layer::Green => (6, 12.0, [52, 102, 52], 12.0, 0.0, 2_000.0, 300.0),
        Layer::Parcel => (7, 12.0, [28, 88, 76], 2.0, 0.0, 1_900.0, 250.0),
        Layer::Building => (8, 12.0, [84, 74, 66], 30.0, 0.0, 700.0, 400.0),
        Layer::Mask => return None,
    };
    Some(LabelStyle { rank, size_px, colour, lift_m, from_m, to_m, on_foot_m })
}

/// How far names are seen for each metre that the eye is above the ground.
const REACH_BY_HEIGHT: f32 = 14.0;

/// How opaque a label is at this distance from an eye at this height: it fades out over the last fifth.
pub(super) fn opacity(style: &LabelStyle, distance_m: f32, eye_height_m: f32) -> Option<f32> {
    let to_m = style.to_m.min(style.on_foot_m + eye_height_m.max(0.0) * REACH_BY_HEIGHT);
    let opacity = ((to_m - distance_m) / (to_m * 0.2)).min(1.0);
    (distance_m >= style.from_m && opacity > 0.02).then_some(opacity)
}

/// Where on the screen things are.
pub(super) struct Screen {
    clip_from_world: Mat4,
    pub(super) eye: Vec3,
    half_px: Vec2,
    /// It is a pane beside others.
    is_pane: bool,
}

impl Screen {
    /// Of one of the panes, where the first one's is `view`.
    pub(super) fn new(view: &View, panes: &Panes, pane: usize, size: (u32, u32)) -> Self {
        let (view, is_pane) = (panes.view(pane, view), panes.count() > 1);
        let size = Vec2::new(size.0.max(1) as f32, size.1.max(1) as f32);
        Self { clip_from_world: view.clip_from_world(size.x / size.y), eye: view.eye, half_px: size / 2.0, is_pane }
    }

    /// Pixels right and up of the middle, and the distance in metres; none off the screen.
    pub(super) fn project(&self, at: Vec3) -> Option<(Vec2, f32)> {
        let clip = self.clip_from_world * at.extend(1.0);
        if clip.w <= 0.0 {
            return None;
        }
        let place = clip.truncate().truncate() / clip.w;
        (place.abs().max_element() < 1.02).then(|| (place * self.half_px, self.eye.distance(at)))
    }

    /// Whether a label may stand there. Beside another pane it may not be cut off: half a name there looks as if it went on.
    pub(super) fn has_room(&self, at: Vec2, half: Vec2) -> bool {
        !self.is_pane || (at.abs() + half).cmple(self.half_px).all()
    }
}

/// A label that might be shown.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) id: u64,
    pub(super) of: Layer,
    pub(super) text: String,
    pub(super) anchor: Vec3,
    /// Pixels from the screen's middle.
    pub(super) at: Vec2,
    /// Half of its box, pixels.
    pub(super) half: Vec2,
    pub(super) style: LabelStyle,
    pub(super) opacity: f32,
    pub(super) distance_m: f32,
    pub(super) was_shown: bool,
}

impl Candidate {
    fn overlaps(&self, other: &Self) -> bool {
        let apart = (self.at - other.at).abs();
        let room = self.half + other.half;
        apart.x < room.x && apart.y < room.y
    }
}

/// The labels to show, none of which lies over another. One thing is named once on the screen, and what was shown
/// before goes before its equals, so that labels do not jump. There are `most` at most.
pub(super) fn choose(mut candidates: Vec<Candidate>, most: usize) -> Vec<Candidate> {
    candidates.sort_by(|a, b| {
        (a.style.rank, !a.was_shown).cmp(&(b.style.rank, !b.was_shown)).then(a.distance_m.total_cmp(&b.distance_m))
    });
    let mut chosen: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if chosen.len() == most {
            break;
        }
        if !chosen.iter().any(|other| other.id == candidate.id || other.overlaps(&candidate)) {
            chosen.push(candidate);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: u64, layer: Layer, x: f32, distance_m: f32) -> Candidate {
        Candidate {
            id,
            of: layer,
            text: String::new(),
            anchor: Vec3::ZERO,
            at: Vec2::new(x, 0.0),
            half: Vec2::new(40.0, 8.0),
            style: style(layer).unwrap(),
            opacity: 1.0,
            distance_m,
            was_shown: false,
        }
    }

    fn ids(candidates: Vec<Candidate>) -> Vec<u64> {
        choose(candidates, MOST).iter().map(|candidate| candidate.id).collect()
    }

    #[test]
    fn the_more_important_label_stays() {
        let parcel = candidate(1, Layer::Parcel, 0.0, 100.0);
        let zone = candidate(2, Layer::Zone, 30.0, 900.0);
        let aside = candidate(3, Layer::Parcel, 400.0, 900.0);
        assert_eq!(ids(vec![parcel, zone, aside]), [2, 3]);
    }

    #[test]
    fn what_was_shown_stays_before_its_equals() {
        let near = candidate(1, Layer::Parcel, 0.0, 100.0);
        let kept = Candidate { was_shown: true, ..candidate(2, Layer::Parcel, 30.0, 120.0) };
        assert_eq!(ids(vec![near, kept]), [2]);
    }

    #[test]
    fn a_thing_is_named_once() {
        let twice = vec![candidate(1, Layer::Road, 0.0, 100.0), candidate(1, Layer::Road, 500.0, 200.0)];
        assert_eq!(ids(twice), [1]);
    }

    #[test]
    fn labels_fade_before_they_go() {
        let style = style(Layer::Parcel).unwrap();
        let high_m = 500.0;
        assert_eq!(opacity(&style, 100.0, high_m), Some(1.0));
        assert!(opacity(&style, style.to_m * 0.9, high_m).is_some_and(|opacity| (0.4..0.6).contains(&opacity)));
        assert_eq!(opacity(&style, style.to_m * 1.1, high_m), None);
    }

    #[test]
    fn on_foot_only_near_names_are_seen() {
        let eye_m = 1.7;
        let seen = |layer, distance_m| opacity(&style(layer).unwrap(), distance_m, eye_m).is_some();
        assert_eq!([seen(Layer::Parcel, 150.0), seen(Layer::Parcel, 600.0)], [true, false]);
        assert_eq!([seen(Layer::Poi, 800.0), seen(Layer::Poi, 3_000.0)], [true, false]);
    }
}
