//! A trial of the line: for a moment more is sent than is needed, to see whether it comes through.

use std::time::Duration;

use super::LESS;
use super::history::Sent;

/// How long one is, and how often something is sent for it.
const LENGTH: Duration = Duration::from_millis(200);
const STEP: Duration = Duration::from_millis(5);

/// What a trial is sent beyond the rate that is known to fit, at most, and beyond what is wished for.
const MOST: f64 = 2.0;
const SPARE: f64 = 1.05;

/// What must come through of it, in packets and in speed.
const PASSES: f64 = 0.9;

/// From one trial to the next: after one that has passed, and after one that has not, which doubles each time.
const NEXT: Duration = Duration::from_secs(1);
const SHORTEST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long reports are waited for.
const REPORTED: Duration = Duration::from_millis(1_500);

/// Trials of one line.
#[derive(Debug)]
pub(super) struct Trial {
    running: Option<Running>,
    wait: Duration,
    next: Duration,
}

impl Default for Trial {
    fn default() -> Self {
        Self { running: None, wait: SHORTEST_WAIT, next: Duration::ZERO }
    }
}

/// Bytes over a time, without those of the first packet: they passed before it began.
#[derive(Debug, Default)]
struct Span {
    first: Option<Duration>,
    last: Duration,
    bytes: u32,
    packets: u32,
}

impl Span {
    fn add(&mut self, at: Duration, bytes: u32) {
        self.packets += 1;
        if self.first.is_none() {
            self.first = Some(at);
        } else {
            self.bytes += bytes;
        }
        self.last = self.last.max(at);
    }

    fn bps(&self) -> Option<f64> {
        let took = self.last.checked_sub(self.first?)?.as_secs_f64();
        (took > 0.0).then(|| f64::from(self.bytes) * 8.0 / took)
    }
}

#[derive(Debug)]
struct Running {
    bps: f64,
    ends: Duration,
    /// When something is sent for it next; none when it is over.
    due: Option<Duration>,
    looked: Duration,
    /// Bytes that are still to be sent, or were sent too many.
    owed: f64,
    sent: Span,
    /// How long packets took, by when they were sent.
    took: Slope,
    lost: u32,
}

/// How something grows with time: the slope of the straight line through what was measured (least squares). Single
/// packets come early or late by more than a queue makes out.
#[derive(Debug, Default)]
struct Slope {
    count: u32,
    first: f64,
    sums: [f64; 4],
}

impl Slope {
    fn add(&mut self, x: f64, y: f64) {
        if self.count == 0 {
            self.first = y;
        }
        self.count += 1;
        let y = y - self.first;
        for (sum, term) in self.sums.iter_mut().zip([x, y, x * x, x * y]) {
            *sum += term;
        }
    }

    fn of_line(&self) -> Option<f64> {
        let [x, y, xx, xy] = self.sums;
        let count = f64::from(self.count);
        let spread = count * xx - x * x;
        (spread > 0.0).then(|| (count * xy - x * y) / spread)
    }
}

impl Trial {
    /// Begins one, if it is time: as much as is wished for, or twice what is known to fit.
    pub(super) fn begin(&mut self, now: Duration, sent: f64, fits: f64, desired: f64) {
        let bps = (fits * MOST).min(desired * SPARE);
        if self.running.is_some() || now < self.next || bps <= sent {
            return;
        }
        self.running = Some(Running {
            bps,
            ends: now + LENGTH,
            due: Some(now),
            looked: now,
            owed: 0.0,
            sent: Span::default(),
            took: Slope::default(),
            lost: 0,
        });
    }

    pub(super) fn due(&self) -> Option<Duration> {
        self.running.as_ref()?.due
    }

    /// Bytes that are to be sent now beside all else.
    pub(super) fn padding(&mut self, now: Duration) -> usize {
        let Some(running) = self.running.as_mut().filter(|running| running.due.is_some_and(|due| due <= now)) else {
            return 0;
        };
        let passed = now.min(running.ends).saturating_sub(running.looked);
        running.looked = now;
        running.due = (now < running.ends).then_some(now + STEP);
        // Whoever was held up does not make up for it.
        running.owed = (running.owed + running.bps / 8.0 * passed.as_secs_f64()).min(running.bps / 8.0 * 0.02);
        running.owed.max(0.0) as usize
    }

    /// Notes a packet that goes. True if it is part of a trial.
    pub(super) fn send(&mut self, now: Duration, bytes: u32) -> bool {
        let Some(running) = self.running.as_mut().filter(|running| running.due.is_some()) else { return false };
        running.owed -= f64::from(bytes);
        running.sent.add(now, bytes);
        true
    }

    /// Notes that a packet of a trial has come.
    pub(super) fn come(&mut self, sent: Sent, arrival: Duration) {
        let Some(running) = &mut self.running else { return };
        running.took.add(sent.at.as_secs_f64(), arrival.as_secs_f64() - sent.at.as_secs_f64());
    }

    /// Notes that a packet is lost.
    pub(super) fn lose(&mut self, sent: Sent) {
        if let Some(running) = self.running.as_mut().filter(|_| sent.tried) {
            running.lost += 1;
        }
    }

    /// Whether there is one of which not all is known.
    pub(super) const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The line has turned out to be full: what is tried now says nothing.
    pub(super) fn put_off(&mut self, now: Duration) {
        self.running = None;
        self.next = now + self.wait;
    }

    /// What has turned out to fit, bits a second, when all of a trial is known.
    pub(super) fn judge(&mut self, now: Duration) -> Option<f64> {
        let running = self.running.as_ref().filter(|running| running.due.is_none())?;
        let known = running.took.count + running.lost;
        if known < running.sent.packets && now < running.ends + REPORTED {
            return None;
        }
        let running = self.running.take()?;
        let all = f64::from(running.took.count) >= f64::from(running.sent.packets) * PASSES;
        // Where packets take longer and longer, they come more slowly than they were sent.
        let speed = running.took.of_line().map(|slope| 1.0 / (1.0 + slope.max(0.0)));
        let (sent, speed) = running.sent.bps().zip(speed).filter(|_| all).unwrap_or_default();
        if speed >= PASSES {
            (self.wait, self.next) = (SHORTEST_WAIT, now + NEXT);
            return Some(sent);
        }
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        self.next = now + self.wait;
        Some(sent * speed * LESS)
    }
}
