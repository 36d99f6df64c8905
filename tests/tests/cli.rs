//! The command line is a contract: exit codes, one JSON object on standard output, logs on standard error.

use std::fs;
use std::path::Path;

use cloudsite_proto::land::{GetParcelRequest, ListParcelsRequest};
use cloudsite_tests::{Server, cloudsite, geojson, import};
use serde_json::Value;
use tempfile::TempDir;

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have readable names")
}

#[tokio::test]
async fn misuse_exits_2_and_prints_nothing_to_standard_output() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let file = geojson::write(folder.path(), "one.geojson", &[geojson::parcel("T-1", geojson::PLACE, 0.001)]);
    let cases: &[&[&str]] = &[
        &["fly"],
        &["serve", "--port-of-call", "1"],
        &["import", "--layer", "parcel", "--data", text(&data)],
        &["import", text(&file), "--layer", "castle", "--data", text(&data)],
    ];
    for case in cases {
        let outcome = cloudsite(*case).await;
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{case:?}: {}", outcome.stderr);
        assert!(!outcome.stderr.is_empty(), "{case:?} says nothing");
    }
    assert!(!data.exists(), "misuse leaves no trace");
}

#[tokio::test]
async fn the_demo_park_is_made_once() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let arguments = ["demo", "--data", text(&data), "--json"];
    let first = cloudsite(arguments).await.exits(0).json();
    assert_eq!(first["revision"], 1, "{first}");
    let second = cloudsite(arguments).await;
    let refusal = second.exits(1).json();
    assert!(refusal["message"].as_str().is_some_and(|message| message.contains("empty")), "{refusal}");
}

#[tokio::test]
async fn an_import_makes_one_revision_and_a_repeated_one_none() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let (west, south) = geojson::PLACE;
    let parcels = [geojson::parcel("T-1", (west, south), 0.001), geojson::parcel("T-2", (west + 0.002, south), 0.001)];
    let file = geojson::write(folder.path(), "two.geojson", &parcels);
    let first = import(&file, "parcel", &data, &[]).await.exits(0).json();
    assert_eq!((first["created"].as_u64(), first["unchanged"].as_u64()), (Some(2), Some(0)), "{first}");
    let again = import(&file, "parcel", &data, &[]).await.exits(0).json();
    assert_eq!((again["created"].as_u64(), again["unchanged"].as_u64()), (Some(0), Some(2)), "{again}");
}

#[tokio::test]
async fn what_is_exported_can_be_imported_as_it_was() {
    let folder = TempDir::new().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    cloudsite(["demo", "--data", text(&one)]).await.exits(0);
    for layer in ["zone", "parcel", "road", "utility"] {
        let file = folder.path().join(format!("{layer}.geojson"));
        let again = folder.path().join(format!("{layer}-again.geojson"));
        export(layer, &one, &file).await;
        import(&file, layer, &other, &[]).await.exits(0);
        export(layer, &other, &again).await;
        let read = |file: &Path| -> Value {
            serde_json::from_slice(&fs::read(file).unwrap()).expect("what is exported is JSON")
        };
        let (first, second) = (read(&file), read(&again));
        assert!(first["features"].as_array().is_some_and(|features| !features.is_empty()), "{layer} is empty");
        assert_eq!(by_code(&first), by_code(&second), "{layer} came back changed");
    }
}

async fn export(layer: &str, data: &Path, file: &Path) {
    cloudsite(["export", "--layer", layer, "--data", text(data), "--out", text(file)]).await.exits(0);
}

/// Features without the numbers that a store gives them, by code.
fn by_code(collection: &Value) -> Vec<Value> {
    let mut features = collection["features"].as_array().cloned().unwrap_or_default();
    for feature in &mut features {
        if let Some(feature) = feature.as_object_mut() {
            feature.remove("id");
        }
    }
    features.sort_by_key(|feature| feature["properties"]["code"].as_str().map(str::to_owned));
    features
}

#[tokio::test]
async fn a_server_that_is_told_to_end_ends_well_and_keeps_everything() {
    let server = Server::start().await;
    let mut parcels = server.parcels().await;
    let before = parcels.list_parcels(ListParcelsRequest::default()).await.unwrap().into_inner();
    let name = before.parcels[0].name.clone();
    let (status, folder) = server.terminate().await;
    assert!(status.success(), "{status}");
    let server = Server::start_in(folder).await;
    let request = GetParcelRequest { name: name.clone(), revision: before.revision };
    let after = server.parcels().await.get_parcel(request).await.unwrap().into_inner();
    assert_eq!(after.parcel.map(|parcel| parcel.name), Some(name));
}

#[tokio::test]
async fn a_taken_address_is_refused_in_words() {
    let server = Server::start().await;
    let address = server.url("").replace("http://", "");
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let outcome = cloudsite(["serve", "--data", text(&data), "--listen", &address]).await;
    outcome.exits(1);
    assert!(outcome.stderr.contains(&address), "{}", outcome.stderr);
}

#[tokio::test]
async fn a_roll_back_is_the_same_offline_and_by_a_running_server() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let file = |name: &str, codes: &[&str]| {
        let parcels: Vec<Value> = codes.iter().map(|code| geojson::parcel(code, geojson::PLACE, 0.001)).collect();
        geojson::write(folder.path(), name, &parcels)
    };
    import(&file("one.geojson", &["P-1"]), "parcel", &data, &[]).await.exits(0);
    import(&file("two.geojson", &["P-2"]), "parcel", &data, &[]).await.exits(0);
    let back = async |to: &str, more: &[&str]| {
        let words = ["rollback", "--to", to, "--reason", "a test", "--data", text(&data), "--json"];
        cloudsite(words.iter().chain(more)).await
    };
    let first = back("1", &[]).await.exits(0).json();
    assert_eq!((&first["revision"], &first["created"], &first["ended"]), (&3.into(), &0.into(), &1.into()), "{first}");
    assert!(back("3", &[]).await.exits(0).json()["revision"].is_null(), "nothing differs");
    back("9", &[]).await.exits(1);
    back("0", &[]).await.exits(2);
    cloudsite(["audit", "verify", "--data", text(&data)]).await.exits(0);

    let server = Server::start_in(folder).await;
    let data = server.data();
    let words = ["rollback", "--to", "2", "--reason", "back and forth", "--data", text(&data), "--json"];
    let refused = cloudsite(words.iter().chain(&["--expected-head", "2"])).await;
    assert!(refused.exits(1).stdout.contains("the record is at revision 3, not 2"), "{refused:?}");
    let second = cloudsite(words).await.exits(0).json();
    assert_eq!((&second["revision"], &second["created"]), (&4.into(), &1.into()), "{second}");
    let listed = server.parcels().await.list_parcels(ListParcelsRequest::default()).await.unwrap().into_inner();
    assert_eq!((listed.revision, listed.total_size), (4, 2));
    cloudsite(["audit", "verify", "--data", text(&data)]).await.exits(0);
}
