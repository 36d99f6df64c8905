//! Fetching the fit test.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::fitting;

impl Loader {
    /// Fetches it once someone tries a factory, or has come by a link to one.
    pub(super) fn follow_fitting(self) {
        let page = self.page;
        // What it begins to follow it follows for as long as the page is open.
        let owner = Owner::current().unwrap_or_default();
        let is_fetched = StoredValue::new(false);
        Effect::new(move |_| {
            if page.fit.with(Option::is_none) || page.park.with(Option::is_none) || is_fetched.get_value() {
                return;
            }
            is_fetched.set_value(true);
            let owner = owner.clone();
            spawn_local(async move {
                if fitting::open(page, self, owner).await.is_err() {
                    is_fetched.set_value(false);
                    page.fit.set(None);
                    page.toast.set(Some(untrack(|| page.text("toast.piece_missing"))));
                }
            });
        });
    }
}
