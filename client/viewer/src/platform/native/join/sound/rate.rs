//! Between the rate of a device and ours. All of it runs beside the callbacks of the devices, never in them.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Async, FixedAsync, Resampler as _, ResamplerConstructionError, SincInterpolationParameters, WindowFunction,
};

use super::{FRAME, SAMPLES_PER_SEC};

/// How long the filter is, samples of the lower of both rates: what is heard up to nine tenths of what that rate can carry
/// stays, and it comes later by half of this.
const LENGTH: usize = 128;

/// None where both are the same.
fn resampler(from: u32, to: u32, fixed: FixedAsync) -> Result<Option<Async<f32>>, ResamplerConstructionError> {
    if from == to {
        return Ok(None);
    }
    // The filter runs at the rate that comes.
    let length = LENGTH * from.div_ceil(to) as usize;
    let parameters = SincInterpolationParameters::new(length, WindowFunction::BlackmanHarris2);
    Async::new_sinc(f64::from(to) / f64::from(from), 1.0, &parameters, FRAME, 1, fixed).map(Some)
}

/// Converts; what cannot be is silence. Gives how much came of it.
fn convert(resampler: &mut Async<f32>, from: &[f32], to: &mut [f32]) -> usize {
    let expected = resampler.output_frames_next().min(to.len());
    let (given, room) = (from.len(), to.len());
    let converted = SequentialSlice::new(from, 1, given).ok().zip(SequentialSlice::new_mut(to, 1, room).ok());
    let count = converted.and_then(|(from, mut to)| resampler.process_into_buffer(&from, &mut to, None).ok());
    if let Some((_, count)) = count {
        return count;
    }
    to[..expected].fill(0.0);
    expected
}

/// From 48,000 samples a second to a loudspeaker's rate.
pub(super) struct Outward {
    resampler: Option<Async<f32>>,
    room: Vec<f32>,
}

impl Outward {
    /// To so many samples a second.
    pub(super) fn new(rate: u32) -> Result<Self, ResamplerConstructionError> {
        let resampler = resampler(SAMPLES_PER_SEC, rate, FixedAsync::Input)?;
        let room = vec![0.0; resampler.as_ref().map_or(0, Async::output_frames_max)];
        Ok(Self { resampler, room })
    }

    /// The next 20 ms as the loudspeaker takes them.
    pub(super) fn convert<'a>(&'a mut self, sound: &'a [f32; FRAME]) -> &'a [f32] {
        let Some(resampler) = &mut self.resampler else { return sound };
        let count = convert(resampler, sound, &mut self.room);
        &self.room[..count]
    }
}

/// From a microphone's rate to 48,000 samples a second.
pub(super) struct Inward {
    resampler: Option<Async<f32>>,
    room: Vec<f32>,
}

impl Inward {
    /// From so many samples a second.
    pub(super) fn new(rate: u32) -> Result<Self, ResamplerConstructionError> {
        let resampler = resampler(rate, SAMPLES_PER_SEC, FixedAsync::Output)?;
        let room = vec![0.0; resampler.as_ref().map_or(0, Async::input_frames_max)];
        Ok(Self { resampler, room })
    }

    /// How many samples of the microphone the next 20 ms are made of.
    pub(super) fn wanted(&self) -> usize {
        self.resampler.as_ref().map_or(FRAME, Async::input_frames_next)
    }

    /// The next 20 ms, of as many samples as are wanted.
    pub(super) fn convert(&mut self, mut sample: impl FnMut() -> f32, sound: &mut [f32; FRAME]) {
        let Some(resampler) = &mut self.resampler else { return sound.fill_with(sample) };
        let wanted = resampler.input_frames_next().min(self.room.len());
        self.room[..wanted].fill_with(&mut sample);
        convert(resampler, &self.room[..wanted], sound);
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use allocation_counter::measure;

    use super::*;

    /// What devices have, some that divide badly among them.
    const RATES: [u32; 9] = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000];

    fn tone(hertz: f64, rate: u32) -> impl FnMut() -> f32 {
        let mut at = 0_u32;
        move || {
            at += 1;
            (0.5 * (TAU * hertz * f64::from(at) / f64::from(rate)).sin()) as f32
        }
    }

    /// A second as a loudspeaker of this rate plays it.
    fn played(rate: u32, mut sample: impl FnMut() -> f32) -> Vec<f32> {
        let (mut outward, mut sound) = (Outward::new(rate).unwrap(), [0.0; FRAME]);
        let mut all = Vec::new();
        for _ in 0..50 {
            sound.fill_with(&mut sample);
            all.extend_from_slice(outward.convert(&sound));
        }
        all
    }

