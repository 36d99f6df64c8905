//! What happens to the record when the machine fails it: the process is killed, the disk is full, nothing can be written.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use cloudsite_proto::land::import_file_request::Part;
use cloudsite_proto::land::import_service_client::ImportServiceClient;
use cloudsite_proto::land::{ImportFileHeader, ImportFileRequest, Layer, ListParcelsRequest, ParcelView};
use cloudsite_tests::{Server, cloudsite, cloudsite_under, geojson, import};
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::transport::Channel;
use tonic::{Code, Status};

/// Parcels that are written together, so that half a revision would show.
const PARCELS: usize = 6;

/// The first file of each test: small, so that a server starts at once.
async fn prepare(folder: &TempDir) {
    let file = geojson::write(folder.path(), "batch.geojson", &batch(0, PARCELS));
    import(&file, "parcel", &folder.path().join("data"), &[]).await.exits(0);
}

fn batch(number: u64, parcels: usize) -> Vec<Value> {
    let (west, south) = geojson::PLACE;
    let parcel = |index: usize| {
        let west = west + 0.002 * (index % 40) as f64;
        let south = south + 0.002 * (index / 40) as f64;
        let mut parcel = geojson::parcel(&format!("T-{index:04}"), (west, south), 0.001);
        parcel["properties"]["batch"] = json!(number.to_string());
        parcel
    };
    (0..parcels).map(parcel).collect()
}

/// Imports a batch and gives the revision that the server says it made.
async fn send(server: &ImportServiceClient<Channel>, token: &str, batch: &[Value]) -> Result<u64, Status> {
    let header = ImportFileHeader {
        file_name: "batch.geojson".to_owned(),
        layer: Layer::Parcel.into(),
        author: "tester".to_owned(),
        ..ImportFileHeader::default()
    };
    let file = json!({ "type": "FeatureCollection", "features": batch }).to_string();
    let parts = [Part::Header(header), Part::Chunk(file.into())].map(|part| ImportFileRequest { part: Some(part) });
    let mut request = tonic::Request::new(futures::stream::iter(parts));
    request.metadata_mut().insert("authorization", token.parse().expect("a token is a header's value"));
    Ok(server.clone().import_file(request).await?.into_inner().revision)
}

fn token(server: &Server) -> String {
    let request = server.as_operator(());
    let value = request.metadata().get("authorization").expect("an operator has a token");
    value.to_str().expect("a token is text").to_owned()
}

/// The one batch that all parcels are of, as of a revision; 0 is the newest.
async fn batch_at(server: &Server, revision: u64) -> u64 {
    let request =
        ListParcelsRequest { revision, view: ParcelView::Full.into(), page_size: 1_000, ..Default::default() };
    // The attribute that tells batches apart is the government's.
    let listed = server.parcels().await.list_parcels(server.as_operator(request)).await;
    let parcels = listed.expect("the record is read").into_inner().parcels;
    let batches: Vec<&String> = parcels.iter().map(|parcel| &parcel.attributes["batch"]).collect();
    assert!(
        batches.len() >= PARCELS && batches.iter().all(|batch| *batch == batches[0]),
        "half a revision: {batches:?}"
    );
    batches[0].parse().expect("a batch is a number")
}

async fn verify(data: &Path) -> Value {
    let words = ["audit", "verify", "--json", "--data", data.to_str().expect("a readable name")];
    cloudsite(words).await.exits(0).json()
}

/// What the server has acknowledged: the newest revision and the batch in it.
#[derive(Debug, Clone, Copy)]
struct Acknowledged {
    revision: u64,
    batch: u64,
}

/// Writes batch after batch until the server is gone, and gives the last that it acknowledged and how many there were.
async fn write_on(server: ImportServiceClient<Channel>, token: String, from: Acknowledged) -> (Acknowledged, u32) {
    let (mut last, mut count) = (from, 0);
    // A batch that was sent and not acknowledged may have been written; its number is not used again.
    for number in from.batch + 1.. {
        match send(&server, &token, &batch(number, PARCELS)).await {
            Ok(revision) => last = Acknowledged { revision, batch: number },
            Err(_) => break,
        }
        count += 1;
    }
    (last, count)
}

