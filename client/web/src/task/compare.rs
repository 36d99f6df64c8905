//! The places that are compared.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::pure::compare::{Compared, Joined, floor_of, joined_of};
use crate::state::{Connection, Page};

impl Loader {
    /// Loads what is compared while it stands side by side, and again with the record and the time that is shown.
    pub(super) fn follow_compared(self) {
        let page = self.page;
        let revision = Memo::new(move |known: Option<&u64>| match page.connection.get() {
            Connection::Connected { revision } => revision,
            Connection::Connecting | Connection::Away { .. } => known.copied().unwrap_or_default(),
        });
        Effect::new(move |_| {
            page.as_of.track();
            revision.track();
            let _tier = page.seen_tier();
            let keys = page.compared.with(|chosen| chosen.keys().to_vec());
            if page.comparing.get() {
                page.compared_places.update(|places| places.retain(|key, _| keys.contains(key)));
                for key in keys {
                    self.load_compared(key);
                }
            }
        });
    }

    /// Goes back to the table, which says what is amiss, where fewer than two places can be seen side by side.
    pub(super) fn follow_split(self) {
        let page = self.page;
        Effect::new(move |_| {
            if page.is_split() && page.side_by_side().is_some_and(|places| places.len() < 2) {
                page.split.set(false);
            }
        });
    }

    /// Loads one of them; what was loaded of it before stays until the answer is there.
    fn load_compared(self, key: String) {
        let (page, client, asked) = (self.page, self.client(), self.page.asked());
        spawn_local(async move {
            let place = if let Some(codes) = joined_of(&key) {
                let parcels = codes.iter().map(|code| async { client.parcel(code, asked.0).await });
                let replies = futures::future::try_join_all(parcels).await;
                replies.map(|replies| {
                    let parcels = replies.into_iter().filter_map(|reply| reply.parcel).collect();
                    Joined::of(parcels)
                        .map_or_else(|| Compared::Parcel(Box::default()), |joined| Compared::Joined(Box::new(joined)))
                })
            } else if floor_of(&key).is_some() {
                let reply = client.floor(&key, asked.0).await;
                reply.map(|reply| Compared::Floor(Box::new(reply.floor.unwrap_or_default())))
            } else {
                let reply = client.parcel(&key, asked.0).await;
                reply.map(|reply| Compared::Parcel(Box::new(reply.parcel.unwrap_or_default())))
            };
            if page.asked() != asked || !is_compared(page, &key) {
                return;
            }
            page.compared_places.update(|places| {
                // What was loaded before is better than no answer.
                let unreachable = matches!(place, Err(cloudsite_link::LinkError::Unreachable { .. }));
                if !(unreachable && matches!(places.get(&key), Some(Ok(_)))) {
                    places.insert(key, place);
                }
            });
        });
    }
}

fn is_compared(page: Page, key: &str) -> bool {
    page.compared.with_untracked(|chosen| chosen.has(key))
}
