//! What viewers see of streams that are put together.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::forward::clock::Mark;
use crate::forward::packet::{Codec, Head, Packet, is_later, stream_of};
use crate::forward::payload;
use crate::forward::rewrite::{Origin, Rewriter, Written};
use crate::forward::ring::Ring;
use crate::forward::vp8::Descriptor;
use crate::names::{PeerId, Source, TrackId};

fn origin(peer: u64, layer: usize) -> Origin {
    Origin { track: TrackId { peer: PeerId(peer), source: Source::Camera }, layer }
}

/// A VP8 packet with a picture id of 15 bits and a count of the lowest layer; a key frame is 640 by 360.
fn vp8(sequence: u16, timestamp: u32, picture_id: u16, tl0: u8, key: bool) -> Packet {
    let [high, low] = (picture_id | 0x8000).to_be_bytes();
    let mut payload = vec![0x90, 0xe0, high, low, tl0, 0x00];
    payload.extend_from_slice(&[u8::from(!key), 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
    Packet {
        codec: Codec::Vp8,
        sequence,
        timestamp,
        marker: true,
        level: None,
        head: Head::default(),
        payload: payload.into(),
    }
}

fn opus(sequence: u16, timestamp: u32) -> Packet {
    let payload = Bytes::from_static(b"sound");
    Packet { codec: Codec::Opus, sequence, timestamp, marker: false, level: Some(20), head: Head::default(), payload }
}

fn written(written: Written) -> Packet {
    let Written::Packet(packet) = written else { panic!("it should go to the viewer: {written:?}") };
    packet
}

/// The payload as it goes out.
fn payload_of(packet: &Packet) -> BytesMut {
    let mut payload = BytesMut::new();
    packet.put_payload(&mut payload);
    payload
}

/// Sequence number, time stamp, picture id and count of the lowest layer.
fn numbers(packet: &Packet) -> (u16, u32, u16, u8) {
    let read = Descriptor::read(&payload_of(packet)).unwrap();
    (packet.sequence, packet.timestamp, read.picture_id.unwrap().0, read.tl0.unwrap())
}

#[test]
fn a_switch_is_not_seen_in_any_number() {
    let start = Instant::now();
    let later = |ms| start + Duration::from_millis(ms);
    let mut rewriter = Rewriter::new(65_534, u32::MAX - 10);
    let first = written(rewriter.write(start, origin(1, 0), &vp8(100, 9_000, 0x7ffe, 255, true), None));
    assert_eq!(numbers(&first), (65_534, u32::MAX - 10, 0x7ffe, 255));
    let second = written(rewriter.write(later(33), origin(1, 0), &vp8(101, 12_000, 0x7fff, 0, false), None));
    assert_eq!(numbers(&second), (65_535, 2_989, 0x7fff, 0));
    let not_yet = rewriter.write(later(50), origin(2, 1), &vp8(7_000, 77, 50, 9, false), None);
    assert_eq!(not_yet, Written::KeyFrameNeeded);
    let switched = written(rewriter.write(later(66), origin(2, 1), &vp8(7_001, 3_077, 51, 9, true), None));
    // 33 ms are 2,970 ticks.
    assert_eq!(numbers(&switched), (0, 2_989 + 2_970, 0, 1));
    let next = written(rewriter.write(later(99), origin(2, 1), &vp8(7_002, 6_077, 52, 10, false), None));
    assert_eq!(numbers(&next), (1, 2_989 + 2_970 + 3_000, 1, 2));
}

#[test]
fn what_is_late_goes_where_it_was_missing_and_nothing_from_before_a_switch() {
    let now = Instant::now();
    let mut rewriter = Rewriter::new(10, 0);
    written(rewriter.write(now, origin(1, 0), &vp8(100, 0, 1, 1, true), None));
    written(rewriter.write(now, origin(1, 0), &vp8(103, 0, 1, 1, false), None));
    assert_eq!(written(rewriter.write(now, origin(1, 0), &vp8(101, 0, 1, 1, false), None)).sequence, 11);
    written(rewriter.write(now, origin(2, 0), &vp8(500, 0, 1, 1, true), None));
    assert_eq!(rewriter.write(now, origin(2, 0), &vp8(499, 0, 1, 1, false), None), Written::Dropped);
    assert_eq!(rewriter.write(now, origin(1, 0), &vp8(104, 0, 1, 1, false), None), Written::KeyFrameNeeded);
}

#[test]
fn what_was_missed_is_found_again_across_switches() {
    let now = Instant::now();
    let mut rewriter = Rewriter::new(10, 0);
    let sent = [vp8(100, 0, 1, 1, true), vp8(101, 0, 2, 2, false)].map(|packet| {
        let written = written(rewriter.write(now, origin(1, 0), &packet, None));
        (packet, written)
    });
    let switched = vp8(500, 0, 9, 9, true);
    let after = written(rewriter.write(now, origin(2, 2), &switched, None));
    for (source, written, from) in
        sent.iter().map(|(a, b)| (a, b, origin(1, 0))).chain([(&switched, &after, origin(2, 2))])
    {
        assert_eq!(rewriter.source(written.sequence), Some((from, source.sequence)));
        assert_eq!(rewriter.repeat(written.sequence, source).as_ref(), Some(written), "it is the same, to the byte");
    }
    assert_eq!(rewriter.source(9), None, "nothing was ever sent under this number");
}

#[test]
fn an_interrupted_stream_goes_on_with_a_key_frame() {
    let now = Instant::now();
    let mut rewriter = Rewriter::new(10, 0);
    rewriter.interrupt();
    written(rewriter.write(now, origin(1, 0), &vp8(100, 0, 1, 1, true), None));
    rewriter.interrupt();
    assert_eq!(rewriter.write(now, origin(1, 0), &vp8(150, 0, 20, 20, false), None), Written::KeyFrameNeeded);
    let again = written(rewriter.write(now, origin(1, 0), &vp8(151, 0, 21, 21, true), None));
    assert_eq!((again.sequence, numbers(&again).2), (11, 2));
    assert_eq!(rewriter.source(10), Some((origin(1, 0), 100)), "what was before can still be sent again");
}

#[test]
fn a_stream_goes_on_however_often_its_numbers_wrap() {
    let now = Instant::now();
    let mut rewriter = Rewriter::new(10, 0);
    written(rewriter.write(now, origin(2, 0), &opus(900, 0), None));
    for count in 0..200_000_u32 {
        let packet = opus(count as u16, count);
        let sent = written(rewriter.write(now, origin(1, 0), &packet, None));
        assert_eq!(sent.sequence, (count as u16).wrapping_add(11), "packet {count}");
        assert_eq!(rewriter.source(sent.sequence), Some((origin(1, 0), packet.sequence)), "packet {count}");
        let before = sent.sequence.wrapping_sub(500);
        if count > 500 {
            let source = packet.sequence.wrapping_sub(500);
            assert_eq!(rewriter.source(before), Some((origin(1, 0), source)), "500 before packet {count}");
        }
    }
}

#[test]
fn sound_goes_on_at_once_and_the_clock_is_that_of_its_origin_only() {
    let now = Instant::now();
    let mut rewriter = Rewriter::new(10, 1_000);
    let packet = written(rewriter.write(now, origin(1, 0), &opus(5, 48_000), None));
    assert_eq!((packet.sequence, packet.timestamp, packet.level), (10, 1_000, Some(20)));
    let mark = Mark { at: now, timestamp: 48_960 };
    assert_eq!(rewriter.report(origin(1, 0), mark), Some((Mark { at: now, timestamp: 1_960 }, 1, 5)));
    assert_eq!(rewriter.report(origin(2, 0), mark), None);
    assert_eq!(written(rewriter.write(now, origin(2, 0), &opus(900, 7), None)).sequence, 11);
}

#[test]
fn what_is_switched_to_goes_on_at_the_time_at_which_it_was_taken() {
    let start = Instant::now() + Duration::from_secs(10);
    let later = |ms| start + Duration::from_millis(ms);
    let mark = |at: u64, timestamp| Some(Mark { at: later(at), timestamp });
    // When the key frame of the other origin comes, its mark, and how many milliseconds after the first it is to be shown.
    let table = [
        ("it came as soon as it was taken", 1_000, mark(990, 50_000), 1_000),
        ("it was 150 ms on its way", 1_150, mark(990, 50_000), 1_000),
        ("nothing is known of when it was taken", 1_150, None, 1_150),
        ("what is said of it cannot be", 1_000, mark(9_000, 50_000), 1_000),
        ("nor can this", 1_000, mark(990, 50_900 + 90 * 3_000), 1_000),
    ];
    for (case, comes, mark, shown) in table {
        let mut rewriter = Rewriter::new(10, 7_000);
        written(rewriter.write(start, origin(1, 0), &vp8(100, 9_000, 1, 1, true), None));
        rewriter.report(origin(1, 0), Mark { at: later(500), timestamp: 9_000 + 45_000 }).unwrap();
        let packet = vp8(500, 50_900, 1, 1, true);
        let switched = written(rewriter.write(later(comes), origin(2, 0), &packet, mark));
        assert_eq!(switched.timestamp, 7_000 + 90 * shown, "{case}");
    }
    let mut rewriter = Rewriter::new(10, 7_000);
    written(rewriter.write(start, origin(1, 0), &vp8(100, 9_000, 1, 1, true), None));
    rewriter.report(origin(1, 0), Mark { at: start, timestamp: 9_000 }).unwrap();
    let packet = vp8(500, 50_900, 1, 1, true);
    let switched = written(rewriter.write(later(100), origin(1, 1), &packet, mark(0, 50_900)));
    assert_eq!(switched.timestamp, 7_001, "the same picture in another layer is another picture");
}

#[test]
fn clocks_that_run_apart_leave_no_step_at_a_switch() {
    let start = Instant::now() + Duration::from_secs(10);
    let mut rewriter = Rewriter::new(10, 7_000);
    written(rewriter.write(start, origin(1, 0), &vp8(100, 9_000, 1, 1, true), None));
    let mut last = None;
    for second in 0..3_600_u32 {
        // 50 millionths too fast.
        let timestamp = 9_000 + second * 90_000 + second * 9 / 2;
        let mark = Mark { at: start + Duration::from_secs(second.into()), timestamp };
        last = rewriter.report(origin(1, 0), mark).map(|(mark, ..)| mark);
    }
    let taken = start + Duration::from_hours(1);
    let mark = Mark { at: taken, timestamp: 50_000 };
    let switched = written(rewriter.write(taken, origin(2, 0), &vp8(500, 50_000, 1, 1, true), Some(mark)));
    let expected = last.unwrap().on(taken, 90_000).timestamp;
    assert!(switched.timestamp.abs_diff(expected) < 450, "{} and not {expected}", switched.timestamp);
}

#[test]
fn what_comes_too_late_for_its_time_makes_nothing_late_that_comes_after_it() {
    let start = Instant::now() + Duration::from_secs(10);
    let later = |ms| start + Duration::from_millis(ms);
    let mut rewriter = Rewriter::new(10, 0);
    // In turn, one of whom each picture is 10 ms on its way, and one of whom it is 90.
    for turn in 0..41_u32 {
        let (far, comes) = (turn % 2, 1_000 + 40 * u64::from(turn));
        let taken = comes - if far == 1 { 90 } else { 10 };
        let origin = origin(1 + u64::from(far), 0);
        let packet = vp8(turn as u16, 90 * taken as u32, turn as u16, turn as u8, true);
        let mark = Mark { at: later(taken), timestamp: packet.timestamp };
        let shown = written(rewriter.write(later(comes), origin, &packet, Some(mark))).timestamp;
        rewriter.report(origin, mark).unwrap();
        if far == 0 {
            assert_eq!(shown, 90 * 40 * turn, "in turn {turn}");
        }
    }
}

#[test]
fn the_ring_knows_what_it_has_had() {
    let mut ring = Ring::default();
    assert!(ring.get(0).is_none());
    for sequence in [65_534, 65_535, 1] {
        assert!(ring.keep(&opus(sequence, 0)), "{sequence} is new");
    }
    assert!(!ring.keep(&opus(65_535, 0)), "it has come before");
    assert!(ring.keep(&opus(0, 0)), "it is late, and was missing");
    assert!(!ring.keep(&opus(1_u16.wrapping_sub(512), 0)), "it is too old to be told from one that has come");
    assert!([65_534, 65_535, 0, 1].into_iter().all(|sequence| ring.get(sequence).is_some()));
    assert!(ring.keep(&opus(600, 0)));
    assert!(ring.get(65_534).is_some_and(|packet| packet.sequence == 65_534));
    assert!(ring.keep(&opus(510, 0)) && ring.get(65_534).is_none(), "the oldest goes when its place is needed");
}

#[test]
fn key_frames_are_told_from_others() {
    let packet = |codec, payload: &[u8]| Packet { codec, payload: Bytes::copy_from_slice(payload), ..opus(0, 0) };
    let table: [(&str, Codec, &[u8], bool); 16] = [
        ("VP8 without extension", Codec::Vp8, &[0x10, 0x00], true),
        ("VP8 of another frame", Codec::Vp8, &[0x10, 0x01], false),
        ("VP8 in the middle of a frame", Codec::Vp8, &[0x00, 0x00], false),
        ("VP8 in a later partition", Codec::Vp8, &[0x11, 0x00], false),
        ("VP8 that is cut off", Codec::Vp8, &[0x90, 0x80, 0x80], false),
        ("VP9 flexible begin", Codec::Vp9, &[0x88, 0x05], true),
        ("VP9 predicted", Codec::Vp9, &[0xc8, 0x05], false),
        ("VP9 of the lowest layer", Codec::Vp9, &[0xa8, 0x80, 0x05, 0x00], true),
        ("VP9 of a higher layer", Codec::Vp9, &[0xa8, 0x80, 0x05, 0x02], false),
        ("H.264 IDR", Codec::H264, &[0x65], true),
        ("H.264 not IDR", Codec::H264, &[0x61], false),
        ("H.264 aggregated parameters", Codec::H264, &[0x78, 0, 1, 0x09, 0, 2, 0x67, 1], true),
        ("H.264 aggregation that lies about its length", Codec::H264, &[0x78, 0xff, 0xff, 0x09], false),
        ("H.264 first fragment of an IDR", Codec::H264, &[0x7c, 0x85], true),
        ("H.264 later fragment of an IDR", Codec::H264, &[0x7c, 0x05], false),
        ("AV1 new sequence", Codec::Av1, &[0x18], true),
    ];
    for (case, codec, payload, expected) in table {
        assert_eq!(payload::begins_key_frame(&packet(codec, payload)), expected, "{case}");
    }
    assert_eq!(payload::height(&vp8(0, 0, 0, 0, true)), Some(360));
    assert_eq!(payload::height(&vp8(0, 0, 0, 0, false)), None);
}

#[test]
fn whatever_a_payload_holds_it_is_read_without_harm() {
    let mut byte = 1_u32;
    let mut next = move || {
        byte = byte.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (byte >> 24) as u8
    };
    let now = Instant::now();
    let mut rewriter = Rewriter::new(0, 0);
    for round in 0..20_000_u32 {
        let length = usize::from(next() % 12);
        let payload: Bytes = (0..length).map(|_| next()).collect();
        for codec in [Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1] {
            let packet = Packet { codec, payload: payload.clone(), ..opus(round as u16, round) };
            payload::height(&packet);
            if let Written::Packet(written) = rewriter.write(now, origin(u64::from(round % 3), 0), &packet, None) {
                assert_eq!(payload_of(&written).len(), payload.len());
            }
        }
        stream_of(&payload);
    }
}

#[test]
fn numbers_that_wrap_are_compared_by_their_distance() {
    let table = [(1, 0, true), (0, 1, false), (0, 65_535, true), (5, 5, false), (0x7fff, 0, true), (0x8000, 0, false)];
    for (a, b, expected) in table {
        assert_eq!(is_later(a, b), expected, "{a} after {b}");
    }
}

#[test]
fn only_a_packet_of_media_has_a_stream() {
    let packet = |first: u8, second: u8| [first, second, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 9];
    assert_eq!(stream_of(&packet(0x80, 96)), Some(258));
    assert_eq!(stream_of(&packet(0x80, 0x80 | 0x6f)), Some(258), "with the marker");
    assert_eq!(stream_of(&packet(0x80, 200)), None, "a report");
    assert_eq!(stream_of(&packet(22, 96)), None, "a handshake");
    assert_eq!(stream_of(&packet(0x80, 96)[..11]), None, "cut off");
}
