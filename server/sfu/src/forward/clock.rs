//! How time stamps lie to the time. Senders' reports say it by the sender's clock (RFC 3550, 6.4.1); what goes on says it by
//! one that all have in common, so that sound and picture can be played together whoever they are of.

use std::time::{Duration, Instant};

/// How much the time of a sender's clock is moved by a report: what a report says too late is due to the path, and by
/// how much clocks run apart.
const EARLIER: Duration = Duration::from_millis(1);
const LATER: Duration = Duration::from_micros(100);

/// A report that is further off than this tells of a clock that was set.
const SET: Duration = Duration::from_secs(5);

/// When something of a stream was taken: what a microphone hears and a camera sees at one time has one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub at: Instant,
    pub timestamp: u32,
}

impl Mark {
    /// When what has a time stamp was taken, at so many ticks a second; the one of the two nearest that lies closer.
    pub(crate) fn time(self, timestamp: u32, rate: u32) -> Instant {
        let ticks = timestamp.wrapping_sub(self.timestamp) as i32;
        let apart = Duration::from_secs_f64(f64::from(ticks.unsigned_abs()) / f64::from(rate));
        moved(self.at, ticks < 0, apart)
    }

    /// The same stream at another time.
    pub(crate) fn on(self, at: Instant, rate: u32) -> Self {
        let ticks = |apart: Duration| (apart.as_secs_f64() * f64::from(rate)).round() as u64 as u32;
        let timestamp = match at.checked_duration_since(self.at) {
            Some(later) => self.timestamp.wrapping_add(ticks(later)),
            None => self.timestamp.wrapping_sub(ticks(self.at.saturating_duration_since(at))),
        };
        Self { at, timestamp }
    }
}

/// A time moved by so much; itself where there is no such time.
fn moved(at: Instant, back: bool, by: Duration) -> Instant {
    let moved = if back { at.checked_sub(by) } else { at.checked_add(by) };
    moved.unwrap_or(at)
}

/// The clock of a sender, by what its reports say and when they come. All its streams are told by the one.
#[derive(Debug, Default)]
pub(crate) struct SenderClock {
    /// An NTP time of the sender's, and when that was.
    known: Option<(u64, Instant)>,
}

impl SenderClock {
    /// When it was what a report that comes now has as its NTP time; none if that has no clock.
    pub(crate) fn tell(&mut self, now: Instant, ntp: u64) -> Option<Instant> {
        if ntp == 0 {
            return None;
        }
        let (known, at) = *self.known.get_or_insert((ntp, now));
        let passed = ntp.wrapping_sub(known) as i64;
        let said = moved(at, passed < 0, of_ntp(passed.unsigned_abs()));
        let (late, early) = (now.saturating_duration_since(said), said.saturating_duration_since(now));
        if late.max(early) >= SET {
            self.known = Some((ntp, now));
            return Some(now);
        }
        let said = moved(moved(said, true, early.min(EARLIER)), false, late.min(LATER));
        self.known = Some((ntp, said));
        Some(said)
    }
}

/// A stretch of NTP time, in 2⁻³² seconds.
fn of_ntp(ntp: u64) -> Duration {
    Duration::from_secs(ntp >> 32) + Duration::from_nanos(((ntp & 0xffff_ffff) * 1_000_000_000) >> 32)
}

/// The clock by which all that goes on is told: NTP time as time that has passed (RFC 3550, 6.4.1).
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommonClock(Instant);

impl CommonClock {
    /// One that begins some time before now, so that what was taken before has a time as well.
    pub(crate) fn begin(now: Instant) -> Self {
        Self(now.checked_sub(Duration::from_mins(1)).unwrap_or(now))
    }

