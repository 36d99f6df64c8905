//! What is known of meetings, as signals.

use std::collections::BTreeMap;

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::farewell::Reason;
use cloudsite_proto::meeting::{
    CreateGuestLinkResponse, GuestLink, IceServer, Meeting, MeetingRole, SignalResponse, signal_request,
};
use cloudsite_proto::scene::{Camera, NameSeen};
use futures::channel::oneshot;
use leptos::prelude::*;

use super::media::{Device, Own};
use super::pure::chat::{Line, Outgoing};
use super::pure::led::Shown;
use super::pure::quality::{Grade, Measured, Probed};
use super::pure::queue::Queue;
use super::pure::seen::Seen;
use super::pure::stage::{Layout, Speaker};
use super::pure::tiles::{Tile, Tracks};
use crate::pure::meet::Meet;

/// How far one has come into a meeting.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Phase {
    /// In none.
    Out,
    /// It is asked what the link leads to.
    Asking,
    /// Camera and microphone are chosen.
    Checking,
    /// On the way in.
    Entering,
    /// In the lobby.
    Lobby,
    /// There.
    Inside,
    /// It is over.
    Over(Ending),
}

/// Why it is over.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ending {
    /// One has gone.
    Left,
    /// The meeting says so.
    Farewell(Reason),
    /// One does not get in.
    Refused(LinkError),
}

/// The meeting that one comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entrance {
    /// By which way.
    pub(super) way: Meet,
    pub(super) meeting: Meeting,
    pub(super) role: MeetingRole,
    /// What a link calls whoever comes by it.
    pub(super) name: String,
}

/// What of oneself is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Switches {
    pub(super) microphone: bool,
    pub(super) camera: bool,
    pub(super) screen: bool,
}

impl Switches {
    /// Whether something is sent.
    pub(super) const fn of(self, own: Own) -> bool {
        match own {
            Own::Microphone => self.microphone,
            Own::Camera => self.camera,
            Own::Screen => self.screen,
        }
    }

    /// Sends something from now on, or not.
    pub(super) const fn set(&mut self, own: Own, on: bool) {
        match own {
            Own::Microphone => self.microphone = on,
            Own::Camera => self.camera = on,
            Own::Screen => self.screen = on,
        }
    }
}

/// What stands at the side of the park.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    People,
    Chat,
}

/// Whether hands in the park point instead of moving the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Points {
    No,
    /// While the key for it is held.
    WhileHeld,
    /// Until the button is pressed again.
    Always,
}

/// A dialog of those who plan.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Planning {
    /// A new meeting.
    Plan,
    /// Links to this meeting.
    Invite(Box<Meeting>),
}

/// A camera of whoever leads that was followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Followed {
    pub(super) camera: Camera,
    /// When, milliseconds since 1970.
    pub(super) at_ms: f64,
}

/// A signal on its way, and who waits for its answer.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) signal: signal_request::Signal,
    pub(super) reply: Option<oneshot::Sender<Result<SignalResponse, LinkError>>>,
}

/// What components and tasks of this folder share.
#[derive(Debug)]
pub(super) struct Hall {
    /// The meetings that there are, once they were asked for.
    pub(super) plans: RwSignal<Option<Result<Vec<Meeting>, LinkError>>>,
    /// The dialog of those who plan that stands open.
    pub(super) planning: RwSignal<Option<Planning>>,
    /// The link that was made last.
    pub(super) made: RwSignal<Option<CreateGuestLinkResponse>>,
    /// The links to the meeting that is invited to, once they were asked for.
    pub(super) links: RwSignal<Option<Result<Vec<GuestLink>, LinkError>>>,
    pub(super) phase: RwSignal<Phase>,
    pub(super) entrance: RwSignal<Option<Entrance>>,
    /// What one wants to be called.
    pub(super) name: RwSignal<String>,
    pub(super) seen: RwSignal<Seen>,
    /// Whether the stream is lost and tried again.
    pub(super) away: RwSignal<bool>,
    /// How often a connection for voice and picture was made in vain; one hears and sees nobody.
    pub(super) unconnected: RwSignal<u32>,
    pub(super) devices: RwSignal<Vec<Device>>,
    /// Ids of the camera and the microphone that were chosen; empty is the browser's choice.
    pub(super) camera: RwSignal<String>,
    pub(super) microphone: RwSignal<String>,
    /// Why the browser gives no camera, microphone or screen, as text keys.
    pub(super) troubles: RwSignal<BTreeMap<&'static str, &'static str>>,
    pub(super) switches: RwSignal<Switches>,
    /// Counts what is taken of the own camera, so that its picture is shown anew.
    pub(super) captured: RwSignal<u32>,
    /// How loud the own microphone is, 0 to 1.
    pub(super) level: RwSignal<f64>,
    pub(super) tracks: RwSignal<Tracks>,
    /// Counts the connections, so that elements play what the newest receives.
    pub(super) connection: RwSignal<u32>,
    /// By which way one would be connected.
    pub(super) probed: RwSignal<Probed>,
    pub(super) measured: RwSignal<Measured>,
    pub(super) grade: RwSignal<Grade>,
    /// Whether less is sent than is wanted, since no more fits down the line.
    pub(super) narrow: RwSignal<bool>,
    /// Who speaks now, and who spoke last, the newest first.
    pub(super) speaking: RwSignal<Vec<u32>>,
    pub(super) spoke: RwSignal<Vec<u32>>,
    /// How loud the original stays beneath the interpreter, 0 to 1.
    pub(super) original: RwSignal<f64>,
    /// The floor that one interpreted into before.
    pub(super) came_from: RwSignal<String>,
    /// The one of the others who speaks, or did last.
    pub(super) speaker: RwSignal<Speaker>,
    pub(super) layout: RwSignal<Layout>,
    /// Which of the pages of pictures is looked at, from 0.
    pub(super) seats: RwSignal<usize>,
    /// The picture that was chosen to be shown large.
    pub(super) chosen: RwSignal<Option<Tile>>,
    pub(super) side: RwSignal<Option<Side>>,
    pub(super) lines: RwSignal<Vec<Line>>,
    /// The own ones that nobody has heard yet.
    pub(super) outgoing: RwSignal<Outgoing>,
    /// What is being written.
    pub(super) draft: RwSignal<String>,
    /// Lines that came while the chat was closed.
    pub(super) unread: RwSignal<usize>,
    /// What people have shown, and of it what all see.
    pub(super) shown: StoredValue<Shown>,
    /// The camera that was followed last.
    pub(super) followed: StoredValue<Option<Followed>>,
    /// Where the others look from who look around alone.
    pub(super) whereabouts: RwSignal<BTreeMap<u32, Camera>>,
    pub(super) points: RwSignal<Points>,
    /// Where in the picture the names of those belong who are seen in it.
    pub(super) names: RwSignal<Vec<NameSeen>>,
    /// The token by which one signals and comes back.
    pub(super) token: StoredValue<Option<String>>,
    /// The relays for where there is no other way.
    pub(super) relays: StoredValue<Vec<IceServer>>,
    pub(super) queue: StoredValue<Queue<Sent>, LocalStorage>,
}

