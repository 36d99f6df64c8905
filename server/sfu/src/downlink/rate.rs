//! How many bytes pass in a second.

use std::time::Duration;

/// How long a slot is, and how many are looked at: what passes is told over the last half second.
const SLOT: Duration = Duration::from_millis(50);
const SLOTS: u64 = 10;

/// Bytes by the time at which they pass, which may come a little out of order.
#[derive(Debug, Default)]
pub(super) struct Rate {
    slots: [u64; SLOTS as usize],
    first: Option<u64>,
    newest: u64,
}

fn slot_of(at: Duration) -> u64 {
    (at.as_micros() / SLOT.as_micros()) as u64
}

impl Rate {
    pub(super) fn add(&mut self, at: Duration, bytes: u32) {
        let slot = slot_of(at);
        let first = *self.first.get_or_insert(slot);
        self.forget_until(slot);
        if slot + SLOTS > self.newest && slot >= first {
            self.slots[(slot % SLOTS) as usize] += u64::from(bytes);
        }
    }

    /// Bits a second at a time, of the slots that are over; none before there are enough to tell.
    pub(super) fn bps(&mut self, at: Duration) -> Option<f64> {
        const ENOUGH: u64 = 4;
        let first = self.first?;
        self.forget_until(slot_of(at));
        let over = (self.newest - first).min(SLOTS - 1);
        let bytes: u64 = self.slots.iter().sum::<u64>() - self.slots[(self.newest % SLOTS) as usize];
        (over >= ENOUGH).then(|| (bytes * 8) as f64 / (over as f64 * SLOT.as_secs_f64()))
    }

    /// Bits a second when something last passed.
    pub(super) fn latest(&mut self) -> Option<f64> {
        self.bps(SLOT * self.newest as u32)
    }

    fn forget_until(&mut self, slot: u64) {
        if slot <= self.newest {
            return;
        }
        for passed in (self.newest + 1..=slot).take(SLOTS as usize) {
            self.slots[(passed % SLOTS) as usize] = 0;
        }
        if slot - self.newest >= SLOTS {
            self.slots = [0; SLOTS as usize];
        }
        self.newest = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_over_the_last_half_second() {
        let mut rate = Rate::default();
        let ms = Duration::from_millis;
        assert_eq!(rate.bps(ms(10_000)), None);
        for at in (10_000..10_150).step_by(10) {
            rate.add(ms(at), 1_000);
        }
        assert_eq!(rate.bps(ms(10_150)), None, "too soon");
        for at in (10_150..12_000).step_by(10) {
            rate.add(ms(at), 1_000);
        }
        let told = rate.bps(ms(12_000)).unwrap();
        assert!((told - 800_000.0).abs() < 1.0, "{told}");
        let told = rate.bps(ms(12_200)).unwrap();
        assert!((300_000.0..600_000.0).contains(&told), "half of it is over: {told}");
        assert!(rate.bps(ms(13_000)).unwrap().abs() < 1.0);
        rate.add(ms(10_000), 9_999);
        assert!(rate.bps(ms(13_000)).unwrap().abs() < 1.0, "what is too old does not count");
    }
}