    /// A time as NTP time.
    pub(crate) fn ntp(self, at: Instant) -> u64 {
        let passed = at.saturating_duration_since(self.0);
        // Never nought, which would be no time at all.
        ((passed.as_secs() + 1) << 32) | ((u64::from(passed.subsec_nanos()) << 32) / 1_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 90_000;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// NTP time of a clock that is wrong by years, and as many milliseconds later.
    fn theirs(ms: u64) -> u64 {
        (3_900_000_000 << 32) + ((ms << 32) / 1_000)
    }

    #[test]
    fn a_time_stamp_has_a_time_and_a_time_a_time_stamp() {
        let at = Instant::now() + ms(10_000);
        let mark = Mark { at, timestamp: 9_000 };
        let before = at.checked_sub(ms(1_000)).unwrap();
        assert_eq!(mark.time(9_000 + 45_000, RATE), at + ms(500));
        assert_eq!(mark.time(9_000_u32.wrapping_sub(90_000), RATE), before, "time stamps wrap");
        assert_eq!(mark.on(at + ms(500), RATE).timestamp, 54_000);
        assert_eq!(mark.on(before, RATE).timestamp, 9_000_u32.wrapping_sub(90_000));
        let day = mark.on(at + Duration::from_hours(24), RATE);
        assert_eq!(day.timestamp, (9_000_u64 + 24 * 3_600 * 90_000) as u32, "more ticks than there are numbers");
    }

    /// How much later or earlier than it was a report tells, in whole milliseconds.
    fn told(clock: &mut SenderClock, start: Instant, sent: u64, takes: u64) -> i64 {
        let at = clock.tell(start + ms(sent + takes), theirs(sent)).unwrap();
        let was = start + ms(sent);
        let (late, early) = (at.saturating_duration_since(was), was.saturating_duration_since(at));
        (late.as_micros() as i64 - early.as_micros() as i64 + 500).div_euclid(1_000)
    }

    #[test]
    fn what_was_taken_at_one_time_has_one_time_however_long_reports_take() {
        let (mut clock, start) = (SenderClock::default(), Instant::now() + ms(10_000));
        assert_eq!(told(&mut clock, start, 0, 30), 30, "how long the way is nobody knows");
        for (sent, takes) in [(1_000, 30), (1_100, 480), (2_000, 31), (2_200, 4_000), (3_000, 90)] {
            let told = told(&mut clock, start, sent, takes);
            assert!((29..=31).contains(&told), "sent at {sent}, {takes} ms on its way: {told}");
        }
    }

    #[test]
    fn a_first_report_that_was_late_is_forgotten_by_and_by() {
        let (mut clock, start) = (SenderClock::default(), Instant::now() + ms(10_000));
        let told: Vec<i64> = (0..200)
            .map(|second| told(&mut clock, start, second * 1_000, if second == 0 { 100 } else { 20 }))
            .collect();
        assert_eq!((told[0], told[10], told[199]), (100, 90, 20));
    }

    #[test]
    fn clocks_that_run_apart_are_followed() {
        let (mut clock, start) = (SenderClock::default(), Instant::now() + ms(10_000));
        // 50 millionths too slow: what is said of a second is that much later each time.
        let last = (0..10_000_u64).map(|second| {
            let now = start + ms(second * 1_000) + Duration::from_micros(50 * second);
            now.saturating_duration_since(clock.tell(now, theirs(second * 1_000)).unwrap())
        });
        assert!(last.last().unwrap() < ms(1));
    }

    #[test]
    fn a_clock_that_is_set_begins_anew_and_none_is_none() {
        let (mut clock, start) = (SenderClock::default(), Instant::now() + ms(10_000));
        assert_eq!(clock.tell(start, 0), None);
        for ntp in [theirs(0), theirs(3_600_000), 1, u64::MAX, 1 << 63] {
            assert_eq!(clock.tell(start, ntp), Some(start), "{ntp:x}");
        }
    }

    #[test]
    fn the_common_clock_goes_on() {
        let start = Instant::now() + ms(100_000);
        let clock = CommonClock::begin(start);
        assert_eq!(clock.ntp(start + ms(1_500)) - clock.ntp(start), 3 << 31);
        assert!(clock.ntp(start.checked_sub(ms(70_000)).unwrap()) > 0);
    }
}
