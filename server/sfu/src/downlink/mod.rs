//! How much fits down the line to one client: told from what it reports of the packets that were sent to it
//! (transport-wide congestion control, draft-holmer-rmcat-transport-wide-cc-extensions-01).
//!
//! A line is taken to be wide until it shows that it is not: by a queue that stands before it, or by much that is lost. From
//! then on it has a rate, which falls to what has come through, and rises again with what is sent and by trials: for a
//! moment more is sent than needed, and if it comes through, that much fits.
//!
//! The congestion control that comes with the engine's core (after draft-ietf-rmcat-gcc-02) is made for a sender who
//! chooses any rate and always fills it. Here the choice is between the layers there are, so that what is sent says
//! little of what would fit, and what matters most is to find out whether the next layer does.

mod history;
mod rate;
#[cfg(test)]
mod tests;
mod trial;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use self::history::{History, Sent};
use self::rate::Rate;
use self::trial::Trial;

/// IPv4 and UDP, which pass the line with each packet.
const HEADERS: usize = 28;

/// A packet that the whole queue delays by this much longer than the fastest has waited before a line that is full.
const QUEUED: Duration = Duration::from_millis(60);

/// A queue that is shorter than before by this much is going.
const GOING: Duration = Duration::from_millis(10);

/// The share that may be lost for other reasons than a full line (draft-ietf-rmcat-gcc-02, 6): a mean that follows what
/// is lost of this many by so much.
const MUCH_LOST: f64 = 0.1;
const LOST_OF: u32 = 50;
const FOLLOWS: f64 = 0.2;

/// What is missing for longer than this is lost, and no more than so many are waited for.
const LATE: Duration = Duration::from_millis(150);
const MOST_MISSING: usize = 1_024;

/// What is left of what came through when a line is full, so that its queue goes.
const LESS: f64 = 0.85;

/// What a line that has been calm gains in a second, if it is used: not beyond what has come through by much.
const MORE: f64 = 1.08;
const BEYOND: f64 = 1.5;

/// A rate that is used less than this says nothing of what would fit.
const USED: f64 = 0.7;

/// How long it takes at least until a change shows, beside the way there and back.
const SHOWS: Duration = Duration::from_millis(300);

/// Cuts without an effect after which a delay is the line's own.
const IN_VAIN: u32 = 3;

/// The fastest packet of the last ten to twenty seconds has met no queue.
const FASTEST_OF: Duration = Duration::from_secs(10);

/// No line is taken to be narrower: sound passes in this.
const NARROWEST: f64 = 64_000.0;

/// What a client reports of a packet: its number and, if it has come, when, on the client's own clock.
pub(crate) type Report = (u16, Option<Duration>);

/// What is known of a line that is not wide.
#[derive(Debug)]
struct Narrow {
    bps: f64,
    /// When it was last full.
    full: Duration,
    /// When it was last cut, with the queue of that time, and how often in a row without an effect.
    cut: Duration,
    queue: Duration,
    in_vain: u32,
    /// When it last rose.
    risen: Duration,
}

/// The line to one client.
#[derive(Debug)]
pub(crate) struct Downlink {
    begun: Instant,
    history: History,
    sent: Rate,
    came: Rate,
    /// The least that a packet's arrival is after its sending, in nanoseconds between two clocks: of this stretch and of
    /// the one before.
    fastest: [Option<i128>; 2],
    stretch: Duration,
    queue: Duration,
    /// Packets that are missing, with when that was told.
    missing: VecDeque<(Duration, u16)>,
    lost: u32,
    reported: u32,
    /// The share that is lost.
    loss: f64,
    way: Duration,
    narrow: Option<Narrow>,
    desired: f64,
    trial: Trial,
}

