//! What is brought in by WHIP or plays by WHEP: it has a place among the people and a connection for media, and no stream.

use std::collections::BTreeMap;

use cloudsite_domain::meeting::{Act, CameBy, GuestLink, Joining, ParticipantId, Side};
use cloudsite_proto::meeting::IceServer;
use cloudsite_sfu::{OfferError, PeerId};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::super::whip::{Credentials, Offer};
use super::Running;
use crate::grpc::{Refusal, blocking};

/// Something that is connected by a token of its own.
pub(super) struct Equipment {
    /// As whom it takes part.
    pub(super) id: ParticipantId,
    /// Its connection; none once that is gone.
    pub(super) peer: Option<PeerId>,
    /// The name of its session, which nobody guesses.
    session: String,
    /// Says which ICE session is the present one.
    tag: String,
    /// What was offered, by which it finds its way anew.
    offer: Offer,
}

/// All of it, by the number of the link that its token is of.
pub(super) type Equipped = BTreeMap<u32, Equipment>;

/// What is asked for something with a token.
pub(in super::super) enum Asked {
    /// It comes, in place of what came by the token before.
    Bring {
        /// The link that the token is of.
        link: GuestLink,
        /// Its number, if it has none yet.
        id: ParticipantId,
        /// Whom it plays; none is whoever speaks.
        plays: Option<ParticipantId>,
        /// What it offers.
        offer: Offer,
        /// The names of its session and of its first ICE session.
        names: (String, String),
        /// What has come of it.
        reply: oneshot::Sender<Result<Brought, Unbrought>>,
    },
    /// It says more of its addresses, or finds its way anew.
    Patch {
        /// The number of the link that the token is of.
        link: u32,
        /// The session's name.
        session: String,
        /// Which ICE session it believes to be the present one; none is whichever.
        tag: Option<String>,
        /// Its credentials, if it says any.
        credentials: Option<Credentials>,
        /// The name of the ICE session that there will be.
        next: String,
        /// What has come of it.
        reply: oneshot::Sender<Result<Patched, Unpatched>>,
    },
    /// It goes.
    PutAway {
        /// The number of the link that the token is of.
        link: u32,
        /// The session's name.
        session: String,
        /// Whether it was there.
        reply: oneshot::Sender<bool>,
    },
}

/// It is connected.
pub(in super::super) struct Brought {
    /// The answer.
    pub(in super::super) answer: String,
    /// Relays for where there is no other way.
    pub(in super::super) ice_servers: Vec<IceServer>,
}

/// Why it is not.
pub(in super::super) enum Unbrought {
    /// The meeting does not let it.
    Refused(Refusal),
    /// The offer cannot be met.
    Offer(OfferError),
}

/// What a change of a session comes to.
pub(in super::super) enum Patched {
    /// It was taken note of.
    Noted,
    /// There is another ICE session: what the answer says of it.
    Restarted(String),
}

/// Why a session is not changed.
pub(in super::super) enum Unpatched {
    /// There is no such session.
    Unknown,
    /// It is about another ICE session than the present one.
    Stale,
    /// The offer of before cannot be met with these credentials.
    Offer(OfferError),
}

impl Running {
    /// Does what is asked for something with a token.
    pub(super) async fn equip(&mut self, asked: Asked) {
        match asked {
            Asked::Bring { link, id, plays, offer, names, reply } => {
                // Whoever asked may be gone by now; what has come and is not fetched is gone soon, too.
                let _gone = reply.send(self.bring(&link, id, plays, offer, names).await);
            }
            Asked::Patch { link, session, tag, credentials, next, reply } => {
                let _gone = reply.send(self.patch(link, &session, tag.as_deref(), credentials, next).await);
            }
            Asked::PutAway { link, session, reply } => {
                let known = self.equipped.get(&link).filter(|known| known.session == session);
                let id = known.map(|known| known.id);
                if let Some(id) = id {
                    self.log("left", id, &[]);
                    self.meeting.leave(id);
                    self.is_changed = true;
                }
                let _gone = reply.send(id.is_some());
            }
        }
    }

