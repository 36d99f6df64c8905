//! A peer of the hub: its connection, the path to it, what it publishes and where it receives.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rand::Rng;
use rtc::crypto::RTCCrypto;

use super::plea::Plea;
use crate::engine::{Answer, Credentials, Engine, Kind, Line, Way};
use crate::event::{Path, Receiver};
use crate::forward::clock::SenderClock;
use crate::forward::packet::Codec;
use crate::forward::repairs::Repairs;
use crate::forward::rewrite::Rewriter;
use crate::names::{PeerId, Source, TrackId};
use crate::stun::Request;

/// Transactions that are remembered, so that a request that someone has recorded does not move the path.
const TRANSACTIONS: usize = 64;

/// A path by which nothing has come for this long gives way to one by which something does.
const PATH_SILENT: Duration = Duration::from_millis(1_500);

/// A timer that is due again at once would never let anything else be done.
const SHORTEST_TIMER: Duration = Duration::from_millis(2);

/// An m-line in which a peer receives.
pub(super) struct Inlet {
    pub line: usize,
    pub mid: String,
    pub kind: Kind,
    pub codecs: Vec<Codec>,
    pub track: Option<TrackId>,
    /// The layer that it is to receive; another's packets still go until that one has a key frame.
    pub target: usize,
    pub rewriter: Rewriter,
    pub repairs: Repairs,
    pub plea: Plea,
}

impl Inlet {
    /// Whether it can receive tracks of a kind.
    pub(super) fn is_of(&self, kind: Kind) -> bool {
        self.kind == kind && !self.codecs.is_empty()
    }
}

/// A peer.
pub(super) struct Peer {
    pub engine: Box<dyn Engine>,
    /// The credentials that hold. Those of before an ICE restart do not: a client that is answered under them would
    /// stay with them.
    pub credentials: Credentials,
    pub path: Option<Path>,
    /// Whether the client has said which path is to be taken.
    pub nominated: bool,
    /// When something last came by the path.
    pub alive: Instant,
    pub connected: bool,
    pub joined: Instant,
    pub heard: Instant,
    pub deadline: Option<Instant>,
    /// As whose sender it reports.
    pub reporter: Option<u32>,
    /// Whether it is noted that its connection may have something to send.
    pub touched: bool,
    pub inlets: Vec<Inlet>,
    /// Those in whose m-lines nothing is received at present. Their streams may go on, and then with the next numbers: one
    /// that was used is never used again.
    resting: Vec<Inlet>,
    /// How much fits down the line to it, bits a second; none if that is not known to be narrow.
    pub fits: Option<u64>,
    /// The pictures of which less than wanted fits: how high each may be, or that it is left out.
    pub limits: Vec<(TrackId, Option<u16>)>,
    /// How its clock lies to the time.
    pub clock: SenderClock,
    /// What is published in each m-line.
    pub outlets: Vec<Option<TrackId>>,
    names: Vec<(String, Source)>,
    transactions: VecDeque<[u8; 12]>,
}

/// Takes the receiver of an m-line out of others.
fn take(inlets: &mut Vec<Inlet>, mid: &str) -> Option<Inlet> {
    inlets.iter().position(|inlet| inlet.mid == mid).map(|at| inlets.swap_remove(at))
}

impl Peer {
    pub(super) fn new(now: Instant, engine: Box<dyn Engine>, credentials: Credentials) -> Self {
        Self {
            engine,
            credentials,
            path: None,
            nominated: false,
            alive: now,
            connected: false,
            joined: now,
            heard: now,
            deadline: None,
            reporter: None,
            touched: false,
            inlets: Vec::new(),
            resting: Vec::new(),
            fits: None,
            limits: Vec::new(),
            clock: SenderClock::default(),
            outlets: Vec::new(),
            names: Vec::new(),
            transactions: VecDeque::new(),
        }
    }

