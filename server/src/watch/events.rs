//! Events as a view of the record tells them. A revision in which a reader's tier may see no change is still told, without
//! a change: revisions are counted, and a gap would say as much.

use cloudsite_domain::record::Revision;
use cloudsite_proto::land::watch_response::Event;
use cloudsite_proto::{Encoded, land as wire};
use cloudsite_store::StoreError;

use super::encoded;
use crate::grpc::{lon_lat_bounds, revision_to_wire, wire_change};
use crate::record::{Told, View};

/// Revisions in a batch at most.
const MAX_REVISIONS: u64 = 64;

/// Events of revisions that follow each other.
#[derive(Debug)]
pub(super) struct Batch {
    /// Whether each revision of the range is there; if not, there are no events.
    pub(super) is_unbroken: bool,
    /// The events with their revisions, oldest first.
    pub(super) events: Vec<(Revision, Encoded<wire::WatchResponse>)>,
}

/// The events after a revision up to `head`, or as many as a batch takes. Blocks.
pub(super) fn read_batch(view: &View, after: Revision, head: Revision) -> Result<Batch, StoreError> {
    let last = Revision(head.0.min(after.0 + MAX_REVISIONS));
    let entries = view.revisions(after.0 + 1..=last.0)?;
    let numbers = entries.iter().map(|entry| entry.revision.0);
    if !numbers.eq(after.0 + 1..=last.0) {
        return Ok(Batch { is_unbroken: false, events: Vec::new() });
    }
    let made = view.made(after, last)?;
    let events = entries.iter().zip(made).map(|(entry, made)| {
        let Told { changes, is_cut, bounds } = made;
        let event = Event::RevisionMade(wire::RevisionMade {
            revision: Some(revision_to_wire(entry)),
            changes: changes.iter().map(wire_change).collect(),
            truncated: is_cut,
            bounds: bounds.map(lon_lat_bounds),
        });
        (entry.revision, encoded(event))
    });
    Ok(Batch { is_unbroken: true, events: events.collect() })
}
