//! The seat in a meeting: coming to it, and keeping it over lost connections.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use cloudsite_link::{Client, Led, LinkError, pause};
use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::join_request::Way;
use cloudsite_proto::meeting::join_response::Event as Came;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{
    JoinRequest, JoinResponse, Leave, Listen, MeetingRole, Person, Ready, RecordingState, Roam, Said, State, Switch,
    Welcome,
};
use cloudsite_proto::scene::Camera;
use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, sleep, sleep_until};

use super::super::client;
use super::line::{Line, Transport};
use super::signals::Signals;
use super::sound::{Piece, Sound};
use super::standing::{Ending, Microphone, Recording, Stage, Standing};
use super::{Board, Command, EVENTS, Event, Joining};

/// How often it is made sure that the stream is still the seat: a network that is gone does not say so.
const PULSE: Duration = Duration::from_secs(8);
/// Pieces of the own voice that wait to be sent, a tenth of a second.
const PIECES: usize = 5;
/// How long the last word may take.
const LAST_WORD: Duration = Duration::from_millis(500);

/// What comes to whoever sits there.
struct Inbox {
    commands: mpsc::Receiver<Command>,
    events: mpsc::Receiver<Event>,
    pieces: mpsc::Receiver<Piece>,
}

/// Whether it goes on.
pub(super) enum Goes {
    On,
    /// The connection was lost.
    Lost,
    Over(Ending),
}

/// One who takes part.
pub(super) struct Seat {
    pub(super) client: Client,
    pub(super) joining: Joining,
    pub(super) board: Board,
    pub(super) sound: Sound,
    pub(super) events: mpsc::Sender<Event>,
    token: Option<String>,
    /// The own number; 0 before one is welcomed.
    pub(super) own: u32,
    title: String,
    pub(super) state: State,
    pub(super) signals: Option<Signals>,
    pub(super) led: Led,
    /// What others have said of their view, who do not lead: word of it may come before word that they do.
    pub(super) others: BTreeMap<u32, Led>,
    /// Whether the view has gone to where whoever leads is.
    pub(super) has_followed: bool,
    /// Where one looks from.
    pub(super) at: Option<Camera>,
    /// Whether the microphone is to be on.
    pub(super) speaks: bool,
    pub(super) line: Option<Line>,
    /// What the next connection is tried over.
    pub(super) transport: Transport,
    /// Counts the connections.
    pub(super) number: u32,
    /// When another connection is made in place of this one, unless it works by then.
    pub(super) renew_at: Option<Instant>,
    /// Whose voice lies in which receiver.
    pub(super) voices: BTreeMap<String, u32>,
}

/// Takes part until it is over, or until the viewer has ended.
pub(super) async fn attend(joining: Joining, commands: mpsc::Receiver<Command>, board: Board) {
    board.show(&Standing::default());
    let client = match client(&joining.base_url, joining.authorities.as_deref()) {
        Ok(client) => client,
        Err(error) => return board.show(&over(Ending::Refused(error.to_string()), String::new())),
    };
    let (said, pieces) = mpsc::channel(PIECES);
    let (sender, events) = mpsc::channel(EVENTS);
    let sound = Sound::open(said, joining.cancels_echo);
    let speaks = !joining.mute;
    let mut seat = Seat {
        client,
        joining,
        board,
        sound,
        events: sender,
        token: None,
        own: 0,
        title: String::new(),
        state: State::default(),
        signals: None,
        led: Led::default(),
        others: BTreeMap::new(),
        has_followed: false,
        at: None,
        speaks,
        line: None,
        transport: Transport::Udp,
        number: 0,
        renew_at: None,
        voices: BTreeMap::new(),
    };
    let ending = seat.sit(&mut Inbox { commands, events, pieces }).await;
    seat.hang_up().await;
    seat.board.show(&over(ending, seat.title));
}

fn over(ending: Ending, meeting: String) -> Standing {
    Standing { stage: Stage::Over(ending), meeting, ..Standing::default() }
}

