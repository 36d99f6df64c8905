//! Moving in time: the revisions of the record, and which of them the page shows.

use cloudsite_domain::identity::Tier;
use cloudsite_link::LinkError;
use cloudsite_proto::identity::Organisation;
use cloudsite_proto::land::Revision;
use cloudsite_proto::land::get_revision_request::Which;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::browser;
use crate::pure::moment::{day_parts, last_before};
use crate::pure::seen_as::{SeenAs, asks_for_others};
use crate::state::RevisionList;

impl Loader {
    /// Follows the time that is shown: its zones, and when its revision was made.
    pub(super) fn follow_time(self) {
        let page = self.page;
        Effect::new(move |was: Option<(Option<u64>, Option<Tier>)>| {
            let (now, tier) = (page.as_of.get(), page.seen_tier());
            if was.is_some_and(|was| was != (now, tier)) {
                self.load_park();
            }
            let known = page.as_of_revision.with_untracked(|revision| revision.as_ref().map(|known| known.number));
            if known != now {
                page.as_of_revision.set(None);
                if let Some(number) = now {
                    self.learn(number);
                }
            }
            (now, tier)
        });
    }

    /// Shows the record as it was at a revision.
    pub(crate) fn show_revision(self, revision: Revision) {
        let number = revision.number;
        self.page.as_of_revision.set(Some(revision));
        self.page.as_of.set(Some(number));
    }

    /// Shows the newest revision again as the reader sees it, and follows it.
    pub(crate) fn show_now(self) {
        self.page.as_of.set(None);
        self.page.seen_as.set(None);
    }

    /// Learns who can be asked about, if the reader may ask.
    pub(crate) fn load_organisations(self) {
        let (page, client) = (self.page, self.client());
        if !page.caller.with_untracked(|caller| asks_for_others(caller.as_ref())) {
            return page.organisations.set(Vec::new());
        }
        spawn_local(async move {
            // Where they do not come, the reader can look for themselves still.
            page.organisations.set(client.organisations().await.unwrap_or_default());
        });
    }

    /// Shows what an organisation was shown on a day of its calendar.
    pub(crate) fn show_shown(self, organisation: Organisation, day: String) {
        let (page, client) = (self.page, self.client());
        spawn_local(async move {
            match client.shown(&organisation.name, &day).await {
                Ok(reply) => {
                    let revision = reply.revision.clone();
                    page.seen_as.set(SeenAs::of_shown(organisation, &day, reply));
                    if let Some(revision) = revision {
                        self.show_revision(revision);
                    }
                }
                Err(LinkError::NotFound { .. }) => {
                    page.toast.set(Some(untrack(|| page.text("time.nothing_yet"))));
                }
                Err(error) => page.toast.set(Some(untrack(|| page.explain(&error)))),
            }
        });
    }

    /// Shows what the record showed at the end of a day, as the reader's clock has it.
    pub(crate) fn show_day(self, day: &str) {
        let Some(end) = day_parts(day).map(|(year, month, day)| browser::day_end_secs(year, month, day)) else {
            return;
        };
        let (page, client) = (self.page, self.client());
        spawn_local(async move {
            match client.revision(Which::At(last_before(end))).await {
                Ok(Some(revision)) => {
                    page.seen_as.set(None);
                    self.show_revision(revision);
                }
                Ok(None) => page.toast.set(Some(untrack(|| page.text("time.nothing_yet")))),
                Err(error) => page.toast.set(Some(untrack(|| page.explain(&error)))),
            }
        });
    }

    /// Loads the revisions from the newest on.
    pub(crate) fn load_revisions(self) {
        self.page.revisions.set(RevisionList { loading: true, ..RevisionList::default() });
        self.load_revision_page();
    }

    /// Loads the next page of the revisions and appends it.
    pub(crate) fn load_revision_page(self) {
        let (page, client) = (self.page, self.client());
        let token = page.revisions.with_untracked(|list| list.next_page_token.clone());
        page.revisions.update(|list| list.loading = true);
        spawn_local(async move {
            let reply = client.revisions(0, &token).await;
            page.revisions.update(|list| {
                list.loading = false;
                match reply {
                    // Asked for anew meanwhile.
                    Ok(_) if list.next_page_token != token => {}
                    Ok(reply) => {
                        list.revisions.extend(reply.revisions);
                        list.next_page_token = reply.next_page_token;
                        list.error = None;
                    }
                    Err(error) => list.error = Some(error),
                }
            });
        });
    }

    /// Learns when a revision was made that a link names. One that is not there is not shown.
    fn learn(self, number: u64) {
        let (page, client) = (self.page, self.client());
        spawn_local(async move {
            let found = client.revision(Which::Number(number)).await;
            if page.as_of.get_untracked() != Some(number) {
                return;
            }
            match found {
                Ok(Some(revision)) => page.as_of_revision.set(Some(revision)),
                Ok(None) => {
                    page.toast.set(Some(untrack(|| page.fill("time.no_such", &[("n", &number.to_string())]))));
                    page.as_of.set(None);
                }
                // The watch says that the server is away; the revision's number alone says enough.
                Err(_) => {}
            }
        });
    }
}
