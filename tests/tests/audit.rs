//! The audit log, as an auditor sees it.

use std::fs;
use std::path::Path;

use cloudsite_proto::audit::audit_service_client::AuditServiceClient;
use cloudsite_proto::audit::{Event, ListEventsRequest};
use cloudsite_tests::{Outcome, Server, cloudsite, geojson, import};
use serde_json::Value;
use tempfile::TempDir;
use tonic::{Code, Request};

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have readable names")
}

async fn audit(words: &[&str], data: &Path) -> Outcome {
    cloudsite(["audit"].iter().chain(words).copied().chain(["--json", "--data", text(data)])).await
}

/// A record of two revisions, made without a server.
async fn record(folder: &Path) {
    let (west, south) = geojson::PLACE;
    for (name, code, west) in [("one.geojson", "T-1", west), ("two.geojson", "T-2", west + 0.01)] {
        let mut parcel = geojson::parcel(code, (west, south), 0.001);
        parcel["properties"]["note"] = format!("what is said of {code}").into();
        let file = geojson::write(folder, name, &[parcel]);
        import(&file, "parcel", &folder.join("data"), &[]).await.exits(0);
    }
}

async fn list(server: &Server, page_size: i32) -> Vec<Event> {
    let mut client = AuditServiceClient::new(server.channel().await);
    let mut request = ListEventsRequest { page_size, ..Default::default() };
    let mut events = Vec::new();
    loop {
        let page =
            client.list_events(server.as_operator(request.clone())).await.expect("the log is listed").into_inner();
        events.extend(page.events);
        if page.next_page_token.is_empty() {
            return events;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn what_happens_on_a_server_is_in_its_log() {
    let folder = TempDir::new().unwrap();
    record(folder.path()).await;
    let server = Server::start_in(folder).await;
    let mut client = AuditServiceClient::new(server.channel().await);
    for header in [None, Some("Bearer wrong")] {
        let mut request = Request::new(ListEventsRequest::default());
        if let Some(header) = header {
            request.metadata_mut().insert("authorization", header.parse().unwrap());
        }
        let status = client.list_events(request).await.expect_err("the log is the operator's");
        assert_eq!(status.code(), Code::Unauthenticated);
    }
    let file = geojson::write(server.scratch(), "three.geojson", &[geojson::parcel("T-3", geojson::PLACE, 0.001)]);
    import(&file, "parcel", &server.data(), &["--author", "Chen"]).await.exits(0);
    let data = server.data();
    cloudsite(["export", "--layer", "parcel", "--data", text(&data)]).await.exits(0);
    audit(&["verify"], &server.data()).await.exits(0);

    let events = list(&server, 2).await;
    assert!(events.windows(2).all(|pair| pair[0].sequence == pair[1].sequence + 1), "newest first, each once");
    assert!(events.windows(2).all(|pair| pair[0].previous_hash == pair[1].hash), "each is sealed after the one before");
    assert_eq!(events, list(&server, 0).await, "the size of the pages changes nothing");
    // Refused calls come into the log when their minute is over.
    let done: Vec<_> = events.iter().filter(|event| event.action != "refusal").take(2).collect();
    let newest: Vec<_> = done.iter().map(|event| (event.action.as_str(), event.subject.as_str())).collect();
    assert_eq!(newest, [("export", "parcel"), ("import", "three.geojson")]);
    assert_eq!((done[1].actor.as_str(), done[1].detail["revision"].as_str()), ("Chen", "3"));

    let (status, folder) = server.terminate().await;
    assert!(status.success(), "{status}");
    let listed = audit(&["list"], &folder.path().join("data")).await.exits(0).json();
    let refusals: Vec<&Value> =
        listed["events"].as_array().unwrap().iter().filter(|event| event["action"] == "refusal").collect();
    let told: Vec<_> =
        refusals.iter().map(|event| (event["actor"].as_str(), event["detail"]["calls"].as_str())).collect();
    assert_eq!(told, [(Some("bearer of a token"), Some("1")), (Some("visitor"), Some("1"))]);
    let verified = audit(&["verify"], &folder.path().join("data")).await.exits(0).json();
    assert_eq!(verified["checkpoint"]["sequence"], verified["events"], "a clean stop signs the end");
}

#[tokio::test]
async fn a_changed_byte_is_found_and_placed() {
    let cases: [(&str, &str, &str, &str); 3] = [
        ("what is said of T-2", "what is sung of T-2", "parcel T-2, revision 2", "audit.version_changed"),
        ("Import of one.geojson", "Import of two.geojson", "revision 1", "audit.revision_changed"),
        ("{\"changes\":", "{\"Changes\":", "event 1", "audit.event_changed"),
    ];
    for (said, changed, place, rule) in cases {
        let folder = TempDir::new().unwrap();
        record(folder.path()).await;
        let data = folder.path().join("data");
        audit(&["verify"], &data).await.exits(0);
        let file = data.join("cloudsite.db");
        let mut bytes = fs::read(&file).unwrap();
        let at = bytes.windows(said.len()).rposition(|bytes| bytes == said.as_bytes()).expect("it is in the file");
        bytes[at..at + said.len()].copy_from_slice(changed.as_bytes());
        fs::write(&file, bytes).unwrap();
        let report = audit(&["verify"], &data).await.exits(1).json();
        let problem = &report["problems"][0];
        assert_eq!((problem["feature"].as_str(), problem["rule"].as_str()), (Some(place), Some(rule)), "{report}");
    }
}

#[tokio::test]
async fn a_kept_checkpoint_shows_what_the_log_alone_cannot() {
    let folder = TempDir::new().unwrap();
    record(folder.path()).await;
    let (data, backup, kept) =
        (folder.path().join("data"), folder.path().join("backup"), folder.path().join("kept.json"));
    cloudsite(["backup", text(&backup), "--data", text(&data)]).await.exits(0);
    let file = geojson::write(folder.path(), "three.geojson", &[geojson::parcel("T-3", geojson::PLACE, 0.001)]);
    import(&file, "parcel", &data, &[]).await.exits(0);
    let report = audit(&["verify"], &data).await.exits(0).json();
    fs::write(&kept, report.to_string()).unwrap();
    audit(&["verify", "--against", text(&kept)], &data).await.exits(0);

    // The record from before the last import, put in place with everything that belongs to it.
    cloudsite(["restore", text(&backup), "--data", text(&data), "--replace"]).await.exits(0);
    audit(&["verify"], &data).await.exits(0);
    let found = audit(&["verify", "--against", text(&kept)], &data).await.exits(1).json();
    let rule = found["problems"][0]["rule"].as_str().unwrap_or_default();
    assert!(["audit.end_missing", "audit.events_exchanged"].contains(&rule), "{found}");

    fs::write(&kept, "{\"checkpoint\":{\"sequence\":1}}").unwrap();
    audit(&["verify", "--against", text(&kept)], &data).await.exits(2);
}