impl Seat {
    async fn sit(&mut self, inbox: &mut Inbox) -> Ending {
        let mut failures = 0;
        loop {
            match self.stream(inbox, &mut failures).await {
                Ok(Goes::Over(ending)) => return ending,
                Ok(_) => {}
                Err(error @ (LinkError::Unreachable { .. } | LinkError::Internal { .. })) => {
                    // Once each time that it is lost: it is tried for as long as it takes.
                    if failures == 0 {
                        eprintln!("meeting: {error}");
                    }
                }
                Err(error) => return Ending::Refused(error.to_string()),
            }
            self.signals = None;
            self.show(if self.token.is_some() { Stage::Away } else { Stage::Coming });
            failures += 1;
            let mut again = pin!(sleep(pause(failures)));
            loop {
                tokio::select! {
                    () = &mut again => break,
                    command = inbox.commands.recv() => if command.is_none() { return Ending::Left },
                    // What is said meanwhile, and what is told of a connection that was lost, concerns nobody.
                    Some(_) = inbox.pieces.recv() => {}
                    Some(_) = inbox.events.recv() => {}
                }
            }
        }
    }

    /// One stream, from its opening to its end.
    async fn stream(&mut self, inbox: &mut Inbox, failures: &mut u32) -> Result<Goes, LinkError> {
        let mut stream = pin!(self.client.join(self.request()).await?);
        let mut pulse = interval_at(Instant::now() + PULSE, PULSE);
        loop {
            let renew_at = self.renew_at;
            let renew = async {
                match renew_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let goes = tokio::select! {
                message = stream.next() => match message {
                    None => Goes::Lost,
                    Some(message) => self.take(message?, failures).await,
                },
                Some(event) = inbox.events.recv() => self.hear_event(event).await,
                command = inbox.commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => self.leave().await,
                },
                Some(piece) = inbox.pieces.recv() => {
                    if let Some(line) = &mut self.line {
                        line.speak(piece).await;
                    }
                    Goes::On
                }
                _ = pulse.tick() => {
                    self.put(Signal::Said(Said { what: Some(What::Ready(Ready {})) }));
                    Goes::On
                }
                () = renew => {
                    self.renew_line().await;
                    Goes::On
                }
            };
            if !matches!(goes, Goes::On) {
                return Ok(goes);
            }
        }
    }

    fn request(&self) -> JoinRequest {
        let way = self.token.clone().map_or_else(|| Way::Link(self.joining.link.secret.clone()), Way::ResumeToken);
        JoinRequest { way: Some(way), display_name: self.joining.name.clone(), language: self.joining.floor.clone() }
    }

    async fn take(&mut self, message: JoinResponse, failures: &mut u32) -> Goes {
        match message.event {
            Some(Came::Welcome(welcome)) => {
                *failures = 0;
                self.be_welcomed(welcome).await;
            }
            Some(Came::State(state)) if state.version >= self.state.version => self.become_state(state, false).await,
            Some(Came::Heard(heard)) => self.hear(heard),
            Some(Came::Receivers(receivers)) => self.take_receivers(receivers),
            Some(Came::Farewell(farewell)) => return Goes::Over(Ending::Farewell(farewell.reason())),
            // A showroom sends its voice, which has no layers.
            Some(Came::State(_) | Came::Layers(_)) | None => {}
        }
        Goes::On
    }

    /// By a new stream, or in another room of the same.
    async fn be_welcomed(&mut self, welcome: Welcome) {
        let is_new_stream = self.signals.is_none();
        if is_new_stream {
            let token = welcome.resume_token.clone();
            self.signals = Some(Signals::begin(self.client.clone(), token, self.events.clone()));
        }
        self.token = Some(welcome.resume_token);
        self.title = welcome.meeting.map(|meeting| meeting.title).unwrap_or_default();
        if self.own != welcome.participant {
            (self.own, self.state) = (welcome.participant, State::default());
        }
        self.become_state(welcome.state.unwrap_or_default(), is_new_stream).await;
    }

