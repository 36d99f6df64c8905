//! Backups of a record that is served, and putting one back.

use std::fs;
use std::path::Path;

use cloudsite_proto::land::ListParcelsRequest;
use cloudsite_tests::{Outcome, Server, cloudsite, geojson, import};
use tempfile::TempDir;

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have readable names")
}

async fn backup(file: &Path, data: &Path) -> Outcome {
    cloudsite(["backup", text(file), "--json", "--data", text(data)]).await
}

async fn restore(file: &Path, data: &Path, more: &[&str]) -> Outcome {
    cloudsite(["restore", text(file), "--json", "--data", text(data)].iter().chain(more)).await
}

async fn exported(data: &Path) -> String {
    cloudsite(["export", "--layer", "parcel", "--data", text(data)]).await.exits(0).stdout.clone()
}

async fn grow(folder: &Path, data: &Path, number: u32) {
    let (west, south) = geojson::PLACE;
    let place = (west + 0.002 * f64::from(number), south);
    let file = geojson::write(folder, "grow.geojson", &[geojson::parcel(&format!("T-{number}"), place, 0.001)]);
    import(&file, "parcel", data, &[]).await.exits(0);
}

#[tokio::test]
async fn a_served_record_is_copied_and_comes_back_as_it_was() {
    let server = Server::start().await;
    let (data, file) = (server.data(), server.scratch().join("park.backup"));
    grow(server.scratch(), &data, 1).await;
    let before = exported(&data).await;
    // Half of the imports run while the record is copied.
    let (copied, ()) = tokio::join!(backup(&file, &data), async {
        for number in 2..6 {
            grow(server.scratch(), &data, number).await;
        }
    });
    let report = copied.exits(0).json();
    let revision = report["revision"].as_u64().expect("it says which revision it holds");
    assert!((2..=6).contains(&revision), "{report}");
    assert_eq!(report["bytes"].as_u64(), fs::metadata(&file).ok().map(|file| file.len()));
    backup(&file, &data).await.exits(1);
    let in_use = restore(&file, &data, &["--replace"]).await.exits(1).json();
    assert!(in_use["message"].as_str().is_some_and(|message| message.contains("another process")), "{in_use}");

    let elsewhere = TempDir::new().unwrap();
    let restored = restore(&file, &elsewhere.path().join("data"), &[]).await.exits(0).json();
    assert_eq!(restored["revision"], revision);
    let other = Server::start_in(elsewhere).await;
    let list = async |server: &Server, revision: u64| {
        let request = ListParcelsRequest { revision, page_size: 1_000, ..Default::default() };
        server.parcels().await.list_parcels(request).await.unwrap().into_inner().parcels
    };
    assert_eq!(list(&other, 0).await, list(&server, revision).await);
    assert_eq!(list(&other, 2).await, list(&server, 2).await, "the past is there too");
    if revision == 2 {
        assert_eq!(exported(&other.data()).await, before);
    }
    let verify = ["audit", "verify", "--json", "--data", text(&other.data())].map(str::to_owned);
    cloudsite(verify).await.exits(0);
}

#[tokio::test]
async fn a_record_is_replaced_only_on_request_and_then_kept() {
    let folder = TempDir::new().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("park.backup"));
    grow(folder.path(), &data, 1).await;
    let before = exported(&data).await;
    backup(&file, &data).await.exits(0);
    grow(folder.path(), &data, 2).await;
    let after = exported(&data).await;

    let refused = restore(&file, &data, &[]).await.exits(1).json();
    assert!(refused["message"].as_str().is_some_and(|message| message.contains("--replace")), "{refused}");
    assert_eq!(exported(&data).await, after, "nothing has changed");
    let restored = restore(&file, &data, &["--replace"]).await.exits(0).json();
    assert_eq!(exported(&data).await, before);
    let replaced = Path::new(restored["replaced"].as_str().expect("it says where the old record is")).to_owned();
    let again = restore(&replaced, &data, &["--replace"]).await.exits(0).json();
    assert_eq!(again["revision"], 2, "what was replaced can be restored: {again}");
    assert_eq!(exported(&data).await, after);
    grow(folder.path(), &data, 3).await;
}

#[tokio::test]
async fn a_bad_backup_is_refused_and_a_damaged_record_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("park.backup"));
    let nothing = backup(&file, &data).await.exits(1).json();
    assert!(nothing["message"].as_str().is_some_and(|message| message.contains("no record")), "{nothing}");
    cloudsite(["demo", "--data", text(&data)]).await.exits(0);
    backup(&file, &data).await.exits(0);

    let whole = fs::read(&file).unwrap();
    let mut torn = whole.clone();
    let middle = whole.len() / 2 / 4096 * 4096;
    torn[middle..middle + 4096].fill(0xA5);
    let said = b"\"synthetic\":true";
    let mut changed = whole.clone();
    let at = changed.windows(said.len()).position(|bytes| bytes == said).expect("the park says so");
    changed[at..at + said.len()].copy_from_slice(b"\"synthetic\":null");
    let bad = folder.path().join("bad.backup");
    let elsewhere = folder.path().join("elsewhere");
    for (name, bytes) in [("torn", &torn[..]), ("changed", &changed), ("cut", &whole[..5000]), ("a text", b"no backup")]
    {
        fs::write(&bad, bytes).unwrap();
        let refused = restore(&bad, &elsewhere, &[]).await;
        assert_eq!(refused.code, 1, "{name}: {refused:?}");
        assert!(!elsewhere.join("cloudsite.db").exists(), "{name} was put in place");
    }

    fs::write(data.join("cloudsite.db"), &torn).unwrap();
    let serve = cloudsite(["serve", "--data", text(&data), "--listen", "127.0.0.1:0"]).await;
    serve.exits(1);
    assert!(serve.stderr.contains("cloudsite restore FILE"), "{}", serve.stderr);
    restore(&file, &data, &["--replace"]).await.exits(0);
    cloudsite(["audit", "verify", "--data", text(&data)]).await.exits(0);
}
