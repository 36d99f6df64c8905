//! Frames out of packets: whole ones, each of which can be decoded after those before it.

use std::time::{Duration, Instant};

use super::Frame;
use super::order::{Order, Ordered};
use super::picture::{self, Picture};
use crate::forward::clock::Mark;
use crate::forward::packet::{Codec, Packet};
use crate::forward::payload;

/// Bytes of one picture. Whoever never ends one does not fill the memory with it.
const LARGEST: usize = 4 << 20;

/// A key frame that has been asked for is asked for again after this.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How far a publisher's time stamps may run ahead of the time that has passed here.
const AHEAD: Duration = Duration::from_secs(10);

/// A picture of which packets are coming.
#[derive(Debug)]
struct Building {
    codec: Codec,
    timestamp: u32,
    at: Instant,
    bytes: usize,
    picture: Box<dyn Picture>,
}

/// How time stamps lie to the frames' time.
#[derive(Debug, Clone, Copy)]
struct Clock {
    begun: Instant,
    timestamp: u32,
    ticks: u64,
}

/// Makes frames of packets in the order of arrival.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    order: Order,
    building: Option<Building>,
    /// Whether a picture has been whole, and nothing has been missing since.
    follows: bool,
    clock: Option<Clock>,
    mark: Option<Mark>,
    asked: Option<Instant>,
    asks: bool,
}

impl Assembler {
    /// Takes a packet that came at a time, and what is known by now of when its stream was taken.
    pub(super) fn take(&mut self, (at, packet, mark): (Instant, Packet, Option<Mark>)) {
        self.mark = mark.or(self.mark);
        self.order.take(at, packet);
    }

    /// Nothing will come any more.
    pub(super) fn end(&mut self) {
        self.order.end();
    }

    /// The next frame.
    pub(super) fn poll(&mut self) -> Option<Frame> {
        while let Some(ordered) = self.order.poll() {
            match ordered {
                Ordered::Gap => self.lose(),
                Ordered::Packet(at, packet) => {
                    if let Some(frame) = self.add(at, &packet) {
                        return Some(frame);
                    }
                }
            }
        }
        None
    }

    /// Whether a key frame is to be asked for now.
    pub(super) fn asks(&mut self) -> bool {
        std::mem::take(&mut self.asks)
    }

    fn add(&mut self, at: Instant, packet: &Packet) -> Option<Frame> {
        if packet.codec == Codec::Opus {
            return Some(self.sound(at, packet));
        }
        let goes_on = |building: &Building| (building.timestamp, building.codec) == (packet.timestamp, packet.codec);
        if self.building.as_ref().is_some_and(|building| !goes_on(building)) {
            // The last packet of the one before has a mark, and has not come.
            self.lose();
        }
        if self.building.is_none() {
            if !self.follows && !payload::begins_key_frame(packet) {
                self.ask(at);
                return None;
            }
            let (codec, timestamp, picture) = (packet.codec, packet.timestamp, picture::begin(packet.codec)?);
            self.building = Some(Building { codec, timestamp, at, bytes: 0, picture });
        }
        let building = self.building.as_mut()?;
        building.at = building.at.max(at);
        building.bytes += packet.payload.len();
        if building.bytes > LARGEST || building.picture.add(&packet.payload).is_none() {
            self.lose();
            self.ask(at);
            return None;
        }
        if packet.marker { self.finish(at) } else { None }
    }

    fn finish(&mut self, at: Instant) -> Option<Frame> {
        let Building { codec, timestamp, at: arrived, picture, .. } = self.building.take()?;
        let Some(whole) = picture.finish().filter(|whole| whole.is_key || self.follows) else {
            self.lose();
            self.ask(at);
            return None;
        };
        self.follows = true;
        self.asked = None;
        let (ticks, taken) = (self.ticks(arrived, codec, timestamp), self.taken(codec, timestamp));
        Some(Frame { codec, at: arrived, taken, ticks, is_key: whole.is_key, size: whole.size, bytes: whole.bytes })
    }

