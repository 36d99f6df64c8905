//! Measures the media plane beside Janus, with the same clients and loads; prints one JSON object.
//!
//! `cargo xtask bench sfu` runs it. Clients are whole ones, with ICE, DTLS and SRTP, in this one process; each server is
//! a process of its own, whose CPU time the kernel counts.

mod client;
mod clock;
mod half;
mod idle;
mod janus;
mod load;
mod marks;
mod ours;
mod report;
mod server;
mod stamped;
mod system;
mod wanted;

use std::time::Duration;

use anyhow::Result;
use mimalloc::MiMalloc;
use tokio::runtime;
use tokio::task::LocalSet;

use client::Media;
use janus::Janus;
use load::{Load, Outcome};
use ours::Ours;
use report::{Rows, quantile};
use system::System;

/// The allocator that the server has.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// What makes a process the server under test.
const SERVE: &str = "serve";

/// What `cargo bench` says, and `cargo test --all-targets` does not.
const BENCH: &str = "--bench";

const PICTURE: Load = Load {
    name: "video, 1 to 20",
    media: Media::Pictures,
    payload: 1_200,
    publishers: 1,
    viewers: 20,
    burst: 10,
    every: Duration::from_millis(10),
    lasts: Duration::from_secs(5),
};

const FEW: Load =
    Load { name: "video, 4 to 5", publishers: 4, viewers: 5, every: Duration::from_millis(20), ..PICTURE };

const SOUND: Load = Load {
    name: "audio, 4 to 20",
    media: Media::Sound,
    payload: 160,
    publishers: 4,
    viewers: 20,
    burst: 1,
    every: Duration::from_millis(5),
    ..PICTURE
};

/// Every packet by itself, so that none waits for those that were sent with it.
const EVEN: Load = Load {
    name: "video, 4 to 10, evenly",
    publishers: 4,
    viewers: 10,
    burst: 1,
    every: Duration::from_millis(1),
    ..PICTURE
};

const JOIN: &str = "join";
const MEMORY: &str = "memory";
const COMINGS: &str = "joins and leaves";

fn main() -> Result<()> {
    let says = |word: &str| std::env::args().any(|argument| argument == word);
    if says(SERVE) {
        return server::serve();
    }
    if !says(BENCH) {
        return Ok(());
    }
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    LocalSet::new().block_on(&runtime, measure(&words))
}

/// Measures what has one of the words in its name, or everything if there is none.
async fn measure(words: &[String]) -> Result<()> {
    let is_asked = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let mut rows = Rows::default();
    let mut ours = System::from(Ours::start()?);
    if !Janus::is_installed() {
        eprintln!("    Janus is not installed (Debian's package janus): there is nothing to compare with");
    }
    for (load, goal) in [(PICTURE, 6.0), (FEW, 6.0), (SOUND, 6.0)] {
        if !is_asked(load.name) {
            continue;
        }
        let outcome = load::run(&mut ours, load, false).await?;
        let theirs = against(load, false).await;
        told(&load, &outcome, theirs.as_ref());
        let peer = theirs.as_ref().map(|theirs| (theirs.cpu_per_million(), Janus::NAME));
        let name = format!("{}: CPU a million packets", load.name);
        rows.at_most(&name, "s", outcome.cpu_per_million(), peer, Some(goal));
        let peer = theirs.as_ref().map(|theirs| (theirs.kernel() * 100.0, Janus::NAME));
        rows.at_most(&format!("{}: of it in the kernel", load.name), "%", outcome.kernel() * 100.0, peer, None);
    }
    if is_asked(EVEN.name) {
        delays(&mut rows, &mut ours).await?;
    }
    if is_asked(half::NAME) {
        half::measure(&mut rows, &mut ours).await?;
    }
    if is_asked(JOIN) {
        joins(&mut rows, &mut ours).await?;
    }
    if is_asked(MEMORY) {
        let (peer, subscription) = idle::memory().await?;
        rows.at_most(&format!("{MEMORY} of an idle peer"), "kB", peer / 1e3, None, Some(150.0));
        rows.at_most(&format!("{MEMORY} of a further subscription"), "kB", subscription / 1e3, None, Some(8.0));
    }
    if is_asked(COMINGS) {
        let (size, descriptors) = idle::come_and_go().await?;
        let after = format!("after {} {COMINGS}", idle::COME_AND_GO);
        rows.at_most(&format!("memory kept {after}"), "kB", size / 1e3, None, Some(1_000.0));
        rows.at_most(&format!("descriptors kept {after}"), "", descriptors, None, Some(0.0));
    }
    rows.print();
    Ok(())
}

async fn joins(rows: &mut Rows, ours: &mut System) -> Result<()> {
    let mut took = idle::joins(ours).await?;
    let peer = theirs_of(async |janus| idle::joins(janus).await).await;
    let peer = peer.map(|mut theirs| (quantile(&mut theirs, 0.5), Janus::NAME));
    rows.at_most(&format!("{JOIN} to first key frame, p50"), "ms", quantile(&mut took, 0.5), peer, Some(250.0));
    rows.at_most(&format!("{JOIN} to first key frame, slowest"), "ms", quantile(&mut took, 1.0), None, Some(250.0));
    Ok(())
}

/// Does the same with a Janus of its own. One that fails is said, and compared with no further.
async fn theirs_of<T>(measure: impl AsyncFnOnce(&mut System) -> Result<T>) -> Option<T> {
    if !Janus::is_installed() {
        return None;
    }
    let measured = async { measure(&mut System::from(Janus::start().await?)).await };
    measured.await.inspect_err(|error| eprintln!("    Janus is left out: {error:#}")).ok()
}

async fn against(load: Load, delays: bool) -> Option<Outcome> {
    theirs_of(async |janus| load::run(janus, load, delays).await).await
}

/// Says what a figure rests on.
fn told(load: &Load, ours: &Outcome, theirs: Option<&Outcome>) {
    let tell = |name: &str, outcome: &Outcome| {
        let rate = outcome.received as f64 / outcome.took.as_secs_f64();
        let (share, lost) = (outcome.share() * 100.0, outcome.lost(load.viewers) * 100.0);
        let kernel = outcome.kernel() * 100.0;
        eprintln!(
            "    {}, {name}: {rate:.0} packets/s arrived, {lost:.2} % lost, {share:.0} % of a core ({kernel:.0} % in the kernel)",
            load.name
        );
    };
    tell("ours", ours);
    if let Some(theirs) = theirs {
        tell(Janus::NAME, theirs);
    }
}

/// How long packets are on their way, less the median of what datagrams take that the generator sends to itself.
async fn delays(rows: &mut Rows, ours: &mut System) -> Result<()> {
    let mut outcome = load::run(ours, EVEN, true).await?;
    let mut theirs = against(EVEN, true).await;
    told(&EVEN, &outcome, theirs.as_ref());
    // There are goals for half of what can be carried, which is more than Janus carries.
    for (part, name) in [(0.5, "p50"), (0.99, "p99")] {
        let added = |outcome: &mut Outcome| {
            let own = quantile(&mut outcome.own_us, 0.5);
            quantile(&mut outcome.delays_us, part) - own
        };
        let peer = theirs.as_mut().map(|theirs| (added(theirs), Janus::NAME));
        let ours = added(&mut outcome);
        rows.at_most(&format!("{}: added delay, {name}", EVEN.name), "us", ours, peer, None);
    }
    let own = quantile(&mut outcome.own_us, 0.5);
    rows.at_most("the generator's own path, taken off", "us", own, None, None);
    Ok(())
}