impl Downlink {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            begun: now,
            history: History::default(),
            sent: Rate::default(),
            came: Rate::default(),
            fastest: [None; 2],
            stretch: Duration::ZERO,
            queue: Duration::ZERO,
            missing: VecDeque::new(),
            lost: 0,
            reported: 0,
            loss: 0.0,
            way: Duration::ZERO,
            narrow: None,
            desired: 0.0,
            trial: Trial::default(),
        }
    }

    /// Notes a packet that goes, and gives its transport-wide number. `bytes` are those of the datagram.
    pub(crate) fn send(&mut self, now: Instant, bytes: usize) -> u16 {
        let at = self.since(now);
        let bytes = (bytes + HEADERS) as u32;
        self.sent.add(at, bytes);
        let tried = self.trial.send(at, bytes);
        self.history.send(Sent { at, bytes, tried, missed: false })
    }

    /// Takes what the client reports.
    pub(crate) fn hear(&mut self, now: Instant, reports: impl IntoIterator<Item = Report>) {
        let now = self.since(now);
        let mut least: Option<i128> = None;
        for (number, arrival) in reports {
            let Some(arrival) = arrival else {
                if self.history.miss(number) && self.missing.len() < MOST_MISSING {
                    self.missing.push_back((now, number));
                }
                continue;
            };
            let Some(sent) = self.history.take(number) else { continue };
            self.reported += u32::from(self.counts(sent));
            if sent.tried {
                self.trial.come(sent, arrival);
            }
            self.came.add(arrival, sent.bytes);
            self.way = now.saturating_sub(sent.at);
            let took = arrival.as_nanos() as i128 - sent.at.as_nanos() as i128;
            least = Some(least.map_or(took, |least| least.min(took)));
        }
        if let Some(least) = least {
            self.judge_queue(now, least);
        }
        self.judge_loss(now);
        self.rise(now);
        self.judge_trial(now);
    }

    /// How much fits, bits a second; none while nothing has shown that the line is not wide.
    pub(crate) fn fits(&self) -> Option<u64> {
        self.narrow.as_ref().map(|narrow| narrow.bps as u64)
    }

    /// Notes how much would be sent if it fitted, bits a second.
    pub(crate) fn desire(&mut self, now: Instant, bps: u64) {
        self.desired = bps as f64;
        let now = self.since(now);
        let sent = self.sent.bps(now).unwrap_or(0.0);
        let Some(narrow) = &self.narrow else { return };
        let calm = now.saturating_sub(narrow.full.max(narrow.cut)) >= self.settles() * 2;
        if calm && self.desired > narrow.bps {
            self.trial.begin(now, sent, narrow.bps, self.desired);
        }
    }

    /// When more is to be sent for a trial.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.trial.due().map(|due| self.begun + due)
    }

    /// How many bytes are to be sent now beside all else, so that the line is tried.
    pub(crate) fn padding(&mut self, now: Instant) -> usize {
        let now = self.since(now);
        self.trial.padding(now)
    }

    fn since(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.begun)
    }

    /// How long a change takes until its effect is reported.
    fn settles(&self) -> Duration {
        self.way.min(Duration::from_secs(2)) + SHOWS
    }

    /// Looks how long the queue is before the line: the fastest packet of a report has met all of it.
    fn judge_queue(&mut self, now: Duration, least: i128) {
        if now.saturating_sub(self.stretch) >= FASTEST_OF {
            self.stretch = now;
            self.fastest = [None, self.fastest[0]];
        }
        self.fastest[0] = Some(self.fastest[0].map_or(least, |fastest| fastest.min(least)));
        let fastest = self.fastest.iter().flatten().min().copied().unwrap_or(least);
        let queue = Duration::from_nanos(u64::try_from(least - fastest).unwrap_or(0));
        let former = std::mem::replace(&mut self.queue, queue);
        let settles = self.settles();
        if let Some(narrow) = &mut self.narrow
            && queue < narrow.queue / 2
        {
            narrow.in_vain = 0;
        }
        // A trial makes a queue of its own, and says itself what it has shown.
        if queue < QUEUED || queue + GOING < former || self.trial.is_running() {
            return;
        }
        // What comes through a line that is full is what it carries.
        let carried = self.came.latest().map(|came| came * LESS);
        let Some(narrow) = &mut self.narrow else { return self.cut(now, carried) };
        narrow.full = now;
        if now.saturating_sub(narrow.cut) < settles {
            return;
        }
        // A delay that does not go when no more is sent than fits is not a queue of what is sent here.
        let obeys = self.sent.bps(now).is_some_and(|sent| sent <= narrow.bps * 1.1);
        if obeys && narrow.in_vain >= IN_VAIN {
            narrow.in_vain = 0;
            self.fastest = [Some(least), None];
            self.stretch = now;
            return;
        }
        narrow.in_vain += u32::from(obeys);
        self.cut(now, carried);
    }

    fn judge_loss(&mut self, now: Duration) {
        while let Some((_, number)) = self.missing.pop_front_if(|(since, _)| now.saturating_sub(*since) >= LATE) {
            if let Some(sent) = self.history.take(number) {
                let counts = u32::from(self.counts(sent));
                self.reported += counts;
                self.lost += counts;
                self.trial.lose(sent);
            }
        }
        if self.reported < LOST_OF {
            return;
        }
        let newest = f64::from(self.lost) / f64::from(self.reported);
        self.loss += (newest - self.loss) * FOLLOWS;
        // What was lost at first may no longer be.
        let share = self.loss.min(newest);
        let settled = self.narrow.as_ref().is_none_or(|narrow| now.saturating_sub(narrow.cut) >= self.settles());
        (self.lost, self.reported) = (0, 0);
        if share > MUCH_LOST && settled {
            let known = self.narrow.as_ref().map(|narrow| narrow.bps).or_else(|| self.came.latest());
            self.cut(now, known.map(|bps| bps * (1.0 - share / 2.0)));
        }
    }

    /// Whether what becomes of a packet tells of the line as it is used now: what was sent before the last cut does not.
    fn counts(&self, sent: Sent) -> bool {
        self.narrow.as_ref().is_none_or(|narrow| sent.at >= narrow.cut)
    }

    /// Less fits than was thought.
    fn cut(&mut self, now: Duration, bps: Option<f64>) {
        let Some(bps) = bps else { return };
        let queue = self.queue;
        let bps = bps.max(NARROWEST);
        let in_vain = self.narrow.as_ref().map_or(0, |narrow| narrow.in_vain);
        let bps = self.narrow.as_ref().map_or(bps, |narrow| bps.min(narrow.bps));
        self.trial.put_off(now);
        self.narrow = Some(Narrow { bps, full: now, cut: now, queue, in_vain, risen: now });
    }

    /// What is used and comes through may be a little more.
    fn rise(&mut self, now: Duration) {
        let settles = self.settles();
        let came = self.came.latest();
        let Some((narrow, came)) = self.narrow.as_mut().zip(came) else { return };
        let passed = now.saturating_sub(std::mem::replace(&mut narrow.risen, now)).min(Duration::from_secs(1));
        let calm = now.saturating_sub(narrow.full.max(narrow.cut)) >= settles && self.queue < QUEUED / 2;
        if calm && came >= narrow.bps * USED {
            let more = narrow.bps * MORE.powf(passed.as_secs_f64());
            narrow.bps = more.min(came * BEYOND).max(narrow.bps);
        }
    }

    fn judge_trial(&mut self, now: Duration) {
        let Some(fitted) = self.trial.judge(now) else { return };
        if let Some(narrow) = &mut self.narrow {
            narrow.bps = narrow.bps.max(fitted);
        }
    }
}
