//! How long packets are on their way at half of the load that the server can carry: the rate is found first, with packets
//! that come evenly, each by itself.
//!
//! The server is one thread, so one core is all that it can take; the generator has another and waits for the time of each
//! packet without sleeping, because the system's timers are too coarse for thousands a second.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::{spawn_local, yield_now};
use tokio::time::sleep;

use crate::client::{Media, Shared};
use crate::load::{Crowd, Load, Outcome, cpu_of, own_path};
use crate::report::{Rows, quantile};
use crate::system::System;

pub(crate) const NAME: &str = "half load";

/// Who sends to whom; how often is what is looked for.
const LOAD: Load = Load {
    name: NAME,
    media: Media::Pictures,
    payload: 1_200,
    publishers: 8,
    viewers: 20,
    burst: 1,
    every: Duration::from_millis(10),
    lasts: Duration::from_secs(1),
};

/// What the generator sends to itself, to know its own path: as much at once as one packet makes.
const OWN: Load = Load { publishers: 1, every: Duration::from_millis(1), ..LOAD };

/// Packets a second to all viewers: where the search begins and ends.
const FIRST: f64 = 5_000.0;
const LAST: f64 = 1_500_000.0;

/// How often the step between what is carried and what is not is halved.
const HALVINGS: u32 = 3;

/// What is lost, or comes too late to be sent, of a load that is still carried.
const LOST: f64 = 0.01;

/// From this share of a core on it is the server that carries no more, and before it the generator.
const FULL: f64 = 0.9;

/// How long a rate runs before it is measured, and how long the rest may take.
const SETTLES: Duration = Duration::from_millis(300);
const DRAINS: Duration = Duration::from_millis(300);

/// How often half of it is measured, each time as long as a load lasts: the machine itself stops for some milliseconds now
/// and then, and most turns are without.
const TURNS: usize = 30;

/// Each so many packets of a stream begin with a key frame, and each that the server asks for.
const KEY_EVERY: u64 = 300;

/// What a rate came to.
struct Step {
    rate: f64,
    outcome: Outcome,
    /// Of the generator's core.
    own_share: f64,
}

impl Step {
    /// The part of what was to arrive that did.
    fn arrived(&self) -> f64 {
        self.outcome.received as f64 / (self.rate * self.outcome.took.as_secs_f64())
    }

    fn is_carried(&self) -> bool {
        self.arrived() >= 1.0 - LOST
    }

    fn tell(&self) {
        let (share, own) = (self.outcome.share() * 100.0, self.own_share * 100.0);
        let arrived = self.arrived() * 100.0;
        let rate = self.rate;
        eprintln!(
            "    {NAME}: of {rate:.0} packets/s {arrived:.1} % arrived; {share:.0} % of a core, the generator {own:.0} %"
        );
    }
}

/// Finds what the server carries, and measures at half of it.
pub(crate) async fn measure(rows: &mut Rows, ours: &mut System) -> Result<()> {
    let crowd = Crowd::gather(ours, LOAD).await?;
    let (carried, refused) = search(ours, &crowd).await?;
    let by_generator = refused.outcome.share() < FULL;
    // Where the generator is at its end first, what the server takes for a packet tells how many it could carry.
    let most = if by_generator { carried.rate / carried.outcome.share() } else { carried.rate };
    let half = (most / 2.0).min(carried.rate);
    let mut turns = Vec::with_capacity(TURNS);
    for _ in 0..TURNS {
        turns.push(at(ours, &crowd, half, true).await?);
    }
    let mut shares: Vec<f64> = turns.iter().map(|turn| turn.outcome.share() * 100.0).collect();
    let how = if by_generator { "by its CPU time, for the generator carries no more" } else { "as it was carried" };
    eprintln!(
        "    {NAME}: {} publishers to {} viewers; the server's end is at {most:.0} packets/s, {how}; {half:.0} packets/s, {TURNS} times {} s",
        LOAD.publishers,
        LOAD.viewers,
        LOAD.lasts.as_secs()
    );
    if half < most / 2.0 {
        eprintln!(
            "    {NAME}: the generator carries no more than that, which is less than half: what follows is too good"
        );
    }
    rows.at_most(&format!("{NAME}: packets carried at most"), "1/s", most, None, None);
    rows.at_most(&format!("{NAME}: packets at half"), "1/s", half, None, None);
    rows.at_most(&format!("{NAME}: of a core"), "%", quantile(&mut shares, 0.5), None, None);
    let own = quantile(&mut own_path(OWN).await?, 0.5);
    for (part, name, goal) in [(0.5, "p50", 150.0), (0.99, "p99", 1_000.0)] {
        let of_turn = |turn: &mut Step| quantile(&mut turn.outcome.delays_us, part) - own;
        let mut added: Vec<f64> = turns.iter_mut().map(of_turn).collect();
        let middle = quantile(&mut added, 0.5);
        eprintln!(
            "    {NAME}: added delay, {name}: {:.0} us in the best turn, {:.0} in the worst",
            added[0],
            added[TURNS - 1]
        );
        rows.at_most(&format!("{NAME}: added delay, {name}, the median of turns"), "us", middle, None, Some(goal));
    }
    rows.at_most(&format!("{NAME}: the generator's own path, taken off"), "us", own, None, None);
    crowd.leave().await;
    Ok(())
}