    async fn bring(
        &mut self,
        link: &GuestLink,
        drawn: ParticipantId,
        plays: Option<ParticipantId>,
        offer: Offer,
        (session, tag): (String, String),
    ) -> Result<Brought, Unbrought> {
        // What came by the token before and has not been gone for long has its place still.
        let former = self.equipped.get(&link.number).map(|former| (former.id, former.peer));
        let id = former.map_or(drawn, |(id, _)| id);
        let joining = Joining {
            name: link.name.clone(),
            role: link.role,
            side: Side::Invited,
            came: Some(CameBy::Link(link.number)),
            language: link.language,
            back_in: None,
            seating: 0,
        };
        let refused = |refused: cloudsite_domain::meeting::Refused| Unbrought::Refused(refused.into());
        let is_new = self.meeting.person(id).is_none();
        self.meeting.join(id, joining).map_err(refused)?;
        let connected = match self.meeting.play(id, plays) {
            Ok(()) => self.connect(&offer).await,
            Err(error) => Err(refused(error)),
        };
        let (peer, answer) = match connected {
            Ok(connected) => connected,
            Err(error) => {
                if is_new {
                    self.meeting.leave(id);
                }
                return Err(error);
            }
        };
        let (microphone, camera) = offer.sends;
        if link.role.publishes() {
            self.meeting.apply(id, &Act::Switch { microphone, camera, screen: false }).map_err(refused)?;
        }
        self.let_go(former.and_then(|(_, peer)| peer)).await;
        self.gone.remove(&id);
        self.equipped.insert(link.number, Equipment { id, peer: Some(peer), session, tag, offer });
        self.is_changed = true;
        self.log(if is_new { "entered" } else { "came back" }, id, &[("role", link.role.to_string())]);
        Ok(Brought { answer, ice_servers: self.ice_servers(id) })
    }

    async fn connect(&mut self, offer: &Offer) -> Result<(PeerId, String), Unbrought> {
        let peer = self.peers.add(self.id());
        match self.behind.sfu.join(peer, offer.sdp.clone()).await {
            Ok(answer) => Ok((peer, answer)),
            Err(error) => {
                self.peers.remove(peer);
                Err(Unbrought::Offer(error))
            }
        }
    }

    async fn patch(
        &mut self,
        link: u32,
        session: &str,
        tag: Option<&str>,
        credentials: Option<Credentials>,
        next: String,
    ) -> Result<Patched, Unpatched> {
        let known = self.equipped.get_mut(&link).filter(|known| known.session == session);
        let known = known.ok_or(Unpatched::Unknown)?;
        let peer = known.peer.ok_or(Unpatched::Unknown)?;
        let anew = credentials.filter(|given| *given != known.offer.credentials);
        match (anew, tag) {
            (_, Some(tag)) if tag != known.tag => Err(Unpatched::Stale),
            // This side takes whatever address a client that proves itself comes from: there is nothing to note.
            (None, _) => Ok(Patched::Noted),
            // RFC 9725, section 4.3.3: who looks for a way anew does not name the former one.
            (Some(_), Some(_)) => Err(Unpatched::Stale),
            (Some(credentials), None) => {
                let offer = known.offer.with(credentials);
                let answer = self.behind.sfu.renegotiate(peer, offer.sdp.clone()).await.map_err(Unpatched::Offer)?;
                (known.offer, known.tag) = (offer, next);
                Ok(Patched::Restarted(answer))
            }
        }
    }

    /// The connections of all equipment, by whose they are.
    pub(super) fn equipped_peers(&self) -> impl Iterator<Item = (ParticipantId, PeerId)> {
        self.equipped.values().filter_map(|known| Some((known.id, known.peer?)))
    }

    /// A connection is gone: its place is kept for a time, as everyone's is. False if it is no equipment's.
    pub(super) fn lose_equipment(&mut self, peer: PeerId) -> bool {
        let Some(known) = self.equipped.values_mut().find(|known| known.peer == Some(peer)) else { return false };
        known.peer = None;
        let id = known.id;
        self.meeting.lose(id);
        self.gone.insert(id, Instant::now());
        self.is_changed = true;
        self.log("was lost", id, &[]);
        true
    }

    /// Lets those go that are no longer there.
    pub(super) async fn clear_equipment(&mut self) {
        let is_over = self.meeting.is_over();
        let over = |known: &Equipment| is_over || self.meeting.person(known.id).is_none();
        let links: Vec<u32> = self.equipped.iter().filter(|(_, known)| over(known)).map(|(link, _)| *link).collect();
        for link in links {
            if let Some(known) = self.equipped.remove(&link) {
                self.let_go(known.peer).await;
            }
        }
    }

    /// Takes back the token of something that was sent out: it would come back by itself.
    pub(super) async fn bar(&self, id: ParticipantId, by: cloudsite_domain::audit::Actor) -> Result<(), Refusal> {
        let Some(link) = self.equipped.iter().find(|(_, known)| known.id == id).map(|(link, _)| *link) else {
            return Ok(());
        };
        let (plans, meeting) = (self.behind.plans.clone(), self.id());
        blocking(move || plans.take_back(meeting, link, by)).await
    }
}
