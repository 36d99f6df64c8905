//! What the media plane is told: who is whom there, and what goes where.

use std::collections::{BTreeMap, BTreeSet};

use cloudsite_domain::meeting::{self, Meeting, ParticipantId, desired_routes};
use cloudsite_sfu::{OfferError, PeerId, Route, Sfu, Source, TrackId, Wanted};

use crate::grpc::Refusal;

/// The part of the media plane that is one meeting's.
pub(super) struct Media {
    /// The plane.
    pub(super) sfu: Sfu,
    routed: BTreeSet<Route>,
    /// How much someone wants of another's source. Kept by people: either may have no connection yet, or soon another one.
    wants: BTreeMap<(ParticipantId, ParticipantId, Source), Wanted>,
    /// What the plane was told of it.
    wanted: BTreeMap<(PeerId, TrackId), Wanted>,
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
        Self { sfu, routed: BTreeSet::new(), wants: BTreeMap::new(), wanted: BTreeMap::new(), people: BTreeMap::new() }
    }

    /// Whose connection it is.
    pub(super) fn person(&self, peer: PeerId) -> Option<ParticipantId> {
        self.people.get(&peer).copied()
    }

    /// Someone wants so much of another's source, from now on or from when both are connected.
    pub(super) async fn want(
        &mut self,
        meeting: &Meeting,
        peers: &BTreeMap<ParticipantId, PeerId>,
        what: (ParticipantId, ParticipantId, Source),
        wanted: Wanted,
    ) {
        self.wants.insert(what, wanted);
        self.tell_wants(meeting, peers).await;
    }

    /// Tells the plane how much of whose is wanted by whom, where that is another than before.
    async fn tell_wants(&mut self, meeting: &Meeting, peers: &BTreeMap<ParticipantId, PeerId>) {
        self.wants.retain(|(to, from, _), _| meeting.person(*to).is_some() && meeting.person(*from).is_some());
        let between = self.wants.iter().filter_map(|((to, from, source), wanted)| {
            let track = TrackId { peer: *peers.get(from)?, source: *source };
            Some(((*peers.get(to)?, track), *wanted))
        });
        let before = std::mem::replace(&mut self.wanted, between.collect());
        for ((to, track), wanted) in &self.wanted {
            if before.get(&(*to, *track)) != Some(wanted) {
                self.sfu.want(*to, *track, *wanted).await;
            }
        }
    }

    /// Takes away at once what is no longer to be carried, and adds nothing: so that nobody is told of a room, or answered,
    /// while what is said there goes to whoever has left it.
    pub(super) async fn cut(&mut self, meeting: &Meeting, peers: &BTreeMap<ParticipantId, PeerId>) {
        let wanted = routes(meeting, peers);
        let remove: Vec<_> = self.routed.difference(&wanted).copied().collect();
        if !remove.is_empty() {
            self.routed.retain(|route| wanted.contains(route));
            self.sfu.route(Vec::new(), remove).await;
        }
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
        self.tell_wants(meeting, peers).await;
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::time::Instant;

    use cloudsite_domain::meeting::{Act, Joining, MeetingRole, Side};
    use cloudsite_domain::record::Language;
    use cloudsite_sfu::Settings;

    use super::*;

    #[tokio::test]
    async fn what_is_not_to_be_carried_is_cut_and_nothing_added() {
        let (udp, clock) = ("127.0.0.1:0".parse().unwrap(), Instant::now);
        let (threads, told, seed) = (NonZeroUsize::MIN, vec![], [7; 32]);
        let settings = Settings { udp, tcp: None, told, threads, max_peers: 2, clock, seed };
        let (sfu, _events) = Sfu::start(settings).unwrap();
        let mut meeting = Meeting::new(BTreeSet::new());
        let (host, other) = (ParticipantId(1), ParticipantId(2));
        for id in [host, other] {
            let (name, role, side) = ("x".parse().unwrap(), MeetingRole::Host, Side::Invited);
            let joining = Joining { name, role, side, came: None, language: Language::En, back_in: None, seating: 0 };
            meeting.join(id, joining).unwrap();
            meeting.apply(id, &Act::Switch { microphone: true, camera: false, screen: false }).unwrap();
        }
        let peers = [(host, PeerId(1)), (other, PeerId(2))].into();
        let mut media = Media::new(sfu);
        media.update(&meeting, &peers).await;
        assert_eq!(media.routed.len(), 2);
        meeting.apply(host, &Act::Mute(other)).unwrap();
        media.cut(&meeting, &peers).await;
        assert_eq!(media.routed.len(), 1, "at once");
        meeting.apply(host, &Act::Unmute(other)).unwrap();
        media.cut(&meeting, &peers).await;
        assert_eq!(media.routed.len(), 1, "nothing is added");
        media.update(&meeting, &peers).await;
        assert_eq!(media.routed.len(), 2);
    }
}