impl Hall {
    pub(super) fn new() -> Self {
        Self {
            plans: RwSignal::new(None),
            planning: RwSignal::new(None),
            made: RwSignal::new(None),
            links: RwSignal::new(None),
            phase: RwSignal::new(Phase::Out),
            entrance: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            seen: RwSignal::new(Seen::default()),
            away: RwSignal::new(false),
            unconnected: RwSignal::new(0),
            devices: RwSignal::new(Vec::new()),
            camera: RwSignal::new(String::new()),
            microphone: RwSignal::new(String::new()),
            troubles: RwSignal::new(BTreeMap::new()),
            switches: RwSignal::new(Switches::default()),
            captured: RwSignal::new(0),
            level: RwSignal::new(0.0),
            tracks: RwSignal::new(Tracks::default()),
            connection: RwSignal::new(0),
            probed: RwSignal::new(Probed::default()),
            measured: RwSignal::new(Measured::default()),
            grade: RwSignal::new(Grade::None),
            narrow: RwSignal::new(false),
            speaking: RwSignal::new(Vec::new()),
            spoke: RwSignal::new(Vec::new()),
            original: RwSignal::new(0.15),
            came_from: RwSignal::new(String::new()),
            speaker: RwSignal::new(Speaker::default()),
            layout: RwSignal::new(Layout::default()),
            seats: RwSignal::new(0),
            chosen: RwSignal::new(None),
            side: RwSignal::new(None),
            lines: RwSignal::new(Vec::new()),
            outgoing: RwSignal::new(Outgoing::default()),
            draft: RwSignal::new(String::new()),
            unread: RwSignal::new(0),
            shown: StoredValue::new(Shown::default()),
            followed: StoredValue::new(None),
            whereabouts: RwSignal::new(BTreeMap::new()),
            points: RwSignal::new(Points::No),
            names: RwSignal::new(Vec::new()),
            token: StoredValue::new(None),
            relays: StoredValue::new(Vec::new()),
            queue: StoredValue::new_local(Queue::default()),
        }
    }

    /// Whether one is in the meeting, past the lobby. Follows.
    pub(super) fn is_inside(&self) -> bool {
        self.phase.with(|phase| *phase == Phase::Inside)
    }

    /// Shows a picture large from now on, or no longer. Out of the grid it leads to where there is a large one.
    pub(super) fn choose_large(&self, tile: Tile) {
        let is_grid = self.layout.get_untracked() == Layout::Grid;
        if is_grid {
            self.layout.set(Layout::Speaker);
        }
        self.chosen.update(|chosen| *chosen = if *chosen == Some(tile) && !is_grid { None } else { Some(tile) });
    }

    /// Forgets the meeting that one was in.
    pub(super) fn forget(&self) {
        self.seen.set(Seen::default());
        self.away.set(false);
        self.unconnected.set(0);
        self.switches.set(Switches::default());
        self.troubles.set(BTreeMap::new());
        self.tracks.set(Tracks::default());
        self.measured.set(Measured::default());
        self.grade.set(Grade::None);
        self.narrow.set(false);
        self.speaking.set(Vec::new());
        self.spoke.set(Vec::new());
        self.came_from.set(String::new());
        self.speaker.set(Speaker::default());
        self.seats.set(0);
        self.chosen.set(None);
        self.side.set(None);
        self.lines.set(Vec::new());
        self.outgoing.set(Outgoing::default());
        self.draft.set(String::new());
        self.unread.set(0);
        self.shown.set_value(Shown::default());
        self.followed.set_value(None);
        self.whereabouts.set(BTreeMap::new());
        self.points.set(Points::No);
        self.token.set_value(None);
        self.relays.set_value(Vec::new());
    }
}
