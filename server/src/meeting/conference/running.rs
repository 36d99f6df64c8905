//! One meeting that runs: a task that takes commands in turn.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cloudsite_domain::audit::Actor;
use cloudsite_domain::meeting::{
    Joining, Kept, Meeting, MeetingId, OPEN_BEFORE, ParticipantId, Place, Room, RoomId, Scheduled, Side,
};
use cloudsite_proto::meeting as wire;
use cloudsite_proto::meeting::farewell::Reason;
use cloudsite_proto::meeting::join_response::Event;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_sfu::{Channel, PeerId, Receiver, TrackId};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tonic::Status;

use super::convert;
use super::hall::{Behind, Peers};
use super::journal::Journal;
use super::media::Media;
use super::said::Shown;
use super::seat::{Answered, Inbox, Seat, Turn};
use super::service::not_here;
use super::token::{Came, Seating};
use crate::grpc::Refusal;
use crate::identity::Resolved;
use crate::meeting::wire::time_to_wire;

mod equipment;
mod links;
mod plan;
mod recording;
mod signals;
mod speech;

use self::equipment::Equipped;
pub(super) use self::equipment::{Asked, Brought, Patched, Unbrought, Unpatched};
use self::recording::Taping;

/// How often it is looked who is gone.
const LOOKS_EVERY: Duration = Duration::from_millis(500);

/// How long the place of someone is kept who is gone.
const KEPT_FOR: Duration = Duration::from_secs(90);

/// How long a meeting goes on in which nobody is.
const EMPTY_FOR: Duration = Duration::from_mins(2);

/// How many commands are taken before what has changed is told.
const AT_ONCE: usize = 32;

/// Someone comes.
pub(super) struct Entering {
    /// The number that they have, or get.
    pub(super) id: ParticipantId,
    /// The number of their stream.
    pub(super) stream: u64,
    /// Who they are.
    pub(super) joining: Joining,
    /// Who makes the call.
    pub(super) caller: Resolved,
    /// How they come.
    pub(super) came: Option<Came>,
    /// Where what they are told comes out, or why they do not get in.
    pub(super) reply: oneshot::Sender<Result<Inbox, Refusal>>,
}

/// What a meeting takes.
pub(super) enum Command {
    /// Someone comes, or comes back.
    Enter(Box<Entering>),
    /// Someone signals.
    Signal { seating: Box<Seating>, sequence: u64, signal: Box<Signal>, reply: oneshot::Sender<Answered> },
    /// It is asked who is there by which link.
    PresentByLinks { reply: oneshot::Sender<BTreeMap<u32, Vec<String>>> },
    /// A link was taken back.
    LinkRevoked { link: u32, reply: oneshot::Sender<()> },
    /// It is planned otherwise now, or was called off.
    Changed(Box<Scheduled>, oneshot::Sender<()>),
    /// Something is asked for what has a token.
    Equipment(Box<Asked>),
    /// The media plane says something.
    Media(MediaEvent),
}

/// What the media plane says of one meeting's connections.
pub(super) enum MediaEvent {
    /// What lies in someone's receivers.
    Receivers { peer: PeerId, receivers: Vec<Receiver>, narrow: bool },
    /// Which layers of a track are to be sent.
    Layers { track: TrackId, sent: Vec<bool> },
    /// How loud people are.
    Levels { levels: Vec<(PeerId, u8)> },
    /// Someone says something over a data channel.
    Message { peer: PeerId, channel: Channel, bytes: Bytes },
    /// A connection is gone.
    Left { peer: PeerId },
}

/// A meeting that runs.
pub(super) struct Running {
    scheduled: Scheduled,
    meeting: Meeting,
    behind: Behind,
    peers: Arc<Peers>,
    journal: Journal,
    media: Media,
    seats: BTreeMap<ParticipantId, Seat>,
    equipped: Equipped,
    /// Since when those are gone whose place is kept.
    gone: BTreeMap<ParticipantId, Instant>,
    /// What is shown in each room, and by whom.
    shown: BTreeMap<RoomId, (ParticipantId, Shown)>,
    taping: Taping,
    /// What was last given to be kept: whether it is locked, and of whom what they are.
    kept: (bool, BTreeMap<ParticipantId, Kept>),
    version: u64,
    is_changed: bool,
    empty_since: Instant,
    looks: u32,
}