    /// A second of what a microphone of this rate hears.
    fn heard(rate: u32, mut sample: impl FnMut() -> f32) -> Vec<f32> {
        let (mut inward, mut sound) = (Inward::new(rate).unwrap(), [0.0; FRAME]);
        let mut all = Vec::new();
        for _ in 0..50 {
            inward.convert(&mut sample, &mut sound);
            all.extend(sound);
        }
        all
    }

    /// How strong a tone is, and how strong what is left once it is taken away: what another frequency, a gap, a doubled
    /// sample or a click would leave. The first and last tenth, where a filter begins and ends, are left out.
    fn tone_and_rest(sound: &[f32], hertz: f64, rate: u32) -> (f64, f64) {
        let sound = &sound[sound.len() / 10..sound.len() * 9 / 10];
        let angle = |at: usize| TAU * hertz * at as f64 / f64::from(rate);
        let along = |wave: fn(f64) -> f64| {
            let products = sound.iter().enumerate().map(|(at, sample)| f64::from(*sample) * wave(angle(at)));
            2.0 * products.sum::<f64>() / sound.len() as f64
        };
        let (sine, cosine) = (along(f64::sin), along(f64::cos));
        let rest = sound.iter().enumerate().map(|(at, sample)| {
            let fitted = sine * angle(at).sin() + cosine * angle(at).cos();
            (f64::from(*sample) - fitted).abs()
        });
        (sine.hypot(cosine), rest.fold(0.0, f64::max))
    }

    #[test]
    fn tones_stay_as_high_and_as_loud_and_nothing_clicks() {
        for rate in RATES {
            for hertz in [300.0, 1_000.0, 3_000.0] {
                let cases = [
                    ("played", played(rate, tone(hertz, SAMPLES_PER_SEC)), rate),
                    ("heard", heard(rate, tone(hertz, rate)), SAMPLES_PER_SEC),
                ];
                for (case, sound, has) in cases {
                    let seconds = sound.len() as f64 / f64::from(has);
                    assert!((seconds - 1.0).abs() < 0.025, "{case} at {rate} Hz: {seconds} s of a second");
                    let (strength, rest) = tone_and_rest(&sound, hertz, has);
                    assert!((strength - 0.5).abs() < 0.005, "{case} at {rate} Hz: {hertz} Hz has {strength}");
                    assert!(rest < 0.003, "{case} at {rate} Hz: {rest} beside {hertz} Hz");
                }
            }
        }
    }

    #[test]
    fn what_a_rate_cannot_carry_comes_back_at_no_other_height() {
        for (rate, hertz) in [(16_000, 9_000.0), (16_000, 15_000.0), (44_100, 23_000.0), (8_000, 5_000.0)] {
            let loudest =
                |sound: &[f32]| sound.iter().skip(sound.len() / 10).fold(0.0_f32, |most, at| most.max(at.abs()));
            let sound = played(rate, tone(hertz, SAMPLES_PER_SEC));
            assert!(loudest(&sound) < 0.001, "{hertz} Hz at {rate} Hz: {}", loudest(&sound));
        }
        let sound = heard(96_000, tone(30_000.0, 96_000));
        assert!(sound.iter().skip(4_800).all(|sample| sample.abs() < 0.001));
    }

    #[test]
    fn nothing_comes_later_than_by_nine_milliseconds() {
        let click = || {
            let mut at = 0;
            move || {
                at += 1;
                f32::from(u8::from(at == 1))
            }
        };
        let latest = |sound: &[f32]| {
            let loudest = sound.iter().map(|sample| sample.abs()).enumerate();
            loudest.max_by(|one, other| one.1.total_cmp(&other.1)).map_or(usize::MAX, |(at, _)| at)
        };
        for rate in RATES {
            let cases = [(played(rate, click()), rate), (heard(rate, click()), SAMPLES_PER_SEC)];
            for (sound, has) in cases {
                let delay_ms = 1_000.0 * latest(&sound) as f64 / f64::from(has);
                assert!(delay_ms < 9.0, "{delay_ms} ms at {rate} Hz");
            }
        }
    }

    #[test]
    fn memory_is_taken_once() {
        for rate in RATES {
            let (mut outward, mut inward) = (Outward::new(rate).unwrap(), Inward::new(rate).unwrap());
            let mut sound = [0.1; FRAME];
            let taken = measure(|| {
                for _ in 0..10 {
                    outward.convert(&sound);
                    inward.convert(|| 0.1, &mut sound);
                }
            });
            assert_eq!(taken.count_total, 0, "at {rate} Hz");
        }
    }
}
