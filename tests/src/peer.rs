//! A peer of another make: aiortc, in a process of its own.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use cloudsite_proto::meeting::Offer;
use cloudsite_proto::meeting::signal_request::Signal;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::conference::Attendee;
use crate::workspace;

/// How long a line of the peer may take.
const SOON: Duration = Duration::from_secs(30);

/// The peer, connected as someone who takes part.
pub struct Peer {
    _process: Child,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
}

/// What has come to it.
#[derive(Debug, Deserialize)]
pub struct Report {
    /// The connection's state, in WebRTC's word.
    pub state: String,
    /// Its m-lines by mid.
    pub lines: BTreeMap<String, Line>,
}

/// What has come in one m-line.
#[derive(Debug, Deserialize)]
pub struct Line {
    /// `audio` or `video`.
    pub kind: String,
    /// Decoded frames.
    #[serde(default)]
    pub frames: u64,
    /// Packets of media.
    pub packets: u64,
    /// Packets that their numbers tell of and that did not come.
    pub lost: u64,
    /// The tone that is heard, hertz; 0 is silence.
    #[serde(default)]
    pub hertz: f64,
    /// The mean colour of the last picture, red, green and blue.
    #[serde(default)]
    pub colour: Option<[f64; 3]>,
    /// The longest time between two frames since the report before, seconds.
    #[serde(default)]
    pub longest_gap_secs: f64,
}

impl Report {
    /// The tones that are heard, in whole ten hertz, by mid.
    pub fn tones(&self) -> Vec<u32> {
        let heard = self.lines.values().filter(|line| line.hertz > 0.0);
        let mut tones: Vec<u32> = heard.map(|line| (line.hertz / 10.0).round() as u32 * 10).collect();
        tones.sort_unstable();
        tones
    }

    /// Packets of media that have come in all.
    pub fn packets(&self) -> u64 {
        self.lines.values().map(|line| line.packets).sum()
    }

    /// Whether a picture of about this colour is seen.
    pub fn sees(&self, colour: [u8; 3]) -> bool {
        let is_near = |seen: &[f64; 3]| seen.iter().zip(colour).all(|(a, b)| (a - f64::from(b)).abs() < 25.0);
        self.lines.values().filter_map(|line| line.colour.as_ref()).any(is_near)
    }
}

/// Whether there is aiortc; says so if not.
pub async fn is_there() -> bool {
    let asked = Command::new("python3").args(["-c", "import aiortc"]).stderr(Stdio::null()).status().await;
    let is_there = asked.is_ok_and(|status| status.success());
    if !is_there {
        println!("skipped: python3 has no aiortc; cargo xtask test installs it");
    }
    is_there
}

impl Peer {
    /// Connects someone, who sends a tone (hertz) and a picture of one colour.
    ///
    /// # Panics
    /// `python3` or aiortc is not there, or the server refuses the offer.
    pub async fn connect(attendee: &mut Attendee, tone: u32, colour: [u8; 3]) -> Self {
        let script = workspace().join("tests/peers/peer.py");
        let mut command = Command::new("python3");
        command.arg(script).args(["--tone", &tone.to_string(), "--colour"]).args(colour.map(|part| part.to_string()));
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 can be started");
        let to = process.stdin.take().expect("piped");
        let from = BufReader::new(process.stdout.take().expect("piped")).lines();
        let mut peer = Self { _process: process, to, from };
        let offered = peer.line().await;
        let sdp = offered["offer"].as_str().expect("it begins with an offer").to_owned();
        let answered = attendee.signal(Signal::Offer(Offer { sdp, fresh: true })).await;
        let answer = answered.expect("the server answers aiortc").answer_sdp;
        peer.say(&json!({ "answer": answer })).await;
        peer
    }

    async fn line(&mut self) -> Value {
        let line = timeout(SOON, self.from.next_line()).await.expect("aiortc says something in time");
        let line = line.expect("it is text").expect("aiortc is installed and goes on");
        serde_json::from_str(&line).expect("it is JSON")
    }

    async fn say(&mut self, what: &Value) {
        self.to.write_all(format!("{what}\n").as_bytes()).await.expect("aiortc reads");
    }

    /// What has come until now.
    ///
    /// # Panics
    /// It does not say so in time.
    pub async fn report(&mut self) -> Report {
        self.say(&json!({ "report": true })).await;
        serde_json::from_value(self.line().await).expect("it is a report")
    }
}
