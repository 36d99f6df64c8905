//! What happens to the record while the page is open.

use std::pin::pin;

use cloudsite_link::WatchEvent;
use futures::StreamExt;
use futures::future::{AbortHandle, abortable};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::state::{Card, Connection};

impl Loader {
    /// Follows the record for as long as the page is looked at.
    ///
    /// A browser keeps a page that was left, to have it at once when the reader goes back, and with it whatever the page still
    /// receives. Over HTTP/1.1 there are six connections to a server, so a few pages that follow the record after they were
    /// left would let the next one wait for theirs.
    pub(super) fn watch(self) {
        let following = StoredValue::new(self.follow_record());
        window_event_listener(ev::pagehide, move |_| following.with_value(AbortHandle::abort));
        window_event_listener(ev::pageshow, move |shown| {
            if shown.persisted() {
                following.set_value(self.follow_record());
            }
        });
    }

    fn follow_record(self) -> AbortHandle {
        let client = self.client();
        let (following, handle) = abortable(async move {
            let mut events = pin!(client.watch(0));
            while let Some(event) = events.next().await {
                self.meet(event);
            }
        });
        // It ends only when it is told to.
        spawn_local(async {
            let _told = following.await;
        });
        handle
    }

    fn meet(self, event: WatchEvent) {
        let page = self.page;
        match event {
            WatchEvent::Connected { revision } => {
                page.connection.set(Connection::Connected { revision });
                if self.is_behind(revision) {
                    self.refresh();
                }
            }
            WatchEvent::Away { retry_in } => {
                // Rounded up: half a second is no 0 to a reader.
                let retry_in_secs = retry_in.as_millis().div_ceil(1_000) as u64;
                page.connection.set(Connection::Away { retry_in_secs });
            }
            WatchEvent::RevisionMade(made) => {
                let revision = made.revision.map_or(0, |revision| revision.number);
                page.connection.set(Connection::Connected { revision });
                let number = revision.to_string();
                page.toast.set(Some(untrack(|| page.fill("toast.revision", &[("n", &number)]))));
                self.refresh_present();
                if let Some(keeping) = page.keeping.get_untracked() {
                    keeping.hear_revision();
                }
            }
            WatchEvent::Resync { revision } => {
                page.connection.set(Connection::Connected { revision });
                self.refresh_present();
            }
        }
    }

    /// Reads everything anew if the page follows the record: the past does not change.
    fn refresh_present(self) {
        if self.page.asked_revision() == 0 {
            self.refresh();
        }
    }

    /// Whether anything on the page failed to load or is not from the revision that it shows, of which this is the
    /// newest. What is being loaded just now is not.
    fn is_behind(self, newest: u64) -> bool {
        let page = self.page;
        let revision = page.as_of.get_untracked().unwrap_or(newest);
        let list = page.list.with_untracked(|list| list.error.is_some() || (list.loaded && list.revision != revision));
        let card = page.selected.with_untracked(Option::is_some)
            && page.card.with_untracked(|card| match card {
                Card::Loading => false,
                Card::Loaded { revision: shown, .. } => *shown != revision,
                Card::Failed(_) => true,
            });
        list || card
    }
}
