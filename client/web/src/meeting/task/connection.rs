//! The connection for voice, picture and data: offered once a stream, mended when its way is lost, and measured.

use std::time::Duration;

use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::probe_request::Way;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{Heard, Offer, ProbeRequest, Ready, Said, Switch};
use gloo_timers::future::sleep;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use prost::Message;

use crate::meeting::attending::Attending;
use crate::meeting::media::{self, Channel, Own, Told};
use crate::meeting::pure::again::between_lines;
use crate::meeting::pure::quality::{Grade, Measured, Probed};
use crate::meeting::pure::seen::Seen;
use crate::meeting::pure::tiles::Tracks;
use crate::meeting::task::signals::is_lost;
use crate::pure::meet::Meet;

/// How often the connection is measured.
const MEASURED_EVERY: Duration = Duration::from_secs(2);

/// How long a connection may find its way again by itself.
const BY_ITSELF: Duration = Duration::from_millis(1_500);

impl Attending {
    /// Looks by which way one would be connected.
    pub(in crate::meeting) fn probe(self, way: Meet) {
        let (client, probed) = (self.loader.client(), self.hall.probed);
        probed.set(Probed::Looking);
        let way = match way {
            Meet::Meeting(id) => Way::Meeting(format!("meetings/{id}")),
            Meet::Link(secret) => Way::Link(secret),
        };
        spawn_local(async move {
            let ask = |offer_sdp| async move { client.probe(ProbeRequest { way: Some(way), offer_sdp }).await.ok() };
            probed.set(media::probe(ask).await);
        });
    }

    /// Makes a connection for this stay, in place of the one before.
    pub(in crate::meeting) fn begin_line(self) {
        self.line.update_value(|line| *line = line.wrapping_add(1));
        let line = self.line.get_value();
        self.hall.tracks.set(Tracks::default());
        let relays = self.hall.relays.get_value();
        if let Err(name) = media::connect(&relays, move |told| self.hear_line(line, told)) {
            // Without WebRTC one still sees, reads and follows.
            leptos::logging::warn!("no connection for media: {name}");
            spawn_local(self.try_anew(line));
            return;
        }
        self.hall.connection.set(line);
        spawn_local(self.offer(line, true));
        spawn_local(self.measure(line));
    }

    /// Ends the connection.
    pub(in crate::meeting) fn hang_up(self) {
        self.line.update_value(|line| *line = line.wrapping_add(1));
        media::disconnect();
    }

    async fn offer(self, line: u32, fresh: bool) {
        let is_ours = || self.line.get_value() == line;
        let sdp = match media::offer(!fresh).await {
            _ if !is_ours() => return,
            Ok(sdp) => sdp,
            Err(name) => {
                leptos::logging::warn!("there is no offer for media: {name}");
                return self.try_anew(line).await;
            }
        };
        match self.ask(Signal::Offer(Offer { sdp, fresh })).await {
            Ok(response) if is_ours() => {
                if let Err(name) = media::answer(&response.answer_sdp).await {
                    leptos::logging::warn!("the answer for media is refused: {name}");
                    self.try_anew(line).await;
                }
            }
            Ok(_) => {}
            // A stream that is lost brings a connection of its own.
            Err(error) if is_lost(&error) => {}
            Err(error) => {
                leptos::logging::warn!("the offer for media is refused: {error}");
                self.try_anew(line).await;
            }
        }
    }

    /// There is no connection: says so, and makes another one after a while that grows from time to time.
    async fn try_anew(self, line: u32) {
        if self.line.get_value() != line {
            return;
        }
        self.hall.unconnected.update(|failures| *failures += 1);
        sleep(between_lines(self.hall.unconnected.get_untracked())).await;
        if self.line.get_value() == line {
            self.begin_line();
        }
    }

    fn hear_line(self, line: u32, told: Told) {
        if self.line.get_value() != line {
            return;
        }
        match told {
            Told::Open(channel) => {
                let ready = Said { what: Some(What::Ready(Ready {})) };
                // A channel that is closed by now is told by the state.
                let _closed = media::say(channel, &ready.encode_to_vec());
                if channel == Channel::Reliable {
                    self.show_all();
                }
            }
            Told::Message(bytes) => {
                if let Ok(heard) = Heard::decode(bytes.as_slice()) {
                    self.hear(heard);
                }
            }
            Told::State(state) => self.mend(line, state),
        }
    }

    /// Looks for another way where the connection has lost its own, and makes another one where there is none.
    fn mend(self, line: u32, state: String) {
        self.hall.measured.update(|measured| measured.connected = state == "connected");
        if state == "connected" {
            self.hall.unconnected.set(0);
        }
        spawn_local(async move {
            let is_ours = || self.line.get_value() == line;
            match state.as_str() {
                "disconnected" => {
                    sleep(BY_ITSELF).await;
                    if is_ours() && self.hall.measured.with_untracked(|measured| !measured.connected) {
                        self.offer(line, false).await;
                    }
                }
                "failed" => self.try_anew(line).await,
                _ => {}
            }
        });
    }

    async fn measure(self, line: u32) {
        let mut before = Measured::default();
        while self.line.get_value() == line {
            if let Some(measured) = media::measure().await {
                let narrow = self.hall.narrow.get_untracked();
                self.hall.grade.set(Grade::of(&before, &measured, narrow));
                self.hall.measured.set(measured.clone());
                before = measured;
            }
            sleep(MEASURED_EVERY).await;
        }
    }

    /// Looks at once whether all is well when the network changes or the page is seen again after a sleep.
    pub(in crate::meeting) fn follow_connection(self) {
        window_event_listener(ev::online, move |_| {
            if untrack(|| self.hall.is_inside()) {
                self.reopen_stream();
            }
        });
    }

    /// Says what is sent now.
    pub(in crate::meeting) fn send_switches(self) {
        if !self.hall.seen.with_untracked(Seen::publishes) {
            return;
        }
        let switches = self.hall.switches.get_untracked();
        let (microphone, camera, screen) = (switches.microphone, switches.camera, switches.screen);
        self.tell(Which::Switch(Switch { microphone, camera, screen }));
    }

    /// Keeps what is taken of microphone, camera and screen as the switches are, and says so.
    pub(in crate::meeting) fn follow_switches(self) {
        let hall = self.hall;
        Effect::new(move |_| {
            let switches = hall.switches.get();
            media::enable(Own::Microphone, switches.microphone);
            for own in [Own::Camera, Own::Screen] {
                if !switches.of(own) {
                    media::release(own);
                }
            }
            hall.captured.update(|count| *count += 1);
            if untrack(|| hall.is_inside()) {
                self.send_switches();
            }
        });
    }
}
