//! Microphone and loudspeaker of the machine. Their callbacks wait for nothing: rings of a fixed size stand between them and
//! everything else.

use std::sync::atomic::{AtomicBool, Ordering};

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{
    BufferSize, Error, ErrorKind, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig,
    SupportedBufferSize, SupportedStreamConfigRange,
};
use rtrb::{Consumer, Producer};

use super::{FRAME, SAMPLES_PER_SEC};

/// Why nothing is heard, or said.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoDevice {
    /// There is none.
    #[error("there is none")]
    None,
    /// It takes or gives no 48,000 samples a second in a form that is known here.
    #[error("it has no 48 kHz")]
    Format,
    /// It cannot be used.
    #[error(transparent)]
    Device(#[from] Error),
}

/// How good a way of a device to give or take sound is; none if it is of no use.
fn rank(range: &SupportedStreamConfigRange, channels: u16) -> Option<u16> {
    let has_rate = (range.min_sample_rate()..=range.max_sample_rate()).contains(&SAMPLES_PER_SEC);
    let format = match range.sample_format() {
        SampleFormat::F32 => 0,
        SampleFormat::I16 => 1,
        SampleFormat::I32 => 2,
        _ => return None,
    };
    has_rate.then(|| 3 * range.channels().abs_diff(channels) + format)
}

/// The way that suits best, with buffers of 20 ms where the device can.
fn choose(
    ranges: impl Iterator<Item = SupportedStreamConfigRange>,
    channels: u16,
) -> Result<(StreamConfig, SampleFormat), NoDevice> {
    let ranked = ranges.filter_map(|range| Some((rank(&range, channels)?, range)));
    let (_, range) = ranked.min_by_key(|(rank, _)| *rank).ok_or(NoDevice::Format)?;
    let buffer_size = match *range.buffer_size() {
        SupportedBufferSize::Range { min, max } if (min..=max / 2).contains(&(FRAME as u32)) => {
            BufferSize::Fixed(FRAME as u32)
        }
        _ => BufferSize::Default,
    };
    let config = StreamConfig { channels: range.channels(), sample_rate: SAMPLES_PER_SEC, buffer_size };
    Ok((config, range.sample_format()))
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

/// Plays what comes through a ring, and silence where nothing does.
pub(super) fn play(ring: Consumer<f32>) -> Result<Stream, NoDevice> {
    let device = cpal::default_host().default_output_device().ok_or(NoDevice::None)?;
    let (config, format) = choose(device.supported_output_configs()?, 2)?;
    let stream = match format {
        SampleFormat::I16 => play_as::<i16>(&device, config, ring),
        SampleFormat::I32 => play_as::<i32>(&device, config, ring),
        _ => play_as::<f32>(&device, config, ring),
    }?;
    stream.play()?;
    Ok(stream)
}

fn play_as<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    mut ring: Consumer<f32>,
) -> Result<Stream, Error> {
    let channels = usize::from(config.channels);
    let fill = move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
        for frame in data.chunks_mut(channels) {
            frame.fill(T::from_sample(ring.pop().unwrap_or(0.0)));
        }
    };
    device.build_output_stream(config, fill, report("loudspeaker"), None)
}

/// Gives what the microphone hears to a ring, as one channel. What does not fit is not kept.
pub(super) fn record(ring: Producer<f32>) -> Result<Stream, NoDevice> {
    let device = cpal::default_host().default_input_device().ok_or(NoDevice::None)?;
    let (config, format) = choose(device.supported_input_configs()?, 1)?;
    let stream = match format {
        SampleFormat::I16 => record_as::<i16>(&device, config, ring),
        SampleFormat::I32 => record_as::<i32>(&device, config, ring),
        _ => record_as::<f32>(&device, config, ring),
    }?;
    stream.play()?;
    Ok(stream)
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
    let take = move |data: &[T], _: &cpal::InputCallbackInfo| {
        for frame in data.chunks(channels) {
            let sum: f32 = frame.iter().map(|sample| f32::from_sample(*sample)).sum();
            if ring.push(sum / channels as f32).is_err() {
                return;
            }
        }
    };
    device.build_input_stream(config, take, report("microphone"), None)
}

#[cfg(test)]
mod tests {
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
        let none = choose(ranges.into_iter().take(1), 2);
        assert!(matches!(none, Err(NoDevice::Format)), "{none:?}");
    }
}
