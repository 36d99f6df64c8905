//! What is heard and said: 48,000 samples a second in pieces of 20 ms, as Opus has them.

mod device;
mod echo;
mod jitter;
mod mix;
mod rate;
mod voices;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cpal::Stream;
use opusic_c::{Application, Channels, Encoder, InbandFec, SampleRate};
use rtrb::{Consumer, Producer};
use rubato::ResamplerConstructionError;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use self::device::{Device, NoDevice};
use self::echo::Canceller;
use self::rate::{Inward, Outward};
use self::voices::Voices;

/// As Opus and WebRTC have it.
const SAMPLES_PER_SEC: u32 = 48_000;
/// Pieces of 20 ms.
const PIECES_PER_SEC: u32 = 50;
/// 20 ms.
const FRAME: usize = (SAMPLES_PER_SEC / PIECES_PER_SEC) as usize;
/// How often it is looked whether a device needs or has something.
const EVERY: Duration = Duration::from_millis(5);
/// So many pieces wait for the loudspeaker, 60 ms: its clock, not ours, says when more is mixed, so no two clocks drift apart.
const AHEAD: u32 = 3;
/// Of what the microphone has given, no more pieces than these are sent late, 100 ms; the rest is passed over.
const MOST_LATE: u32 = 5;
/// The longest packet, bytes.
const LONGEST_PACKET: usize = 1_000;

/// Why nothing is heard, or said.
#[derive(Debug, thiserror::Error)]
enum NoSound {
    /// There is no device.
    #[error(transparent)]
    Device(#[from] NoDevice),
    /// The device's rate cannot be converted.
    #[error("it has a rate that cannot be converted: {0}")]
    Rate(#[from] ResamplerConstructionError),
    /// Opus does not begin.
    #[error("its sound cannot be encoded: {0:?}")]
    Encoder(opusic_c::ErrorCode),
}

/// 20 ms of the own voice.
#[derive(Debug)]
pub(super) struct Piece {
    /// As Opus.
    pub(super) payload: Bytes,
    /// When it was said, samples of the microphone's clock since any moment.
    pub(super) at: u32,
    /// How far below the loudest it is, dBov.
    pub(super) below_full: u8,
}

/// Loudspeaker and microphone, as far as there are any.
pub(super) struct Sound {
    voices: Arc<Mutex<Voices>>,
    is_on: Arc<AtomicBool>,
    loudspeaker: Option<Stream>,
    microphone: Option<Stream>,
}

/// What takes echoes away, if that is wanted and there can be any.
type Echo = Option<Arc<Mutex<Canceller>>>;

/// Takes the packets of voices that come.
#[derive(Clone)]
pub(super) struct Ear(Arc<Mutex<Voices>>);

impl Ear {
    /// Takes a packet of a stream.
    pub(super) fn put(&self, stream: u32, number: u16, payload: Bytes) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(stream, number, payload);
    }
}

impl Sound {
    /// Opens loudspeaker and microphone; what is not there is said on standard error. The own voice goes to `said`, which is
    /// dropped where that is full, and without what the loudspeaker plays if `cancels_echo`. Called within a Tokio runtime.
    pub(super) fn open(said: mpsc::Sender<Piece>, cancels_echo: bool) -> Self {
        let (voices, is_on) = (Arc::new(Mutex::new(Voices::default())), Arc::new(AtomicBool::new(false)));
        let (loudspeaker, microphone) = (device::play(), device::record());
        let has_both = loudspeaker.is_ok() && microphone.is_ok();
        let echo = (cancels_echo && has_both).then(|| Arc::new(Mutex::new(Canceller::new())));
        let loudspeaker = loudspeaker.map_err(NoSound::from).and_then(|device| play(device, &voices, echo.clone()));
        if let Err(error) = &loudspeaker {
            eprintln!("meeting: no loudspeaker, {error}; nobody is heard");
        }
        let microphone = microphone.map_err(NoSound::from).and_then(|device| speak(device, echo, is_on.clone(), said));
        if let Err(error) = &microphone {
            eprintln!("meeting: no microphone, {error}; one only listens");
        }
        Self { voices, is_on, loudspeaker: loudspeaker.ok(), microphone: microphone.ok() }
    }

