//! Asks a client for packets that have not come (RFC 4585, generic NACK): soon after they are missed, and again only when
//! an answer would have been here. The core asks every tenth of a second whatever the way there and back takes, so on
//! short ways it is late, and on long ones it asks for the same several times.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use rtc::interceptor::{AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};
use rtc::sansio::Protocol;
use rtc::shared::TransportContext;
use rtc::shared::error::Error;

use super::belt::{Belt, Shared};
use crate::engine::Kind;
use crate::forward::packet::is_later;

/// A packet that is only late is waited for this long.
const LATE: Duration = Duration::from_millis(10);

/// Before anything is known of the way there and back, and the least that is taken for it.
const UNKNOWN: Duration = Duration::from_millis(100);
const LEAST: Duration = Duration::from_millis(30);

/// Whatever is still missing after so many times, or this long, is not asked for any more: a key frame will be.
const TIMES: u32 = 8;
const GIVEN_UP: Duration = Duration::from_millis(1_500);

/// Packets of one stream that may be missing; where more are, the stream begins anew.
const MOST: usize = 256;

#[derive(Debug)]
struct Gap {
    seen: Instant,
    asked: Option<Instant>,
    times: u32,
    due: Instant,
}

/// What is missing of one stream. Numbers are counted on beyond 16 bits.
#[derive(Debug, Default)]
struct Stream {
    newest: Option<u64>,
    gaps: BTreeMap<u64, Gap>,
}

impl Stream {
    /// Notes a packet. If it was asked for once, the time that the answer took.
    fn arrive(&mut self, now: Instant, sequence: u16) -> Option<Duration> {
        let Some(newest) = self.newest else {
            self.newest = Some(u64::from(sequence) + 0x1_0000);
            return None;
        };
        if !is_later(sequence, newest as u16) {
            let behind = u64::from((newest as u16).wrapping_sub(sequence));
            let gap = self.gaps.remove(&newest.saturating_sub(behind))?;
            return gap.asked.filter(|_| gap.times == 1).map(|asked| now.saturating_duration_since(asked));
        }
        let arrived = newest + u64::from(sequence.wrapping_sub(newest as u16));
        self.newest = Some(arrived);
        let missing = newest + 1..arrived;
        if self.gaps.len() + missing.clone().count() > MOST {
            self.gaps.clear();
            return None;
        }
        self.gaps.extend(missing.map(|number| (number, Gap { seen: now, asked: None, times: 0, due: now + LATE })));
        None
    }

    /// What is to be asked for now, when an answer takes so long.
    fn ask(&mut self, now: Instant, answer: Duration) -> Vec<u16> {
        self.gaps.retain(|_, gap| gap.times < TIMES && now.saturating_duration_since(gap.seen) < GIVEN_UP);
        let due = self.gaps.iter_mut().filter(|(_, gap)| gap.due <= now);
        let asked = due.map(|(number, gap)| {
            gap.asked = Some(now);
            gap.times += 1;
            gap.due = now + answer + answer / 4;
            *number as u16
        });
        asked.collect()
    }
}

/// The interceptor, above that which restores repairs.
pub(super) struct Missing {
    belt: Shared,
    streams: HashMap<u32, Stream>,
    /// How long an answer takes, smoothed.
    answer: Duration,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Missing {
    pub(super) fn new(belt: Shared) -> Self {
        let (read, write) = (VecDeque::new(), VecDeque::new());
        Self { belt, streams: HashMap::new(), answer: UNKNOWN, read, write }
    }
}

/// Whether what a stream misses can be asked for. The belt knows a bounded number of streams.
fn is_asked_for(belt: &mut Belt, header: &rtc::rtp::Header) -> bool {
    let stream = belt.stream(header).filter(|stream| !stream.repairs);
    stream.and_then(|stream| belt.lines.get(stream.line)).is_some_and(|line| line.offered.kind == Kind::Video)
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Missing {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtp(packet) = &message.message.packet
            && is_asked_for(&mut self.belt.lock(), &packet.header)
        {
            let stream = self.streams.entry(packet.header.ssrc).or_default();
            if let Some(took) = stream.arrive(message.now, packet.header.sequence_number) {
                self.answer = ((self.answer * 3 + took) / 4).max(LEAST);
            }
        }
        self.read.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.write.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        for (ssrc, stream) in &mut self.streams {
            let missing = stream.ask(now, self.answer);
            if missing.is_empty() {
                continue;
            }
            let nacks = nack_pairs_from_sequence_numbers(&missing);
            let asked = TransportLayerNack { sender_ssrc: 1, media_ssrc: *ssrc, nacks };
            let message = AttributedPacket::new(Packet::Rtcp(vec![Box::new(asked)]));
            self.write.push_back(TaggedPacket { now, transport: TransportContext::default(), message });
        }
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.streams.values().flat_map(|stream| stream.gaps.values()).map(|gap| gap.due).min()
    }
}

impl Interceptor for Missing {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, info: &StreamInfo) {
        self.streams.remove(&info.ssrc);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: Duration = Duration::from_millis(80);

    fn after(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn what_is_missing_is_asked_for_soon_and_again_after_an_answer_would_have_come() {
        let start = Instant::now();
        let mut stream = Stream::default();
        for sequence in [65_533, 65_534, 1, 2] {
            assert_eq!(stream.arrive(start, sequence), None);
        }
        assert_eq!(stream.ask(after(start, 5), ANSWER), Vec::<u16>::new(), "they may only be late");
        assert_eq!(stream.arrive(after(start, 6), 65_535), None, "one was");
        assert_eq!(stream.ask(after(start, 10), ANSWER), [0]);
        assert_eq!(stream.ask(after(start, 100), ANSWER), Vec::<u16>::new());
        assert_eq!(stream.ask(after(start, 110), ANSWER), [0]);
        assert_eq!(stream.arrive(after(start, 150), 0), None, "which of the two was answered is not known");
        assert_eq!(stream.ask(after(start, 400), ANSWER), Vec::<u16>::new());
    }

    #[test]
    fn the_time_of_an_answer_is_measured_and_a_repeated_packet_is_nothing_new() {
        let start = Instant::now();
        let mut stream = Stream::default();
        stream.arrive(start, 10);
        stream.arrive(start, 12);
        assert_eq!(stream.ask(after(start, 10), ANSWER), [11]);
        assert_eq!(stream.arrive(after(start, 60), 11), Some(Duration::from_millis(50)));
        assert_eq!(stream.arrive(after(start, 70), 11), None);
        assert_eq!(stream.arrive(after(start, 70), 12), None);
        assert!(stream.gaps.is_empty());
    }

    #[test]
    fn what_never_comes_is_given_up_and_a_leap_begins_anew() {
        let start = Instant::now();
        let mut stream = Stream::default();
        stream.arrive(start, 10);
        stream.arrive(start, 12);
        let mut times = 0;
        for ms in 0..5_000 {
            times += stream.ask(after(start, ms), LEAST).len();
        }
        assert_eq!(times, TIMES as usize);
        stream.arrive(start, 12 + MOST as u16 + 2);
        assert!(stream.gaps.is_empty());
        stream.arrive(start, 12 + MOST as u16 + 4);
        assert_eq!(stream.gaps.len(), 1);
    }
}
