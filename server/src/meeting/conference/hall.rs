//! All meetings that run.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::identity::DisplayName;
use cloudsite_domain::meeting::{Meeting, MeetingId, Scheduled};
use cloudsite_sfu::{Event, PeerId, Sfu};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::sleep;

use super::media;
use super::running::{Command, MediaEvent, Running};
use crate::grpc::{Refusal, blocking};
use crate::identity::{Clock, Identity};
use crate::meeting::plan::Plans;
use crate::meeting::recording::Shelf;
use crate::record::Views;
use crate::turn::Relays;

/// Meetings that run at once.
const MOST_RUNNING: usize = 100;

/// Commands that wait for a meeting. Whoever signals waits for room; of what the media plane tells, what is soon out of date is
/// dropped, and of whom something else would be lost, the connection is: they connect anew.
const COMMANDS: usize = 1_024;

/// Connections at once that reach nobody.
const MOST_PROBES: usize = 32;

/// How long one of them is there.
const PROBED_FOR: Duration = Duration::from_secs(10);

/// What meetings run on.
#[derive(Clone)]
pub(crate) struct Behind {
    /// What is planned.
    pub(crate) plans: Plans,
    /// Who people are; also the keys of their tokens.
    pub(crate) identity: Arc<Identity>,
    /// The record, of which a meeting writes down the revision.
    pub(crate) views: Views,
    /// The media plane.
    pub(crate) sfu: Sfu,
    /// Where recordings are kept.
    pub(crate) shelf: Shelf,
    /// The relays for those who do not reach the media plane themselves.
    pub(crate) relays: Option<Relays>,
    /// When it is now.
    pub(crate) clock: Clock,
}

/// Whose connections are whose.
#[derive(Default)]
pub(super) struct Peers {
    next: AtomicU64,
    meetings: Mutex<HashMap<PeerId, MeetingId>>,
}

impl Peers {
    fn all(&self) -> MutexGuard<'_, HashMap<PeerId, MeetingId>> {
        self.meetings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection of someone in a meeting, under a number that no other has or had.
    pub(super) fn add(&self, meeting: MeetingId) -> PeerId {
        let peer = PeerId(self.next.fetch_add(1, Ordering::Relaxed) + 1);
        self.all().insert(peer, meeting);
        peer
    }

    /// Forgets a connection.
    pub(super) fn remove(&self, peer: PeerId) {
        self.all().remove(&peer);
    }

    fn meeting(&self, peer: PeerId) -> Option<MeetingId> {
        self.all().get(&peer).copied()
    }
}

/// The meetings that run, by number.
pub(crate) struct Hall {
    pub(super) behind: Behind,
    peers: Arc<Peers>,
    running: Arc<Mutex<HashMap<MeetingId, mpsc::Sender<Command>>>>,
    /// How many have not come to their end.
    going: watch::Sender<usize>,
    /// Places for those who look how they would be connected.
    probes: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

impl Hall {
    /// An empty one, in which what the media plane tells goes to the meetings, until `stop` becomes true.
    pub(crate) fn open(behind: Behind, events: mpsc::Receiver<Event>, stop: watch::Receiver<bool>) -> Arc<Self> {
        let (peers, running) = (Arc::default(), Arc::default());
        let (going, probes) = (watch::Sender::new(0), Arc::new(Semaphore::new(MOST_PROBES)));
        let hall = Arc::new(Self { behind, peers, running, going, probes, stop });
        tokio::spawn(Arc::clone(&hall).hear(events));
        hall
    }

    fn all(&self) -> MutexGuard<'_, HashMap<MeetingId, mpsc::Sender<Command>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way to a meeting that runs.
    pub(super) fn running(&self, id: MeetingId) -> Option<mpsc::Sender<Command>> {
        self.all().get(&id).filter(|running| !running.is_closed()).cloned()
    }

    /// The way to a meeting, which begins to run if it does not.
    pub(super) async fn entered(&self, scheduled: &Scheduled) -> Result<mpsc::Sender<Command>, Refusal> {
        if let Some(running) = self.running(scheduled.id) {
            return Ok(running);
        }
        let (plans, id) = (self.behind.plans.clone(), scheduled.id);
        let (removed, (is_locked, kept)) =
            blocking(move || Ok::<_, Refusal>((plans.removed(id)?, plans.kept_of(id)?))).await?;
        let mut all = self.all();
        // Another may have come in the meantime.
        if let Some(running) = all.get(&id).filter(|running| !running.is_closed()) {
            return Ok(running.clone());
        }
        if all.len() >= MOST_RUNNING {
            return Err(Refusal::Exhausted("as many meetings run as this server holds; try again later"));
        }
        let (to_meeting, commands) = mpsc::channel(COMMANDS);
        all.insert(id, to_meeting.clone());
        drop(all);
        let meeting = Meeting::new(scheduled.floors.clone()).without(removed).remembering(is_locked, kept);
        let running = Running::new(scheduled.clone(), meeting, self.behind.clone(), Arc::clone(&self.peers));
        let (all, stop, this) = (Arc::clone(&self.running), self.stop.clone(), to_meeting.downgrade());
        let going = self.going.clone();
        going.send_modify(|going| *going += 1);
        tokio::spawn(async move {
            metrics::gauge!("cloudsite_meetings").increment(1.0);
            running.run(commands, stop).await;
            metrics::gauge!("cloudsite_meetings").decrement(1.0);
            going.send_modify(|going| *going -= 1);
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            // One that has begun anew in the meantime stays.
            if all.get(&id).is_some_and(|running| this.upgrade().is_none_or(|this| running.same_channel(&this))) {
                all.remove(&id);
            }
        });
        Ok(to_meeting)
    }

