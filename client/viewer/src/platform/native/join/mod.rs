//! Taking part in a meeting as a guest: one view for all, microphone and loudspeaker. All of it runs on a thread of its own; the
//! viewer tells it of keys and hands, and it puts into the viewer's queue what whoever leads shows.

mod keys;
mod line;
mod link;
mod seat;
mod signals;
mod sound;
mod standing;
mod taking_part;
mod view;

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{io, thread};

use bevy::prelude::*;
use cloudsite_link::LinkError;
use cloudsite_proto::scene::{Camera, SceneEvent};
use prost::Message as _;
use tokio::runtime;
use tokio::sync::mpsc;

pub(super) use self::keys::plugin;
use self::line::Told;
pub(super) use self::link::GuestLink;
use self::standing::Standing;
use crate::probe::ViewerHandle;

/// Keys and hands that wait to be heard: more than anyone can press.
const COMMANDS: usize = 64;
/// What is told of signals and of the connection and waits to be heard.
const EVENTS: usize = 256;
/// How long the viewer's end may wait until the meeting has heard of it.
const FAREWELL: Duration = Duration::from_secs(1);

/// How to take part.
#[derive(Debug, Clone)]
pub(super) struct Joining {
    /// The server.
    pub(super) base_url: String,
    /// The authorities (PEM) that its certificate has to lead to, instead of those that the public trusts.
    pub(super) authorities: Option<Vec<u8>>,
    /// The link.
    pub(super) link: GuestLink,
    /// What one is called; empty is what the link says.
    pub(super) name: String,
    /// The floor of interpretation that is heard where it is spoken, a BCP 47 tag; empty is what is said.
    pub(super) floor: String,
    /// Whether the microphone begins switched off.
    pub(super) mute: bool,
    /// Whether what the loudspeaker plays is taken out of what the microphone hears.
    pub(super) cancels_echo: bool,
}

/// What someone does at the viewer.
#[derive(Debug, Clone, PartialEq)]
enum Command {
    /// Moves the camera.
    HandsTook,
    /// Goes back to whoever leads.
    Back,
    /// Switches the microphone on or off.
    Microphone,
    /// Agrees to be recorded, or no longer does.
    Agree(bool),
    /// Looks from here.
    At(Camera),
}

/// What is told of signals and of the connection.
#[derive(Debug)]
enum Event {
    /// The offer of a number is answered.
    Answered(u32, String),
    /// The offer of a number is refused.
    OfferRefused(u32, LinkError),
    /// Another signal is refused.
    Refused(LinkError),
    /// The stream is no longer the seat.
    Lost,
    /// Of the connection of a number.
    Line(u32, Told),
}

/// Where it is shown how one stands, and what whoever leads shows.
#[derive(Clone)]
struct Board {
    words: Arc<Mutex<String>>,
    viewer: ViewerHandle,
}

impl Board {
    /// Says how one stands, if that is new.
    fn show(&self, standing: &Standing) {
        let words = standing.words();
        let mut shown = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown != words {
            eprintln!("meeting: {words}");
            *shown = words;
            self.viewer.wake();
        }
    }

    /// Shows something in the park.
    fn see(&self, event: cloudsite_proto::scene::scene_event::Event) {
        let bytes = SceneEvent { event: Some(event) }.encode_to_vec();
        // A full queue is a viewer that stands still; whoever leads shows more.
        let _full = self.viewer.send(bytes);
    }
}

/// A meeting that is taken part in, as the viewer holds it.
#[derive(Resource, Clone)]
pub(super) struct Meeting {
    words: Arc<Mutex<String>>,
    commands: mpsc::Sender<Command>,
}

impl Meeting {
    /// How one stands.
    pub(super) fn words(&self) -> String {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells of something that was done.
    fn tell(&self, command: Command) {
        if self.commands.try_send(command).is_err() {
            debug!("the meeting is over, or far behind");
        }
    }
}

/// The thread that takes part.
pub(super) struct Attendance(Receiver<()>);

impl Attendance {
    /// Waits until the meeting has heard that the viewer has ended, but not for long.
    pub(super) fn end(self) {
        if self.0.recv_timeout(FAREWELL) == Err(RecvTimeoutError::Timeout) {
            debug!("the meeting was left without a word");
        }
    }
}

/// Takes part on a thread of its own, until the last hold on the meeting is gone.
pub(super) fn spawn(joining: Joining, viewer: ViewerHandle) -> io::Result<(Meeting, Attendance)> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let words = Arc::<Mutex<String>>::default();
    let board = Board { words: words.clone(), viewer };
    let (ended, attendance): (SyncSender<()>, _) = sync_channel(1);
    thread::Builder::new().name("meeting".to_owned()).spawn(move || {
        runtime.block_on(seat::attend(joining, inbox, board));
        drop(ended);
    })?;
    Ok((Meeting { words, commands }, Attendance(attendance)))
}