    /// Takes what was negotiated, and gives the tracks that the peer may publish with their m-line and layers.
    /// Receivers that are still there stay as they are.
    pub(super) fn take(
        &mut self,
        peer: PeerId,
        answer: &Answer,
        random: &mut impl Rng,
    ) -> Vec<(TrackId, usize, usize)> {
        self.credentials = answer.credentials.clone();
        let mut former = std::mem::take(&mut self.inlets);
        former.append(&mut self.resting);
        let mut published = Vec::new();
        self.outlets = vec![None; answer.lines.len()];
        for (index, line) in answer.lines.iter().enumerate() {
            match line.way {
                Way::Up => {
                    if let Some(source) = self.name(line) {
                        let track = TrackId { peer, source };
                        self.outlets[index] = Some(track);
                        published.push((track, index, line.layers));
                    }
                }
                Way::Down => {
                    let known = take(&mut former, &line.mid);
                    let inlet = known.map(|inlet| Inlet { line: index, codecs: line.codecs.clone(), ..inlet });
                    self.inlets.push(inlet.unwrap_or_else(|| Inlet {
                        line: index,
                        mid: line.mid.clone(),
                        kind: line.kind,
                        codecs: line.codecs.clone(),
                        track: None,
                        target: 0,
                        repairs: Repairs::default(),
                        plea: Plea::default(),
                        rewriter: Rewriter::new(random.next_u32() as u16 & 0x7fff, random.next_u32()),
                    }));
                }
                Way::None => {
                    let rests = take(&mut former, &line.mid).map(|inlet| Inlet { track: None, ..inlet });
                    self.resting.extend(rests);
                }
            }
        }
        published
    }

    /// The source of a sending m-line: the first of its kind that is not another's yet. It stays that one's, so that
    /// a screen does not become a camera when the camera's m-line is switched off.
    fn name(&mut self, line: &Line) -> Option<Source> {
        if let Some((_, source)) = self.names.iter().find(|(mid, _)| *mid == line.mid) {
            return Some(*source);
        }
        let sources: &[Source] = match line.kind {
            Kind::Audio => &[Source::Microphone],
            Kind::Video => &[Source::Camera, Source::Screen],
        };
        let free = sources.iter().find(|source| self.names.iter().all(|(_, named)| named != *source))?;
        self.names.push((line.mid.clone(), *free));
        Some(*free)
    }

    /// Notes that something has come.
    pub(super) fn hear(&mut self, now: Instant, from: Path) {
        self.heard = now;
        if self.path == Some(from) {
            self.alive = now;
        }
    }

    /// Whether nothing has chosen a path yet. A client begins with the first that answers it, and says which one it is
    /// to be only with its next request, up to a second later (RFC 8445, 12.1.1): until then it is answered where it is.
    pub(super) const fn is_open(&self) -> bool {
        !self.nominated && !self.connected
    }

    /// The request that its connection is to see, if any: one that nominates, or the first that there is as if it did.
    pub(super) fn check(&self, request: &Request, bytes: BytesMut, crypto: &dyn RTCCrypto) -> Option<BytesMut> {
        if request.nominates {
            return Some(bytes);
        }
        let made = (self.is_open() && self.path.is_none())
            .then(|| request.nominating(&self.credentials.password, crypto))
            .flatten();
        made.map(|made| BytesMut::from(made.as_slice()))
    }

    /// Whether a path is to be taken for the one before: the client says so, or it is the only one that still works. A
    /// client behind a translator that gives it another port does not know of it, and has nothing to say.
    pub(super) fn moves(&self, now: Instant, to: Path, nominates: bool) -> bool {
        let is_silent = now.saturating_duration_since(self.alive) >= PATH_SILENT;
        self.path != Some(to) && (nominates || self.is_open() || (self.path.is_some() && is_silent))
    }

    /// Whether a transaction is new, and not a recorded one that is sent again.
    pub(super) fn is_new(&mut self, transaction: [u8; 12]) -> bool {
        if self.transactions.contains(&transaction) {
            return false;
        }
        if self.transactions.len() == TRANSACTIONS {
            self.transactions.pop_front();
        }
        self.transactions.push_back(transaction);
        true
    }

    /// Notes that its connection may have something to send.
    pub(super) fn touch(&mut self, id: PeerId, touched: &mut VecDeque<PeerId>) {
        if !std::mem::replace(&mut self.touched, true) {
            touched.push_back(id);
        }
    }

    /// Notes when the connection wants to be woken next.
    pub(super) fn wind(&mut self, now: Instant) {
        self.deadline = self.engine.poll_timeout().map(|due| due.max(now + SHORTEST_TIMER));
    }

    /// What lies in its receivers.
    pub(super) fn receivers(&self) -> Vec<Receiver> {
        self.inlets.iter().map(|inlet| Receiver { mid: inlet.mid.clone(), track: inlet.track }).collect()
    }
}
