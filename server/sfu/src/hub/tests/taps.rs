//! What is read of tracks here.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::network::{By, Network, Weather, peer, track};
use crate::event::Departure;
use crate::forward::packet::Codec;
use crate::names::{Source, TrackId};
use crate::tap::{Frame, Tap};

const SECOND: Duration = Duration::from_secs(1);

fn tap(network: &mut Network, track: TrackId) -> Tap {
    let (tap, source) = Tap::open();
    network.hub.tap(network.now, track, source);
    tap
}

/// The frames that are there, and whether there will be no more.
fn read(tap: &mut Tap) -> (Vec<Frame>, bool) {
    let mut frames = Vec::new();
    loop {
        match pin!(tap.next()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(frame)) => frames.push(frame),
            Poll::Ready(None) => return (frames, true),
            Poll::Pending => return (frames, false),
        }
    }
}

over_engines! {
    both:
        a_tap_reads_all_that_is_sent_whether_it_is_there_before_or_after
        what_is_lost_on_the_way_is_repaired_or_a_key_frame_is_waited_for
        a_reader_who_does_not_read_loses_packets_and_asks_for_a_key_frame
        a_tap_ends_with_its_peer_and_leaves_nothing
        a_track_that_is_not_sent_for_a_while_goes_on_at_the_time_that_it_is
        when_it_was_taken_is_told_as_soon_as_a_report_has_come
}

fn a_tap_reads_all_that_is_sent_whether_it_is_there_before_or_after(by: By) {
    let mut network = Network::pair(by, 21);
    let mut before = [Source::Microphone, Source::Camera].map(|source| tap(&mut network, track(0, source)));
    network.stream(0, SECOND);
    let mut after = [Source::Microphone, Source::Camera].map(|source| tap(&mut network, track(0, source)));
    network.stream(0, SECOND);
    network.run(SECOND / 10);
    for (taps, sounds, pictures) in [(&mut before, 100, 50), (&mut after, 50, 25)] {
        let [sound, picture] = taps.each_mut().map(|tap| read(tap).0);
        assert_eq!(sound.len(), sounds);
        let last = sound.last().unwrap();
        assert_eq!(
            (last.codec, last.ticks, last.bytes.as_ref()),
            (Codec::Opus, (sounds as u64 - 1) * 960, b"sound".as_slice())
        );
        // A client gives its pictures 3,000 ticks, a key frame first each time.
        assert_eq!(picture.len(), pictures);
        let first = &picture[0];
        assert_eq!((first.codec, first.is_key, first.size), (Codec::Vp8, true, Some((640, 360))));
        assert!(picture.windows(2).all(|pair| pair[1].ticks == pair[0].ticks + 3_000));
        assert!(picture.iter().all(|frame| frame.bytes.len() == 3 * (1_100 - 6)));
    }
}

fn what_is_lost_on_the_way_is_repaired_or_a_key_frame_is_waited_for(by: By) {
    let mut network = Network::pair(by, 22);
    let mut tap = tap(&mut network, track(0, Source::Camera));
    // str0m drops what the first packet of a stream has overtaken.
    let fair = if by == By::Str0m { SECOND * 3 / 5 } else { Duration::ZERO };
    network.stream(0, fair);
    let sent = 325 + fair.as_millis() as usize / 40;
    network.weather = Weather { loss_up: 0.05, jitter: Duration::from_millis(15), ..network.weather };
    network.stream(0, SECOND * 12);
    network.weather.loss_up = 0.0;
    network.stream(0, SECOND);
    let (frames, ended) = read(&mut tap);
    println!("{} of {sent} pictures at a twentieth lost", frames.len());
    assert!(!ended);
    assert!(frames.len() > sent - 25, "{} of {sent}", frames.len());
    assert!(frames[0].is_key);
    for pair in frames.windows(2) {
        assert!(pair[1].is_key || pair[1].ticks == pair[0].ticks + 3_000, "{:?}", pair[1]);
    }
}

fn a_reader_who_does_not_read_loses_packets_and_asks_for_a_key_frame(by: By) {
    let mut network = Network::pair(by, 23);
    let mut tap = tap(&mut network, track(0, Source::Camera));
    network.stream(0, SECOND * 30);
    let (frames, _) = read(&mut tap);
    assert_eq!(frames.len(), 2_048 / 3, "what was kept is whole");
    network.stream(0, SECOND * 2);
    let (frames, _) = read(&mut tap);
    assert!(frames[0].is_key);
    assert!(frames.len() > 20, "{} frames after the gap", frames.len());
}

fn a_tap_ends_with_its_peer_and_leaves_nothing(by: By) {
    let mut network = Network::pair(by, 24);
    let mut kept = tap(&mut network, track(0, Source::Microphone));
    drop(tap(&mut network, track(0, Source::Camera)));
    let mut stranger = tap(&mut network, track(9, Source::Camera));
    assert_eq!(read(&mut stranger), (vec![], true), "nobody publishes it");
    network.stream(0, SECOND);
    assert_eq!(read(&mut kept).0.len(), 50);
    network.hub.leave(network.now, peer(0), Departure::Closed);
    assert_eq!(read(&mut kept), (vec![], true));
    assert!(network.hub.taps.is_empty());
    let mut kept = tap(&mut network, track(1, Source::Microphone));
    drop(tap(&mut network, track(1, Source::Camera)));
    network.run(SECOND);
    drop(network);
    assert_eq!(read(&mut kept), (vec![], true), "the plane has ended");
}

fn a_track_that_is_not_sent_for_a_while_goes_on_at_the_time_that_it_is(by: By) {
    let mut network = Network::pair(by, 25);
    let mut taps = [Source::Microphone, Source::Camera].map(|source| tap(&mut network, track(0, source)));
    network.stream(0, SECOND);
    network.run(SECOND * 10);
    network.stream(0, SECOND);
    for (tap, rate) in taps.iter_mut().zip([48_000_u64, 90_000]) {
        let (frames, _) = read(tap);
        let gap = frames.windows(2).map(|pair| pair[1].ticks - pair[0].ticks).max().unwrap();
        assert!((rate * 99 / 10..rate * 102 / 10).contains(&gap), "{gap} ticks of {rate} a second");
    }
}

/// What the reports say is not looked at: the clients' clock is not the network's.
fn when_it_was_taken_is_told_as_soon_as_a_report_has_come(by: By) {
    let mut network = Network::pair(by, 27);
    let mut taps = [Source::Microphone, Source::Camera].map(|source| tap(&mut network, track(0, source)));
    network.stream(0, SECOND * 3);
    for tap in &mut taps {
        let frames = read(tap).0;
        let untold = frames.iter().take_while(|frame| frame.taken.is_none()).count();
        assert!(untold > 0 && untold * 2 < frames.len(), "{untold} of {}", frames.len());
        assert!(frames[untold..].iter().all(|frame| frame.taken.is_some()));
    }
}
