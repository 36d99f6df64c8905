//! The ways from the open parcel.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use super::card::card_code;
use crate::state::Card;

impl Loader {
    /// Asks for the ways from a parcel when its card is there, and anew with each revision of it.
    pub(super) fn follow_routes(self) {
        let page = self.page;
        let open = Memo::new(move |_| {
            let _tier = page.seen_tier();
            page.card.with(|card| match card {
                Card::Loaded { revision, .. } => card_code(card).map(|code| (code.to_owned(), *revision)),
                Card::Loading | Card::Failed(_) => None,
            })
        });
        Effect::new(move |_| {
            let Some((code, revision)) = open.get().filter(|_| page.selected.with(Option::is_some)) else {
                page.routes.set(None);
                return;
            };
            page.route_chosen.set(None);
            page.route_looked_at.set(None);
            let (client, asked) = (self.client(), page.asked());
            spawn_local(async move {
                let answer = client.routes(&code, revision).await;
                let still = open.with_untracked(|open| open.as_ref() == Some(&(code, revision)));
                if still && page.asked() == asked {
                    page.routes.set(Some(answer));
                }
            });
        });
    }
}
