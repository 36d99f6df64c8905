//! Events as a view of the record tells them. A revision in which a reader's tier may see no change is still told, without
//! a change: revisions are counted, and a gap would say as much.

use std::collections::BTreeMap;

use cloudsite_domain::record::{Change, Revision};
use cloudsite_proto::land as wire;
use cloudsite_store::StoreError;
use geo_types::Rect;

use crate::grpc::{lon_lat_bounds, revision_to_wire, wire_change};
use crate::record::{View, united};

/// Revisions in a batch at most.
const MAX_REVISIONS: u64 = 64;

/// Changes that an event lists at most.
const MAX_CHANGES: usize = 1_000;

/// Events of revisions that follow each other.
#[derive(Debug)]
pub(super) struct Batch {
    /// Whether each revision of the range is there; if not, there are no events.
    pub(super) is_unbroken: bool,
    /// The events with their revisions, oldest first.
    pub(super) events: Vec<(Revision, wire::RevisionMade)>,
}

/// Reads the events after a revision up to `head`, or as many as a batch takes. Blocks.
pub(super) fn read_batch(view: &View, after: Revision, head: Revision) -> Result<Batch, StoreError> {
    let last = Revision(head.0.min(after.0 + MAX_REVISIONS));
    let entries = view.revisions(after.0 + 1..=last.0)?;
    let numbers = entries.iter().map(|entry| entry.revision.0);
    if !numbers.eq(after.0 + 1..=last.0) {
        return Ok(Batch { is_unbroken: false, events: Vec::new() });
    }
    let mut changes = BTreeMap::<Revision, Vec<Change>>::new();
    for change in view.changes(after, last)? {
        changes.entry(change.revision).or_default().push(change);
    }
    let mut areas = BTreeMap::<Revision, Rect>::new();
    for at in view.touched(after)?.into_iter().filter(|at| at.revision <= last) {
        areas.entry(at.revision).and_modify(|all| *all = united(*all, at.bounds)).or_insert(at.bounds);
    }
    let events = entries.iter().map(|entry| {
        let changes = changes.remove(&entry.revision).unwrap_or_default();
        let event = wire::RevisionMade {
            revision: Some(revision_to_wire(entry)),
            changes: changes.iter().take(MAX_CHANGES).map(wire_change).collect(),
            truncated: changes.len() > MAX_CHANGES,
            bounds: areas.get(&entry.revision).copied().map(lon_lat_bounds),
        };
        (entry.revision, event)
    });
    Ok(Batch { is_unbroken: true, events: events.collect() })
}
