//! The open zone or point of interest.

use cloudsite_domain::record::ParcelStatus;
use cloudsite_link::{Client, LinkError};
use cloudsite_proto::land::{Feature, Layer, ListFeaturesRequest, ParcelOrder};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::browser;
use crate::pure::facts::code_of;
use crate::pure::filter::Filter;
use crate::pure::place::{Place, Poi};

/// The largest page that the contract allows.
const LARGEST_PAGE: i32 = 1_000;

/// At most so many points of interest are looked through for the one that is opened.
const MAX_POIS: usize = 10_000;

impl Loader {
    /// Loads what the card of a place needs when one is opened. One card is open at a time.
    pub(super) fn follow_place(self) {
        let page = self.page;
        Effect::new(move |_| {
            if page.selected.with(Option::is_some) && page.place.with_untracked(Option::is_some) {
                page.place.set(None);
            }
        });
        Effect::new(move |_| {
            page.as_of.track();
            let _tier = page.seen_tier();
            if page.place.with(Option::is_some) {
                page.free_in_zone.set(None);
                self.load_place();
            }
        });
    }

    /// Loads again what the open card of a place says.
    pub(crate) fn load_place(self) {
        let (page, client, asked) = (self.page, self.client(), self.page.asked());
        match page.place.get_untracked() {
            Some(Place::Zone(code)) => spawn_local(async move {
                let free = free_in(&client, &code, asked.0).await;
                if page.asked() == asked
                    && page.place.with_untracked(|place| place.as_ref() == Some(&Place::Zone(code)))
                {
                    page.free_in_zone.set(free);
                }
            }),
            Some(Place::Poi(_)) => spawn_local(async move {
                let pois = pois(&client, asked.0).await;
                if page.asked() != asked {
                    return;
                }
                // What was loaded before is better than an error.
                let kept = pois.is_err() && page.pois.with_untracked(|pois| matches!(pois, Some(Ok(_))));
                if !kept {
                    page.pois.set(Some(pois));
                }
            }),
            None => {}
        }
    }
}

/// How many parcels of a zone can be had; none if that cannot be learnt now.
async fn free_in(client: &Client, zone: &str, revision: u64) -> Option<u32> {
    let filter =
        Filter { zone: Some(format!("zones/{zone}")), statuses: vec![ParcelStatus::Available], ..Filter::default() };
    let reply = client.parcels(filter.request(ParcelOrder::Unspecified, 1, "", revision)).await.ok()?;
    Some(reply.total_size)
}

async fn pois(client: &Client, revision: u64) -> Result<Vec<Poi>, LinkError> {
    let mut request = ListFeaturesRequest {
        layer: Layer::Poi.into(),
        page_size: LARGEST_PAGE,
        revision,
        ..ListFeaturesRequest::default()
    };
    let mut pois = Vec::new();
    loop {
        let reply = client.features(request.clone()).await?;
        pois.extend(reply.features.into_iter().map(poi));
        if reply.next_page_token.is_empty() || pois.len() >= MAX_POIS {
            return Ok(pois);
        }
        request.page_token = reply.next_page_token;
    }
}

fn poi(feature: Feature) -> Poi {
    Poi {
        code: code_of(&feature.name).to_owned(),
        id: feature.id,
        kind: browser::property(&feature.geojson, "kind").unwrap_or_default(),
        names: feature.names,
        bounds: feature.bounds,
    }
}
