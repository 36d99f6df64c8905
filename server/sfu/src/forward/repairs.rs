//! How much may be sent again to one viewer in one of its receivers. Not every client knows what it has got by a repair:
//! one that does not asks for ever, and what it is sent then takes the place of what it has not.

use std::collections::VecDeque;

/// How often one packet is sent again: of a hundred that are missed at 20 % loss, all but one come by the third.
const TIMES: u8 = 5;

/// Packets of which it is known how often they were.
const KNOWN: usize = 128;

/// What may be sent again of all that is sent, and at once after a pause.
const SHARE: f32 = 0.5;
const AT_ONCE: f32 = 256.0;

/// Repairs of one receiver.
#[derive(Debug)]
pub(crate) struct Repairs {
    left: f32,
    sent: VecDeque<(u16, u8)>,
}

impl Default for Repairs {
    fn default() -> Self {
        Self { left: AT_ONCE, sent: VecDeque::new() }
    }
}

impl Repairs {
    /// A packet goes for the first time.
    pub(crate) const fn earn(&mut self) {
        self.left = (self.left + SHARE).min(AT_ONCE);
    }

    /// Whether a packet may be sent again, which is then counted.
    pub(crate) fn spend(&mut self, sequence: u16) -> bool {
        if self.left < 1.0 {
            return false;
        }
        let at = self.sent.iter().position(|(known, _)| *known == sequence).unwrap_or_else(|| {
            if self.sent.len() == KNOWN {
                self.sent.pop_front();
            }
            self.sent.push_back((sequence, 0));
            self.sent.len() - 1
        });
        let times = &mut self.sent[at].1;
        if *times >= TIMES {
            return false;
        }
        *times += 1;
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_packet_is_sent_again_a_few_times_and_another_as_well() {
        let mut repairs = Repairs::default();
        assert_eq!((0..100).filter(|_| repairs.spend(7)).count(), usize::from(TIMES));
        assert!(repairs.spend(8));
    }

    #[test]
    fn what_is_sent_again_is_a_share_of_what_is_sent() {
        let mut repairs = Repairs::default();
        let asked = |repairs: &mut Repairs| (0..u16::MAX).filter(|sequence| repairs.spend(*sequence)).count();
        assert_eq!(asked(&mut repairs), AT_ONCE as usize);
        for _ in 0..100 {
            repairs.earn();
        }
        assert_eq!(asked(&mut repairs), 50);
        for _ in 0..100_000 {
            repairs.earn();
        }
        assert_eq!(asked(&mut repairs), AT_ONCE as usize, "a long time without loss earns no more than this");
    }
}
