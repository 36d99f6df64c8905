//! Fetching what those work with who keep the record.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::keeping;
use crate::pure::people::keeps_record;

/// How soon it is fetched again after it did not come.
const TRY_AGAIN: Duration = Duration::from_secs(5);

impl Loader {
    /// Fetches it once someone is signed in who keeps the record.
    pub(super) fn follow_keeping(self) {
        let page = self.page;
        let keeps = Memo::new(move |_| page.caller.with(|caller| keeps_record(caller.as_ref())));
        // What it begins to follow it follows for as long as the page is open.
        let owner = Owner::current().unwrap_or_default();
        Effect::new(move |begun: Option<bool>| {
            let begins = keeps.get() && begun != Some(true);
            if begins {
                let owner = owner.clone();
                spawn_local(async move {
                    while keeping::open(page, self, owner.clone()).await.is_err() {
                        sleep(TRY_AGAIN).await;
                    }
                });
            }
            begins || begun == Some(true)
        });
    }
}
