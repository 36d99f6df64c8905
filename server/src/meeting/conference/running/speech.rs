//! What goes from one to the others by the way: what people say, how loud they are, which track lies where.

use bytes::Bytes;
use cloudsite_domain::meeting::{Participant, ParticipantId, RoomId, audience, is_seen_in_park};
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::join_response::Event;
use cloudsite_proto::meeting::said::What;
use cloudsite_sfu::{Channel, PeerId, Receiver, Source, TrackId};
use prost::Message;

use super::super::said::{self, Kind, Shown};
use super::super::seat::Seat;
use super::{MediaEvent, Running};
use crate::grpc::Refusal;
use crate::meeting::wire::time_to_wire;

const fn wire_source(source: Source) -> wire::Source {
    match source {
        Source::Microphone => wire::Source::Microphone,
        Source::Camera => wire::Source::Camera,
        Source::Screen => wire::Source::Screen,
    }
}

impl Running {
    /// Takes what the media plane says.
    pub(super) async fn hear(&mut self, event: MediaEvent) {
        match event {
            MediaEvent::Receivers { peer, receivers, narrow } => self.tell_receivers(peer, receivers, narrow),
            MediaEvent::Layers { track, sent } => self.tell_layers(track, sent),
            MediaEvent::Levels { levels } => self.tell_levels(&levels).await,
            MediaEvent::Message { peer, channel, bytes } => {
                let Some(id) = self.media.person(peer) else { return };
                // Over a data channel there is nobody to tell that it makes no sense; what does not is passed over.
                if bytes.len() <= said::MOST_BYTES
                    && let Ok(said) = wire::Said::decode(bytes)
                    && let Err(refusal) = self.say(id, said, Some(channel)).await
                {
                    tracing::debug!(participant = id.0, ?refusal, "something said was passed over");
                }
            }
            MediaEvent::Left { peer } => {
                if self.lose_equipment(peer) {
                    return;
                }
                let id = self.seats.iter().find(|(_, seat)| seat.peer == Some(peer)).map(|(id, _)| *id);
                if let Some(id) = id {
                    self.seat_peer(id, None);
                }
            }
        }
    }

    fn tell_receivers(&mut self, peer: PeerId, receivers: Vec<Receiver>, narrow: bool) {
        let whose = |receiver: Receiver| {
            let track = receiver.track.and_then(|track| Some((self.media.person(track.peer)?, track.source)));
            let (participant, source) =
                track.map_or((0, wire::Source::Unspecified), |(person, source)| (person.0, wire_source(source)));
            wire::Receiver { mid: receiver.mid, participant, source: source.into() }
        };
        let receivers = receivers.into_iter().map(whose).collect();
        if let Some(seat) = self.seats.values_mut().find(|seat| seat.peer == Some(peer)) {
            seat.tell(Event::Receivers(wire::Receivers { receivers, narrow }));
        }
    }

    /// Tells someone which layers of a source are seen. Equipment has no stream of events, and sends on.
    fn tell_layers(&mut self, track: TrackId, sent: Vec<bool>) {
        if let Some(seat) = self.seats.values_mut().find(|seat| seat.peer == Some(track.peer)) {
            let source = wire_source(track.source).into();
            seat.tell(Event::Layers(wire::Layers { source, sent }));
        }
    }

    /// Tells everyone how loud those are who are in the same room.
    async fn tell_levels(&mut self, levels: &[(PeerId, u8)]) {
        let room_of = |id| self.meeting.person(id).and_then(Participant::room);
        let mut by_room: std::collections::BTreeMap<_, Vec<_>> = std::collections::BTreeMap::new();
        for (peer, level) in levels {
            if let Some(id) = self.media.person(*peer)
                && let Some(room) = room_of(id)
            {
                let level = wire::Level { participant: id.0, below_full: u32::from(*level) };
                by_room.entry(room).or_default().push(level);
            }
        }
        let at = self.now();
        for (room, levels) in by_room {
            let to: Vec<_> =
                self.meeting.people().filter(|person| person.room() == Some(room)).map(|person| person.id).collect();
            let levels = Some(wire::Levels { levels });
            let heard = wire::Heard { from: 0, at: Some(time_to_wire(at)), said: None, levels };
            self.carry(&to, heard, Channel::Latest).await;
        }
    }

