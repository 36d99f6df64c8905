//! The estimate against lines of which all is known.

use std::collections::VecDeque;
use std::fmt::Write as _;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

const PACKET: usize = 1_100;
const PADDING: usize = 290;

/// A line, and a client at its end that reports ten times a second.
struct Line {
    random: ChaCha8Rng,
    now: Instant,
    downlink: Downlink,
    /// Bits a second that pass; 0 is no bound.
    bps: u64,
    /// How long something may wait before it is dropped instead.
    longest_queue: Duration,
    delay: Duration,
    jitter: Duration,
    loss: f64,
    /// When the line is free again.
    free: Instant,
    pending: VecDeque<Report>,
    late: Vec<Report>,
    on_the_way: VecDeque<(Instant, Vec<Report>)>,
    reported: Instant,
    begun: Instant,
    owed: f64,
    padded: usize,
}

impl Line {
    fn new(seed: u64) -> Self {
        let now = Instant::now();
        Self {
            random: ChaCha8Rng::seed_from_u64(seed),
            now,
            downlink: Downlink::new(now),
            bps: 0,
            longest_queue: Duration::from_millis(500),
            delay: Duration::from_millis(20),
            jitter: Duration::ZERO,
            loss: 0.0,
            free: now,
            pending: VecDeque::new(),
            late: Vec::new(),
            on_the_way: VecDeque::new(),
            reported: now,
            begun: now,
            owed: 0.0,
            padded: 0,
        }
    }

    fn carry(&mut self, bytes: usize) {
        let number = self.downlink.send(self.now, bytes);
        let waits = self.free.max(self.now);
        let is_lost = self.random.random_bool(self.loss) || waits - self.now > self.longest_queue;
        if is_lost {
            self.pending.push_back((number, None));
            return;
        }
        let takes = if self.bps == 0 { 0.0 } else { ((bytes + HEADERS) * 8) as f64 / self.bps as f64 };
        self.free = waits + Duration::from_secs_f64(takes);
        let jitter = self.jitter.mul_f64(self.random.random_range(0.0..1.0));
        let arrival = self.free + self.delay + jitter - self.begun;
        // The client's clock is another one.
        self.pending.push_back((number, Some(arrival + Duration::from_secs(50_000))));
    }

    /// Sends with a rate for a while, one picture each 40 ms, as much of it as fits of those that there are.
    fn pass(&mut self, time: Duration, rates: &[u64]) {
        let end = self.now + time;
        let mut steps = 0_u32;
        while self.now < end {
            self.now += Duration::from_millis(1);
            steps += 1;
            let fits = self.downlink.fits().unwrap_or(u64::MAX);
            let rate = rates.iter().rev().find(|rate| **rate <= fits).unwrap_or(&rates[0]);
            if steps.is_multiple_of(40) {
                self.owed += *rate as f64 * 0.04 / 8.0;
                while self.owed > 0.0 {
                    self.owed -= (PACKET + HEADERS) as f64;
                    self.carry(PACKET);
                }
            }
            if steps.is_multiple_of(200) {
                self.downlink.desire(self.now, rates[rates.len() - 1]);
            }
            let due = self.downlink.poll_timeout().is_some_and(|due| due <= self.now);
            let mut padding = if due { self.downlink.padding(self.now) } else { 0 };
            while padding > 0 {
                padding = padding.saturating_sub(PADDING + HEADERS);
                self.padded += PADDING + HEADERS;
                self.carry(PADDING);
            }
            self.report();
        }
    }

    fn report(&mut self) {
        let client = self.now - self.begun + Duration::from_secs(50_000);
        if self.now - self.reported >= Duration::from_millis(100) {
            self.reported = self.now;
            // Up to the newest that has come; what is late is told when it has come.
            let newest = self.pending.iter().rposition(|(_, arrival)| arrival.is_some_and(|at| at <= client));
            let known: Vec<Report> = self.pending.drain(..newest.map_or(0, |newest| newest + 1)).collect();
            let is_late = |(_, arrival): &&Report| arrival.is_some_and(|at| at > client);
            self.late.extend(known.iter().filter(is_late));
            let told = known.iter().map(|(number, arrival)| (*number, arrival.filter(|at| *at <= client)));
            let told: Vec<Report> = told.chain(self.late.extract_if(.., |late| !is_late(&&*late))).collect();
            if !told.is_empty() {
                self.on_the_way.push_back((self.now + self.delay, told));
            }
        }
        while let Some((_, told)) = self.on_the_way.pop_front_if(|(at, _)| *at <= self.now) {
            self.downlink.hear(self.now, told);
        }
    }

