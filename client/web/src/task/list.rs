//! The list of parcels.

use std::time::Duration;

use cloudsite_link::{Client, LinkError};
use cloudsite_proto::land::ParcelOrder;
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::pure::filter::{Filter, PAGE_SIZE};
use crate::state::Connection;

/// How long typing has to rest before the server is asked.
const REST: Duration = Duration::from_millis(180);

/// The largest page that the contract allows.
const LARGEST_PAGE: i32 = 1_000;

/// At most so many parcels stand out in the 3D view; a filter that leaves more of them says little.
const MAX_HIGHLIGHTED: usize = 20_000;

impl Loader {
    /// Loads the list now, and again whenever the filter, the order or the time that is shown changes.
    pub(super) fn follow_filter(self) {
        Effect::new(move |earlier: Option<()>| {
            self.page.filter.track();
            self.page.order.track();
            self.page.as_of.track();
            let _tier = self.page.seen_tier();
            self.ask(if earlier.is_some() { REST } else { Duration::ZERO });
        });
    }

    /// Loads the list again, as long as it is.
    pub(crate) fn reload_list(self) {
        self.ask(Duration::ZERO);
    }

    /// Loads the next page and appends it.
    pub(crate) fn load_more(self) {
        let (page, client) = (self.page, self.client());
        let token = page.list.with_untracked(|list| list.next_page_token.clone());
        if token.is_empty() {
            return;
        }
        let (filter, revision) = (page.filter.get_untracked(), page.asked_revision());
        let request = filter.request(page.order.get_untracked(), PAGE_SIZE, &token, revision);
        let number = self.list_request.get_value();
        page.list.update(|list| list.loading = true);
        spawn_local(async move {
            let reply = client.parcels(request).await;
            if self.list_request.get_value() != number {
                return;
            }
            page.list.update(|list| {
                list.loading = false;
                match reply {
                    Ok(reply) => {
                        list.parcels.extend(reply.parcels);
                        list.next_page_token = reply.next_page_token;
                        list.error = None;
                    }
                    Err(error) => list.error = Some(error),
                }
            });
        });
    }

    fn ask(self, rest: Duration) {
        let (page, client) = (self.page, self.client());
        self.list_request.update_value(|number| *number = number.wrapping_add(1));
        let number = self.list_request.get_value();
        let is_newest = move || self.list_request.get_value() == number;
        page.list.update(|list| list.loading = true);
        spawn_local(async move {
            if !rest.is_zero() {
                sleep(rest).await;
            }
            if !is_newest() {
                return;
            }
            let (filter, order, revision) =
                (page.filter.get_untracked(), page.order.get_untracked(), page.asked_revision());
            let shown = page.list.with_untracked(|list| list.parcels.len()) as i32;
            let reply = client.parcels(filter.request(order, shown.clamp(PAGE_SIZE, LARGEST_PAGE), "", revision)).await;
            if !is_newest() {
                return;
            }
            self.take(reply);
            let highlighted = highlighted(&client, &filter, revision).await;
            if is_newest() {
                page.highlighted.set(highlighted);
            }
        });
    }

    fn take(self, reply: Result<cloudsite_proto::land::ListParcelsResponse, LinkError>) {
        let page = self.page;
        let mut revision = u64::MAX;
        page.list.update(|list| {
            list.loading = false;
            match reply {
                Ok(reply) => {
                    revision = reply.revision;
                    list.parcels = reply.parcels;
                    list.next_page_token = reply.next_page_token;
                    list.total = reply.total_size;
                    list.revision = reply.revision;
                    list.loaded = true;
                    list.error = None;
                }
                Err(error) => list.error = Some(error),
            }
        });
        // A revision may have been made between the answer and its arrival.
        let follows = page.asked_revision() == 0;
        if follows
            && matches!(page.connection.get_untracked(), Connection::Connected { revision: newest } if newest > revision)
        {
            self.reload_list();
        }
    }
}

/// Ids of the parcels that meet an active filter. If not all can be had, none stand out rather than a part of them.
async fn highlighted(client: &Client, filter: &Filter, revision: u64) -> Option<Vec<u64>> {
    if !filter.is_active() {
        return None;
    }
    let mut ids = Vec::new();
    let mut token = String::new();
    loop {
        let request = filter.request(ParcelOrder::Unspecified, LARGEST_PAGE, &token, revision);
        let reply = client.parcels(request).await.ok()?;
        ids.extend(reply.parcels.iter().map(|parcel| parcel.id));
        token = reply.next_page_token;
        if token.is_empty() {
            return Some(ids);
        }
        if ids.len() >= MAX_HIGHLIGHTED {
            return None;
        }
    }
}
