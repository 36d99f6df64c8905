//! What someone signals: offers, acts, and that they go.

use cloudsite_domain::audit::Actor;
use cloudsite_domain::meeting::{Act, ParticipantId};
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_sfu::{OfferError, PeerId, Wanted};

use super::super::{convert, media};
use super::Running;
use crate::grpc::{Refusal, blocking};

fn refused(error: OfferError) -> Refusal {
    match error {
        OfferError::Unknown => Refusal::field("offer.fresh", "there is no connection to change: offer a fresh one"),
        error => media::refused("offer.sdp", error),
    }
}

impl Running {
    /// Does what someone signals.
    pub(super) async fn signal(&mut self, id: ParticipantId, signal: Signal) -> Result<wire::SignalResponse, Refusal> {
        let mut response = wire::SignalResponse::default();
        match signal {
            Signal::Offer(offer) => response.answer_sdp = self.offer(id, offer).await?,
            Signal::Act(act) => self.act(id, convert::act(act)?).await?,
            Signal::Said(said) => self.say(id, said, None).await?,
            Signal::Want(want) => self.want(id, want).await?,
            Signal::Leave(wire::Leave {}) => self.go(id).await,
        }
        Ok(response)
    }

    /// Connects someone for media, or changes the connection that they have.
    async fn offer(&mut self, id: ParticipantId, wire::Offer { sdp, fresh }: wire::Offer) -> Result<String, Refusal> {
        let former = self.seats.get(&id).and_then(|seat| seat.peer);
        if let Some(peer) = former.filter(|_| !fresh) {
            return self.behind.sfu.renegotiate(peer, sdp).await.map_err(refused);
        }
        if !fresh {
            return Err(refused(OfferError::Unknown));
        }
        let peer = self.peers.add(self.id());
        let answer = match self.behind.sfu.join(peer, sdp).await {
            Ok(answer) => answer,
            Err(error) => {
                self.peers.remove(peer);
                return Err(refused(error));
            }
        };
        self.let_go(former).await;
        self.seat_peer(id, Some(peer));
        Ok(answer)
    }

    /// Notes someone's connection, on which no channel works yet.
    pub(super) fn seat_peer(&mut self, id: ParticipantId, peer: Option<PeerId>) {
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.peer = peer;
            seat.channels.clear();
        }
        self.is_changed = true;
    }

    async fn act(&mut self, id: ParticipantId, act: Act) -> Result<(), Refusal> {
        let came = |id: ParticipantId| self.meeting.person(id).and_then(|person| person.came);
        let came = if let Act::Remove(other) = act { came(other) } else { None };
        self.meeting.apply(id, &act)?;
        self.is_changed = true;
        let whom = |id: ParticipantId| [("participant", id.to_string())];
        match act {
            Act::Admit(other) => self.log("let in", id, &whom(other)),
            Act::Remove(other) => {
                let (plans, meeting) = (self.behind.plans.clone(), self.id());
                let by = self.actor(id).unwrap_or_else(|| Actor::named("host"));
                let came = came.filter(|came| self.meeting.bars(Some(*came)));
                self.bar(other, by.clone()).await?;
                blocking(move || plans.remove(meeting, other, came, by)).await?;
            }
            Act::SetRole(other, role) => {
                self.log("gave a role", id, &[("participant", other.to_string()), ("role", role.to_string())]);
            }
            Act::Move(other, room) => {
                self.log(
                    "brought into a room",
                    id,
                    &[("participant", other.to_string()), ("room", room.0.to_string())],
                );
            }
            Act::End => {
                self.behind.shelf.end(self.id());
                let (plans, meeting) = (self.behind.plans.clone(), self.id());
                let by = self.actor(id).unwrap_or_else(|| Actor::named("host"));
                blocking(move || plans.end(meeting, by)).await?;
            }
            Act::Record(true) => {
                self.taping.trouble = None;
                self.log("asked to record", id, &[]);
            }
            Act::Record(false) => {
                self.taping.trouble = None;
                self.behind.shelf.end(self.id());
                self.log("asked to record no more", id, &[]);
            }
            Act::AgreeToRecording(true) => self.log("agreed to be recorded", id, &[]),
            Act::AgreeToRecording(false) => self.log("agreed to be recorded no more", id, &[]),
            _ => {}
        }
        Ok(())
    }

    async fn want(&mut self, id: ParticipantId, want: wire::Want) -> Result<(), Refusal> {
        let source = media::source(convert::source("want.source", want.source)?);
        let from = ParticipantId(want.participant);
        // Of whoever is gone nothing is sent, whatever is wanted of them.
        if self.meeting.person(from).is_some() {
            let max_height = u16::try_from(want.max_height).unwrap_or(u16::MAX);
            let wanted = Wanted { max_height: (max_height > 0).then_some(max_height) };
            let peers = self.connected();
            self.media.want(&self.meeting, &peers, (id, from, source), wanted).await;
        }
        Ok(())
    }

    async fn go(&mut self, id: ParticipantId) {
        self.log("left", id, &[]);
        self.meeting.leave(id);
        if let Some(seat) = self.seats.remove(&id) {
            self.let_go(seat.peer).await;
        }
        self.note_empty();
        self.is_changed = true;
    }
}