    fn queue(&self) -> Duration {
        self.free.saturating_duration_since(self.now)
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// What cameras send in three layers.
const LAYERS: [u64; 3] = [150_000, 500_000, 1_700_000];

#[test]
fn a_line_that_is_wide_enough_is_left_alone() {
    let table = [
        ("fast", 0, 0, 0.0),
        ("just wide enough", 2_200_000, 0, 0.0),
        ("far and unsteady", 0, 40, 0.01),
        ("lossy", 0, 10, 0.05),
    ];
    for (case, bps, jitter, loss) in table {
        let mut line = Line { bps, jitter: Duration::from_millis(jitter), loss, ..Line::new(1) };
        line.pass(60 * SECOND, &LAYERS);
        assert_eq!((line.downlink.fits(), line.padded), (None, 0), "{case}");
    }
}

#[test]
fn a_narrow_line_is_filled_and_not_flooded() {
    let mut told = String::new();
    for bps in [250_000, 700_000, 1_000_000, 1_500_000, 3_000_000] {
        for (delay, jitter) in [(10, 0), (100, 20), (200, 40)] {
            let (delay, jitter) = (Duration::from_millis(delay), Duration::from_millis(jitter));
            let mut line = Line { bps, delay, jitter, ..Line::new(bps) };
            let case = format!("{bps} bit/s, {delay:?}, {jitter:?}");
            let twice = [150_000, 500_000, 1_700_000, 4_000_000];
            line.pass(5 * SECOND, &twice);
            let mut longest = Duration::ZERO;
            let mut fits = 0.0;
            for _ in 0..600 {
                line.pass(SECOND / 10, &twice);
                longest = longest.max(line.queue());
                fits += line.downlink.fits().unwrap() as f64 / 600.0;
            }
            let share = fits / bps as f64;
            let _ = writeln!(told, "{case}: {share:.2} of it, the longest queue {longest:?}");
            assert!((0.6..=1.1).contains(&share), "{case}: {share}\n{told}");
            assert!(longest <= Duration::from_millis(350), "{case}: something waits {longest:?}\n{told}");
        }
    }
}

#[test]
fn a_line_that_becomes_wide_again_is_found_out() {
    let mut line = Line { bps: 400_000, ..Line::new(3) };
    line.pass(10 * SECOND, &LAYERS);
    assert!(line.downlink.fits().unwrap() < 450_000);
    line.bps = 10_000_000;
    let mut took = Duration::ZERO;
    while line.downlink.fits().is_some_and(|fits| fits < LAYERS[2]) && took < 60 * SECOND {
        line.pass(SECOND / 2, &LAYERS);
        took += SECOND / 2;
    }
    assert!(took <= 25 * SECOND, "it takes {took:?}");
    line.bps = 400_000;
    line.pass(3 * SECOND, &LAYERS);
    assert!(line.downlink.fits().unwrap() < 450_000, "and it may become narrow again");
}

#[test]
fn a_longer_way_is_not_a_queue() {
    let mut line = Line::new(4);
    line.pass(10 * SECOND, &LAYERS);
    line.delay = Duration::from_millis(180);
    line.pass(40 * SECOND, &LAYERS);
    let fits = line.downlink.fits().unwrap_or(u64::MAX);
    assert!(fits >= LAYERS[2], "all of it fits as before, not {fits}");
}

#[test]
fn where_much_is_lost_less_is_sent() {
    let mut line = Line { loss: 0.25, ..Line::new(5) };
    line.pass(20 * SECOND, &LAYERS);
    let fits = line.downlink.fits().unwrap();
    assert!(fits < LAYERS[1], "{fits}");
    line.loss = 0.0;
    line.pass(30 * SECOND, &LAYERS);
    let fits = line.downlink.fits().unwrap();
    assert!(fits >= LAYERS[2], "nothing is lost any more: {fits}");
}

#[test]
fn trials_take_little() {
    let mut line = Line { bps: 300_000, ..Line::new(6) };
    line.pass(10 * SECOND, &LAYERS);
    let before = line.padded;
    line.pass(300 * SECOND, &LAYERS);
    let share = ((line.padded - before) * 8) as f64 / 300.0 / 300_000.0;
    assert!(share < 0.02, "{share} of the line");
}

#[test]
fn reports_that_cannot_be_true_do_no_harm() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let now = Instant::now();
    let mut downlink = Downlink::new(now);
    for step in 0..20_000_u32 {
        let at = now + Duration::from_millis(u64::from(step));
        downlink.send(at, 1_000);
        let reports: Vec<Report> = (0..random.random_range(0..5))
            .map(|_| {
                let arrival =
                    random.random_bool(0.8).then(|| Duration::from_micros(random.random_range(0..1_u64 << 40)));
                (random.random_range(0..u16::MAX), arrival)
            })
            .collect();
        downlink.hear(at, reports);
        downlink.desire(at, random.random_range(0..10_000_000));
        let padding = downlink.padding(at);
        assert!(padding <= 50_000, "{padding}");
        assert!(downlink.fits().is_none_or(|fits| fits >= NARROWEST as u64));
    }
}
