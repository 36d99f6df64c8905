//! The server under test, a process of its own: the media plane and nothing else. It takes one JSON object a line on
//! standard input and answers each with one on standard output.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result};
use cloudsite_sfu::{PeerId, Route, Settings, Sfu, Source, TrackId};
use serde::{Deserialize, Serialize};

use crate::load::address;

/// Peers that there may be.
const MOST_PEERS: usize = 1_000;

/// What the server is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ask {
    /// Make a peer of an offer.
    Join { peer: u64, offer: String },
    /// Send what a peer publishes to another.
    Route { from: u64, to: u64, pictures: bool },
    /// Let a peer go.
    Leave { peer: u64 },
    /// Let so many peers come with an offer and go again, the first under this number.
    ComeAndGo { peer: u64, times: u64, offer: String },
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Told {
    /// The answer to an offer.
    Answer(String),
    /// It is done.
    Done,
}

/// Serves until standard input ends.
pub(crate) fn serve() -> Result<()> {
    let udp = SocketAddr::new(address(), 0);
    let seed = [7; 32];
    // What a packet costs is told of one thread.
    let threads = NonZeroUsize::MIN;
    let settings =
        Settings { udp, tcp: None, told: Vec::new(), threads, max_peers: MOST_PEERS, clock: Instant::now, seed };
    let (sfu, mut events) = Sfu::start(settings)?;
    thread::spawn(move || while events.blocking_recv().is_some() {});
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for line in std::io::stdin().lines() {
        let told = runtime.block_on(answer(&sfu, serde_json::from_str(&line?)?))?;
        println!("{}", serde_json::to_string(&told)?);
    }
    Ok(())
}

async fn answer(sfu: &Sfu, ask: Ask) -> Result<Told> {
    match ask {
        Ask::Join { peer, offer } => {
            let answer = sfu.join(PeerId(peer), offer).await.context("an offer is refused")?;
            Ok(Told::Answer(answer))
        }
        Ask::Route { from, to, pictures } => {
            let source = if pictures { Source::Camera } else { Source::Microphone };
            let track = TrackId { peer: PeerId(from), source };
            sfu.route(vec![Route { track, to: PeerId(to) }], Vec::new()).await;
            Ok(Told::Done)
        }
        Ask::ComeAndGo { peer, times, offer } => {
            for peer in (peer..).take(times as usize) {
                sfu.join(PeerId(peer), offer.clone()).await.context("an offer is refused")?;
                sfu.leave(PeerId(peer)).await;
            }
            Ok(Told::Done)
        }
        Ask::Leave { peer } => {
            sfu.leave(PeerId(peer)).await;
            Ok(Told::Done)
        }
    }
}