/// The highest rate that was carried, and the lowest that was not.
async fn search(ours: &System, crowd: &Crowd) -> Result<(Step, Step)> {
    let (mut carried, mut refused) = (None, None);
    let mut rate = FIRST;
    while refused.is_none() && rate <= LAST {
        let step = at(ours, crowd, rate, false).await?;
        step.tell();
        rate *= 2.0;
        if step.is_carried() { carried = Some(step) } else { refused = Some(step) }
    }
    let mut carried = carried.with_context(|| format!("{FIRST} packets a second are more than are carried"))?;
    let mut refused = refused.with_context(|| format!("{LAST} packets a second are less than are carried"))?;
    for _ in 0..HALVINGS {
        let step = at(ours, crowd, f64::midpoint(carried.rate, refused.rate), false).await?;
        step.tell();
        if step.is_carried() { carried = step } else { refused = step }
    }
    Ok((carried, refused))
}

/// Measures at so many packets a second to all viewers together.
async fn at(ours: &System, crowd: &Crowd, rate: f64, delays: bool) -> Result<Step> {
    let every = Duration::from_secs_f64(f64::from(LOAD.viewers) / rate);
    let ends = Instant::now() + SETTLES + LOAD.lasts;
    spawn_local(pace(crowd.senders.clone(), every, ends + DRAINS));
    sleep(SETTLES).await;
    let (pid, own, arrivals) = (ours.pid()?, std::process::id(), &crowd.arrivals);
    if delays {
        arrivals.note_delays();
    }
    let (cpu, own_cpu) = (cpu_of(pid)?, cpu_of(own)?);
    let (received, sent, began) = (arrivals.received(), arrivals.sent_count(), Instant::now());
    sleep(ends.saturating_duration_since(Instant::now())).await;
    let (cpu, own_cpu, took) = (cpu_of(pid)?.since(cpu), cpu_of(own)?.since(own_cpu), began.elapsed());
    let (received, sent) = (arrivals.received() - received, arrivals.sent_count() - sent);
    sleep(DRAINS * 2).await;
    let outcome = Outcome { received, sent, cpu, took, delays_us: arrivals.take_delays_us(), own_us: Vec::new() };
    let own_share = own_cpu.all.as_secs_f64() / took.as_secs_f64();
    Ok(Step { rate, outcome, own_share })
}

/// Sends a packet of one publisher after the other, each at its time; those whose time has passed at once.
async fn pace(senders: Vec<Shared>, every: Duration, until: Instant) {
    let began = Instant::now();
    for count in 0_u64.. {
        let due = began + every.mul_f64(count as f64);
        // Whoever receives has its turn between any two packets.
        yield_now().await;
        while Instant::now() < due {
            yield_now().await;
        }
        if due >= until || Instant::now() >= until {
            return;
        }
        let (turn, place) = (count / senders.len() as u64, count % senders.len() as u64);
        let Some(client) = senders.get(place as usize) else { return };
        let key = turn.is_multiple_of(KEY_EVERY) || client.borrow().is_key_frame_wanted();
        if let Err(error) = client.borrow_mut().write(LOAD.payload, true, true, key) {
            eprintln!("    a packet is not sent: {error:#}");
            return;
        }
    }
}
