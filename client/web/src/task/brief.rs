//! The answer to the site brief.

use std::time::Duration;

use cloudsite_link::LinkError;
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::pure::brief::{Draft, Refused};
use crate::pure::compare::floor_of;
use crate::state::{Connection, Matched};

/// How long filling in has to rest before the server is asked: short, because a weight is dragged and watched.
const REST: Duration = Duration::from_millis(60);

impl Loader {
    /// Asks anew whenever the brief, the record or the time that is shown changes, as long as the brief stands open.
    pub(super) fn follow_brief(self) {
        let page = self.page;
        let revision = Memo::new(move |known: Option<&u64>| match page.connection.get() {
            Connection::Connected { revision } => revision,
            Connection::Connecting | Connection::Away { .. } => known.copied().unwrap_or_default(),
        });
        let number = StoredValue::new(0_u32);
        Effect::new(move |_| {
            number.update_value(|number| *number = number.wrapping_add(1));
            page.as_of.track();
            revision.track();
            let _tier = page.seen_tier();
            let Some(draft) = page.brief.get() else {
                page.matched.set(Matched::default());
                return;
            };
            let Some((mut request, rows)) = draft.request(page.as_of.get_untracked().unwrap_or(0)) else {
                page.matched.set(Matched::default());
                return;
            };
            // What is compared is explained wherever it stands.
            let (floors, parcels) = page.compared.with(|chosen| {
                chosen.keys().iter().cloned().partition::<Vec<String>, _>(|key| floor_of(key).is_some())
            });
            request.parcels = parcels.iter().map(|code| format!("parcels/{code}")).collect();
            request.named_floors = floors;
            let (client, asked) = (self.client(), number.get_value());
            page.matched.update(|matched| matched.loading = true);
            spawn_local(async move {
                sleep(REST).await;
                if number.get_value() != asked {
                    return;
                }
                let answer = client.matched(request).await;
                if number.get_value() == asked {
                    let refused = answer.as_ref().err().and_then(|error| refused(&draft, &rows, error));
                    page.matched.set(Matched { loading: false, rows, answer: Some(answer), refused });
                }
            });
        });
    }
}

/// What of the form an answer refuses.
pub(super) fn refused(draft: &Draft, rows: &[usize], error: &LinkError) -> Option<Refused> {
    match error {
        LinkError::Invalid { field, reason } => Refused::read(draft, rows, field, reason),
        _ => None,
    }
}
