//! Where names belong in the picture.

use bevy::math::{DVec2, DVec3};
use cloudsite_proto::scene::NameSeen;

use super::People;
use super::marks::{BODY, NAME_OVER_AVATAR, NAME_OVER_PIN, NEAREST_M};
use crate::camera::{HALF_VIEW_TAN, Pose, Viewport};

/// The names of all who are seen in the picture, pane by pane, where the first pane's camera is `pose`.
pub(super) fn seen(people: &People, pose: &Pose, viewport: &Viewport) -> Vec<NameSeen> {
    let pointed = people.pointers().filter_map(|(person, pointer)| Some((person, true, pointer.mark()?.0)));
    let seen: Vec<_> = people.avatars().map(|(person, avatar)| (person, false, avatar.eye())).chain(pointed).collect();
    let places = (0..viewport.panes.count()).flat_map(|pane| {
        let pose = pose.shifted(viewport.panes.stand(pane as usize).shift_m);
        seen.iter().filter_map(move |(person, points, at)| {
            let place = in_pane(*at, *points, &pose, viewport)?;
            let share = viewport.share_from_view(pane, place);
            Some(NameSeen { person: *person, points: *points, pane, across: share.x, down: share.y })
        })
    });
    places.collect()
}

/// Where a name belongs in a pane, in its view units; none where it is out of sight or at the eye itself.
fn in_pane(at: DVec3, points: bool, pose: &Pose, viewport: &Viewport) -> Option<DVec2> {
    let aspect = viewport.aspect();
    let depth_m = (at - pose.eye()).dot(pose.axes().forward);
    let size_m = BODY.at(depth_m, 2.0 * HALF_VIEW_TAN / f64::from(viewport.size().y.max(1.0)));
    let place = pose.project(at, aspect).filter(|place| place.abs().max_element() < 1.0 && depth_m > NEAREST_M)?;
    // A pin stands upright; an avatar is as high wherever it looks.
    let lift_m = size_m * if points { NAME_OVER_PIN * pose.pitch_deg.to_radians().cos() } else { NAME_OVER_AVATAR };
    Some(place + DVec2::Y * (lift_m / (depth_m * HALF_VIEW_TAN)))
}
