//! Files into changesets: sent in pieces, looked at, imported by operations that outlive the process.

use std::time::Duration;

use bytes::Bytes;
use cloudsite_proto::change::{
    CancelOperationRequest, ChangesetState, CreateUploadRequest, CreateUploadResponse, GetOperationRequest,
    GetUploadRequest, ImportOptions, ListChangesetsRequest, ListMappingsRequest, OperationState, PreviewUploadRequest,
    PreviewUploadResponse, StartImportRequest, StartImportResponse, UploadChunkRequest, UploadChunkResponse,
};
use cloudsite_proto::land::{ChangeKind, Layer, WatchRequest, watch_response::Event};
use cloudsite_tests::{Desk, Server, eventually, geojson, send, shapefile};
use http::Request as HttpRequest;
use prost::Message;
use serde_json::json;
use tonic::Code;
use tonic_types::StatusExt;

const SIDE: f64 = 0.001;

fn place(step: u32) -> (f64, f64) {
    (geojson::BESIDE.0 + f64::from(step) * 0.002, geojson::BESIDE.1)
}

fn degrees() -> ImportOptions {
    ImportOptions { layer: Layer::Parcel.into(), crs: "EPSG:4490".to_owned(), ..ImportOptions::default() }
}

fn collection(count: u32) -> Vec<u8> {
    let across = 100;
    let features = (0..count).map(|number| {
        let (column, row) = (f64::from(number % across), f64::from(number / across));
        let at = (geojson::BESIDE.0 + column * 0.000_2, geojson::BESIDE.1 + row * 0.000_2);
        geojson::parcel(&format!("K-{number}"), at, 0.000_1)
    });
    json!({ "type": "FeatureCollection", "features": features.collect::<Vec<_>>() }).to_string().into_bytes()
}

