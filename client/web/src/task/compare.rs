//! The places that are compared.

use cloudsite_link::LinkError;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use super::line::Line;
use crate::pure::compare::{Compared, Joined, floor_of, joined_of};
use crate::state::Page;

impl Loader {
    /// Loads what is compared while it stands side by side, and again with the record and the time that is shown; and once the
    /// connection is back, for some of it may not have come.
    pub(super) fn follow_compared(self) {
        let page = self.page;
        let line = Line::of(page);
        let of = Memo::new(move |_| (line.get().revision, line.get().number));
        Effect::new(move |_| {
            page.as_of.track();
            of.track();
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

    /// What the record says of a place, by its key.
    pub(super) async fn compared(self, key: &str, revision: u64) -> Result<Compared, LinkError> {
        let client = self.client();
        if let Some(codes) = joined_of(key) {
            let parcels = codes.iter().map(|code| async { client.parcel(code, revision).await });
            let replies = futures::future::try_join_all(parcels).await?;
            let parcels = replies.into_iter().filter_map(|reply| reply.parcel).collect();
            let joined = Joined::of(parcels).map(|joined| Compared::Joined(Box::new(joined)));
            return Ok(joined.unwrap_or_else(|| Compared::Parcel(Box::default())));
        }
        if floor_of(key).is_some() {
            let reply = client.floor(key, revision).await?;
            return Ok(Compared::Floor(Box::new(reply.floor.unwrap_or_default())));
        }
        let reply = client.parcel(key, revision).await?;
        Ok(Compared::Parcel(Box::new(reply.parcel.unwrap_or_default())))
    }

    /// Loads one of them; what was loaded of it before stays until the answer is there.
    fn load_compared(self, key: String) {
        let (page, asked) = (self.page, self.page.asked());
        spawn_local(async move {
            let place = self.compared(&key, asked.0).await;
            if page.asked() != asked || !is_compared(page, &key) {
                return;
            }
            page.compared_places.update(|places| {
                // What was loaded before is better than no answer.
                let unreachable = matches!(place, Err(LinkError::Unreachable { .. }));
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
