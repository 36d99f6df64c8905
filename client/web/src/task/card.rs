//! The open parcel.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::pure::facts::code_of;
use crate::state::Card;

impl Loader {
    /// Loads the parcel that is opened, and again when the page moves in time.
    pub(super) fn follow_selection(self) {
        Effect::new(move |_| {
            self.page.as_of.track();
            let _tier = self.page.seen_tier();
            let Some(code) = self.page.selected.get() else {
                return;
            };
            let shown = self.page.card.with_untracked(|card| card_code(card).is_some_and(|shown| shown == code));
            if !shown {
                self.page.card.set(Card::Loading);
            }
            self.load_card();
        });
    }

    /// Loads the open parcel again; what the card shows stays until the answer is there, and when there is none.
    pub(crate) fn load_card(self) {
        let (page, client, asked) = (self.page, self.client(), self.page.asked());
        let Some(code) = page.selected.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let reply = client.parcel(&code, asked.0).await;
            if page.selected.get_untracked().as_ref() != Some(&code) || page.asked() != asked {
                return;
            }
            let shown = page.card.with_untracked(|card| card_code(card).is_some());
            match reply {
                Ok(reply) => {
                    let parcel = Box::new(reply.parcel.unwrap_or_default());
                    page.card.set(Card::Loaded { parcel, revision: reply.revision });
                }
                Err(cloudsite_link::LinkError::Unreachable { .. }) if shown => {}
                Err(error) => page.card.set(Card::Failed(error)),
            }
        });
    }
}

/// Code of the parcel on a card.
pub(crate) fn card_code(card: &Card) -> Option<&str> {
    match card {
        Card::Loaded { parcel, .. } => Some(code_of(&parcel.name)),
        Card::Loading | Card::Failed(_) => None,
    }
}
