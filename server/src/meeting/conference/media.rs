//! What the media plane is told: who is whom there, and what goes where.

use std::collections::{BTreeMap, BTreeSet};

use cloudsite_domain::meeting::{self, Meeting, ParticipantId, desired_routes};
use cloudsite_sfu::{OfferError, PeerId, Route, Sfu, Source, TrackId};

use crate::grpc::Refusal;

/// The part of the media plane that is one meeting's.
pub(super) struct Media {
    /// The plane.
    pub(super) sfu: Sfu,
    routed: BTreeSet<Route>,
    people: BTreeMap<PeerId, ParticipantId>,
}

/// A source, as the plane calls it.
pub(super) const fn source(source: meeting::Source) -> Source {
    match source {
        meeting::Source::Microphone => Source::Microphone,
        meeting::Source::Camera => Source::Camera,
        meeting::Source::Screen => Source::Screen,
    }
}

/// Why an offer that stands in a field is not answered.
pub(super) fn refused(field: &'static str, error: OfferError) -> Refusal {
    match error {
        OfferError::Malformed(_) | OfferError::Unsupported(_) => Refusal::field(field, error),
        OfferError::Full => Refusal::Exhausted("as many are connected as this server carries; try again later"),
        OfferError::Joined | OfferError::Ended | OfferError::Unknown => Refusal::Interrupted,
    }
}

/// What has to be carried from connection to connection, for those who have one.
fn routes(meeting: &Meeting, peers: &BTreeMap<ParticipantId, PeerId>) -> BTreeSet<Route> {
    let carried = desired_routes(meeting).into_iter();
    let between = carried.filter_map(|route| {
        let track = TrackId { peer: *peers.get(&route.from)?, source: source(route.source) };
        Some(Route { track, to: *peers.get(&route.to)? })
    });
    between.collect()
}

impl Media {
    /// Nothing is carried yet.
    pub(super) const fn new(sfu: Sfu) -> Self {
        Self { sfu, routed: BTreeSet::new(), people: BTreeMap::new() }
    }

    /// Whose connection it is.
    pub(super) fn person(&self, peer: PeerId) -> Option<ParticipantId> {
        self.people.get(&peer).copied()
    }

    /// Tells the plane what has changed, now that those people have these connections.
    pub(super) async fn update(&mut self, meeting: &Meeting, peers: &BTreeMap<ParticipantId, PeerId>) {
        self.people = peers.iter().map(|(person, peer)| (*peer, *person)).collect();
        let wanted = routes(meeting, peers);
        let add: Vec<_> = wanted.difference(&self.routed).copied().collect();
        let remove: Vec<_> = self.routed.difference(&wanted).copied().collect();
        self.routed = wanted;
        if !(add.is_empty() && remove.is_empty()) {
            self.sfu.route(add, remove).await;
        }
    }
}