    /// Who is in a meeting by which of its links: what they are called.
    pub(crate) async fn present_by_links(&self, meeting: MeetingId) -> BTreeMap<u32, Vec<String>> {
        let (reply, present) = oneshot::channel();
        self.ask(meeting, Command::PresentByLinks { reply }, present).await.unwrap_or_default()
    }

    /// A link was taken back: returns when whoever came by it has gone.
    pub(crate) async fn link_revoked(&self, meeting: MeetingId, link: u32) {
        let (reply, gone) = oneshot::channel();
        // In a meeting that does not run there is nobody.
        let _nobody = self.ask(meeting, Command::LinkRevoked { link, reply }, gone).await;
    }

    /// A meeting was changed: returns when it is as it is planned now.
    pub(crate) async fn changed(&self, scheduled: &Scheduled) {
        let (reply, done) = oneshot::channel();
        // Of one that does not run it is read when it begins.
        let _nobody = self.ask(scheduled.id, Command::Changed(Box::new(scheduled.clone()), reply), done).await;
    }

    async fn ask<T>(&self, meeting: MeetingId, command: Command, answer: oneshot::Receiver<T>) -> Option<T> {
        self.running(meeting)?.send(command).await.ok()?;
        answer.await.ok()
    }

    /// Keeps that someone came by a link. If it was taken back in the meantime they go again, and it is false.
    pub(super) async fn came_by(&self, meeting: MeetingId, link: u32, who: &DisplayName) -> Result<bool, Refusal> {
        let (plans, who) = (self.behind.plans.clone(), Actor::named(who.to_string()));
        let is_good = blocking(move || plans.use_link(meeting, link, who)).await?;
        if !is_good {
            self.link_revoked(meeting, link).await;
        }
        Ok(is_good)
    }

    /// Waits until all meetings have come to their end, after the server was told to stop.
    pub(crate) async fn closed(&self) {
        // The sender is this hall's own, so it is there.
        drop(self.going.subscribe().wait_for(|going| *going == 0).await);
    }

    /// Answers the offer of someone who may come to a meeting with a connection that reaches nobody, for some seconds.
    pub(super) async fn probe(&self, meeting: MeetingId, offer_sdp: String) -> Result<String, Refusal> {
        let full = Refusal::Exhausted("many look at once how they would be connected; try again in a few seconds");
        let Ok(place) = Arc::clone(&self.probes).try_acquire_owned() else { return Err(full) };
        let (peers, sfu) = (Arc::clone(&self.peers), self.behind.sfu.apart());
        let peer = peers.add(meeting);
        let answer = sfu.join(peer, offer_sdp).await;
        let stays = answer.is_ok();
        tokio::spawn(async move {
            if stays {
                sleep(PROBED_FOR).await;
                sfu.leave(peer).await;
            }
            peers.remove(peer);
            drop(place);
        });
        answer.map_err(|error| media::refused("offer_sdp", error))
    }

    /// Brings what the media plane tells to the meetings. It never waits for one of them.
    async fn hear(self: Arc<Self>, mut events: mpsc::Receiver<Event>) {
        let mut stop = self.stop.clone();
        loop {
            let event = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                event = events.recv() => event,
            };
            match event {
                None => return,
                Some(Event::Levels { levels }) => self.tell_levels(levels),
                Some(Event::Connected { peer, path }) => {
                    metrics::counter!("cloudsite_media_connected").increment(1);
                    tracing::debug!(peer = peer.0, protocol = ?path.protocol, "media connected");
                }
                Some(Event::Published { .. } | Event::Unpublished { .. }) => {}
                Some(Event::Receivers { peer, receivers, narrow }) => {
                    self.tell(peer, MediaEvent::Receivers { peer, receivers, narrow });
                }
                Some(Event::Layers { track, sent }) => self.tell(track.peer, MediaEvent::Layers { track, sent }),
                Some(Event::Message { peer, channel, bytes }) => {
                    self.tell(peer, MediaEvent::Message { peer, channel, bytes });
                }
                Some(Event::Left { peer, why }) => {
                    tracing::debug!(peer = peer.0, ?why, "media left");
                    self.tell(peer, MediaEvent::Left { peer });
                    self.peers.remove(peer);
                }
            }
        }
    }

    fn tell_levels(&self, levels: Vec<(cloudsite_sfu::TrackId, u8)>) {
        let mut by_meeting: HashMap<MeetingId, Vec<_>> = HashMap::new();
        for (track, level) in levels {
            if let Some(meeting) = self.peers.meeting(track.peer) {
                by_meeting.entry(meeting).or_default().push((track.peer, level));
            }
        }
        for (meeting, levels) in by_meeting {
            if let Some(running) = self.running(meeting) {
                // The next ones come in a fifth of a second.
                let _full = running.try_send(Command::Media(MediaEvent::Levels { levels }));
            }
        }
    }

    fn tell(&self, peer: PeerId, event: MediaEvent) {
        let Some(running) = self.peers.meeting(peer).and_then(|meeting| self.running(meeting)) else { return };
        let fleeting = matches!(event, MediaEvent::Message { channel: cloudsite_sfu::Channel::Latest, .. });
        if running.try_send(Command::Media(event)).is_err() && !fleeting {
            tracing::warn!(peer = peer.0, "a meeting does not keep up: a connection is let go");
            let sfu = self.behind.sfu.clone();
            tokio::spawn(async move { sfu.leave(peer).await });
        }
    }
}
