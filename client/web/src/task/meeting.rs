//! Fetching meetings.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::meeting;

impl Loader {
    /// Fetches them once someone comes to one by a link, or looks which there are.
    pub(super) fn follow_meeting(self) {
        let page = self.page;
        // What they begin to follow they follow for as long as the page is open.
        let owner = Owner::current().unwrap_or_default();
        let is_fetched = StoredValue::new(false);
        Effect::new(move |_| {
            let is_wanted = page.asks_meetings.get() || page.meet.with(Option::is_some);
            if !is_wanted || is_fetched.get_value() {
                return;
            }
            is_fetched.set_value(true);
            let owner = owner.clone();
            spawn_local(async move {
                if meeting::open(page, self, owner).await.is_err() {
                    is_fetched.set_value(false);
                    page.asks_meetings.set(false);
                    page.toast.set(Some(untrack(|| page.text("toast.piece_missing"))));
                }
            });
        });
    }
}