    /// Someone says something, over a data channel or by a signal. It goes to those who are in the same room.
    pub(super) async fn say(
        &mut self,
        id: ParticipantId,
        said: wire::Said,
        over: Option<Channel>,
    ) -> Result<(), Refusal> {
        if let (Some(channel), Some(seat)) = (over, self.seats.get_mut(&id)) {
            seat.channels.insert(channel);
        }
        let kind = said::check(&said)?;
        if kind == Kind::Ready {
            return Ok(());
        }
        let room = self.meeting.person(id).and_then(Participant::room);
        let leads_in = room.filter(|room| self.meeting.leader(*room) == Some(id));
        let leads = leads_in.is_some();
        if said::is_leading(&said) && !leads {
            let message = "only who leads shows it to the others".to_owned();
            return Err(Refusal::Denied(message));
        }
        if said::shows_oneself(&said) && !is_seen_in_park(&self.meeting, id) {
            let message = "observers are not seen in the park".to_owned();
            return Err(Refusal::Denied(message));
        }
        let seat = self.seats.get_mut(&id);
        if kind == Kind::Fleeting {
            if !seat.is_some_and(Seat::may_show) {
                return Err(Refusal::Exhausted("cameras and pointers are said too often in one second"));
            }
        } else if !seat.is_some_and(Seat::may_say) {
            return Err(Refusal::Exhausted("too much is said in one second"));
        }
        if let Some(room) = leads_in {
            self.shown.entry(room).or_insert_with(|| (id, Shown::default())).1.note(&said);
        }
        self.record_said(id, &said);
        let mut to = audience(&self.meeting, id);
        // A line of text is seen by whoever wrote it where it stands among the others'.
        if matches!(said.what, Some(What::Chat(_))) && self.meeting.person(id).and_then(Participant::room).is_some() {
            to.push(id);
        }
        let heard = wire::Heard { from: id.0, at: Some(time_to_wire(self.now())), said: Some(said), levels: None };
        self.carry(&to, heard, kind.channel()).await;
        Ok(())
    }

    /// Brings something to people: encoded once over data channels, by their streams to those who have none.
    async fn carry(&mut self, to: &[ParticipantId], heard: wire::Heard, channel: Channel) {
        let mut peers = Vec::new();
        for id in to {
            let Some(seat) = self.seats.get_mut(id) else { continue };
            match seat.peer.filter(|_| seat.channels.contains(&channel)) {
                Some(peer) => peers.push(peer),
                None if channel == Channel::Latest => seat.tell_latest(Event::Heard(heard.clone())),
                None => seat.tell(Event::Heard(heard.clone())),
            }
        }
        if !peers.is_empty() {
            self.behind.sfu.send(peers, channel, Bytes::from(heard.encode_to_vec())).await;
        }
    }

    /// Shows someone who comes into a room what the one who leads there shows.
    pub(super) fn show(&mut self, id: ParticipantId) {
        let Some(room) = self.meeting.person(id).and_then(Participant::room) else { return };
        let at = Some(time_to_wire(self.now()));
        let heard = |(from, said): (ParticipantId, &wire::Said)| {
            Event::Heard(wire::Heard { from: from.0, at, said: Some(said.clone()), levels: None })
        };
        let told: Vec<_> = self.shown_in(room).filter(|(leader, _)| *leader != id).map(heard).collect();
        if let Some(seat) = self.seats.get_mut(&id) {
            for event in told {
                seat.tell(event);
            }
        }
    }

    /// What is shown in a room, and by whom: nothing while nobody leads there.
    pub(super) fn shown_in(&self, room: RoomId) -> impl Iterator<Item = (ParticipantId, &wire::Said)> {
        let shown = self.shown.get(&room).filter(|(leader, _)| self.meeting.leader(room) == Some(*leader));
        shown.into_iter().flat_map(|(leader, shown)| shown.all().map(move |said| (*leader, said)))
    }

    /// Forgets what those have shown who lead no more where they showed it.
    pub(super) fn forget_shown(&mut self) {
        self.shown.retain(|room, (leader, _)| self.meeting.has_lead(*room, *leader));
    }
}
