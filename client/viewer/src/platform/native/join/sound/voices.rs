//! The voices that are heard.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use opusic_c::{Channels, Decoder, SampleRate};

use super::jitter::{Jitter, Next};
use super::{FRAME, mix};

/// Voices that are kept: more than there are receivers. Those that come beyond are not heard.
const MOST: usize = 16;
/// The longest that a packet of Opus may be, 120 ms.
const LONGEST: usize = 6 * FRAME;

/// One voice.
struct Voice {
    jitter: Jitter,
    decoder: Decoder,
    /// Room for a packet's sound.
    room: Vec<f32>,
    /// What was decoded and is not played yet.
    sound: VecDeque<f32>,
    /// As loud as it was played last, 0 to 1.
    loudness: f32,
}

impl Voice {
    fn new() -> Result<Self, opusic_c::ErrorCode> {
        let decoder = Decoder::new(Channels::Mono, SampleRate::Hz48000)?;
        let (jitter, room) = (Jitter::default(), vec![0.0; LONGEST]);
        Ok(Self { jitter, decoder, room, sound: VecDeque::new(), loudness: 0.0 })
    }

    /// The next 20 ms; false if there is nothing to hear.
    fn next(&mut self, frame: &mut [f32]) -> bool {
        while self.sound.len() < frame.len() {
            let room = &mut self.room;
            let count = match self.jitter.take() {
                Next::Packet(payload) => self.decoder.decode_float_to_slice(&payload, room, false),
                // Where the packet after it is there, that tells what was in this one as far as its sender wanted.
                Next::Missing(Some(after)) => self.decoder.decode_float_to_slice(&after, &mut room[..FRAME], true),
                Next::Missing(None) => self.decoder.decode_float_to_slice(&[], &mut room[..FRAME], false),
                Next::Silence => break,
            };
            let count = count.unwrap_or_else(|_| {
                // What is no Opus sounds like nothing.
                room[..FRAME].fill(0.0);
                FRAME
            });
            self.sound.extend(&room[..count]);
        }
        if self.sound.is_empty() {
            return false;
        }
        frame.fill(0.0);
        for (sample, decoded) in frame.iter_mut().zip(self.sound.drain(..self.sound.len().min(FRAME))) {
            *sample = decoded;
        }
        true
    }
}

/// All of them, by the number of their stream.
#[derive(Default)]
pub(super) struct Voices {
    voices: BTreeMap<u32, Voice>,
    /// How loud each is to be; the others are not heard.
    loudness: BTreeMap<u32, f32>,
}

impl Voices {
    /// Forgets all, as a new connection begins.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Says how loud which stream is heard, 0 to 1, in place of what was said before.
    pub(super) fn set_loudness(&mut self, loudness: BTreeMap<u32, f32>) {
        self.loudness = loudness;
    }

    /// Takes a packet of a stream.
    pub(super) fn put(&mut self, stream: u32, number: u16, payload: Bytes) {
        if !self.voices.contains_key(&stream) {
            // Without memory for a decoder the voice is not heard.
            let (true, Ok(voice)) = (self.voices.len() < MOST, Voice::new()) else { return };
            self.voices.insert(stream, voice);
        }
        if let Some(voice) = self.voices.get_mut(&stream) {
            voice.jitter.put(number, payload);
        }
    }

    /// Mixes the next 20 ms.
    pub(super) fn mix(&mut self, sound: &mut [f32; FRAME]) {
        sound.fill(0.0);
        let mut frame = [0.0; FRAME];
        for (stream, voice) in &mut self.voices {
            let wanted = self.loudness.get(stream).copied().unwrap_or(0.0);
            if voice.next(&mut frame) {
                mix::add(sound, &frame, voice.loudness, wanted);
            }
            voice.loudness = wanted;
        }
        mix::limit(sound);
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use opusic_c::{Application, Encoder};

    use super::*;

    /// Packets of a tone.
    fn tone(hertz: f32, count: usize) -> Vec<Bytes> {
        let mut encoder = Encoder::new(Channels::Mono, SampleRate::Hz48000, Application::Audio).unwrap();
        let sample = |at: usize| 0.3 * (TAU * hertz * at as f32 / 48_000.0).sin();
        let frames = (0..count).map(|frame| (0..FRAME).map(|at| sample(frame * FRAME + at)).collect::<Vec<_>>());
        frames
            .map(|frame| {
                let mut packet = vec![0; 1_000];
                let length = encoder.encode_float_to_slice(&frame, &mut packet).unwrap();
                Bytes::copy_from_slice(&packet[..length])
            })
            .collect()
    }

    /// How strong a tone is in a sound: its amplitude, by Goertzel's filter.
    fn strength(sound: &[f32], hertz: f32) -> f32 {
        let turn = 2.0 * (TAU * hertz / 48_000.0).cos();
        let (last, before) =
            sound.iter().fold((0.0, 0.0), |(last, before), sample| (sample + turn * last - before, last));
        (last * last + before * before - turn * last * before).max(0.0).sqrt() * 2.0 / sound.len() as f32
    }

    fn heard(voices: &mut Voices, frames: usize) -> Vec<f32> {
        let mut sound = [0.0; FRAME];
        let mut all = Vec::new();
        for _ in 0..frames {
            voices.mix(&mut sound);
            all.extend(sound);
        }
        all
    }

    #[test]
    fn each_is_heard_as_loud_as_it_is_to_be() {
        let mut voices = Voices::default();
        voices.set_loudness(BTreeMap::from([(1, 1.0), (2, 0.15)]));
        for (stream, hertz) in [(1, 400.0), (2, 1_000.0), (3, 1_500.0)] {
            for (number, packet) in tone(hertz, 15).into_iter().enumerate() {
                voices.put(stream, number as u16, packet);
            }
        }
        let sound = heard(&mut voices, 14);
        let steady = &sound[4 * FRAME..14 * FRAME];
        let [full, beneath, unheard] = [400.0, 1_000.0, 1_500.0].map(|hertz| strength(steady, hertz));
        assert!((0.25..0.35).contains(&full), "{full}");
        assert!((0.03..0.06).contains(&beneath), "{beneath}");
        assert!(unheard < 0.005, "{unheard}");
    }

    #[test]
    fn a_lost_packet_leaves_no_hole() {
        let mut voices = Voices::default();
        voices.set_loudness(BTreeMap::from([(1, 1.0)]));
        for (number, packet) in tone(400.0, 15).into_iter().enumerate().filter(|(number, _)| *number != 8) {
            voices.put(1, number as u16, packet);
        }
        let sound = heard(&mut voices, 14);
        for frame in sound.chunks(FRAME).skip(4) {
            assert!(mix::below_full(frame) < 25, "{}", mix::below_full(frame));
        }
    }

    #[test]
    fn what_is_no_opus_is_silent_and_does_no_harm() {
        let mut voices = Voices::default();
        voices.set_loudness(BTreeMap::from([(1, 1.0)]));
        for number in 0..10 {
            voices.put(1, number, Bytes::from_static(&[0xff, 0xff, 0xff, 0xff]));
        }
        assert!(heard(&mut voices, 10).iter().all(|sample| sample.abs() < 1e-3));
        for stream in 0..100 {
            voices.put(stream, 0, Bytes::new());
        }
        assert_eq!(voices.voices.len(), MOST);
    }
}
