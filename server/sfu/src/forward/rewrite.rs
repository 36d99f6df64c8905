//! One stream for a viewer out of many: sequence numbers, time stamps and picture ids go on without a gap, whichever
//! track and layer they come from.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::forward::clock::Mark;
use crate::forward::packet::{Codec, Head, Packet, is_later};
use crate::forward::payload;
use crate::forward::vp8;
use crate::names::TrackId;

/// Stretches that are remembered, so that what was missed before a switch can still be sent again.
const STRETCHES: usize = 4;

/// A stretch that is longer than this is taken to begin later, by all but the last half of it: of numbers that lie
/// further apart than half of all there are, none is the later one.
const LONGEST: u16 = 0x4000;

/// What a stretch's reports say of when it begins is believed if it lies as near as this to when it came.
const BELIEVED: Duration = Duration::from_secs(2);

/// A layer of a track, as a source of packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub track: TrackId,
    pub layer: usize,
}

/// Packets of one origin without a switch between them: what is added to each of their numbers.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    origin: Origin,
    /// The origin's number of the first packet, and the viewer's.
    from: u16,
    first: u16,
    timestamp: u32,
    /// How many ticks later than it was taken it begins.
    late: u32,
    picture_id: u16,
    tl0: u8,
}

impl Stretch {
    fn sequence(&self, sequence: u16) -> u16 {
        self.first.wrapping_add(sequence.wrapping_sub(self.from))
    }

    fn write(&self, packet: &Packet) -> Packet {
        Packet {
            sequence: self.sequence(packet.sequence),
            timestamp: packet.timestamp.wrapping_add(self.timestamp),
            head: self.head(packet),
            ..packet.clone()
        }
    }

    fn head(&self, packet: &Packet) -> Head {
        if self.picture_id == 0 && self.tl0 == 0 {
            return Head::default();
        }
        let Some(read) = descriptor(packet) else { return Head::default() };
        let (id, tl0) = self.numbers(&read);
        read.write(&packet.payload, id.unwrap_or(0), tl0.unwrap_or(0))
    }

    /// The picture id and the count of the lowest layer that a viewer sees.
    fn numbers(&self, read: &vp8::Descriptor) -> (Option<u16>, Option<u8>) {
        let id = read.picture_id.map(|(id, _)| id.wrapping_add(self.picture_id));
        (id, read.tl0.map(|tl0| tl0.wrapping_add(self.tl0)))
    }
}

/// The numbers in a packet of VP8.
fn descriptor(packet: &Packet) -> Option<vp8::Descriptor> {
    (packet.codec == Codec::Vp8).then(|| vp8::Descriptor::read(&packet.payload)).flatten()
}

/// The newest of what a viewer has been sent.
#[derive(Debug, Clone, Copy)]
struct Newest {
    sequence: u16,
    timestamp: u32,
    picture_id: u16,
    tl0: u8,
    clock_rate: u32,
    at: Instant,
}

/// What became of a packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It goes to the viewer.
    Packet(Packet),
    /// Nothing can be sent of this origin before a key frame.
    KeyFrameNeeded,
    /// It is from before the switch, or of another origin.
    Dropped,
}

/// The stream in one of a viewer's m-lines.
#[derive(Debug)]
pub(crate) struct Rewriter {
    stretches: VecDeque<Stretch>,
    newest: Option<Newest>,
    /// When something in the stream was taken, had it been shown when it was: so that its time stamps lie to the time in one
    /// way, whoever it comes from.
    anchor: Option<Mark>,
    /// Where the stream begins, so that no two look alike.
    begin: (u16, u32),
    packets: u32,
    octets: u32,
}

impl Rewriter {
    /// A stream that begins at a sequence number and time stamp.
    pub(crate) fn new(sequence: u16, timestamp: u32) -> Self {
        let begin = (sequence, timestamp);
        Self { stretches: VecDeque::new(), newest: None, anchor: None, begin, packets: 0, octets: 0 }
    }

    /// The origin whose packets are being sent.
    pub(crate) fn origin(&self) -> Option<Origin> {
        self.stretches.back().map(|stretch| stretch.origin)
    }

    /// Ends the stretch, so that the next one waits for a key frame even if its origin is the same.
    pub(crate) fn interrupt(&mut self) {
        if let (Some(stretch), Some(newest)) = (self.stretches.back(), self.newest) {
            // A stretch that no packet belongs to: what is missed of those before can still be sent again.
            let nowhere = Origin { layer: usize::MAX, ..stretch.origin };
            let first = newest.sequence.wrapping_add(1);
            self.push(Stretch { origin: nowhere, first, ..*stretch });
        }
    }

    /// Takes a packet of an origin, and switches to that origin if it can be. `mark` tells of when what is in the origin
    /// was taken, if that is known.
    pub(crate) fn write(&mut self, now: Instant, origin: Origin, packet: &Packet, mark: Option<Mark>) -> Written {
        if self.origin() != Some(origin) {
            if !payload::begins_key_frame(packet) {
                return Written::KeyFrameNeeded;
            }
            let stretch = self.begin(now, origin, packet, mark);
            self.push(stretch);
        }
        let Some(stretch) = self.stretches.back() else { return Written::Dropped };
        if packet.sequence != stretch.from && !is_later(packet.sequence, stretch.from) {
            return Written::Dropped;
        }
        let written = stretch.write(packet);
        let numbers = descriptor(packet).map(|read| stretch.numbers(&read)).unwrap_or_default();
        self.advance(packet.sequence);
        self.remember(now, &written, numbers);
        Written::Packet(written)
    }