/// A share of the time that a few writes take, another one each round: the multiples of the golden ratio fill the
/// interval evenly however many there are.
fn moment(round: u32, write: Duration) -> Duration {
    let share = (f64::from(round) * 0.618_033_988_749_895).fract();
    (4 * write).mul_f64(share)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_loses_nothing_that_it_has_acknowledged() {
    let rounds = std::env::var("CLOUDSITE_TEST_KILLS").map_or(50, |count| count.parse().expect("a number of rounds"));
    let mut folder = TempDir::new().unwrap();
    prepare(&folder).await;
    let mut last = Acknowledged { revision: 1, batch: 0 };
    let (mut written, mut write, mut recovered) = (0, Duration::from_millis(20), 0);
    let mut leaves_a_log = false;
    for round in 0..rounds {
        let server = Server::start_in(folder).await;
        let recovers = server.log().contains("recovered");
        assert!(recovers || !leaves_a_log, "round {round}: nothing is said of recovery after a kill amid writes");
        recovered += u32::from(recovers);
        let newest = batch_at(&server, 0).await;
        assert!(newest >= last.batch, "round {round}: {last:?} was acknowledged, and the newest batch is {newest}");
        assert_eq!(batch_at(&server, last.revision).await, last.batch, "round {round}");

        let (began, channel) = (Instant::now(), ImportServiceClient::new(server.channel().await));
        // What the server does between two kills is what is written until then.
        let from = Acknowledged { batch: newest + 1, ..last };
        let mut writer = tokio::spawn(write_on(channel, token(&server), from));
        let ended = tokio::time::timeout(moment(round, write), &mut writer).await;
        assert!(ended.is_err(), "round {round}: the server went away by itself: {ended:?}");
        folder = server.kill().await;
        let (acknowledged, count) = writer.await.expect("a writer ends well");
        if count > 0 {
            last = acknowledged;
            write = (began.elapsed() / count).clamp(Duration::from_millis(2), Duration::from_millis(100));
        }
        leaves_a_log = count > 0;
        written += count;
        if round % 10 == 9 {
            verify(&folder.path().join("data")).await;
        }
    }
    let report = verify(&folder.path().join("data")).await;
    assert!(report["revisions"].as_u64() >= Some(last.revision), "{report}");
    assert!(written > rounds / 2, "only {written} writes in {rounds} rounds: the moments come too early");
    println!("{rounds} kills, {written} acknowledged writes, none lost; {recovered} recoveries");
}

/// A data folder in which there is little room, and a way to make more.
enum Shortage {
    /// A small file system of its own.
    FileSystem { mounted: PathBuf, filler: PathBuf },
    /// A limit to the size of files.
    Limit,
}

impl Shortage {
    /// A file system where that is allowed, which is what a full disk looks like; else a limit.
    fn on(data: &Path) -> Self {
        fs::create_dir_all(data).expect("a folder can be made");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(data).output();
        if mount.is_ok_and(|mount| mount.status.success()) {
            let filler = data.join("filler");
            fs::write(&filler, vec![0; 4 << 20]).expect("there is room");
            Self::FileSystem { mounted: data.to_owned(), filler }
        } else {
            Self::Limit
        }
    }

    /// What a server has to be started by.
    const fn launcher(&self) -> &'static [&'static str] {
        match self {
            Self::FileSystem { .. } => &[],
            // A process that is not told otherwise is ended when it meets the limit. Blocks of 512 bytes.
            Self::Limit => &["sh", "-c", "trap '' XFSZ; ulimit -S -f 2048; exec \"$@\"", "sh"],
        }
    }

    fn relieve(&self, server: &Server) {
        match self {
            Self::FileSystem { filler, .. } => fs::remove_file(filler).expect("the filler is there"),
            Self::Limit => {
                let pid = server.pid().to_string();
                let raised = Command::new("prlimit").args(["--fsize=unlimited", "--pid", &pid]).status();
                assert!(raised.is_ok_and(|status| status.success()), "the limit can be raised");
            }
        }
    }
}

impl Drop for Shortage {
    fn drop(&mut self) {
        if let Self::FileSystem { mounted, .. } = self {
            let unmounted = Command::new("umount").arg("--lazy").arg(&*mounted).status();
            assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking(), "it is unmounted");
        }
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_reading_goes_on() {
    let folder = TempDir::new().unwrap();
    let shortage = Shortage::on(&folder.path().join("data"));
    prepare(&folder).await;
    let server = Server::start_under(folder, shortage.launcher()).await;
    let (channel, token) = (ImportServiceClient::new(server.channel().await), token(&server));
    let (mut revision, mut number) = (1, 0);
    let status = loop {
        number += 1;
        assert!(number < 200, "the disk never fills");
        match send(&channel, &token, &batch(number, 400)).await {
            Ok(made) => revision = made,
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    assert!(status.message().contains("nothing was written"), "{status:?}");
    assert_eq!(batch_at(&server, 0).await, number - 1);
    assert_eq!(batch_at(&server, 1).await, 0, "and so can what is read from the disk");
    assert!(server.log().contains("the store takes no writes"), "the operator is told: {}", server.log());

    shortage.relieve(&server);
    let made = send(&channel, &token, &batch(number + 1, PARCELS)).await.expect("there is room again");
    assert_eq!(made, revision + 1);
    let (status, folder) = server.terminate().await;
    assert!(status.success(), "{status}");
    let report = verify(&folder.path().join("data")).await;
    assert_eq!(report["revisions"], made, "{report}");
    drop(shortage);
}

/// Takes from a privileged user the right to write where the permissions forbid it.
fn unprivileged(folder: &Path) -> &'static [&'static str] {
    let is_root = fs::metadata(folder).expect("the folder is there").uid() == 0;
    if is_root { &["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner"] } else { &[] }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the permissions can be set");
}

#[tokio::test]
async fn where_nothing_can_be_written_the_record_can_be_read() {
    let folder = TempDir::new().unwrap();
    prepare(&folder).await;
    let data = folder.path().join("data");
    let file = folder.path().join("batch.geojson");
    for entry in fs::read_dir(&data).unwrap() {
        set_mode(&entry.unwrap().path(), 0o444);
    }
    set_mode(&data, 0o555);
    let run = async |words: &[&str]| {
        let words = words.iter().copied().chain(["--json", "--data", data.to_str().expect("a readable name")]);
        cloudsite_under(unprivileged(&data), words).await
    };
    for words in
        [&["serve", "--listen", "127.0.0.1:0"][..], &["import", file.to_str().unwrap(), "--layer", "parcel"], &["demo"]]
    {
        let outcome = run(words).await;
        assert_eq!(outcome.code, 1, "{words:?}: {outcome:?}");
        let message = outcome.json()["message"].to_string();
        assert!(message.contains("nothing can be written in"), "{words:?}: {message}");
    }
    let exported = run(&["export", "--layer", "parcel"]).await;
    assert_eq!(exported.exits(0).json()["features"].as_array().map(Vec::len), Some(PARCELS));
    assert!(exported.stderr.contains("not in the audit log"), "{}", exported.stderr);
    let report = run(&["audit", "verify"]).await.exits(0).json();
    assert_eq!(report["revisions"], 1, "{report}");
    set_mode(&data, 0o755);
}
