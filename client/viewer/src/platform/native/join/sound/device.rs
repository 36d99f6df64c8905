//! Microphone and loudspeaker of the machine. Their callbacks wait for nothing: rings of a fixed size stand between them and
//! everything else.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{
    BufferSize, Error, ErrorKind, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig,
    SupportedBufferSize, SupportedStreamConfigRange,
};
use rtrb::{Consumer, Producer, RingBuffer};

use super::{PIECES_PER_SEC, SAMPLES_PER_SEC};

/// Why nothing is heard, or said.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoDevice {
    /// There is none.
    #[error("there is none")]
    None,
    /// It takes or gives no sound in a form and at a rate that are known here.
    #[error("it has no form of sound that is known here")]
    Format,
    /// It cannot be used.
    #[error(transparent)]
    Device(#[from] Error),
}

/// The rates, samples a second, that devices of any use have; beyond, some say that they have every one.
const RATES: RangeInclusive<u32> = 8_000..=192_000;
/// From here on a rate carries all that is heard.
const CARRIES_ALL: u32 = 40_000;

/// The rate that suits best of those that a device has, samples a second.
fn rate(range: &SupportedStreamConfigRange) -> Option<u32> {
    let (lowest, highest) = (range.min_sample_rate().max(*RATES.start()), range.max_sample_rate().min(*RATES.end()));
    (lowest <= highest).then(|| SAMPLES_PER_SEC.clamp(lowest, highest))
}

/// How good a way of a device to give or take sound is, the lowest best; none if it is of no use. Our own rate is better than
/// any other, then come those that carry all that is heard, the nearest first, and then the higher the better.
fn rank(range: &SupportedStreamConfigRange, channels: u16) -> Option<(bool, u32, u16)> {
    let rate = rate(range)?;
    let carries_all = rate >= CARRIES_ALL;
    let away = if carries_all { rate.abs_diff(SAMPLES_PER_SEC) } else { SAMPLES_PER_SEC - rate };
    let format = match range.sample_format() {
        SampleFormat::F32 => 0,
        SampleFormat::I16 => 1,
        SampleFormat::I32 => 2,
        _ => return None,
    };
    Some((!carries_all, away, 3 * range.channels().abs_diff(channels) + format))
}

/// The way that suits best, with buffers of 20 ms where the device can.
fn choose(
    ranges: impl Iterator<Item = SupportedStreamConfigRange>,
    channels: u16,
) -> Result<(StreamConfig, SampleFormat), NoDevice> {
    let ranked = ranges.filter_map(|range| Some((rank(&range, channels)?, rate(&range)?, range)));
    let (_, sample_rate, range) = ranked.min_by_key(|(rank, ..)| *rank).ok_or(NoDevice::Format)?;
    let piece = sample_rate / PIECES_PER_SEC;
    let buffer_size = match *range.buffer_size() {
        SupportedBufferSize::Range { min, max } if (min..=max / 2).contains(&piece) => BufferSize::Fixed(piece),
        _ => BufferSize::Default,
    };
    Ok((StreamConfig { channels: range.channels(), sample_rate, buffer_size }, range.sample_format()))
}

/// Says once that a device has failed; that it was late now and then is no failure.
fn report(name: &'static str) -> impl FnMut(Error) + Send + 'static {
    let said = AtomicBool::new(false);
    move |error| {
        let is_failure =
            !matches!(error.kind(), ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied);
        if is_failure && !said.swap(true, Ordering::Relaxed) {
            eprintln!("the {name} fails: {error}");
        }
    }
}

/// A device that works, and the near end of its ring.
pub(super) struct Device<Ring> {
    /// Ends the device when it is dropped.
    pub(super) stream: Stream,
    /// One channel at the device's rate.
    pub(super) ring: Ring,
    /// Samples a second.
    pub(super) rate: u32,
}

/// Room for what waits for a device or comes from one, 200 ms.
pub(super) const fn room(rate: u32) -> usize {
    (rate / 5) as usize
}

/// Opens the loudspeaker, which plays what comes through a ring, and silence where nothing does.
pub(super) fn play() -> Result<Device<Producer<f32>>, NoDevice> {
    let device = cpal::default_host().default_output_device().ok_or(NoDevice::None)?;
    let (config, format) = choose(device.supported_output_configs()?, 2)?;
    let rate = config.sample_rate;
    let (ring, far) = RingBuffer::new(room(rate));
    let stream = match format {
        SampleFormat::I16 => play_as::<i16>(&device, config, far),
        SampleFormat::I32 => play_as::<i32>(&device, config, far),
        _ => play_as::<f32>(&device, config, far),
    }?;
    stream.play()?;
    Ok(Device { stream, ring, rate })
}

fn play_as<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    mut ring: Consumer<f32>,
) -> Result<Stream, Error> {
    let channels = usize::from(config.channels);
    let play = move |data: &mut [T], _: &cpal::OutputCallbackInfo| fill(data, channels, &mut ring);
    device.build_output_stream(config, play, report("loudspeaker"), None)
}