impl Running {
    /// One that nobody has entered yet.
    pub(super) fn new(scheduled: Scheduled, meeting: Meeting, behind: Behind, peers: Arc<Peers>) -> Self {
        // Media pass within a meeting, and not between two.
        let behind = Behind { sfu: behind.sfu.apart(), ..behind };
        let media = Media::new(behind.sfu.clone());
        let journal = Journal::open(behind.plans.clone(), scheduled.id);
        let kept = (meeting.is_locked(), meeting.kept());
        Self {
            scheduled,
            meeting,
            behind,
            peers,
            journal,
            media,
            seats: BTreeMap::new(),
            equipped: Equipped::new(),
            gone: BTreeMap::new(),
            shown: BTreeMap::new(),
            taping: Taping::none(),
            kept,
            version: 0,
            is_changed: false,
            empty_since: Instant::now(),
            looks: 0,
        }
    }

    const fn id(&self) -> MeetingId {
        self.scheduled.id
    }

    fn now(&self) -> Timestamp {
        (self.behind.clock)()
    }

    /// Runs until it was ended, nobody has been there for a time, or the server stops.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>, mut stop: watch::Receiver<bool>) {
        let mut look = interval(LOOKS_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopped(&mut stop) => break,
                command = commands.recv() => {
                    let Some(command) = command else { break };
                    self.take(command).await;
                    for _ in 1..AT_ONCE {
                        let Ok(command) = commands.try_recv() else { break };
                        self.take(command).await;
                    }
                }
                _ = look.tick() => self.look().await,
            }
            self.tell_changes().await;
            let is_left = self.seats.is_empty() && self.empty_since.elapsed() > EMPTY_FOR;
            if is_left || (self.meeting.is_over() && self.seats.is_empty()) {
                break;
            }
        }
        commands.close();
        self.taping.end().await;
        for (_, peer) in self.equipped_peers().collect::<Vec<_>>() {
            self.let_go(Some(peer)).await;
        }
        for seat in std::mem::take(&mut self.seats).into_values() {
            self.let_go(seat.peer).await;
        }
    }

    async fn take(&mut self, command: Command) {
        match command {
            Command::Enter(entering) => self.enter(*entering).await,
            Command::Signal { seating, sequence, signal, reply } => {
                let answered = self.signal_in_turn(&seating, sequence, *signal).await;
                self.cut().await;
                // Who signalled may be gone by now.
                let _gone = reply.send(answered);
            }
            Command::PresentByLinks { reply } => drop(reply.send(self.present_by_links())),
            Command::LinkRevoked { link, reply } => {
                self.let_go_by_link(link).await;
                self.cut().await;
                let _gone = reply.send(());
            }
            Command::Changed(scheduled, done) => {
                self.replan(*scheduled);
                let _gone = done.send(());
            }
            Command::Equipment(asked) => self.equip(*asked).await,
            Command::Media(event) => self.hear(event).await,
        }
        self.forget_shown();
    }

    async fn enter(&mut self, Entering { id, stream, joining, caller, came, reply }: Entering) {
        let is_new = self.meeting.person(id).is_none();
        if let Err(refused) = self.meeting.join(id, joining) {
            let _gone = reply.send(Err(refused.into()));
            return;
        }
        if let Some(mut former) = self.seats.remove(&id) {
            former.tell(farewell(Reason::Replaced));
            self.let_go(former.peer).await;
        }
        self.gone.remove(&id);
        let Some(seating) = self.seating(id, stream, came) else {
            let _gone = reply.send(Err(Refusal::Interrupted));
            return;
        };
        let meeting = self.behind.plans.shown(&self.scheduled, &caller.principal);
        let (mut seat, inbox) = Seat::new(seating, caller);
        seat.meeting = meeting;
        self.seats.insert(id, seat);
        self.is_changed = true;
        self.welcome(id);
        self.show(id);
        let revision = self.behind.views.public().newest();
        let did = if is_new { "entered" } else { "came back" };
        self.log(did, id, &[("revision", revision.to_string())]);
        // If the caller is gone, so is the stream, and that is seen at the next look.
        let _gone = reply.send(Ok(inbox));
    }

    /// How the meeting stands, as someone sees it.
    fn state_for(&self, id: ParticipantId) -> wire::State {
        let recording_trouble = convert::trouble_to_wire(self.taping.trouble).into();
        wire::State { recording_trouble, ..convert::state(&self.meeting, self.version, id) }
    }

    /// What the token of someone says now.
    fn seating(&self, id: ParticipantId, stream: u64, came: Option<Came>) -> Option<Seating> {
        let person = self.meeting.person(id)?;
        let until = self.scheduled.ends_at + OPEN_BEFORE;
        Some(Seating::of(self.id(), stream, person, came, self.room_of(id), until))
    }

    fn room_of(&self, id: ParticipantId) -> Option<&Room> {
        match self.meeting.person(id)?.place {
            Place::Room(room) => self.meeting.room(room),
            Place::Lobby => None,
        }
    }

    /// Tells someone who they are here, with a token that says so.
    fn welcome(&mut self, id: ParticipantId) {
        let state = self.state_for(id);
        let at = self.now();
        let ice_servers = self.ice_servers(id);
        let Some(seat) = self.seats.get_mut(&id) else { return };
        let Some(resume_token) = seat.seating.sealed(&self.behind.identity) else {
            tracing::error!("a token of a meeting could not be sealed");
            return;
        };
        let meeting = Some(seat.meeting.clone());
        seat.tell(Event::Welcome(wire::Welcome {
            participant: id.0,
            resume_token,
            meeting,
            state: Some(state),
            at: Some(time_to_wire(at)),
            ice_servers,
        }));
    }

    /// The relays for someone, with credentials of their own until nobody comes in any more. Whoever waits has nothing to send,
    /// and is told of none.
    fn ice_servers(&self, id: ParticipantId) -> Vec<wire::IceServer> {
        let Some(relays) = self.behind.relays.as_ref().filter(|_| self.room_of(id).is_some()) else {
            return Vec::new();
        };
        let until = self.scheduled.ends_at.max(self.now()) + OPEN_BEFORE;
        relays.for_attendee(&format!("{}-{id}", self.id()), until)
    }

    /// Tells everyone who has changed what: by their token, by the state that they see, and by media.
    async fn tell_changes(&mut self) {
        self.cut().await;
        if !std::mem::take(&mut self.is_changed) {
            return;
        }
        self.version += 1;
        self.keep();
        let ids: Vec<_> = self.seats.keys().copied().collect();
        for id in ids {
            let known = self.seats.get(&id).map(|seat| (seat.seating.stream, seat.seating.came));
            let Some((stream, came)) = known else { continue };
            match self.seating(id, stream, came) {
                None => self.dismiss(id, Reason::Removed).await,
                Some(_) if self.meeting.is_over() => self.dismiss(id, Reason::Ended).await,
                Some(seating) => self.tell_state(id, seating),
            }
        }
        self.clear_equipment().await;
        let peers = self.connected();
        self.media.update(&self.meeting, &peers).await;
        self.record(&peers).await;
    }

    /// Takes out of the media plane what must not be carried any more, before anyone is told or answered.
    async fn cut(&mut self) {
        if self.is_changed {
            let peers = self.connected();
            self.media.cut(&self.meeting, &peers).await;
        }
    }

    /// Gives what has changed of what is kept to be written down.
    fn keep(&mut self) {
        let (is_locked, now) = (self.meeting.is_locked(), self.meeting.kept());
        let (was_locked, before) = &self.kept;
        let changed = now.iter().filter(|(id, kept)| before.get(id) != Some(kept));
        let changed: BTreeMap<_, _> = changed.map(|(id, kept)| (*id, kept.clone())).collect();
        if (!changed.is_empty() || is_locked != *was_locked) && self.journal.keep(is_locked, changed) {
            self.kept = (is_locked, now);
        }
    }

    /// Everyone's connection, equipment's among them.
    fn connected(&self) -> BTreeMap<ParticipantId, PeerId> {
        let of_people = self.seats.iter().filter_map(|(id, seat)| Some((*id, seat.peer?)));
        of_people.chain(self.equipped_peers()).collect()
    }

    fn tell_state(&mut self, id: ParticipantId, seating: Seating) {
        let state = self.state_for(id);
        let Some(seat) = self.seats.get_mut(&id) else { return };
        if seat.seating == seating {
            seat.tell(Event::State(state));
            return;
        }
        // Whoever has come into another room is shown what is shown there.
        seat.seating = seating;
        self.welcome(id);
        self.show(id);
    }

    /// Ends the seats of members who have signed out, were disabled or are no longer what they came as.
    async fn withdraw(&mut self) {
        let fallen: Vec<_> = self.seats.iter().filter(|(_, seat)| !self.stands(seat)).map(|(id, _)| *id).collect();
        for id in fallen {
            self.log("is no longer a member who may take part", id, &[]);
            self.dismiss(id, Reason::Withdrawn).await;
            self.meeting.leave(id);
            self.is_changed = true;
        }
    }

    /// Whether a seat is still that of whoever has it. Who came by a link has it until it is taken back, or a host sends them
    /// out.
    fn stands(&self, seat: &Seat) -> bool {
        let Some(came @ Came::Member { .. }) = seat.seating.came else { return true };
        let now = self.behind.identity.now_of(&seat.caller);
        now.is_some_and(|now| Came::of(&self.scheduled, &now) == Some(came))
    }

    async fn dismiss(&mut self, id: ParticipantId, why: Reason) {
        if let Some(mut seat) = self.seats.remove(&id) {
            seat.tell(farewell(why));
            self.let_go(seat.peer).await;
        }
        self.note_empty();
    }

    fn note_empty(&mut self) {
        if self.seats.is_empty() {
            self.empty_since = Instant::now();
        }
    }

    async fn let_go(&self, peer: Option<PeerId>) {
        if let Some(peer) = peer {
            self.peers.remove(peer);
            self.behind.sfu.leave(peer).await;
        }
    }

    /// Looks who is gone, and for whom a place has been kept long enough.
    async fn look(&mut self) {
        self.withdraw().await;
        let lost: Vec<_> = self.seats.iter().filter(|(_, seat)| seat.is_lost()).map(|(id, _)| *id).collect();
        for id in lost {
            if let Some(seat) = self.seats.remove(&id) {
                self.let_go(seat.peer).await;
            }
            self.meeting.lose(id);
            self.gone.insert(id, Instant::now());
            self.is_changed = true;
            self.log("was lost", id, &[]);
        }
        let over: Vec<_> =
            self.gone.iter().filter(|(_, since)| since.elapsed() > KEPT_FOR).map(|(id, _)| *id).collect();
        for id in over {
            self.gone.remove(&id);
            self.meeting.leave(id);
            self.is_changed = true;
        }
        self.look_at_recording();
        self.looks += 1;
        if self.looks.is_multiple_of(2) {
            self.seats.values_mut().for_each(Seat::next_second);
        }
        if !self.seats.is_empty() {
            self.empty_since = Instant::now();
        }
    }

    async fn signal_in_turn(&mut self, seating: &Seating, sequence: u64, signal: Signal) -> Answered {
        self.withdraw().await;
        let id = seating.participant();
        let seat = self.seats.get(&id).filter(|seat| seat.seating.stream == seating.stream);
        match seat.ok_or_else(not_here)?.turn(sequence) {
            Turn::Again(answered) => return answered,
            Turn::Late(last) => {
                let problem = format!("{sequence} comes after {last} was done: numbers grow");
                return Err(Refusal::field("sequence", problem).into());
            }
            Turn::New => {}
        }
        let answered = self.signal(id, signal).await.map_err(Status::from);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.answered(sequence, answered.clone());
        }
        answered
    }

    /// Who someone is, for the log.
    fn actor(&self, id: ParticipantId) -> Option<Actor> {
        let person = self.meeting.person(id)?;
        let organisation = match &person.side {
            Side::Organisation(code) => code.to_string(),
            Side::Invited => String::new(),
        };
        Some(Actor { label: person.name.to_string(), organisation })
    }

    fn log(&self, did: &'static str, by: ParticipantId, detail: &[(&'static str, String)]) {
        if let Some(actor) = self.actor(by) {
            self.journal.note(did, actor, detail);
        }
    }
}

/// Waits until the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // That nobody is left who could say so is the same.
    drop(stop.wait_for(|stop| *stop).await);
}

fn farewell(reason: Reason) -> Event {
    Event::Farewell(wire::Farewell { reason: reason.into() })
}
