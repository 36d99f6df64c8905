//! What of people is seen in the park: where the free ones are, and what anyone points at.

use std::time::Duration;

use cloudsite_proto::meeting::Pointer;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::scene::{NameSeen, People, PointedAt, Pointing};
use gloo_timers::future::sleep;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::hall::Points;
use crate::meeting::pure::park::{colour, is_free, people};
use crate::meeting::pure::seen::Seen;
use crate::viewer::{ViewerState, point, show_people, show_pointing};

/// The most often that the viewer is told where people are.
const PEOPLE_EVERY: Duration = Duration::from_millis(67);

/// The key that is held to point.
const POINT_KEY: &str = "p";

impl Attending {
    /// Shows the free ones in the park, from the first until the last has gone.
    pub(in crate::meeting) fn show_people_in_park(self) {
        let (page, hall) = (self.page, self.hall);
        let is_due = StoredValue::new(true);
        let runs = Memo::new(move |_| page.viewer.with(|viewer| *viewer == ViewerState::Running));
        let told = StoredValue::new(Vec::new());
        let tell = move || {
            let now = untrack(|| self.people_in_park());
            if told.with_value(|told| *told != now) {
                show_people(People { people: now.clone() });
                told.set_value(now);
            }
        };
        Effect::new(move |ran: Option<bool>| {
            hall.phase.track();
            hall.seen.track();
            hall.whereabouts.track();
            let runs = runs.get();
            if ran != Some(runs) {
                // A viewer that begins knows nobody, and has named nobody.
                told.set_value(Vec::new());
                hall.names.set(Vec::new());
            }
            if runs && is_due.get_value() {
                is_due.set_value(false);
                tell();
                spawn_local(async move {
                    sleep(PEOPLE_EVERY).await;
                    is_due.set_value(true);
                    tell();
                });
            }
            runs
        });
    }

    fn people_in_park(self) -> Vec<cloudsite_proto::scene::PersonSeen> {
        let hall = self.hall;
        if !hall.is_inside() {
            return Vec::new();
        }
        hall.seen.with(|seen| hall.whereabouts.with(|whereabouts| people(seen, whereabouts)))
    }

    /// Forgets where those are who are not to be seen by the newest state: should they be free again, they say it anew.
    pub(in crate::meeting) fn forget_whereabouts(self) {
        let hall = self.hall;
        let is_free = |id: u32| hall.seen.with_untracked(|seen| seen.person(id).is_some_and(|one| is_free(seen, one)));
        if hall.whereabouts.with_untracked(|known| known.keys().any(|id| !is_free(*id))) {
            hall.whereabouts.update(|known| known.retain(|id, _| is_free(*id)));
        }
    }

    /// Lets hands in the park point instead of moving the camera, while the key is held or the button is pressed.
    pub(in crate::meeting) fn follow_points(self) {
        let (page, hall) = (self.page, self.hall);
        let points = Memo::new(move |_| {
            let may = hall.is_inside() && hall.seen.with(Seen::is_seen_in_park);
            may && hall.points.get() != Points::No && page.viewer.with(|viewer| *viewer == ViewerState::Running)
        });
        Effect::new(move |pointed: Option<bool>| {
            let points = points.get();
            if points != pointed.unwrap_or_default() {
                point(points);
            }
            points
        });
        let is_inside = move || untrack(|| hall.is_inside());
        window_event_listener(ev::keydown, move |event| {
            let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat());
            let is_key = event.key().eq_ignore_ascii_case(POINT_KEY);
            if is_plain && is_key && !browser::is_typing() && is_inside() && hall.points.get_untracked() == Points::No {
                hall.points.set(Points::WhileHeld);
            }
        });
        let let_go = move || {
            if hall.points.get_untracked() == Points::WhileHeld {
                hall.points.set(Points::No);
            }
        };
        window_event_listener(ev::keyup, move |event| {
            if event.key().eq_ignore_ascii_case(POINT_KEY) {
                let_go();
            }
        });
        // Who has gone elsewhere lets the key go there.
        window_event_listener(ev::blur, move |_| let_go());
    }

    /// Points until the button is pressed again, or no longer.
    pub(in crate::meeting) fn toggle_points(self) {
        self.hall.points.update(|points| *points = if *points == Points::No { Points::Always } else { Points::No });
    }

    /// A hand points at the park: says so to the others, and shows what is drawn.
    pub(in crate::meeting) fn point_at(self, pointing: Pointing) {
        if !untrack(|| self.hall.is_inside()) {
            return;
        }
        let Pointing { east_m, north_m, up_m, draws, gone } = pointing;
        self.say(What::Pointer(Pointer { east_m, north_m, up_m, draws, gone }));
        let own = self.hall.seen.with_untracked(|seen| seen.own);
        self.show_pointer(own, pointing);
    }

    /// Someone else points at the park.
    pub(in crate::meeting) fn see_pointer(self, from: u32, pointer: Pointer) {
        let Pointer { east_m, north_m, up_m, draws, gone } = pointer;
        self.show_pointer(from, Pointing { east_m, north_m, up_m, draws, gone });
    }

    /// Nobody is seen to point at what this one pointed at.
    pub(in crate::meeting) fn take_pointer_away(self, person: u32) {
        self.show_pointer(person, Pointing { gone: true, ..Pointing::default() });
    }

    fn show_pointer(self, person: u32, pointing: Pointing) {
        if self.page.viewer.with_untracked(|viewer| *viewer == ViewerState::Running) {
            show_pointing(PointedAt { person, colour: colour(person), pointing: Some(pointing) });
        }
    }

    /// Takes where names belong in the picture; nobody needs their own.
    pub(in crate::meeting) fn place_names(self, mut names: Vec<NameSeen>) {
        let own = self.hall.seen.with_untracked(|seen| seen.own);
        names.retain(|name| name.person != own);
        if self.hall.names.with_untracked(|known| *known != names) {
            self.hall.names.set(names);
        }
    }
}
