//! The parcels that are compared.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
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
            let codes = page.compared.with(|chosen| chosen.codes().to_vec());
            if page.comparing.get() {
                page.compared_parcels.update(|parcels| parcels.retain(|code, _| codes.contains(code)));
                for code in codes {
                    self.load_compared(code);
                }
            }
        });
    }

    /// Loads one of them; what was loaded of it before stays until the answer is there.
    fn load_compared(self, code: String) {
        let (page, client, asked) = (self.page, self.client(), self.page.asked());
        spawn_local(async move {
            let reply = client.parcel(&code, asked.0).await;
            if page.asked() != asked || !is_compared(page, &code) {
                return;
            }
            let parcel = reply.map(|reply| reply.parcel.unwrap_or_default());
            page.compared_parcels.update(|parcels| {
                // What was loaded before is better than no answer.
                let unreachable = matches!(parcel, Err(cloudsite_link::LinkError::Unreachable { .. }));
                if !(unreachable && matches!(parcels.get(&code), Some(Ok(_)))) {
                    parcels.insert(code, parcel);
                }
            });
        });
    }
}

fn is_compared(page: Page, code: &str) -> bool {
    page.compared.with_untracked(|chosen| chosen.has(code))
}
