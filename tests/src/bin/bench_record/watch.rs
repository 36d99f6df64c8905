//! From a write to everyone who watches.

use std::time::Instant;

use anyhow::{Context, ensure};
use cloudsite_proto::land::park_service_client::ParkServiceClient;
use cloudsite_proto::land::revision_service_client::RevisionServiceClient;
use cloudsite_proto::land::watch_response::Event;
use cloudsite_proto::land::{WatchRequest, WatchResponse};
use cloudsite_tests::bench::Rows;
use cloudsite_tests::{Server, geojson, import};
use tokio::sync::mpsc;
use tonic::Streaming;

use crate::ours;

const WATCHERS: usize = 2_000;

/// Streams on a connection, as many as browsers' proxies put there.
const STREAMS_A_CONNECTION: usize = 100;

const WRITES: usize = 20;

/// Writes a parcel over and over, and measures from before each call until each watcher has the event.
pub(crate) async fn measure(server: &Server, rows: &mut Rows) -> anyhow::Result<()> {
    let mut client = RevisionServiceClient::new(server.channel().await);
    let before = ours::head(&mut client).await?;
    let parcel = geojson::parcel("G-0", (geojson::PLACE.0 - 0.01, geojson::PLACE.1), 0.0002);
    let file = geojson::write(server.scratch(), "one.geojson", &[parcel]);
    import(&file, "parcel", &server.data(), &[]).await.exits(0);
    let changed = before + 1;

    let (to_me, mut from_watchers) = mpsc::channel(WATCHERS);
    for _ in 0..WATCHERS / STREAMS_A_CONNECTION {
        let channel = server.channel().await;
        for _ in 0..STREAMS_A_CONNECTION {
            let request = WatchRequest { after_revision: changed };
            let stream = ParkServiceClient::new(channel.clone()).watch(request).await?.into_inner();
            tokio::spawn(follow(stream, to_me.clone()));
        }
    }
    let mut took = Vec::new();
    let mut newest = changed;
    for round in 0..WRITES {
        let to = if round % 2 == 0 { before } else { changed };
        let began = Instant::now();
        let call = ours::back(server, &mut client, to, newest);
        let heard = async {
            for _ in 0..WATCHERS {
                let (revision, at) = from_watchers.recv().await.context("the watchers are gone")?;
                ensure!(revision == newest + 1, "revision {revision} came instead of {}", newest + 1);
                took.push(at.duration_since(began).as_secs_f64() * 1e3);
            }
            anyhow::Ok(())
        };
        let (reply, heard) = tokio::join!(call, heard);
        heard?;
        newest = reply?.revision;
    }
    took.sort_by(f64::total_cmp);
    rows.at_most(&format!("a write to {WATCHERS} watchers, p50"), "ms", took[took.len() / 2], None);
    rows.at_most(&format!("a write to {WATCHERS} watchers, p99"), "ms", took[took.len() * 99 / 100], Some(100.0));
    Ok(())
}

async fn follow(mut stream: Streaming<WatchResponse>, to: mpsc::Sender<(u64, Instant)>) {
    while let Ok(Some(response)) = stream.message().await {
        let at = Instant::now();
        if let Some(Event::RevisionMade(made)) = response.event {
            let revision = made.revision.map_or(0, |revision| revision.number);
            if to.send((revision, at)).await.is_err() {
                return;
            }
        }
    }
}
