//! What someone does, hears and sees who takes part.

use std::collections::BTreeMap;
use std::time::Duration;

use cloudsite_link::volume;
use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{Heard, Ready, Receivers, Roam, Said, Source};
use cloudsite_proto::scene::SceneEvent;
use cloudsite_proto::scene::scene_event::Event as Scene;
use tokio::time::Instant;

use super::line::{Channel, Line, Told, Transport};
use super::seat::{Goes, Seat};
use super::standing::{Recording, Stage};
use super::{Command, Event, view};

/// How loud what is said stays beneath the interpreter.
const ORIGINAL: f64 = 0.15;
/// A connection that does not work by then is made anew.
const CONNECTED_WITHIN: Duration = Duration::from_secs(10);
/// The first one, which tries UDP, sooner: where that does not pass, nobody waits long for TCP.
const FIRST_WITHIN: Duration = Duration::from_secs(4);
/// A connection may find its way again by itself so long.
const BY_ITSELF: Duration = Duration::from_secs(3);
/// How long to wait before another connection is made in place of one that failed.
const ANEW: Duration = Duration::from_secs(1);

impl Seat {
    /// Makes a connection in place of one that does not work: over the same transport if that has worked, else over the other.
    pub(super) async fn renew_line(&mut self) {
        if self.line.as_ref().is_some_and(|line| !line.has_worked()) {
            self.transport = self.transport.other();
            let (not, now) = if self.transport == Transport::Tcp { ("UDP", "TCP") } else { ("TCP", "UDP") };
            eprintln!("meeting: the media port cannot be reached by {not}; trying {now}");
        }
        self.begin_line().await;
    }

    /// Makes a connection in place of the one before, and offers it.
    pub(super) async fn begin_line(&mut self) {
        self.hang_up().await;
        let within = if self.number == 0 { FIRST_WITHIN } else { CONNECTED_WITHIN };
        self.number = self.number.wrapping_add(1);
        self.renew_at = Some(Instant::now() + within);
        let base_url = self.joining.base_url.clone();
        match Line::open(&base_url, self.transport, self.number, self.sound.ear(), self.events.clone()).await {
            Ok((line, offer)) => {
                self.line = Some(line);
                if let Some(signals) = &self.signals {
                    signals.offer(self.number, offer);
                }
            }
            // One still sees and follows without it.
            Err(error) => eprintln!("meeting: no connection for sound: {error}"),
        }
    }

    /// Ends the connection.
    pub(super) async fn hang_up(&mut self) {
        (self.renew_at, self.voices) = (None, BTreeMap::new());
        if let Some(line) = self.line.take() {
            line.close().await;
        }
    }

    /// Hears what is told of signals and of the connection.
    pub(super) async fn hear_event(&mut self, event: Event) -> Goes {
        match event {
            Event::Lost => return Goes::Lost,
            Event::Refused(error) => eprintln!("meeting: refused: {error}"),
            Event::OfferRefused(number, error) if number == self.number => {
                eprintln!("meeting: no connection for sound: {error}");
                // It is no transport's fault: the next one is tried over the same.
                self.hang_up().await;
                self.renew_at = Some(Instant::now() + CONNECTED_WITHIN);
            }
            Event::Answered(number, sdp) if number == self.number => {
                if let Some(line) = &mut self.line
                    && let Err(error) = line.answer(sdp).await
                {
                    eprintln!("meeting: no connection for sound: {error}");
                }
                self.set_loudness();
            }
            Event::Line(number, told) if number == self.number => self.hear_line(told).await,
            // Of a connection in whose place there is another one by now.
            Event::OfferRefused(..) | Event::Answered(..) | Event::Line(..) => {}
        }
        Goes::On
    }

    async fn hear_line(&mut self, told: Told) {
        match told {
            Told::Connected => {
                self.renew_at = None;
                if let Some(line) = &mut self.line {
                    line.connected();
                }
            }
            Told::Disconnected => self.renew_at = Some(Instant::now() + BY_ITSELF),
            Told::Failed => self.renew_at = Some(Instant::now() + ANEW),
            Told::Heard(heard) => self.hear(heard),
            Told::Open(channel) => {
                if let Some(line) = &mut self.line {
                    line.opened(channel);
                    line.say(channel, &Said { what: Some(What::Ready(Ready {})) }).await;
                }
            }
        }
    }