/// From the office's file to what every visitor sees, by two people.
#[tokio::test]
async fn a_shapefile_in_gbk_becomes_a_revision() {
    let server = Server::start().await;
    let mut events = server.park().await.watch(WatchRequest::default()).await.unwrap().into_inner();
    let mut editor = Desk::as_role(&server, "editor").await;
    let file = shapefile::zipped(&[("T-1", place(0), SIDE), ("T-2", place(1), SIDE), ("T-3", place(2), SIDE)]);
    let upload = editor.upload("宗地.zip", &file, 100).await;

    let request = PreviewUploadRequest { name: upload.clone(), options: Some(degrees()) };
    let seen = editor.uploads.preview_upload(request.clone()).await.unwrap().into_inner();
    assert_eq!((seen.feature_count, seen.encoding.as_str(), seen.crs.as_str()), (3, "GBK", ""), "{seen:?}");
    assert_eq!(seen.source_layers, ["宗地"]);
    let columns: Vec<_> = seen.columns.iter().map(|column| (column.name.as_str(), column.field.as_str())).collect();
    assert_eq!(columns, [("DKBH", "code"), ("ZT", "status"), ("名称", "name")]);
    assert_eq!(seen.columns[2].samples, ["无锡一号"]);
    assert!(!seen.mapping_kept && seen.problems.is_empty(), "{seen:?}");
    assert!(seen.fields.iter().any(|field| field.name == "plot_ratio_max"));

    let options = ImportOptions { mapping: seen.mapping, ..degrees() };
    let started = editor.start(&upload, options).await;
    let operation = editor.ended(&started.name).await;
    assert_eq!(operation.state(), OperationState::Succeeded, "{operation:?}");
    let result = operation.import.expect("it made something");
    assert_eq!((result.created, result.updated, result.ended, result.unchanged), (3, 0, 0, 0));

    let changeset = editor.changeset(&result.changeset).await;
    assert_eq!((changeset.state(), changeset.created), (ChangesetState::Validated, 3), "{changeset:?}");
    assert!(changeset.validation.is_some() && changeset.bounds.is_some());
    let changes = editor.changes(&result.changeset).await;
    assert_eq!(
        changes.iter().map(|change| change.name.as_str()).collect::<Vec<_>>(),
        ["parcel/T-1", "parcel/T-2", "parcel/T-3"]
    );
    assert!(changes.iter().all(|change| change.kind() == ChangeKind::Created && change.before_geojson.is_empty()));
    let named = changes[0].attributes.iter().find(|attribute| attribute.path == "name:zh").expect("it has a name");
    assert_eq!((named.before.as_str(), named.after.as_str()), ("", "\"无锡一号\""));
    assert!(changes[0].after_geojson.contains("Polygon"));

    let refused = editor.approve(&result.changeset).await.expect_err("an editor does not approve");
    assert_eq!(refused.code(), Code::PermissionDenied);
    let mut approver = Desk::as_role(&server, "approver").await;
    let early = approver.publish(&result.changeset).await.expect_err("it is not approved");
    assert_eq!(early.code(), Code::FailedPrecondition);
    approver.approve(&result.changeset).await.unwrap();
    let (published, merged) = approver.publish(&result.changeset).await.unwrap();
    assert_eq!((published.state(), merged), (ChangesetState::Published, 0));
    let (again, _) = approver.publish(&result.changeset).await.unwrap();
    assert_eq!(again.published_revision, published.published_revision, "the same revision");

    let mut made = Vec::new();
    while made.is_empty() {
        let event = tokio::time::timeout(Duration::from_secs(30), events.message()).await.expect("in time");
        if let Some(Event::RevisionMade(revision)) = event.unwrap().and_then(|response| response.event) {
            made.push(revision);
        }
    }
    assert_eq!(made[0].changes.len(), 3);
    let revision = made[0].revision.as_ref().unwrap();
    assert_eq!(revision.number, published.published_revision);
    assert_eq!(published.title, "Import of 宗地.zip");

    // Mapped once, proposed the next time; and what the record says already is no changeset.
    let upload = editor.upload("宗地.zip", &file, 1_000_000).await;
    let request = PreviewUploadRequest { name: upload.clone(), ..request };
    let seen = editor.uploads.preview_upload(request).await.unwrap().into_inner();
    assert!(seen.mapping_kept, "{seen:?}");
    let kept = editor.uploads.list_mappings(ListMappingsRequest::default()).await.unwrap().into_inner().mappings;
    assert_eq!(kept[0].columns, ["DKBH", "ZT", "名称"]);
    let started = editor.start(&upload, ImportOptions { mapping: seen.mapping, ..degrees() }).await;
    let result = editor.ended(&started.name).await.import.unwrap();
    assert_eq!((result.changeset.as_str(), result.unchanged), ("", 3));
}