    /// Whether there is a microphone.
    pub(super) const fn has_microphone(&self) -> bool {
        self.microphone.is_some()
    }

    /// Switches the microphone.
    pub(super) fn speak(&self, on: bool) {
        self.is_on.store(on, Ordering::Relaxed);
    }

    /// Where the packets of a new connection go; those of the one before are forgotten. None without a loudspeaker.
    pub(super) fn ear(&self) -> Option<Ear> {
        self.voices.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.loudspeaker.is_some().then(|| Ear(self.voices.clone()))
    }

    /// Says how loud which stream is heard, 0 to 1; the others are not.
    pub(super) fn set_loudness(&self, loudness: BTreeMap<u32, f32>) {
        self.voices.lock().unwrap_or_else(PoisonError::into_inner).set_loudness(loudness);
    }
}

/// Begins to play.
fn play(device: Device<Producer<f32>>, voices: &Arc<Mutex<Voices>>, echo: Echo) -> Result<Stream, NoSound> {
    let Device { stream, ring, rate } = device;
    tokio::spawn(keep_playing(voices.clone(), echo, ring, rate, Outward::new(rate)?));
    Ok(stream)
}

/// Begins to hear the own voice.
fn speak(
    device: Device<Consumer<f32>>,
    echo: Echo,
    is_on: Arc<AtomicBool>,
    said: mpsc::Sender<Piece>,
) -> Result<Stream, NoSound> {
    let Device { stream, ring, rate } = device;
    tokio::spawn(keep_speaking(ring, rate, Inward::new(rate)?, echo, encoder()?, is_on, said));
    Ok(stream)
}

fn encoder() -> Result<Encoder, NoSound> {
    let make = || {
        let mut encoder = Encoder::new(Channels::Mono, SampleRate::Hz48000, Application::Voip)?;
        encoder.set_inband_fec(InbandFec::Mode1)?;
        encoder.set_packet_loss(5)?;
        Ok(encoder)
    };
    make().map_err(NoSound::Encoder)
}

/// Mixes as much as the loudspeaker has played.
async fn keep_playing(
    voices: Arc<Mutex<Voices>>,
    echo: Echo,
    mut ring: Producer<f32>,
    rate: u32,
    mut outward: Outward,
) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut sound = [0.0; FRAME];
    let ahead = (AHEAD * rate / PIECES_PER_SEC) as usize;
    while !ring.is_abandoned() {
        ticks.tick().await;
        while device::room(rate) - ring.slots() < ahead {
            voices.lock().unwrap_or_else(PoisonError::into_inner).mix(&mut sound);
            if let Some(echo) = &echo {
                echo.lock().unwrap_or_else(PoisonError::into_inner).play(&sound);
            }
            for sample in outward.convert(&sound) {
                // There is room: the ring holds three times what is kept ahead.
                let _full = ring.push(*sample);
            }
        }
    }
}

/// Encodes what the microphone hears while it is on.
async fn keep_speaking(
    mut ring: Consumer<f32>,
    rate: u32,
    mut inward: Inward,
    echo: Echo,
    mut encoder: Encoder,
    is_on: Arc<AtomicBool>,
    said: mpsc::Sender<Piece>,
) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut sound, mut packet, mut at) = ([0.0; FRAME], [0; LONGEST_PACKET], 0_u32);
    let most_late = (MOST_LATE * rate / PIECES_PER_SEC) as usize;
    while !(ring.is_abandoned() || said.is_closed()) {
        ticks.tick().await;
        while ring.slots() > most_late && ring.pop().is_ok() {}
        while ring.slots() >= inward.wanted() {
            inward.convert(|| ring.pop().unwrap_or(0.0), &mut sound);
            at = at.wrapping_add(FRAME as u32);
            if let Some(echo) = &echo {
                // While the microphone is off, too: the room is known by then.
                echo.lock().unwrap_or_else(PoisonError::into_inner).hear(&mut sound);
            }
            if !is_on.load(Ordering::Relaxed) {
                continue;
            }
            if let Ok(length) = encoder.encode_float_to_slice(&sound, &mut packet) {
                let payload = Bytes::copy_from_slice(&packet[..length]);
                // Who is behind by so much has no use for it any more.
                let _late = said.try_send(Piece { payload, at, below_full: mix::below_full(&sound) });
            }
        }
    }
}