    /// Takes note of whose voice lies in which receiver; those that are not named stay as they are.
    pub(super) fn take_receivers(&mut self, receivers: Receivers) {
        for receiver in receivers.receivers {
            if receiver.participant == 0 || receiver.source() != Source::Microphone {
                self.voices.remove(&receiver.mid);
            } else {
                self.voices.insert(receiver.mid, receiver.participant);
            }
        }
        self.set_loudness();
    }

    /// Says to the loudspeaker how loud each voice is heard.
    pub(super) fn set_loudness(&self) {
        let Some(line) = &self.line else { return };
        bevy::log::debug!("voices by receiver: {:?}", self.voices);
        let loud = |(mid, participant): (&String, &u32)| {
            let loudness = volume(&self.state, self.own, *participant, ORIGINAL) as f32;
            Some((line.stream(mid)?, loudness))
        };
        self.sound.set_loudness(self.voices.iter().filter_map(loud).collect());
    }

    /// Hears what someone says, by whichever way it came.
    pub(super) fn hear(&mut self, heard: Heard) {
        match heard.said.and_then(|said| said.what) {
            Some(What::Chat(chat)) => {
                let name =
                    self.state.people.iter().find(|person| person.id == heard.from).map(|from| from.name.as_str());
                let text = chat.text.replace(char::is_control, " ");
                eprintln!("meeting: {}: {text}", name.unwrap_or_default());
            }
            Some(What::Scene(SceneEvent { event: Some(event) })) => self.be_shown(heard.from, &event),
            _ => {}
        }
    }

    /// Takes what whoever leads shows: notes it, and sees it unless one looks around alone.
    fn be_shown(&mut self, from: u32, event: &Scene) {
        if from == self.own {
            return;
        }
        if from != self.state.leader {
            self.others.entry(from).or_default().note(event.clone());
        } else if self.led.note(event.clone()) && self.follows() {
            self.see(event);
        }
    }

    /// Sees all that whoever leads has shown, unless one looks around alone.
    pub(super) fn see_all(&mut self) {
        if self.follows() {
            for event in self.led.clone().all() {
                self.see(event);
            }
        }
    }

    /// Whether the view follows someone's.
    pub(super) fn follows(&self) -> bool {
        let leader = self.state.leader;
        leader != 0 && leader != self.own && self.me().is_some_and(|me| !me.free && !me.waiting)
    }

    fn see(&mut self, event: &Scene) {
        let seen = view::seen(event, !self.has_followed);
        self.has_followed |= matches!(event, Scene::Camera(_));
        self.board.see(seen);
    }

    /// Does what someone wants at the viewer.
    pub(super) async fn obey(&mut self, command: Command) -> Goes {
        if let Command::At(camera) = command {
            self.at = Some(camera);
            self.say_where().await;
            return Goes::On;
        }
        if !self.is_inside() {
            return Goes::On;
        }
        match command {
            Command::HandsTook if self.follows() => {
                // At once: the next camera of whoever leads would take the view back before the meeting has answered.
                self.set_free(true);
                self.say_where().await;
            }
            Command::Back if self.state.leader != 0 => {
                self.set_free(false);
                self.has_followed = false;
                self.see_all();
            }
            Command::Microphone => {
                self.speaks = !self.speaks;
                self.switch();
            }
            // Only an answer to a question counts: nobody agrees to what was not asked.
            Command::Agree(agrees) if self.recording() != Recording::Off => {
                self.act(Which::AgreeToRecording(agrees));
            }
            Command::HandsTook | Command::Back | Command::Agree(_) | Command::At(_) => {}
        }
        self.show(Stage::Inside);
        Goes::On
    }

    /// Says where one looks from, unless that is where whoever leads does.
    pub(super) async fn say_where(&self) {
        let Some(camera) = self.at.filter(|_| self.is_inside() && !self.follows()) else { return };
        let said = Said { what: Some(What::Scene(SceneEvent { event: Some(Scene::Camera(camera)) })) };
        let is_said = match &self.line {
            Some(line) => line.say(Channel::Latest, &said).await,
            None => false,
        };
        if !is_said {
            self.put(Signal::Said(said));
        }
    }

    fn set_free(&mut self, free: bool) {
        let own = self.own;
        if let Some(me) = self.state.people.iter_mut().find(|person| person.id == own) {
            me.free = free;
        }
        self.act(Which::Roam(Roam { free }));
    }
}
