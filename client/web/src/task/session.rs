//! Who is signed in, and keeping it so while the page is open.

use std::time::Duration;

use cloudsite_link::LinkError;
use cloudsite_proto::identity::OpenIdMethod;
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::browser;
use crate::pure::people::{is_member, renew_in_secs};

/// How long to wait before credentials are asked for again where the server was away.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// How long a page has to be open before good credentials are renewed: a page that is left while they come loses them.
const SETTLED: Duration = Duration::from_secs(20);

/// After what time credentials that end then are renewed.
fn renewal(ends_at: Option<i64>) -> Duration {
    Duration::from_secs(renew_in_secs(ends_at, browser::now_secs()))
}

impl Loader {
    /// Learns who is signed in.
    pub(super) fn open_session(self) {
        let (page, client) = (self.page, self.client());
        spawn_local(async move {
            let caller = client.who_am_i().await.ok().filter(is_member);
            // Access ends soon; what the browser keeps longer is asked for only where there was a session, since a
            // visitor's attempt would be a refusal in the server's log.
            let is_good = caller.is_some();
            if is_good || browser::had_session() {
                page.caller.set(caller);
                self.keep_session(if is_good { SETTLED } else { Duration::ZERO });
            }
        });
    }

    /// Reads everything anew when the reader becomes another, who may be given more or less.
    pub(super) fn follow_reader(self) {
        let tier = Memo::new(move |_| self.page.caller.with(|caller| caller.as_ref().map(|caller| caller.tier)));
        Effect::new(move |was: Option<Option<i32>>| {
            let is = tier.get();
            if was.is_some_and(|was| was != is) {
                // What the one before could ask is not for the next one to see.
                self.page.organisations.set(Vec::new());
                self.page.seen_as.update(|seen| {
                    if let Some(seen) = seen {
                        seen.shown = None;
                    }
                });
                self.refresh();
            }
            is
        });
    }

    /// The providers at which one can sign in; none where that cannot be learnt now.
    pub(crate) async fn sign_in_providers(self) -> Vec<OpenIdMethod> {
        self.client().sign_in_providers().await.unwrap_or_default()
    }

    /// Signs in; the error is what to show in the dialog.
    pub(crate) async fn sign_in(self, email: String, password: String) -> Result<(), LinkError> {
        let reply = self.client().sign_in(email.trim(), &password).await?;
        self.page.caller.set(reply.caller.filter(is_member));
        let ends_at = reply.credentials.and_then(|credentials| credentials.access_expires_at);
        self.keep_session(renewal(ends_at.map(|at| at.seconds)));
        Ok(())
    }

    /// Signs out.
    pub(crate) fn sign_out(self) {
        let client = self.client();
        self.session_number.update_value(|number| *number = number.wrapping_add(1));
        spawn_local(async move {
            match client.sign_out().await {
                Ok(()) => self.forget_session(),
                Err(error) => self.page.toast.set(Some(untrack(|| self.page.explain(&error)))),
            }
        });
    }

    fn forget_session(self) {
        browser::remember_session(false);
        self.page.caller.set(None);
    }

    /// Renews the credentials after a while and then before they end, until someone signs out or in anew.
    fn keep_session(self, first: Duration) {
        let (page, client) = (self.page, self.client());
        browser::remember_session(true);
        self.session_number.update_value(|number| *number = number.wrapping_add(1));
        let number = self.session_number.get_value();
        spawn_local(async move {
            sleep(first).await;
            while self.session_number.get_value() == number {
                match client.refresh().await {
                    Ok(reply) if self.session_number.get_value() == number => {
                        let caller = reply.caller.filter(is_member);
                        if page.caller.with_untracked(|known| *known != caller) {
                            page.caller.set(caller);
                        }
                        let ends_at = reply.credentials.and_then(|credentials| credentials.access_expires_at);
                        sleep(renewal(ends_at.map(|at| at.seconds))).await;
                    }
                    Ok(_) => return,
                    Err(LinkError::Unreachable { .. } | LinkError::Busy { .. }) => sleep(TRY_AGAIN).await,
                    Err(_) => return self.forget_session(),
                }
            }
        });
    }
}
