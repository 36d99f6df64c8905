//! What the services have in common: reading requests, and finding the revision they ask for.

use std::sync::Arc;

use cloudsite_domain::identity::Principal;
use cloudsite_domain::record::{Code, Revision};
use cloudsite_proto::land as wire;
use prost::Message;
use tonic::Request;

use super::Refusal;
use super::page::{self, PageStart};
use crate::disclosure::{Channel, Delivery};
use crate::identity::Recipient;
use crate::record::{SearchArea, Snapshot, View};

/// The code in a resource name such as `parcels/P-001`, or what is wrong with the name.
pub(crate) fn code_in(collection: &str, name: &str) -> Result<Code, String> {
    let code = name.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/'));
    let Some(code) = code else {
        return Err(format!("'{name}' is not a name of the form '{collection}/{{code}}'"));
    };
    code.parse().map_err(|error: cloudsite_domain::record::InvalidCode| error.to_string())
}

/// A rectangle of a request; `field` is its name there.
pub(super) fn search_area(field: &str, bounds: wire::LonLatBounds) -> Result<SearchArea, Refusal> {
    SearchArea::new(bounds.west, bounds.south, bounds.east, bounds.north).map_err(|error| Refusal::field(field, error))
}

/// Who makes a call. A call of which nobody has said is a visitor's.
pub(crate) fn caller<T>(request: &Request<T>) -> Principal {
    request.extensions().get::<Principal>().cloned().unwrap_or(Principal::Visitor)
}

/// Who is given what a call asks for.
pub(crate) fn recipient<T>(request: &Request<T>) -> Recipient {
    request.extensions().get::<Recipient>().cloned().unwrap_or_else(Recipient::public)
}

/// The features as of a revision, 0 being the newest.
pub(crate) async fn snapshot(view: &View, revision: u64) -> Result<Arc<Snapshot>, Refusal> {
    if let Some(ready) = view.ready(Revision(revision)) {
        return Ok(ready);
    }
    let view = view.clone();
    blocking(move || Ok(view.snapshot_at(Revision(revision))?)).await
}

/// Takes a reply for given, before it leaves.
pub(super) async fn hand_over(view: &View, delivery: Delivery) -> Result<(), Refusal> {
    if !delivery.is_counted() {
        return Ok(());
    }
    let view = view.clone();
    blocking(move || Ok(view.hand_over(Channel::Grpc, &delivery.parcelled())?)).await
}

/// Runs what blocks where it holds up nobody.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Refusal::Interrupted))
}

/// How a list request is to be answered.
pub(super) struct Paging {
    /// The features that the page is made of.
    pub(super) snapshot: Arc<Snapshot>,
    /// Where the page begins.
    pub(super) start: PageStart,
    /// How many entries it may hold.
    pub(super) count: usize,
}

impl Paging {
    /// Reads a page's size and token; `request` is what was asked without them. A token keeps to the revision of the
    /// first page.
    pub(super) async fn read(
        view: &View,
        page_size: i32,
        page_token: &str,
        revision: u64,
        request: &impl Message,
    ) -> Result<Self, Refusal> {
        let count = page::entries(page_size)?;
        let start = PageStart::read(page_token, request)?;
        let snapshot = snapshot(view, start.map_or(revision, |start| start.revision.0)).await?;
        let start = start.unwrap_or(PageStart { revision: snapshot.revision(), position: 0 });
        Ok(Self { snapshot, start, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_their_collection() {
        assert_eq!(code_in("parcels", "parcels/P-1").unwrap().as_str(), "P-1");
        for bad in ["", "P-1", "zones/P-1", "parcels", "parcels/", "parcels/a/b", "parcelsP-1"] {
            assert!(code_in("parcels", bad).is_err(), "{bad:?} names no parcel");
        }
    }
}
