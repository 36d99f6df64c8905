//! What both sides are asked, and at which rate they answer.

use std::time::{Duration, Instant};

use futures::future::try_join_all;

use crate::ours::Ours;
use crate::parcels::{Field, LAND_USES, STATUSES, STEP_DEG};
use crate::peer::PeerSide;
use cloudsite_tests::bench::{median, mixed};
use cloudsite_tests::geojson::PLACE;

/// Requests under way at a time, as many as a page full of visitors makes.
const AT_A_TIME: usize = 64;

/// Connections of each side that they share.
pub(crate) const CONNECTIONS: usize = 8;

/// Turns of each side; the median counts.
const TURNS: usize = 3;

/// Different queries of a kind.
const QUERIES: u64 = 2_000;

/// A question that both sides can answer.
#[derive(Debug, Clone)]
pub(crate) enum Query {
    /// The parcels that touch a rectangle, degrees: west, south, east, north.
    Box([f64; 4]),
    /// The first 100 by code.
    Filter { status: &'static str, land_use: &'static str, plot_ratio: f64, power_kw: f64 },
    /// The 20 of the largest area.
    Largest { status: &'static str, plot_ratio: f64, power_kw: f64 },
}

/// Codes in the order of the answer, and how many there are altogether if that was asked.
pub(crate) type Answer = (Vec<String>, i64);

/// Whom the queries go to.
pub(crate) struct Sides {
    pub(crate) ours: Ours,
    pub(crate) peer: PeerSide,
}

impl Query {
    /// Squares that touch some number of parcels.
    pub(crate) fn boxes(field: &Field, around: u32) -> Vec<Self> {
        let across = f64::from(around).sqrt() - 0.5;
        let free = (field.columns as f64 - across).max(1.0);
        let place = |chance: u64| (chance % 1_000_000) as f64 / 1e6 * free * STEP_DEG;
        let of = |number: u64| {
            let (west, south) = (PLACE.0 + place(mixed(number)), PLACE.1 + place(mixed(number + QUERIES)));
            Self::Box([west, south, west + across * STEP_DEG, south + across * STEP_DEG])
        };
        (0..QUERIES).map(of).collect()
    }

    pub(crate) fn filters() -> Vec<Self> {
        let of = |chance: u64| Self::Filter {
            status: STATUSES[(chance % 5) as usize],
            land_use: LAND_USES[(chance / 5 % 4) as usize],
            plot_ratio: 1.0 + (chance / 20 % 20) as f64 / 10.0,
            power_kw: (chance / 400 % 40) as f64 * 100.0,
        };
        (0..QUERIES).map(mixed).map(of).collect()
    }

    pub(crate) fn largest() -> Vec<Self> {
        let of = |chance: u64| Self::Largest {
            status: STATUSES[(chance % 5) as usize],
            plot_ratio: 1.0 + (chance / 5 % 20) as f64 / 10.0,
            power_kw: (chance / 100 % 40) as f64 * 100.0,
        };
        (0..QUERIES).map(mixed).map(of).collect()
    }
}

/// Answers a second of both sides, which take turns of some length.
pub(crate) async fn by_turns(sides: &Sides, queries: &[Query], turn: Duration) -> anyhow::Result<(f64, f64)> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(rate(queries, turn, |line, query| sides.ours.fetch(line, query)).await?);
        theirs.push(rate(queries, turn, |line, query| sides.peer.fetch(line, query)).await?);
    }
    Ok((median(&mut ours), median(&mut theirs)))
}

async fn rate<'a, F>(queries: &'a [Query], turn: Duration, fetch: impl Fn(usize, &'a Query) -> F) -> anyhow::Result<f64>
where
    F: Future<Output = anyhow::Result<usize>>,
{
    let began = Instant::now();
    let fetch = &fetch;
    let lines = (0..AT_A_TIME).map(|line| async move {
        let mut done = 0_usize;
        while began.elapsed() < turn {
            fetch(line, &queries[(line * 251 + done) % queries.len()]).await?;
            done += 1;
        }
        anyhow::Ok(done)
    });
    let done: usize = try_join_all(lines).await?.into_iter().sum();
    Ok(done as f64 / began.elapsed().as_secs_f64())
}
