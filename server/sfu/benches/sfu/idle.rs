//! What peers cost who only are there, and how soon one who joins sees something.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep;

use crate::client::{Media, close, until};
use crate::load::{Load, resident_of, send};
use crate::marks::Arrivals;
use crate::ours::Ours;
use crate::system::System;

/// Peers that are there, and the receivers that each has.
const PEERS: u16 = 100;
const RECEIVERS: usize = 4;

/// How often someone joins.
const JOINS: usize = 12;

/// Between two joins: a server asks for key frames only so often, and those who join in life do not come in one row.
const APART: Duration = Duration::from_millis(700);

/// How many come and go.
pub(crate) const COME_AND_GO: u64 = 10_000;

/// How long the heap is given to come to rest.
const RESTS: Duration = Duration::from_millis(500);

/// Bytes that an idle peer takes, and that a further subscription does.
pub(crate) async fn memory() -> Result<(f64, f64)> {
    let mut ours = Ours::start()?;
    let pid = ours.pid()?;
    let arrivals = Arrivals::default();
    // Whatever is made once is made before.
    for number in 1..=4 {
        let first = ours.viewer(number, (Media::Pictures, RECEIVERS), &[], &arrivals).await?;
        close(&first);
    }
    sleep(RESTS).await;
    let before = resident_of(pid)?;
    let mut clients = Vec::new();
    for number in 100..100 + PEERS {
        clients.push(ours.viewer(number, (Media::Pictures, RECEIVERS), &[], &arrivals).await?);
    }
    sleep(RESTS).await;
    let peer = (resident_of(pid)? - before) / f64::from(PEERS);

    // Publishers whose packets have filled all that is kept of them.
    let publishers: Vec<u16> = (10..10 + RECEIVERS as u16).collect();
    let load = Load {
        name: "memory",
        media: Media::Pictures,
        payload: 200,
        publishers: RECEIVERS as u16,
        viewers: PEERS,
        burst: 5,
        every: Duration::from_millis(5),
        lasts: Duration::from_secs(1),
    };
    for (place, number) in publishers.iter().enumerate() {
        let sender = ours.publisher(*number, Media::Pictures, &arrivals).await?;
        send(sender.clone(), load, place as u16, Instant::now() + load.lasts);
        let slow = Load { burst: 1, every: Duration::from_millis(50), ..load };
        send(sender, slow, place as u16, Instant::now() + Duration::from_secs(8));
    }
    sleep(load.lasts + RESTS).await;
    let before = resident_of(pid)?;
    for viewer in 100..100 + PEERS {
        for publisher in &publishers {
            ours.route(*publisher, viewer, Media::Pictures).await?;
        }
    }
    let all = publishers.len() * usize::from(PEERS);
    until(|| arrivals.streams() >= all).await?;
    sleep(RESTS).await;
    let subscription = (resident_of(pid)? - before) / all as f64;
    for client in &clients {
        close(client);
    }
    ours.leave(1).await?;
    Ok((peer, subscription))
}

/// How much larger the server is after so many have come and gone, in bytes, and how many more descriptors it has.
pub(crate) async fn come_and_go() -> Result<(f64, f64)> {
    let mut ours = Ours::start()?;
    let pid = ours.pid()?;
    let descriptors = || std::fs::read_dir(format!("/proc/{pid}/fd")).map(|all| all.count() as f64);
    ours.come_and_go(1_000, COME_AND_GO / 10).await?;
    sleep(RESTS).await;
    let (size, open) = (resident_of(pid)?, descriptors()?);
    ours.come_and_go(1_000_000, COME_AND_GO).await?;
    sleep(RESTS).await;
    Ok((resident_of(pid)? - size, descriptors()? - open))
}

/// Milliseconds from the offer to the first packet of the picture that is decrypted, of each who joins.
pub(crate) async fn joins(system: &mut System) -> Result<Vec<f64>> {
    let arrivals = Arrivals::default();
    let publisher = system.number();
    let sender = system.publisher(publisher, Media::Pictures, &arrivals).await?;
    let load = Load {
        name: "joins",
        media: Media::Pictures,
        payload: 1_200,
        publishers: 1,
        viewers: 1,
        burst: 10,
        every: Duration::from_millis(33),
        lasts: Duration::from_mins(1),
    };
    send(sender.clone(), load, 0, Instant::now() + load.lasts);
    sleep(RESTS).await;
    let mut took = Vec::new();
    for _ in 0..JOINS {
        let began = Instant::now();
        let number = system.number();
        let viewer = system.viewer(number, Media::Pictures, &[publisher], &arrivals).await?;
        until(|| viewer.borrow().first.is_some()).await?;
        let first = viewer.borrow().first.unwrap_or_else(Instant::now);
        took.push((first - began).as_secs_f64() * 1e3);
        close(&viewer);
        sleep(APART).await;
    }
    close(&sender);
    Ok(took)
}
