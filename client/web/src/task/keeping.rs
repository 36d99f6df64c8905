//! Fetching what those work with who keep the record.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::keeping;

/// How soon it is fetched again after it did not come, and at most after so long.
const TRY_AGAIN: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_mins(2);

impl Loader {
    /// Fetches it once someone is signed in who keeps the record.
    pub(super) fn follow_keeping(self) {
        let page = self.page;
        // What it begins to follow it follows for as long as the page is open.
        let owner = Owner::current().unwrap_or_default();
        let is_fetched = StoredValue::new(false);
        Effect::new(move |_| {
            if page.keeps() && !is_fetched.get_value() {
                is_fetched.set_value(true);
                let owner = owner.clone();
                spawn_local(async move { is_fetched.set_value(self.fetch_keeping(owner).await) });
            }
        });
    }

    /// Fetches it for as long as the one who needs it is signed in; whether it came.
    async fn fetch_keeping(self, owner: Owner) -> bool {
        let page = self.page;
        let mut wait = TRY_AGAIN;
        while untrack(|| page.keeps()) {
            if keeping::open(page, self, owner.clone()).await.is_ok() {
                return true;
            }
            // Either the connection is bad, or the server has become another and this page's pieces are gone from it.
            page.toast.set(Some(untrack(|| page.text("toast.piece_missing"))));
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST);
        }
        false
    }
}