    /// Writes a packet of a stretch that is remembered once more: of which origin and number `sequence` was.
    pub(crate) fn source(&self, sequence: u16) -> Option<(Origin, u16)> {
        let stretch = self.stretch_of(sequence)?;
        Some((stretch.origin, stretch.from.wrapping_add(sequence.wrapping_sub(stretch.first))))
    }

    /// What the viewer was sent, or should have been, as `sequence`.
    pub(crate) fn repeat(&self, sequence: u16, packet: &Packet) -> Option<Packet> {
        self.stretch_of(sequence).map(|stretch| stretch.write(packet))
    }

    /// What a viewer is to be told of when something was taken, with how many packets and octets have been sent; none if
    /// the origin is not the one that is being sent.
    pub(crate) fn report(&mut self, origin: Origin, mark: Mark) -> Option<(Mark, u32, u32)> {
        let stretch = self.stretches.back().filter(|stretch| stretch.origin == origin)?;
        let written = Mark { timestamp: mark.timestamp.wrapping_add(stretch.timestamp), ..mark };
        // Publishers' clocks run apart from the one that all have in common, and the stream goes with them.
        self.anchor = Some(Mark { timestamp: written.timestamp.wrapping_sub(stretch.late), ..written });
        Some((written, self.packets, self.octets))
    }

    fn stretch_of(&self, sequence: u16) -> Option<&Stretch> {
        self.stretches.iter().rev().find(|stretch| sequence == stretch.first || is_later(sequence, stretch.first))
    }

    fn push(&mut self, stretch: Stretch) {
        if self.stretches.len() == STRETCHES {
            self.stretches.pop_front();
        }
        self.stretches.push_back(stretch);
    }

    /// Lets a long stretch begin later. Those before it are then forgotten, before their numbers come again.
    fn advance(&mut self, sequence: u16) {
        let Some(stretch) = self.stretches.back_mut() else { return };
        let length = sequence.wrapping_sub(stretch.from);
        if length >= LONGEST {
            stretch.from = stretch.from.wrapping_add(length - LONGEST / 2);
            stretch.first = stretch.first.wrapping_add(length - LONGEST / 2);
            self.stretches.drain(..self.stretches.len() - 1);
        }
    }

    /// The stretch that begins with a packet: one number after the last, and as much later as it was taken.
    fn begin(&self, now: Instant, origin: Origin, packet: &Packet, mark: Option<Mark>) -> Stretch {
        let Some(newest) = self.newest else {
            let (first, timestamp) = self.begin;
            let timestamp = timestamp.wrapping_sub(packet.timestamp);
            return Stretch { origin, from: packet.sequence, first, timestamp, late: 0, picture_id: 0, tl0: 0 };
        };
        let passed = now.saturating_duration_since(newest.at).as_secs_f64() * f64::from(newest.clock_rate);
        let came = newest.timestamp.wrapping_add((passed.round() as u32).max(1));
        let rate = packet.codec.clock_rate();
        let taken =
            self.anchor.zip(mark).map(|(anchor, mark)| anchor.on(mark.time(packet.timestamp, rate), rate).timestamp);
        let is_believed = |taken: &u32| {
            let apart = (taken.wrapping_sub(came) as i32).unsigned_abs();
            f64::from(apart) <= BELIEVED.as_secs_f64() * f64::from(rate)
        };
        let taken = taken.filter(is_believed).unwrap_or(came);
        // Never back: a picture with the time stamp of the last would be taken for a part of it.
        let next = newest.timestamp.wrapping_add(1);
        let timestamp = if (taken.wrapping_sub(next) as i32) < 0 { next } else { taken };
        let read = descriptor(packet);
        let picture_id = read.and_then(|d| d.picture_id).map_or(0, |(id, _)| id);
        let tl0 = read.and_then(|d| d.tl0).unwrap_or(0);
        Stretch {
            origin,
            from: packet.sequence,
            first: newest.sequence.wrapping_add(1),
            timestamp: timestamp.wrapping_sub(packet.timestamp),
            late: timestamp.wrapping_sub(taken),
            picture_id: newest.picture_id.wrapping_add(1).wrapping_sub(picture_id),
            tl0: newest.tl0.wrapping_add(1).wrapping_sub(tl0),
        }
    }

    fn remember(&mut self, now: Instant, written: &Packet, (picture_id, tl0): (Option<u16>, Option<u8>)) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(written.payload.len() as u32);
        if self.newest.is_some_and(|newest| !is_later(written.sequence, newest.sequence)) {
            return;
        }
        let former = self.newest.map_or((0, 0), |newest| (newest.picture_id, newest.tl0));
        self.newest = Some(Newest {
            sequence: written.sequence,
            timestamp: written.timestamp,
            picture_id: picture_id.unwrap_or(former.0),
            tl0: tl0.unwrap_or(former.1),
            clock_rate: written.codec.clock_rate(),
            at: now,
        });
    }
}
