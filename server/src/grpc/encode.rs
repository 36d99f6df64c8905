//! Features as they go over the wire, each encoded once and kept with its content.

use std::sync::OnceLock;

use cloudsite_domain::record::Body;
use cloudsite_proto::{Undated, land as wire};

use super::convert;
use crate::record::Entry;

/// What has been made of a feature for the wire so far.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    basic: OnceLock<Undated<wire::Parcel>>,
    full: OnceLock<Undated<wire::Parcel>>,
    feature: OnceLock<Undated<wire::Feature>>,
}

/// A parcel, as much of it as the view says, and since which revision; none if it is no parcel.
pub(super) fn parcel(entry: &Entry, view: wire::ParcelView) -> Option<(&Undated<wire::Parcel>, u64)> {
    let Body::Parcel(parcel) = &entry.feature.body else { return None };
    let wire = entry.wire();
    let kept = if view == wire::ParcelView::Full { &wire.full } else { &wire.basic };
    Some((kept.get_or_init(|| Undated::of(&convert::parcel_to_wire(entry, parcel, view))), entry.since.0))
}

/// Any feature, and since which revision.
pub(super) fn feature(entry: &Entry) -> (&Undated<wire::Feature>, u64) {
    (entry.wire().feature.get_or_init(|| Undated::of(&convert::feature_to_wire(entry))), entry.since.0)
}