/// Gives each channel what comes through a ring.
fn fill<T: SizedSample + FromSample<f32>>(data: &mut [T], channels: usize, ring: &mut Consumer<f32>) {
    for frame in data.chunks_mut(channels) {
        frame.fill(T::from_sample(ring.pop().unwrap_or(0.0)));
    }
}

/// Opens the microphone, which gives what it hears to a ring, as one channel. What does not fit is not kept.
pub(super) fn record() -> Result<Device<Consumer<f32>>, NoDevice> {
    let device = cpal::default_host().default_input_device().ok_or(NoDevice::None)?;
    let (config, format) = choose(device.supported_input_configs()?, 1)?;
    let rate = config.sample_rate;
    let (far, ring) = RingBuffer::new(room(rate));
    let stream = match format {
        SampleFormat::I16 => record_as::<i16>(&device, config, far),
        SampleFormat::I32 => record_as::<i32>(&device, config, far),
        _ => record_as::<f32>(&device, config, far),
    }?;
    stream.play()?;
    Ok(Device { stream, ring, rate })
}

fn record_as<T: SizedSample>(
    device: &cpal::Device,
    config: StreamConfig,
    mut ring: Producer<f32>,
) -> Result<Stream, Error>
where
    f32: FromSample<T>,
{
    let channels = usize::from(config.channels);
    let hear = move |data: &[T], _: &cpal::InputCallbackInfo| keep(data, channels, &mut ring);
    device.build_input_stream(config, hear, report("microphone"), None)
}

/// Gives what is between all channels to a ring.
fn keep<T: SizedSample>(data: &[T], channels: usize, ring: &mut Producer<f32>)
where
    f32: FromSample<T>,
{
    for frame in data.chunks(channels) {
        let sum: f32 = frame.iter().map(|sample| f32::from_sample(*sample)).sum();
        if ring.push(sum / channels as f32).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use allocation_counter::measure;

    use super::*;

    fn range(channels: u16, rates: (u32, u32), format: SampleFormat) -> SupportedStreamConfigRange {
        let buffer = SupportedBufferSize::Range { min: 64, max: 8_192 };
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, buffer, format)
    }

    #[test]
    fn the_way_that_suits_best_is_chosen() {
        let ranges = [
            range(2, (44_100, 44_100), SampleFormat::F32),
            range(2, (8_000, 96_000), SampleFormat::I16),
            range(1, (8_000, 96_000), SampleFormat::F32),
            range(2, (8_000, 96_000), SampleFormat::U8),
        ];
        let (config, format) = choose(ranges.into_iter(), 2).unwrap();
        assert_eq!((config.channels, format, config.buffer_size), (2, SampleFormat::I16, BufferSize::Fixed(960)));
        let (config, format) = choose(ranges.into_iter(), 1).unwrap();
        assert_eq!((config.channels, format), (1, SampleFormat::F32));
        let none = choose(ranges.into_iter().skip(3), 2);
        assert!(matches!(none, Err(NoDevice::Format)), "{none:?}");
    }

    #[test]
    fn a_device_without_our_rate_is_used_at_the_best_that_it_has() {
        let chosen = |rates: &[(u32, u32)]| {
            let ranges = rates.iter().map(|rates| range(2, *rates, SampleFormat::F32));
            choose(ranges, 2).map(|(config, _)| (config.sample_rate, config.buffer_size)).ok()
        };
        let cases = [
            (&[(44_100, 44_100)][..], Some((44_100, 882))),
            (&[(16_000, 16_000)], Some((16_000, 320))),
            (&[(8_000, 16_000), (8_000, 8_000)], Some((16_000, 320))),
            (&[(96_000, 192_000)], Some((96_000, 1_920))),
            (&[(16_000, 16_000), (96_000, 96_000), (44_100, 44_100)], Some((44_100, 882))),
            (&[(32_000, 32_000), (192_000, 192_000)], Some((192_000, 3_840))),
            (&[(1, u32::MAX)], Some((48_000, 960))),
            (&[(1_000, 4_000), (384_000, 384_000)], None),
        ];
        for (rates, expected) in cases {
            let expected = expected.map(|(rate, piece)| (rate, BufferSize::Fixed(piece)));
            assert_eq!(chosen(rates), expected, "{rates:?}");
        }
    }

    #[test]
    fn callbacks_take_no_memory_and_neither_fill_nor_empty_a_ring_beyond_its_ends() {
        let (mut near, mut far) = RingBuffer::new(room(16_000));
        let (heard, mut data) = ([[0.25_f32, 0.75]; 320], [0_i16; 2 * 320]);
        let taken = measure(|| {
            for _ in 0..20 {
                keep(heard.as_flattened(), 2, &mut near);
            }
            fill(&mut data, 2, &mut far);
        });
        assert_eq!(taken.count_total, 0);
        assert!(data.iter().all(|sample| *sample == 0.5_f32.to_sample::<i16>()), "{:?}", &data[..4]);
        assert_eq!(far.slots(), room(16_000) - 320);
        (0..20).for_each(|_| fill(&mut data, 2, &mut far));
        assert!(data.iter().all(|sample| *sample == 0), "{:?}", &data[..4]);
    }
}