    /// Each packet of sound is a frame, and what is missing is only missing.
    fn sound(&mut self, at: Instant, packet: &Packet) -> Frame {
        let codec = packet.codec;
        let (ticks, taken) = (self.ticks(at, codec, packet.timestamp), self.taken(codec, packet.timestamp));
        Frame { codec, at, taken, ticks, is_key: true, size: None, bytes: packet.payload.clone() }
    }

    fn taken(&self, codec: Codec, timestamp: u32) -> Option<Instant> {
        self.mark.map(|mark| mark.time(timestamp, codec.clock_rate()))
    }

    /// What is missing is needed by all that come before the next key frame.
    fn lose(&mut self) {
        self.building = None;
        self.follows = false;
    }

    fn ask(&mut self, at: Instant) {
        if self.asked.is_none_or(|asked| at.saturating_duration_since(asked) >= ASK_AGAIN) {
            self.asked = Some(at);
            self.asks = true;
        }
    }

    /// The ticks of a time stamp. Those that jump where no time has passed, or back, are not followed.
    fn ticks(&mut self, at: Instant, codec: Codec, timestamp: u32) -> u64 {
        let Some(known) = &mut self.clock else {
            self.clock = Some(Clock { begun: at, timestamp, ticks: 0 });
            return 0;
        };
        let rate = f64::from(codec.clock_rate());
        let passed = at.saturating_duration_since(known.begun);
        let step = i64::from(timestamp.wrapping_sub(known.timestamp) as i32);
        let said = known.ticks.saturating_add_signed(step);
        let jumps = -step > i64::from(codec.clock_rate()) || said as f64 > (passed + AHEAD).as_secs_f64() * rate;
        if step > 0 || jumps {
            known.timestamp = timestamp;
        }
        let told = if jumps { (passed.as_secs_f64() * rate) as u64 } else { said };
        known.ticks = known.ticks.max(told);
        known.ticks
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use rtc::rtp::codec::h264::H264Payloader;
    use rtc::rtp::codec::vp8::Vp8Payloader;
    use rtc::rtp::codec::vp9::Vp9Payloader;
    use rtc::rtp::packetizer::Payloader;

    use super::*;
    use crate::forward::packet::Head;

    const MTU: usize = 100;

    /// A key frame is 640 by 360.
    fn vp8(key: bool, fill: u8) -> Bytes {
        let mut frame = vec![u8::from(!key), 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01];
        frame.resize(250, fill);
        frame.into()
    }

    /// Packets of frames, numbered on from `sequence`, 3,000 ticks apart from `timestamp` on.
    fn packets(
        codec: Codec,
        payloader: &mut dyn Payloader,
        frames: &[Bytes],
        (mut sequence, mut timestamp): (u16, u32),
    ) -> Vec<Packet> {
        let mut packets = Vec::new();
        for frame in frames {
            let payloads = payloader.payload(MTU, frame).unwrap();
            let count = payloads.len();
            for (index, payload) in payloads.into_iter().enumerate() {
                let marker = index + 1 == count;
                packets.push(Packet {
                    codec,
                    sequence,
                    timestamp,
                    marker,
                    level: None,
                    head: Head::default(),
                    payload,
                });
                sequence = sequence.wrapping_add(1);
            }
            timestamp = timestamp.wrapping_add(3_000);
        }
        packets
    }

    /// Frames of packets that come one a millisecond, and how often a key frame is asked for.
    fn assembled(packets: impl IntoIterator<Item = Packet>) -> (Vec<Frame>, usize) {
        let start = Instant::now();
        let mut assembler = Assembler::default();
        let (mut frames, mut asked) = (Vec::new(), 0);
        for (ms, packet) in packets.into_iter().enumerate() {
            assembler.take((start + Duration::from_millis(ms as u64), packet, None));
            frames.extend(std::iter::from_fn(|| assembler.poll()));
            asked += usize::from(assembler.asks());
        }
        assembler.end();
        frames.extend(std::iter::from_fn(|| assembler.poll()));
        (frames, asked + usize::from(assembler.asks()))
    }

    #[test]
    fn pictures_are_whole_or_are_left_out_until_the_next_key_frame() {
        // Five frames of three packets each; the first and the fourth are key frames.
        let frames: Vec<Bytes> = (0..5).map(|index| vp8(index % 3 == 0, index)).collect();
        let table: [(&str, &[u16], &[usize], usize); 11] = [
            ("as they were sent", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], &[0, 1, 2, 3, 4], 0),
            ("out of order", &[0, 2, 1, 5, 3, 4, 8, 6, 7, 9, 12, 10, 11, 14, 13], &[0, 1, 2, 3, 4], 0),
            ("some twice", &[0, 0, 1, 2, 1, 3, 4, 5, 5, 6, 7, 8], &[0, 1, 2], 0),
            ("one of the first is missing", &[0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], &[3], 1),
            ("the begin of the first is missing", &[1, 2, 3, 4, 5, 9, 10, 11], &[3], 1),
            ("one in the middle is missing", &[0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11], &[0, 3], 1),
            ("the end of one is missing", &[0, 1, 2, 3, 4, 6, 7, 8], &[0], 1),
            ("a whole frame is missing", &[0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14], &[0, 3, 4], 1),
            ("a key frame is missing too", &[0, 1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14], &[0], 1),
            ("what is missing is before a key frame", &[0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11], &[0, 1, 3], 0),
            ("it begins in the middle", &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], &[3, 4], 1),
        ];
        for first in [0_u16, 65_530] {
            let all = packets(Codec::Vp8, &mut Vp8Payloader::default(), &frames, (first, u32::MAX - 4_000));
            assert_eq!(all.len(), 15);
            for (case, arriving, expected, asks) in table {
                let (got, asked) = assembled(arriving.iter().map(|index| all[usize::from(*index)].clone()));
                let got: Vec<Bytes> = got.into_iter().map(|frame| frame.bytes).collect();
                let expected: Vec<Bytes> = expected.iter().map(|index| frames[*index].clone()).collect();
                assert_eq!((got, asked), (expected, asks), "{case}, from {first}");
            }
        }
    }

    #[test]
    fn a_key_frame_is_asked_for_when_one_is_needed_and_not_too_often() {
        let frames: Vec<Bytes> = (0..1_000).map(|index| vp8(index == 0, 1)).collect();
        let mut all = packets(Codec::Vp8, &mut Vp8Payloader::default(), &frames, (0, 0));
        assert_eq!(assembled(all.clone()).1, 0, "nothing is missing");
        all.remove(100);
        let (got, asked) = assembled(all);
        assert_eq!(got.len(), 33);
        // 3,000 packets in three seconds: half of one passes before the missing one is given up.
        assert_eq!(asked, 3);
    }

    #[test]
    fn frames_say_what_they_are() {
        let frames = [vp8(true, 1), vp8(false, 2)];
        let (got, _) = assembled(packets(Codec::Vp8, &mut Vp8Payloader::default(), &frames, (7, 9_000)));
        let said: Vec<_> = got.iter().map(|frame| (frame.codec, frame.ticks, frame.is_key, frame.size)).collect();
        let expected = [(Codec::Vp8, 0, true, Some((640, 360))), (Codec::Vp8, 3_000, false, None)];
        assert_eq!(said, expected);
        assert_eq!(got[1].at - got[0].at, Duration::from_millis(3), "from last packet to last packet");

        let mut key = vec![0x82, 0x49, 0x83, 0x42, 0x00, 0x27, 0xf0, 0x16, 0x70];
        key.resize(250, 3);
        let frames = [Bytes::from(key), Bytes::from_static(&[0x86, 1, 2, 3])];
        let (got, _) = assembled(packets(Codec::Vp9, &mut Vp9Payloader::default(), &frames, (7, 9_000)));
        assert_eq!(got.iter().map(|frame| frame.bytes.clone()).collect::<Vec<_>>(), frames);
        assert_eq!((got[0].size, got[0].is_key, got[1].is_key), (Some((640, 360)), true, false));
    }

    #[test]
    fn units_of_h264_stand_behind_their_lengths() {
        let parameters: &[u8] = &[
            0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00,
            0x03, 0x00, 0x32, 0x0f, 0x16, 0x2e, 0x48,
        ];
        let pictures: &[u8] = &[0x68, 0xcb, 0x83];
        let units = |kind: u8| [&[kind], [9; 249].as_slice()].concat();
        let stream = |units: &[&[u8]]| -> Bytes {
            units.iter().flat_map(|unit| [&[0, 0, 0, 1], *unit].concat()).collect::<Vec<u8>>().into()
        };
        let lengths = |units: &[&[u8]]| -> Bytes {
            let unit = |unit: &&[u8]| [&(unit.len() as u32).to_be_bytes(), *unit].concat();
            units.iter().flat_map(unit).collect::<Vec<u8>>().into()
        };
        let (key, other) = (units(0x65), units(0x41));
        let frames = [stream(&[parameters, pictures, &key]), stream(&[&other]), stream(&[&[0x41, 1, 2]])];
        let (got, _) = assembled(packets(Codec::H264, &mut H264Payloader::default(), &frames, (7, 9_000)));
        let expected = [lengths(&[parameters, pictures, &key]), lengths(&[&other]), lengths(&[&[0x41, 1, 2]])];
        assert_eq!(got.iter().map(|frame| frame.bytes.clone()).collect::<Vec<_>>(), expected);
        assert_eq!((got[0].size, got[0].is_key, got[1].is_key), (Some((640, 360)), true, false));
        let (got, _) = assembled(packets(Codec::H264, &mut H264Payloader::default(), &frames, (7, 9_000)).split_off(2));
        assert!(got.is_empty(), "the first of the fragments is not there");
    }

    fn opus(sequence: u16, timestamp: u32) -> Packet {
        let payload = Bytes::from_static(b"sound");
        Packet { codec: Codec::Opus, sequence, timestamp, marker: false, level: None, head: Head::default(), payload }
    }

    #[test]
    fn lost_sound_is_only_missing_and_time_goes_on_over_it() {
        let sent = (0..100_u16).filter(|index| *index != 3 && *index != 50);
        let (got, asked) =
            assembled(sent.clone().map(|index| opus(65_500_u16.wrapping_add(index), u32::from(index) * 960)));
        let ticks: Vec<u64> = got.iter().map(|frame| frame.ticks).collect();
        assert_eq!(ticks, sent.map(|index| u64::from(index) * 960).collect::<Vec<_>>());
        assert_eq!(asked, 0);
    }

    #[test]
    fn time_never_goes_back_and_follows_no_jump_that_nothing_has_passed_for() {
        let start = Instant::now();
        let mut assembler = Assembler::default();
        let table: [(u64, u32, u64); 8] = [
            (0, u32::MAX - 479, 0),
            (20, 480, 960),
            (20, 0, 960),
            (40, 1_440, 1_920),
            // A publisher whose clock is set forward by an hour, and back.
            (60, 1_440 + 48_000 * 3_600, 2_880),
            (80, 1_440 + 48_000 * 3_600 + 960, 3_840),
            (100, 7, 4_800),
            (120, 967, 5_760),
        ];
        for (ms, timestamp, expected) in table {
            let ticks = assembler.ticks(start + Duration::from_millis(ms), Codec::Opus, timestamp);
            assert_eq!(ticks, expected, "{timestamp} at {ms} ms");
        }
        let later = assembler.ticks(start + Duration::from_hours(20), Codec::Opus, 8_000);
        assert_eq!(later, 5_760 + 7_033, "what a publisher did not send for hours is at the time that it says");
    }

    #[test]
    fn whatever_comes_does_no_harm() {
        let mut state = 1_u32;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for codec in [Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1] {
            let packets = (0..20_000_u32).map(|round| {
                let payload: Bytes = (0..next() % 24).map(|_| next()).collect();
                let marker = next() % 3 == 0;
                let sequence = (round as u16).wrapping_add(u16::from(next() % 4));
                Packet { codec, sequence, timestamp: round / 3, marker, payload, ..opus(0, 0) }
            });
            let (frames, _) = assembled(packets.collect::<Vec<_>>());
            println!("{codec:?}: {} frames", frames.len());
        }
    }
}
