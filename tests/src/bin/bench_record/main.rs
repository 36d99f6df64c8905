//! Measures the record against PostgreSQL with PostGIS in the same run, on generated parcels, and compares the answers.
//!
//! Usage: `bench-record PARCELS`; prints one JSON object. `cargo xtask bench record` runs it. The load is made on the same
//! machine as both servers, which take turns, so it is their ratio that counts.

mod line;
mod load;
mod ours;
mod parcels;
mod peer;
mod watch;

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use cloudsite_proto::change::ImportOptions;
use cloudsite_proto::identity::{
    CreateOrganisationRequest, Organisation, OrganisationKind, OrganisationName, Role, Tier,
};
use cloudsite_tests::bench::{Postgis, Rows, resident_mb};
use cloudsite_tests::{Desk, Server, import};
use serde_json::json;
use tempfile::TempDir;

use load::{Query, Sides};
use parcels::Field;

/// What makes the load takes from the same two cores as what is measured, so it takes as little as it can.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Parcels of the file that is imported while the server runs, and at most of one that is not.
const A_FILE: u64 = 100_000;

const BUREAU: &str = "organisations/bench-bureau";

/// Bytes of a file that are sent at a time, as the page does.
const PIECE_BYTES: usize = 1 << 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |count| count.parse())?;
    ensure!(count >= 2_000, "a bench of fewer than 2,000 parcels says nothing");
    let field = Field::of(count);
    let mut rows = Rows::default();
    let last = A_FILE.min(count / 2);
    let server = filled(&field, count - last).await?;
    publish(&server, &field, count - last..count, &mut rows).await?;
    let ours = ours::connect(&server).await?;
    let peer = peer::Peer::start(&field, &ours.areas_m2(&field).await?).await.context("PostgreSQL does not serve")?;
    let sides = Sides { ours, peer: peer.connect().await? };

    for (around, goal) in [(12, 3.0), (100, 3.0), (960, 8.0)] {
        let queries = Query::boxes(&field, around);
        compare(&sides, &format!("parcels in a box, ~{around}"), &queries, goal, &mut rows).await?;
    }
    compare(&sides, "attribute filter, first 100 by code", &Query::filters(), 40.0, &mut rows).await?;
    compare(&sides, "attribute filter, 20 largest", &Query::largest(), 40.0, &mut rows).await?;
    drop(peer);

    ours::roll_back(&server, &mut rows).await?;
    ours::as_of(&server, &sides.ours, &field, &mut rows).await?;
    watch::measure(&server, &mut rows).await?;
    rows.at_most("memory of the server", "MB", resident_mb(server.pid())?, None);
    println!("{}", json!({ "rows": rows }));
    Ok(())
}

/// A server with the first parcels of a field.
async fn filled(field: &Field, count: u64) -> anyhow::Result<Server> {
    let folder = TempDir::new()?;
    let data = folder.path().join("data");
    for first in (0..count).step_by(A_FILE as usize) {
        let file = field.write(folder.path(), first..count.min(first + A_FILE))?;
        import(&file, "parcel", &data, &[]).await.exits(0);
        eprintln!("    {} parcels imported", count.min(first + A_FILE));
    }
    let began = Instant::now();
    let server = Server::start_in(folder).await;
    eprintln!("    the server was ready after {:.1} s", began.elapsed().as_secs_f64());
    Ok(server)
}

/// Brings the last parcels into the record as the bureau does: an editor sends the file, it is imported and checked, and an
/// approver approves and publishes it.
async fn publish(server: &Server, field: &Field, last: std::ops::Range<u64>, rows: &mut Rows) -> anyhow::Result<()> {
    let count = last.end - last.start;
    let file = std::fs::read(field.write(server.scratch(), last)?)?;
    let bureau = Organisation {
        name: BUREAU.to_owned(),
        names: vec![OrganisationName { language: "en".to_owned(), text: "A bureau".to_owned() }],
        kind: OrganisationKind::Bureau.into(),
        time_zone: "Asia/Shanghai".to_owned(),
        languages: vec!["en".to_owned()],
        tier: Tier::Government.into(),
        host: String::new(),
    };
    let request = CreateOrganisationRequest { organisation: Some(bureau) };
    server.identity().await.create_organisation(server.as_operator(request)).await?;
    let mut editor = Desk::of_new(server, BUREAU, &[Role::Editor]).await;
    let mut approver = Desk::of_new(server, BUREAU, &[Role::Approver]).await;
    let began = Instant::now();
    let upload = editor.upload("parcels.gpkg", &file, PIECE_BYTES).await;
    let sent = began.elapsed();
    let started = editor.start(&upload, ImportOptions::default()).await;
    let import = editor.ended(&started.name).await.import.context("the import made nothing")?;
    ensure!(import.created == count, "the import made {import:?} of {count} parcels");
    let imported = began.elapsed();
    approver.approve(&import.changeset).await?;
    let approved = began.elapsed();
    approver.publish(&import.changeset).await?;
    let published = began.elapsed();
    eprintln!("    sent after {sent:.2?}, imported and checked {imported:.2?}, approved {approved:.2?}");
    let name = format!("{count} parcels of a GeoPackage, sent, imported, checked, approved and published");
    rows.at_most(&name, "s", published.as_secs_f64(), Some(10.0));
    Ok(())
}

/// Compares answers, and then rates by turns.
async fn compare(sides: &Sides, name: &str, queries: &[Query], goal: f64, rows: &mut Rows) -> anyhow::Result<()> {
    for query in queries.iter().step_by(queries.len() / 20) {
        let (ours, theirs) = (sides.ours.ask(query).await?, sides.peer.ask(query).await?);
        ensure!(ours == theirs, "{name}: answers differ for {query:?}: {ours:?} and {theirs:?}");
    }
    let (ours, theirs) = load::by_turns(sides, queries, Duration::from_secs(3)).await?;
    rows.against(name, "requests/s", (ours, theirs), Postgis::NAME, goal);
    Ok(())
}
