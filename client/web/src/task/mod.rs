//! What goes on beside the components: loading, watching, keeping the address.

mod address;
mod brief;
mod card;
mod compare;
mod dossier;
mod dropped;
mod fitting;
mod keeping;
mod line;
mod list;
mod meeting;
mod park;
mod pictures;
mod place;
mod route;
mod saved;
mod session;
mod time;
mod toast;
mod watch;

pub(crate) use dossier::{Making, described};

use cloudsite_domain::identity::Tier;
use cloudsite_link::{Client, LinkError};
use leptos::prelude::*;

use crate::browser;
use crate::state::Page;

/// Loads what the page shows. A copy is a handle to the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loader {
    page: Page,
    client: StoredValue<Client>,
    /// Counts the requests for the list, so that only the answer to the newest one is taken.
    list_request: StoredValue<u32>,
    /// Counts sign-ins and sign-outs, so that only the newest session is kept up.
    session_number: StoredValue<u32>,
}

impl Loader {
    /// What talks to the server.
    pub(crate) fn client(self) -> Client {
        let tier = untrack(|| self.page.seen_tier());
        self.client.get_value().seen_as(tier.map(Tier::as_str))
    }

    /// Reads everything anew that is on the page.
    fn refresh(self) {
        self.load_park();
        self.reload_list();
        self.load_card();
        self.load_place();
    }
}

/// Starts loading and watching; leaves a [`Loader`] in the context.
pub(crate) fn start(page: Page) {
    let client = match Client::connect(&browser::origin()) {
        Ok(client) => client.in_sitting(&browser::random_name()),
        Err(error) => return fail(page, error),
    };
    let count = || StoredValue::new(0);
    let loader = Loader { page, client: StoredValue::new(client), list_request: count(), session_number: count() };
    provide_context(loader);
    loader.load_park();
    loader.open_session();
    loader.follow_reader();
    loader.follow_time();
    loader.follow_keeping();
    loader.follow_fitting();
    loader.follow_meeting();
    loader.follow_filter();
    loader.follow_brief();
    loader.follow_saved();
    loader.follow_compared();
    loader.follow_split();
    loader.follow_tour();
    loader.follow_selection();
    loader.follow_place();
    loader.follow_routes();
    loader.watch();
    address::follow(page);
    dropped::hold(page);
    toast::follow(page);
}

fn fail(page: Page, error: LinkError) {
    page.list.update(|list| list.error = Some(error));
}
