//! A centre's showroom: a screen that nobody sees, a microphone that hears a tone, and a loudspeaker whose sound is kept.

use std::collections::VecDeque;
use std::f32::consts::TAU;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::program;

/// Samples a second of both devices.
const RATE: usize = 48_000;
/// Samples of 20 ms.
const PIECE: usize = RATE / 50;
/// How often a device gives and takes a piece.
const EVERY: Duration = Duration::from_millis(20);
/// Channels of the loudspeaker; the microphone has one. The viewer chooses so where it may, and 32-bit floats.
const CHANNELS: usize = 2;
/// What is kept of what was heard, a second.
const KEPT: usize = RATE;
/// How loud an open microphone hears the loudspeaker.
const ECHO: f32 = 0.5;
/// How long that takes at first, in pieces.
const ECHO_AFTER: usize = 3;

/// A screen on which windows are drawn without anyone seeing them.
pub struct Screen {
    _server: Child,
    display: String,
}

impl Screen {
    /// Starts one.
    pub async fn start() -> Self {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut server = command.spawn().expect("Xvfb can be started (Debian: xvfb)");
        let mut lines = BufReader::new(server.stdout.take().expect("its output is read")).lines();
        let number = lines.next_line().await.expect("its output can be read").expect("it names its display");
        Self { _server: server, display: format!(":{}", number.trim()) }
    }
}

/// A native viewer that takes part in a meeting.
pub struct Showroom {
    _viewer: Child,
    _devices: JoinSet<()>,
    log: PathBuf,
    heard: Arc<Mutex<VecDeque<f32>>>,
}

impl Showroom {
    /// Starts a viewer with these arguments whose files lie in `folder`, whose microphone hears a tone, and which draws by a
    /// Vulkan driver.
    pub async fn join(screen: &Screen, driver: &Path, folder: &Path, hertz: f32, words: &[&str]) -> Self {
        Self::join_in(screen, driver, folder, hertz, None, words).await
    }

    /// As [`Self::join`], in a room in which the microphone hears the loudspeaker, too.
    pub async fn join_aloud(screen: &Screen, driver: &Path, folder: &Path, hertz: f32, words: &[&str]) -> Self {
        let air = VecDeque::from(vec![0.0; ECHO_AFTER * PIECE]);
        Self::join_in(screen, driver, folder, hertz, Some(Arc::new(Mutex::new(air))), words).await
    }

    async fn join_in(screen: &Screen, driver: &Path, folder: &Path, hertz: f32, air: Air, words: &[&str]) -> Self {
        fs::create_dir_all(folder).expect("a folder can be made");
        let [heard_from, said_to] = ["loudspeaker", "microphone"].map(|name| folder.join(name));
        let made = Command::new("mkfifo").args([&heard_from, &said_to]).status().await;
        assert!(made.expect("mkfifo can be started").success(), "the devices can be made");
        let (heard, mut devices) = (Arc::default(), JoinSet::new());
        // Both ends are held here, so that neither side waits for the other to open it.
        let receiver = pipe::OpenOptions::new().read_write(true).open_receiver(&heard_from);
        devices.spawn(listen(receiver.expect("the loudspeaker can be opened"), Arc::clone(&heard), air.clone()));
        let sender = pipe::OpenOptions::new().read_write(true).open_sender(&said_to);
        devices.spawn(sing(sender.expect("the microphone can be opened"), hertz, air));
        let sound = folder.join("asound.conf");
        fs::write(&sound, devices_of(&heard_from, &said_to)).expect("a file can be written");
        let log = folder.join("log");
        let mut command = Command::new(program("CLOUDSITE_VIEWER_BIN", "cloudsite-viewer"));
        command.args(["--quality", "light", "--size", "320x200"]).args(words);
        command.env("VK_ICD_FILENAMES", driver).env("WGPU_BACKEND", "vulkan");
        command.env("DISPLAY", &screen.display).env_remove("WAYLAND_DISPLAY").env("ALSA_CONFIG_PATH", sound);
        let file = File::create(&log).expect("a log can be written");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).kill_on_drop(true);
        let viewer = command.spawn().expect("the viewer can be started");
        Self { _viewer: viewer, _devices: devices, log, heard }
    }

    /// What the viewer has said so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// How strong tones are in the last second that was heard: their amplitudes; none before a second was.
    pub fn tones<const N: usize>(&self, hertz: [f32; N]) -> Option<[f32; N]> {
        let heard = self.heard.lock().expect("nobody panicked");
        (heard.len() == KEPT).then(|| hertz.map(|hertz| amplitude(&heard, hertz)))
    }
}

/// The configuration of ALSA (`asound.conf`): devices that take and give what a clock of this process says, since a device
/// that is null is never waited for.
fn devices_of(loudspeaker: &Path, microphone: &Path) -> String {
    let file = |words: &str| format!("type file slave.pcm {{ type null }} format raw {words}");
    let playback = file(&format!("file \"{}\"", loudspeaker.display()));
    let capture = file(&format!("file \"/dev/null\" infile \"{}\"", microphone.display()));
    format!("pcm.default {{ type asym playback.pcm {{ {playback} }} capture.pcm {{ {capture} }} }}\n")
}

/// What is on its way from the loudspeaker to the microphone, where that hears it.
type Air = Option<Arc<Mutex<VecDeque<f32>>>>;

/// Takes what is played as fast as a loudspeaker does, and keeps the end of it.
async fn listen(mut pipe: pipe::Receiver, heard: Arc<Mutex<VecDeque<f32>>>, air: Air) {
    let mut clock = interval(EVERY);
    let mut bytes = vec![0; PIECE * CHANNELS * size_of::<f32>()];
    loop {
        clock.tick().await;
        if pipe.read_exact(&mut bytes).await.is_err() {
            return;
        }
        let (samples, _) = bytes.as_chunks();
        let first = samples.iter().step_by(CHANNELS).map(|bytes| f32::from_le_bytes(*bytes));
        if let Some(air) = &air {
            air.lock().expect("nobody panicked").extend(first.clone());
        }
        let mut heard = heard.lock().expect("nobody panicked");
        heard.extend(first);
        let surplus = heard.len().saturating_sub(KEPT);
        heard.drain(..surplus);
    }
}

/// Gives a tone, and what comes through the air, as fast as a microphone does.
async fn sing(mut pipe: pipe::Sender, hertz: f32, air: Air) {
    let mut clock = interval(EVERY);
    for piece in 0.. {
        clock.tick().await;
        let sample = |at: usize| 0.3 * (TAU * hertz * ((piece * PIECE + at) % RATE) as f32 / RATE as f32).sin();
        let echo: Vec<f32> = air.as_ref().map_or_else(Vec::new, |air| {
            let mut air = air.lock().expect("nobody panicked");
            let count = air.len().min(PIECE);
            air.drain(..count).collect()
        });
        let heard = |at: usize| sample(at) + ECHO * echo.get(at).copied().unwrap_or(0.0);
        let bytes: Vec<u8> = (0..PIECE).flat_map(|at| heard(at).to_le_bytes()).collect();
        if pipe.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// The amplitude of a tone, by Goertzel's filter.
fn amplitude(sound: &VecDeque<f32>, hertz: f32) -> f32 {
    let turn = 2.0 * f64::from(TAU * hertz / RATE as f32).cos();
    let (last, before) = sound
        .iter()
        .fold((0.0, 0.0), |(last, before): (f64, f64), sample| (f64::from(*sample) + turn * last - before, last));
    let power = last * last + before * before - turn * last * before;
    (power.max(0.0).sqrt() * 2.0 / sound.len() as f64) as f32
}
