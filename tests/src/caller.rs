//! Chromium as the client of someone who takes part: a connection as the page makes it, without the page and the park, so
//! that what it measures is the network and the server.

use std::net::SocketAddr;
use std::time::Duration;

use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{Offer, Switch};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::conference::Attendee;
use crate::{Browser, FAKE_MEDIA, Page, Server, eventually};

/// The window; nothing is drawn in it.
const SIZE: (u32, u32) = (320, 240);

/// How long what is looked for in reports may take. Coding in software beside other tests takes its time.
const PATIENCE: Duration = Duration::from_mins(2);

/// The client: `offer(picture)` and `answer(sdp)` connect, `report()` says what has come of it.
const SCRIPT: &str = include_str!("caller.js");

/// A picture as it is sent: its size, and by how much each layer is smaller, the smallest first; one layer is no simulcast.
/// Whoever sends one may have a screen to share besides.
#[derive(Debug, Clone, Copy)]
pub struct Picture {
    /// Width and height, pixels.
    pub size: (u32, u32),
    /// How many times smaller each layer is.
    pub layers: &'static [u32],
    /// Width and height of the screen, pixels.
    pub screen: Option<(u32, u32)>,
    /// How long it takes from when it is encoded until it is sent, milliseconds.
    pub late_ms: u32,
}

/// One picture in one size.
pub const SINGLE: Picture = Picture { size: (640, 480), layers: &[1], screen: None, late_ms: 0 };

/// A picture in the sizes that the page sends.
pub const SIMULCAST: Picture = Picture { size: (1280, 720), layers: &[4, 2, 1], screen: None, late_ms: 0 };

/// By which ways a client is told that it can reach the server.
#[derive(Debug, Clone, Copy)]
pub struct Ways {
    /// Where UDP goes.
    pub udp: Udp,
    /// Whether TCP is told.
    pub tcp: bool,
}

/// Where the UDP of a client goes.
#[derive(Debug, Clone, Copy)]
pub enum Udp {
    /// To the server.
    Direct,
    /// To a relay.
    Relay(SocketAddr),
    /// Nowhere.
    None,
}

impl Ways {
    /// UDP to the server, and TCP.
    pub const DIRECT: Self = Self { udp: Udp::Direct, tcp: true };

    /// UDP by way of a relay, and nothing else.
    pub const fn through(relay: SocketAddr) -> Self {
        Self { udp: Udp::Relay(relay), tcp: false }
    }

    /// An answer as the client is to read it.
    fn write(self, answer: &str, server: SocketAddr) -> String {
        let place = |address: SocketAddr| format!(" {} {} ", address.ip(), address.port());
        let candidate = |line: &str| match (line.split(' ').nth(2), self.udp) {
            (Some("tcp"), _) => self.tcp.then(|| line.to_owned()),
            (_, Udp::Direct) => Some(line.to_owned()),
            (_, Udp::Relay(relay)) => Some(line.replace(&place(server), &place(relay))),
            (_, Udp::None) => None,
        };
        let told = answer
            .split_inclusive('\n')
            .filter_map(|line| if line.starts_with("a=candidate:") { candidate(line) } else { Some(line.to_owned()) });
        told.collect()
    }
}

/// Someone who takes part with a browser.
pub struct Caller {
    /// Their stream of the meeting.
    pub attendee: Attendee,
    page: Page,
}

/// What has come of a connection until now.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The connection's state, in WebRTC's word.
    pub state: String,
    /// `udp` or `tcp`: what carries it.
    pub protocol: String,
    /// There and back, milliseconds.
    pub round_trip_ms: f64,
    /// What each receiver that has had media has had.
    pub pictures: Vec<Pictures>,
    /// Bytes of sound that have come.
    pub sound_bytes: u64,
    /// How much later a picture is played than what was taken with it is heard, of each that has both, milliseconds; none
    /// where the browser does not play them together.
    pub apart_ms: Vec<Option<f64>>,
    /// How long the sound of each receiver waits before it is played, since it was last asked, milliseconds.
    pub sound_waits_ms: Vec<f64>,
    /// What is sent of the own picture, by layer.
    pub sent: Vec<Sent>,
}

