//! What stands behind [`Meeting`].

use cloudsite_proto::scene::{NameSeen, Pointing};
use leptos::prelude::*;

use super::Meeting;
use super::archive::Archive;
use super::components::{Names, Plans, Room};
use super::hall::{Ending, Hall, Phase};
use super::media::{self, Own};
use crate::browser;
use crate::state::Page;
use crate::task::Loader;

/// Takes part: what components and tasks of this folder hold on to. A copy is a handle to the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attending {
    pub(super) page: Page,
    pub(super) hall: &'static Hall,
    pub(super) archive: &'static Archive,
    pub(super) loader: Loader,
    /// Counts the meetings that were entered, so that only the newest goes on.
    pub(super) stay: StoredValue<u32>,
    /// Counts the connections of media, likewise.
    pub(super) line: StoredValue<u32>,
    /// Counts the streams of a stay, from 1.
    pub(super) stream: StoredValue<u32>,
    /// Whether signals are being sent.
    pub(super) sends: StoredValue<bool>,
    /// Ends the wait for the next message of the stream, which is opened anew.
    pub(super) reopen: StoredValue<Option<futures::channel::oneshot::Sender<()>>, LocalStorage>,
}

impl Attending {
    /// Begins to follow the page.
    pub(super) fn new(page: Page, loader: Loader) -> Self {
        let hall: &'static Hall = Box::leak(Box::new(Hall::new()));
        let count = || StoredValue::new(0);
        let attending = Self {
            page,
            hall,
            archive: Box::leak(Box::new(Archive::new())),
            loader,
            stay: count(),
            line: count(),
            stream: count(),
            sends: StoredValue::new(false),
            reopen: StoredValue::new_local(None),
        };
        attending.follow_way();
        attending.follow_plans();
        attending.follow_devices();
        attending.follow_switches();
        attending.follow_level();
        attending.follow_connection();
        attending.follow_own_view();
        attending.follow_hands();
        attending.follow_keys();
        attending.show_people_in_park();
        attending.follow_points();
        attending
    }

    /// Of whom the components belong to.
    pub(super) fn here() -> Self {
        expect_context()
    }

    /// Goes, for good or because it is over.
    pub(super) fn end(self, ending: Ending) {
        self.stop();
        for own in Own::ALL {
            media::forgo(own);
        }
        browser::keep_seat(None);
        self.hall.phase.set(Phase::Over(ending));
    }

    /// Puts away what was said of a meeting that is over.
    pub(super) fn put_away(self) {
        self.hall.phase.set(Phase::Out);
        self.hall.entrance.set(None);
        self.page.meet.set(None);
    }
}

impl Meeting for Attending {
    fn plans(&self) -> AnyView {
        provide_context(*self);
        view! { <Plans /> }.into_any()
    }

    fn room(&self) -> AnyView {
        provide_context(*self);
        view! { <Room /> }.into_any()
    }

    fn load_plans(&self) {
        Self::load_plans(*self);
    }

    fn names(&self) -> AnyView {
        provide_context(*self);
        view! { <Names /> }.into_any()
    }

    fn roam(&self) {
        Self::roam(*self);
    }

    fn point_at(&self, pointing: Pointing) {
        Self::point_at(*self, pointing);
    }

    fn place_names(&self, names: Vec<NameSeen>) {
        Self::place_names(*self, names);
    }

    fn asks(&self) -> bool {
        let is_coming = matches!(self.hall.phase.get_untracked(), Phase::Asking | Phase::Checking | Phase::Over(_));
        is_coming || self.archive.open.get_untracked() || self.hall.planning.with_untracked(Option::is_some)
    }
}