#[tokio::test]
async fn what_a_complete_file_does_not_hold_is_gone_and_errors_are_listed() {
    let server = Server::start().await;
    let mut editor = Desk::as_role(&server, "editor").await;
    // The second lies over the first.
    let features = [geojson::parcel("T-1", place(0), SIDE), geojson::parcel("T-2", place(0), SIDE / 2.0)];
    let file = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let upload = editor.upload("all.geojson", file.as_bytes(), 1_000_000).await;
    let options = Some(ImportOptions { layer: Layer::Parcel.into(), ..ImportOptions::default() });
    let request = StartImportRequest { upload, options, complete: true, ..StartImportRequest::default() };
    let started = editor.uploads.start_import(request).await.unwrap().into_inner().operation.unwrap();
    let result = editor.ended(&started.name).await.import.unwrap();
    assert!(result.ended >= 120 && result.created == 2, "{result:?}");
    let changeset = editor.changeset(&result.changeset).await;
    assert_eq!(changeset.state(), ChangesetState::Draft, "it has errors");
    let problem = editor.problems(&result.changeset).await.into_iter().find(|problem| problem.rule == "parcel.overlap");
    let problem = problem.expect("the overlap is found");
    assert_eq!((problem.feature.as_str(), problem.other.as_str()), ("parcel/T-1", "parcel/T-2"));
    assert!(problem.place.is_some_and(|place| place.at.is_some()));
    let mut approver = Desk::as_role(&server, "approver").await;
    let refused = approver.approve(&result.changeset).await.expect_err("it is not validated");
    assert_eq!(refused.code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn an_import_that_was_cut_off_ends_once() {
    let server = Server::start().await;
    let mut editor = Desk::as_role(&server, "editor").await;
    let upload = editor.upload("many.geojson", &collection(8_000), 1_000_000).await;
    let options = ImportOptions { layer: Layer::Parcel.into(), ..ImportOptions::default() };
    let name = editor.start(&upload, options).await.name;
    eventually("the import runs", Duration::from_mins(1), async || {
        let request = GetOperationRequest { name: name.clone() };
        let now = editor.operations.get_operation(request).await.ok()?.into_inner().operation?;
        (now.state() != OperationState::Queued).then_some(())
    })
    .await;
    let server = Server::start_in(server.kill().await).await;
    eventually("the import is taken up again", Duration::from_mins(1), async || {
        server.log().contains("an import runs").then_some(())
    })
    .await;
    let mut editor = Desk::as_role(&server, "editor").await;
    let ended = editor.ended(&name).await;
    assert_eq!(ended.state(), OperationState::Succeeded, "{ended:?}");
    let all = editor.changesets.list_changesets(ListChangesetsRequest::default()).await.unwrap().into_inner();
    assert_eq!(all.changesets.len(), 1, "it had its effect once");
    assert_eq!(all.changesets[0].created, 8_000);
    let mut approver = Desk::as_role(&server, "approver").await;
    approver.approve(&all.changesets[0].name).await.unwrap();
    assert_eq!(approver.publish(&all.changesets[0].name).await.unwrap().0.state(), ChangesetState::Published);
}

#[tokio::test]
async fn a_cancelled_import_and_a_bad_file_have_no_effect() {
    let server = Server::start().await;
    let mut editor = Desk::as_role(&server, "editor").await;
    let options = ImportOptions { layer: Layer::Parcel.into(), ..ImportOptions::default() };
    let first = editor.upload("many.geojson", &collection(4_000), 1_000_000).await;
    let running = editor.start(&first, options.clone()).await;
    let second = editor.upload("more.geojson", &collection(10), 1_000_000).await;
    let waiting = editor.start(&second, options.clone()).await;
    let request = CancelOperationRequest { name: waiting.name.clone() };
    let cancelled = editor.operations.cancel_operation(request.clone()).await.unwrap().into_inner().operation.unwrap();
    assert_eq!(cancelled.state(), OperationState::Cancelled);
    let mut other = Desk::of(&server, &server.access_token("approver").await).await;
    assert_eq!(other.operations.cancel_operation(request).await.unwrap_err().code(), Code::PermissionDenied);
    editor.ended(&running.name).await;

    let bad =
        json!({ "type": "FeatureCollection", "features": [geojson::bow_tie("T-1", geojson::BESIDE)] }).to_string();
    let upload = editor.upload("bad.geojson", bad.as_bytes(), 1_000_000).await;
    let started = editor.start(&upload, options).await;
    let failed = editor.ended(&started.name).await;
    assert_eq!((failed.state(), failed.problem_count), (OperationState::Failed, 1), "{failed:?}");
    let problem = &failed.problems[0];
    assert_eq!((problem.feature.as_str(), problem.rule.as_str()), ("T-1", "geometry.ring_simple"));
    assert!(problem.place.is_some());
    let all = editor.changesets.list_changesets(ListChangesetsRequest::default()).await.unwrap().into_inner();
    assert_eq!(all.changesets.len(), 1, "that of the first file");
}

#[tokio::test]
async fn bad_input_is_refused_by_name() {
    let server = Server::start().await;
    let mut editor = Desk::as_role(&server, "editor").await;
    let mut other = Desk::of(&server, &{
        let request = server.as_operator(());
        request.metadata().get("authorization").unwrap().to_str().unwrap().trim_start_matches("Bearer ").to_owned()
    })
    .await;
    let new = |file_name: &str, size_bytes| CreateUploadRequest {
        file_name: file_name.to_owned(),
        size_bytes,
        request_id: "again".to_owned(),
    };
    for (request, field) in [
        (new("parcels.docx", 10), "file_name"),
        (new("", 10), "file_name"),
        (new("parcels.gpkg", 0), "size_bytes"),
        (new("parcels.gpkg", 513 * 1024 * 1024), "size_bytes"),
    ] {
        names(&editor.uploads.create_upload(request).await.unwrap_err(), field);
    }
    let upload = editor.uploads.create_upload(new("p.geojson", 10)).await.unwrap().into_inner().upload.unwrap();
    let again = editor.uploads.create_upload(new("p.geojson", 10)).await.unwrap().into_inner().upload.unwrap();
    assert_eq!(upload.name, again.name, "the same request");
    let chunk = |name: &str, offset, data: &'static [u8]| UploadChunkRequest {
        name: name.to_owned(),
        offset,
        data: Bytes::from_static(data),
    };
    let gap = editor.uploads.upload_chunk(chunk(&upload.name, 3, b"123")).await.unwrap_err();
    assert_eq!(gap.code(), Code::OutOfRange);
    assert_eq!(gap.get_error_details().error_info().unwrap().metadata["expected"], "0");
    names(&editor.uploads.upload_chunk(chunk(&upload.name, 0, b"12345678901")).await.unwrap_err(), "data");
    names(&editor.uploads.upload_chunk(chunk(&upload.name, 0, b"")).await.unwrap_err(), "data");
    names(&editor.uploads.upload_chunk(chunk("uploads/x", 0, b"1")).await.unwrap_err(), "name");
    let large = UploadChunkRequest { name: upload.name.clone(), offset: 0, data: vec![0; 3 * 1024 * 1024].into() };
    let code = editor.uploads.upload_chunk(large).await.unwrap_err().code();
    assert!(matches!(code, Code::OutOfRange | Code::InvalidArgument | Code::ResourceExhausted), "{code:?}");
    for name in ["uploads/999", upload.name.as_str()] {
        let desk = if name == upload.name { &mut other } else { &mut editor };
        let missing = desk.uploads.get_upload(GetUploadRequest { name: name.to_owned() }).await.unwrap_err();
        assert_eq!(missing.code(), Code::NotFound, "{name}");
    }
    editor.uploads.upload_chunk(chunk(&upload.name, 0, b"12345")).await.unwrap();
    let start = |options: ImportOptions| StartImportRequest {
        upload: upload.name.clone(),
        options: Some(options),
        ..StartImportRequest::default()
    };
    let parcels = ImportOptions { layer: Layer::Parcel.into(), ..ImportOptions::default() };
    let early = editor.uploads.start_import(start(parcels.clone())).await.unwrap_err();
    assert_eq!(early.code(), Code::FailedPrecondition, "half of it is not here");
    editor.uploads.upload_chunk(chunk(&upload.name, 5, b"67890")).await.unwrap();
    let mapping = [("castle".to_owned(), "x".to_owned())].into();
    for (options, field) in [
        (ImportOptions::default(), "options.layer"),
        (ImportOptions { layer: 99, ..parcels.clone() }, "options.layer"),
        (ImportOptions { crs: "EPSG:1".to_owned(), ..parcels.clone() }, "options.crs"),
        (ImportOptions { encoding: "EBCDIC".to_owned(), ..parcels.clone() }, "options.encoding"),
        (ImportOptions { mapping, ..parcels.clone() }, "options.mapping"),
    ] {
        names(&editor.uploads.start_import(start(options)).await.unwrap_err(), field);
    }
    let nowhere = StartImportRequest { changeset: "changesets/77".to_owned(), ..start(parcels) };
    assert_eq!(editor.uploads.start_import(nowhere).await.unwrap_err().code(), Code::NotFound);
}

fn names(status: &tonic::Status, field: &str) {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    let violations = &details.bad_request().expect("the field is named").field_violations;
    assert!(violations.iter().any(|violation| violation.field == field), "{field}: {violations:?}");
}

#[tokio::test]
async fn a_table_that_does_not_say_where_its_rows_are_can_be_mapped() {
    let server = Server::start().await;
    let mut editor = Desk::as_role(&server, "editor").await;
    let file = "编号;Ost;Nord\nG-1;120.46;31.48\n";
    let upload = editor.upload("poi.csv", file.as_bytes(), 1_000).await;
    let poi = || ImportOptions { layer: Layer::Poi.into(), ..ImportOptions::default() };
    let request = PreviewUploadRequest { name: upload.clone(), options: Some(poi()) };
    let seen = editor.uploads.preview_upload(request).await.unwrap().into_inner();
    assert_eq!(seen.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["Nord", "Ost", "编号"]);
    assert_eq!((seen.problems[0].rule.as_str(), seen.mapping["code"].as_str()), ("table.geometry", "编号"));
    let mapping = [("code", "编号"), ("lon", "Ost"), ("lat", "Nord")];
    let mapping = mapping.map(|(field, column)| (field.to_owned(), column.to_owned())).into();
    let options = Some(ImportOptions { mapping, ..poi() });
    let request = StartImportRequest { upload, options, ..StartImportRequest::default() };
    let started = editor.uploads.start_import(request).await.unwrap().into_inner().operation.unwrap();
    let ended = editor.ended(&started.name).await;
    let changes = editor.changes(&ended.import.as_ref().expect("it is imported").changeset).await;
    assert_eq!(changes.iter().map(|change| change.name.as_str()).collect::<Vec<_>>(), ["poi/G-1"]);
}

/// What a browser does, which streams nothing to a server.
#[tokio::test]
async fn a_browser_uploads_and_imports_over_grpc_web() {
    let server = Server::start().await;
    let token = server.access_token("editor").await;
    let file = collection(3);
    let request = CreateUploadRequest {
        file_name: "three.geojson".to_owned(),
        size_bytes: file.len() as u64,
        request_id: String::new(),
    };
    let made: CreateUploadResponse = web(&server, &token, "UploadService/CreateUpload", &request).await;
    let name = made.upload.unwrap().name;
    let chunk = UploadChunkRequest { name: name.clone(), offset: 0, data: file.into() };
    let kept: UploadChunkResponse = web(&server, &token, "UploadService/UploadChunk", &chunk).await;
    let kept = kept.upload.unwrap();
    assert_eq!(kept.received_bytes, kept.size_bytes);
    let options = ImportOptions { layer: Layer::Parcel.into(), ..ImportOptions::default() };
    let request = PreviewUploadRequest { name: name.clone(), options: Some(options.clone()) };
    let seen: PreviewUploadResponse = web(&server, &token, "UploadService/PreviewUpload", &request).await;
    assert_eq!((seen.feature_count, seen.crs.as_str()), (3, "EPSG:4326"));
    let request = StartImportRequest { upload: name, options: Some(options), ..StartImportRequest::default() };
    let started: StartImportResponse = web(&server, &token, "UploadService/StartImport", &request).await;
    let ended = Desk::of(&server, &token).await.ended(&started.operation.unwrap().name).await;
    assert_eq!(ended.import.unwrap().created, 3);
}

async fn web<T: Message + Default>(server: &Server, token: &str, method: &str, message: &impl Message) -> T {
    let message = message.encode_to_vec();
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).expect("a short message").to_be_bytes());
    body.extend(message);
    let request = HttpRequest::post(server.url(&format!("/cloudsite.change.v1.{method}")))
        .header("content-type", "application/grpc-web+proto")
        .header("accept", "application/grpc-web+proto")
        .header("authorization", format!("Bearer {token}"))
        .header("x-grpc-web", "1");
    let answer = send(request.body(Bytes::from(body)).expect("the request is well formed")).await;
    let [0, a, b, c, d, rest @ ..] = answer.body.as_ref() else { panic!("no message: {answer:?}") };
    let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
    T::decode(&rest[..length]).expect("the reply is sound")
}