    async fn become_state(&mut self, state: State, is_new_stream: bool) {
        let followed = self.follows();
        let before = std::mem::replace(&mut self.state, state);
        let was = before.people.into_iter().find(|person| person.id == self.own && !person.waiting);
        if self.state.leader != before.leader {
            // What was shown before is over.
            (self.led, self.has_followed) = (self.others.remove(&self.state.leader).unwrap_or_default(), false);
            self.others.clear();
            self.see_all();
        }
        let people = &self.state.people;
        self.others.retain(|id, _| people.iter().any(|person| person.id == *id));
        let Some(me) = self.me().filter(|me| !me.waiting).cloned() else { return self.show(Stage::Lobby) };
        if was.as_ref().is_some_and(|was| was.room != me.room) && self.speaks {
            // Nobody is heard by whom they do not expect.
            self.speaks = false;
            eprintln!("meeting: you are in another room; the microphone is off");
            self.switch();
        }
        let was_out = was.is_none();
        if is_new_stream || was_out {
            self.begin_line().await;
            self.switch();
            self.listen(&me);
            if was.is_some_and(|was| was.free) && !me.free {
                self.act(Which::Roam(Roam { free: true }));
            }
        }
        if followed || is_new_stream || was_out {
            self.say_where().await;
        }
        self.set_loudness();
        self.show(Stage::Inside);
    }

    /// Hears the floor that was chosen, where the meeting has it.
    fn listen(&self, me: &Person) {
        let floor = &self.joining.floor;
        if self.state.floors.contains(floor) && (me.hears != *floor || !me.hears_original) {
            self.act(Which::Listen(Listen { floor: floor.clone(), original: true }));
        }
    }

    async fn leave(&mut self) -> Goes {
        let Some(resume_token) = self.token.clone() else { return Goes::Over(Ending::Left) };
        let signal = Some(Signal::Leave(Leave {}));
        // The last signal of a stay goes before all that wait; the server finds out by itself where it does not hear it.
        let request = cloudsite_proto::meeting::SignalRequest { resume_token, sequence: u64::MAX, signal };
        let _unheard = tokio::time::timeout(LAST_WORD, self.client.signal(request)).await;
        Goes::Over(Ending::Left)
    }

    /// Oneself.
    pub(super) fn me(&self) -> Option<&Person> {
        self.state.people.iter().find(|person| person.id == self.own)
    }

    /// Whether one is let in.
    pub(super) fn is_inside(&self) -> bool {
        self.me().is_some_and(|me| !me.waiting)
    }

    /// Signals, if there is a stream.
    pub(super) fn put(&self, signal: Signal) {
        if let Some(signals) = &self.signals {
            signals.put(signal);
        }
    }

    /// Does something, if there is a stream.
    pub(super) fn act(&self, act: Which) {
        if let Some(signals) = &self.signals {
            signals.act(act);
        }
    }

    /// Switches the microphone as it is to be, and says so.
    pub(super) fn switch(&self) {
        let may_speak = self.me().is_some_and(|me| !me.waiting && me.role() != MeetingRole::Observer);
        let microphone = self.speaks && may_speak && self.sound.has_microphone();
        self.sound.speak(microphone);
        if may_speak {
            self.act(Which::Switch(Switch { microphone, camera: false, screen: false }));
        }
    }

    fn microphone(&self, me: &Person) -> Microphone {
        match (self.sound.has_microphone() && me.role() != MeetingRole::Observer, me.muted, self.speaks) {
            (false, ..) => Microphone::None,
            (_, true, _) => Microphone::Muted,
            (.., true) => Microphone::On,
            (.., false) => Microphone::Off,
        }
    }

    /// How it stands with the recording.
    pub(super) fn recording(&self) -> Recording {
        let me = self.me();
        // Of what is said in a room aside nothing is recorded.
        if me.is_some_and(|me| me.room != 0) {
            return Recording::Off;
        }
        match (self.state.recording(), me.is_some_and(|me| me.agrees_to_recording)) {
            (RecordingState::On, _) => Recording::On,
            (RecordingState::Waiting, true) => Recording::Agreed,
            (RecordingState::Waiting, false) => Recording::Asked,
            _ => Recording::Off,
        }
    }

    /// Says how one stands.
    pub(super) fn show(&self, stage: Stage) {
        let leader = self.state.people.iter().find(|person| person.id == self.state.leader && person.id != self.own);
        let me = self.me().cloned().unwrap_or_default();
        self.board.show(&Standing {
            stage,
            meeting: self.title.clone(),
            leader: leader.map(|leader| leader.name.clone()),
            is_free: me.free,
            microphone: self.microphone(&me),
            recording: self.recording(),
        });
    }
}
