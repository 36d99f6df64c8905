//! A room in which the microphone hears the loudspeaker: what is played is taken out of what is said, so that nobody hears
//! themselves. By WebRTC's third canceller, which finds out by itself how the room sounds and how late it answers.

use sonora::config::EchoCanceller;
use sonora::{AudioProcessing, Config, StreamConfig};

use super::{FRAME, SAMPLES_PER_SEC};

/// What is taken at once, 10 ms.
const PART: usize = FRAME / 2;
/// How late an echo is looked for at first: what waits for the loudspeaker, and a piece in each device.
const BEGINS_AT_MS: i32 = 100;

/// Knows what was played, and takes it out of what is heard.
pub(super) struct Canceller {
    processing: AudioProcessing,
    /// Room for what comes of a part.
    room: [f32; PART],
}

impl Canceller {
    pub(super) fn new() -> Self {
        let config = Config { echo_canceller: Some(EchoCanceller::default()), ..Config::default() };
        let mono = StreamConfig::new(SAMPLES_PER_SEC, 1);
        let mut processing = AudioProcessing::builder().config(config).capture_config(mono).render_config(mono).build();
        // The delay is within what may be said.
        let _clamped = processing.set_stream_delay_ms(BEGINS_AT_MS);
        Self { processing, room: [0.0; PART] }
    }

    /// Notes what is played next.
    pub(super) fn play(&mut self, sound: &[f32; FRAME]) {
        for part in sound.as_chunks::<PART>().0 {
            // Only a part of another length would be refused.
            let _refused = self.processing.process_render_f32(&[part], &mut [&mut self.room]);
        }
    }

    /// Takes what was played out of what is heard.
    pub(super) fn hear(&mut self, sound: &mut [f32; FRAME]) {
        for part in sound.as_chunks_mut::<PART>().0 {
            if self.processing.process_capture_f32(&[part], &mut [&mut self.room]).is_ok() {
                part.copy_from_slice(&self.room);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const RATE: usize = SAMPLES_PER_SEC as usize;
    /// How long the room sounds on, a fifth of a second.
    const DECAY: usize = RATE / 5;

    /// Something like speech: noise through the throat of someone, in syllables, with pauses.
    fn speech(seed: u64, seconds: usize) -> Vec<f32> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (mut low, mut lower, mut loudness, mut wanted) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
        let sample = |at: usize| {
            if at.is_multiple_of(RATE / 6) {
                wanted = if random.random_bool(0.7) { random.random_range(0.3..1.0) } else { 0.0 };
            }
            loudness += (wanted - loudness) * 0.002;
            low += (random.random_range(-1.0..1.0) - low) * 0.3;
            lower += (low - lower) * 0.02;
            loudness * (low - lower)
        };
        (0..seconds * RATE).map(sample).collect()
    }

    /// What a microphone hears of it in a room, so much later at first, and then ever weaker from the walls.
    fn echo(sound: &[f32], delay_ms: usize, seed: u64) -> Vec<f32> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let walls: Vec<(usize, f32)> = (0..24)
            .map(|_| {
                let at = random.random_range(1..DECAY);
                (at, 0.15 * random.random_range(-1.0..1.0) * (-5.0 * at as f32 / DECAY as f32).exp())
            })
            .chain([(0, 0.5)])
            .collect();
        let delay = delay_ms * RATE / 1_000;
        let heard = |at: usize| {
            walls.iter().map(move |(later, loud)| at.checked_sub(delay + later).map_or(0.0, |from| sound[from] * loud))
        };
        (0..sound.len()).map(|at| heard(at).sum()).collect()
    }

    /// What is sent of what is heard while something is played.
    fn sent(played: &[f32], heard: &[f32]) -> Vec<f32> {
        let mut canceller = Canceller::new();
        let pieces = played.as_chunks::<FRAME>().0.iter().zip(heard.as_chunks::<FRAME>().0);
        pieces
            .flat_map(|(played, heard)| {
                let mut sound = *heard;
                canceller.play(played);
                canceller.hear(&mut sound);
                sound
            })
            .collect()
    }

    fn decibels(sound: &[f32], of: &[f32]) -> f32 {
        let power = |sound: &[f32]| sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32;
        10.0 * (power(sound).max(1e-12) / power(of).max(1e-12)).log10()
    }

    /// How loud a sound is within another, decibels: the projection of this on that.
    fn within(sound: &[f32], other: &[f32]) -> f32 {
        let product = |one: &[f32], other: &[f32]| one.iter().zip(other).map(|(one, other)| one * other).sum::<f32>();
        20.0 * (product(sound, other) / product(sound, sound)).max(1e-6).log10()
    }

    /// The samples of some seconds.
    fn seconds(from: usize, to: usize) -> std::ops::Range<usize> {
        from * RATE..to * RATE
    }

    #[test]
    fn what_is_played_is_taken_away_however_late_the_room_answers() {
        let played = speech(1, 9);
        for delay_ms in [10, 80, 300] {
            let heard = echo(&played, delay_ms, 2);
            let sent = sent(&played, &heard);
            let away = |span: std::ops::Range<usize>| -decibels(&sent[span.clone()], &heard[span]);
            let (soon, later) = (away(seconds(1, 5)), away(seconds(6, 9)));
            assert!(soon > 20.0 && later > 35.0, "{delay_ms} ms: {soon} dB are taken away soon, {later} dB later");
        }
    }

    #[test]
    fn who_speaks_is_heard_alone_and_into_what_is_played() {
        let (said, silence) = (speech(3, 9), vec![0.0; 9 * RATE]);
        let alone = sent(&silence, &said);
        let level = decibels(&alone[seconds(1, 9)], &said[seconds(1, 9)]);
        assert!(level.abs() < 2.0, "one who speaks alone is heard {level} dB as loud");

        let played = speech(1, 9);
        let played_before: Vec<f32> = played[seconds(0, 5)].iter().chain(&silence[seconds(5, 9)]).copied().collect();
        for (case, played, lowest) in [("after", &played_before, -1.0), ("into", &played, -8.0)] {
            let heard: Vec<f32> = echo(played, 80, 2).iter().zip(&said).map(|(echo, said)| echo + said).collect();
            let level = within(&alone[seconds(6, 9)], &sent(played, &heard)[seconds(6, 9)]);
            assert!((lowest..1.0).contains(&level), "who speaks {case} what is played is heard {level} dB as loud");
        }
    }
}
