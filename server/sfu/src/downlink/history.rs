//! What was sent to a client and has not been heard of yet, by its transport-wide number.

use std::time::Duration;

/// Packets that are remembered: at first, and at most, which is a second of 10 Mbit/s. Powers of two, so that numbers
/// wrap without a seam.
const FIRST: usize = 64;
const KEPT: usize = 1_024;

/// A packet that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    /// Since the line's beginning.
    pub at: Duration,
    pub bytes: u32,
    /// Whether it went while the line was tried.
    pub tried: bool,
    /// Whether it was reported as missing: it may still come.
    pub missed: bool,
}

/// The last packets.
#[derive(Debug, Default)]
pub(super) struct History {
    packets: Vec<Option<(u16, Sent)>>,
    next: u16,
}

impl History {
    /// Remembers a packet, and gives its number.
    pub(super) fn send(&mut self, sent: Sent) -> u16 {
        let number = self.next;
        let is_full = self.packets.get(self.place(number)).is_none_or(Option::is_some);
        if is_full && self.packets.len() < KEPT {
            self.grow();
        }
        let place = self.place(number);
        self.packets[place] = Some((number, sent));
        self.next = number.wrapping_add(1);
        number
    }

    fn place(&self, number: u16) -> usize {
        usize::from(number) & self.packets.len().wrapping_sub(1)
    }

    fn grow(&mut self) {
        let former = std::mem::take(&mut self.packets);
        self.packets.resize((former.len() * 2).max(FIRST), None);
        for kept in former {
            if let Some((number, _)) = kept {
                let place = self.place(number);
                self.packets[place] = kept;
            }
        }
    }

    /// The packet of a number, which is forgotten: it has come, or will not.
    pub(super) fn take(&mut self, number: u16) -> Option<Sent> {
        let place = self.place(number);
        self.packets.get_mut(place)?.take_if(|(known, _)| *known == number).map(|(_, sent)| sent)
    }

    /// Notes that a packet is missing. True if that is news: it may still come.
    pub(super) fn miss(&mut self, number: u16) -> bool {
        let place = self.place(number);
        let kept = self.packets.get_mut(place).and_then(Option::as_mut);
        let sent = kept.filter(|(known, _)| *known == number).map(|(_, sent)| sent);
        sent.is_some_and(|sent| !std::mem::replace(&mut sent.missed, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_heard_of_once_and_only_while_it_is_remembered() {
        let sent = |at| Sent { at: Duration::from_millis(at), bytes: 100, tried: false, missed: false };
        let mut history = History::default();
        assert_eq!(history.take(0), None, "nothing was sent");
        for at in 0..70_000 {
            assert_eq!(history.send(sent(at)), at as u16);
        }
        let newest = 69_999_u64;
        assert_eq!(history.take(newest as u16), Some(sent(newest)));
        assert_eq!(history.take(newest as u16), None, "it was heard of");
        let oldest = newest + 1 - KEPT as u64;
        assert!(history.miss(oldest as u16));
        assert!(!history.miss(oldest as u16), "it is known to be missing");
        assert_eq!(history.take(oldest as u16), Some(Sent { missed: true, ..sent(oldest) }), "it was only late");
        assert_eq!(history.take((oldest - 1) as u16), None, "it is forgotten");
    }
    #[test]
    fn more_is_kept_only_where_more_is_on_its_way() {
        let mut history = History::default();
        for at in 0..10_000_u64 {
            let sent = Sent { at: Duration::from_millis(at), bytes: 100, tried: false, missed: false };
            let number = history.send(sent);
            if let Some(before) = number.checked_sub(50) {
                assert!(history.take(before).is_some(), "{before}");
            }
        }
        assert_eq!(history.packets.len(), FIRST);
    }
}