/// The pictures that have come in one receiver.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pictures {
    /// Decoded ones.
    pub frames: u64,
    /// The height of the last, pixels.
    pub height: u32,
    /// Freezes, as the browser counts them.
    pub freezes: u64,
    /// How long they were in all, seconds.
    pub frozen_secs: f64,
    /// Times between two pictures that were longer than 150 ms, since it was begun to count, milliseconds.
    pub gaps_ms: Vec<f64>,
    /// Requests for packets that were missed.
    pub nacks: u64,
    /// Packets that came because of them.
    pub repaired: u64,
    /// Packets that never came.
    pub lost: i64,
    /// How long a picture waits for others to come, the mean, milliseconds.
    pub waits_ms: f64,
    /// Key frames that were asked for.
    pub plis: u64,
}

/// What is sent of the own picture in one layer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    /// The stream.
    pub ssrc: u32,
    /// The stream that repairs it.
    pub repair_ssrc: u32,
    /// The height, pixels.
    pub height: u32,
    /// Encoded pictures.
    pub frames: u64,
    /// Packets, repairs left out.
    pub packets: u64,
    /// Packets that were sent again because the server had missed them.
    pub repairs: u64,
}

impl Report {
    /// Pictures of all receivers.
    pub fn frames(&self) -> u64 {
        self.pictures.iter().map(|pictures| pictures.frames).sum()
    }

    /// The longest time between two pictures in any receiver, milliseconds; 0 where none was longer than 150 ms.
    pub fn longest_gap_ms(&self) -> f64 {
        self.pictures.iter().flat_map(|pictures| pictures.gaps_ms.iter().copied()).fold(0.0, f64::max)
    }
}

impl Caller {
    /// Connects someone by these ways, who sends a tone and a picture, or only listens and looks.
    pub async fn connect(
        browser: &Browser,
        server: &Server,
        mut attendee: Attendee,
        picture: Option<Picture>,
        ways: Ways,
    ) -> Self {
        // A page of the same origin that does nothing.
        let page = browser.open_with(&server.url("/healthz"), SIZE.0, SIZE.1, &FAKE_MEDIA).await;
        page.run(SCRIPT).await;
        let wish = picture.map(|Picture { size: (width, height), layers, screen, late_ms }| {
            json!({ "width": width, "height": height, "layers": layers, "screen": screen, "late": late_ms })
        });
        let wish = wish.unwrap_or_default();
        let offered = page.run(&format!("return caller.offer({wish})")).await;
        let sdp = offered.as_str().expect("it begins with an offer").to_owned();
        let answered = attendee.signal(Signal::Offer(Offer { sdp, fresh: true })).await;
        let answer = ways.write(&answered.expect("the server answers Chromium").answer_sdp, server.media());
        page.run(&format!("return caller.answer({})", json!(answer))).await;
        let on = Switch { microphone: picture.is_some(), camera: picture.is_some(), screen: false };
        attendee.act(Doing::Switch(on)).await.expect("everyone switches their own");
        Self { attendee, page }
    }

    /// Times between pictures are counted from now on.
    pub async fn begin(&self) {
        self.page.run("return caller.begin()").await;
    }

    /// What has come of it.
    ///
    /// # Panics
    /// The page says something else.
    pub async fn report(&self) -> Report {
        let told: Value = self.page.run("return caller.report()").await;
        serde_json::from_value(told.clone()).unwrap_or_else(|error| panic!("{error}: {told}"))
    }

    /// The first report that is as it is looked for.
    pub async fn until(&self, what: &str, mut holds: impl FnMut(&Report) -> bool) -> Report {
        eventually(what, PATIENCE, async || {
            let report = self.report().await;
            holds(&report).then_some(report)
        })
        .await
    }

    /// The browser's window.
    pub const fn page(&self) -> &Page {
        &self.page
    }
}
