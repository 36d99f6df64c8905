//! People of a meeting in the park: avatars of those who look around by themselves, what they point at, and the lines that
//! they draw for a moment. Their names are the page's, which has the fonts for all of them; it is told where they belong.

mod aim;
mod avatar;
mod marks;
mod names;
mod pointer;
mod systems;

use std::collections::BTreeMap;

use bevy::math::DVec3;
use bevy::prelude::Resource;
use cloudsite_proto::scene;

pub use avatar::Avatar;
#[cfg(test)]
pub(crate) use marks::vertices;
pub use pointer::Pointer;
pub use systems::plugin;

/// People at once, at most: more than any meeting holds.
const MOST: usize = 64;

/// No place of a park is so far away, metres.
const FARTHEST_M: f64 = 1e6;

/// Who is to be seen, by their numbers in the meeting.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub struct People {
    avatars: BTreeMap<u32, Avatar>,
    pointers: BTreeMap<u32, Pointer>,
    changed: bool,
}

impl People {
    /// Takes who is to be seen from now on. Whoever was seen before moves to where they are; a camera that is nowhere is
    /// passed over.
    pub fn see(&mut self, event: &scene::People) {
        let mut before = std::mem::take(&mut self.avatars);
        for seen in event.people.iter().take(MOST) {
            let Some(pose) = seen.camera.as_ref().and_then(avatar::reported) else { continue };
            let avatar = match before.remove(&seen.person) {
                Some(known) => known.going_to(pose, seen.colour),
                None => Avatar::new(pose, seen.colour),
            };
            self.avatars.insert(seen.person, avatar);
        }
        self.changed = true;
    }

    /// Takes where someone points at `now_secs`. A place that is none is passed over.
    pub fn point(&mut self, event: &scene::PointedAt, now_secs: f64) {
        let Some(pointing) = &event.pointing else { return };
        let at = DVec3::new(pointing.east_m, pointing.north_m, pointing.up_m);
        if pointing.gone {
            if let Some(pointer) = self.pointers.get_mut(&event.person) {
                pointer.let_go();
            }
        } else if at.is_finite() && at.abs().max_element() < FARTHEST_M {
            let has_room = self.pointers.len() < MOST;
            match self.pointers.get_mut(&event.person) {
                Some(pointer) => pointer.point(at, event.colour, pointing.draws, now_secs),
                None if has_room => {
                    self.pointers.insert(event.person, Pointer::new(at, event.colour, now_secs));
                }
                None => {}
            }
        }
        self.changed = true;
    }

    /// Lets `secs` pass until `now_secs`; whether anything looks different by that.
    pub fn advance(&mut self, secs: f64, now_secs: f64) -> bool {
        let mut moved = false;
        for avatar in self.avatars.values_mut() {
            moved |= avatar.advance(secs);
        }
        let pointed = !self.pointers.is_empty();
        self.pointers.retain(|_, pointer| pointer.advance(secs, now_secs));
        std::mem::take(&mut self.changed) || moved || pointed
    }

    /// Whether anything of them moves or fades.
    pub fn is_lively(&self) -> bool {
        self.changed || !self.pointers.is_empty() || self.avatars.values().any(Avatar::is_moving)
    }

    /// Those who are seen.
    pub fn avatars(&self) -> impl Iterator<Item = (u32, &Avatar)> {
        self.avatars.iter().map(|(person, avatar)| (*person, avatar))
    }

    /// Those who point.
    pub fn pointers(&self) -> impl Iterator<Item = (u32, &Pointer)> {
        self.pointers.iter().map(|(person, pointer)| (*person, pointer))
    }
}

#[cfg(test)]
mod tests;
