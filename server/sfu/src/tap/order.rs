//! Puts packets back into the order in which they were sent.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::forward::packet::Packet;

/// A packet is waited for as long as this, by the times at which others come: as long as most that are sent again take.
const WAIT: Duration = Duration::from_millis(500);

/// Packets that may wait for an earlier one. With more, the earlier one is given up.
const HELD: usize = 1_024;

/// What comes next.
#[derive(Debug)]
pub(super) enum Ordered {
    /// A packet, and when it came.
    Packet(Instant, Packet),
    /// One or more packets that will not come any more.
    Gap,
}

/// Packets on their way from the order of arrival to that of their numbers, which are counted on beyond 16 bits.
#[derive(Debug, Default)]
pub(super) struct Order {
    next: Option<u64>,
    held: BTreeMap<u64, (Instant, Packet)>,
    newest: Option<Instant>,
    ended: bool,
}

impl Order {
    /// Takes a packet. One that has come before, or is no longer waited for, is dropped.
    pub(super) fn take(&mut self, at: Instant, packet: Packet) {
        let next = *self.next.get_or_insert(0x1_0000 + u64::from(packet.sequence));
        let distance = packet.sequence.wrapping_sub(next as u16) as i16;
        let number = next.saturating_add_signed(i64::from(distance));
        if number >= next {
            self.newest = self.newest.max(Some(at));
            self.held.entry(number).or_insert((at, packet));
        }
    }

    /// Nothing will come any more: what is held is no longer kept waiting.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// What comes next, if it is here or is given up.
    pub(super) fn poll(&mut self) -> Option<Ordered> {
        let (next, first) = (self.next?, self.held.first_entry()?);
        let number = *first.key();
        if number == next {
            self.next = Some(next + 1);
            let (at, packet) = first.remove();
            return Some(Ordered::Packet(at, packet));
        }
        let waited = self.newest?.saturating_duration_since(first.get().0);
        if waited < WAIT && self.held.len() <= HELD && !self.ended {
            return None;
        }
        self.next = Some(number);
        Some(Ordered::Gap)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::forward::packet::{Codec, Head};

    /// What comes of packets given as `number@milliseconds`: numbers in order, and `-` for a gap.
    fn ordered(arriving: &str, ends: bool) -> String {
        let start = Instant::now();
        let mut order = Order::default();
        let mut all = Vec::new();
        let mut drain = |order: &mut Order| {
            while let Some(next) = order.poll() {
                all.push(match next {
                    Ordered::Packet(_, packet) => packet.sequence.to_string(),
                    Ordered::Gap => "-".to_owned(),
                });
            }
        };
        for word in arriving.split_whitespace() {
            let (sequence, ms) = word.split_once('@').unwrap();
            let packet = Packet {
                codec: Codec::Opus,
                sequence: sequence.parse().unwrap(),
                timestamp: 0,
                marker: false,
                level: None,
                head: Head::default(),
                payload: Bytes::new(),
            };
            order.take(start + Duration::from_millis(ms.parse().unwrap()), packet);
            drain(&mut order);
        }
        if ends {
            order.end();
            drain(&mut order);
        }
        all.join(" ")
    }

    #[test]
    fn packets_leave_in_the_order_of_their_numbers() {
        let table = [
            ("as they come", "7@0 8@20 9@40", "7 8 9"),
            ("one is late", "7@0 9@20 8@40 10@60", "7 8 9 10"),
            ("one comes twice", "7@0 8@20 8@21 7@22 9@40", "7 8 9"),
            ("one held comes twice", "7@0 9@20 9@21 8@40", "7 8 9"),
            ("one is still waited for", "7@0 9@20 10@519", "7"),
            ("one is waited for no longer", "7@0 9@20 10@520", "7 - 9 10"),
            ("what is given up is not taken any more", "7@0 9@20 10@520 8@521 11@530", "7 - 9 10 11"),
            ("several in a row are one gap", "7@0 12@20 13@600", "7 - 12 13"),
            ("two gaps are given up one after the other", "1@0 3@10 5@300 6@510 7@799 8@800", "1 - 3 - 5 6 7 8"),
            ("numbers wrap", "65534@0 0@10 65535@20 1@30", "65534 65535 0 1"),
            ("numbers wrap within a gap", "65534@0 2@10 3@600", "65534 - 2 3"),
        ];
        for (case, arriving, expected) in table {
            assert_eq!(ordered(arriving, false), expected, "{case}");
        }
    }

    #[test]
    fn what_is_held_leaves_at_the_end_or_when_too_much_is_held() {
        assert_eq!(ordered("7@0 9@20 11@30", true), "7 - 9 - 11");
        let many: Vec<String> = (2..=2 + HELD).map(|sequence| format!("{sequence}@1")).collect();
        let ordered = ordered(&format!("0@0 {}", many.join(" ")), false);
        assert!(ordered.starts_with("0 - 2 3 4"), "{ordered}");
    }

    #[test]
    fn a_long_stream_wraps_again_and_again() {
        let start = Instant::now();
        let mut order = Order::default();
        for count in 0..200_000_u32 {
            let payload = Bytes::new();
            let (sequence, timestamp) = (count as u16, count);
            let (codec, marker) = (Codec::Opus, false);
            let packet = Packet { codec, sequence, timestamp, marker, level: None, head: Head::default(), payload };
            order.take(start, packet);
            assert!(matches!(order.poll(), Some(Ordered::Packet(_, packet)) if packet.timestamp == count));
        }
    }
}
