//! Changesets from outside: edited by one, approved by another, published once, brought to what the record has become.

use cloudsite_proto::change::{
    ApproveChangesetRequest, ChangedFeature, Changeset, ChangesetState, Conflict, CreateChangesetRequest,
    DeleteChangesetRequest, DropFeatureRequest, EndFeatureRequest, GetChangesetRequest, ListChangesRequest,
    ListChangesetsRequest, PutFeatureRequest, RebaseChangesetRequest, RejectChangesetRequest, Resolution, Severity,
    Side,
};
use cloudsite_proto::identity::Role;
use cloudsite_proto::land::{ChangeKind, GetParkRequest, Layer, ListFeaturesRequest};
use cloudsite_tests::{Desk, Outcome, Server, cloudsite, geojson};
use serde_json::{Value, json};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

/// A server with an editor and an approver.
struct Bureau {
    server: Server,
    editor: Desk,
    approver: Desk,
    /// The editor's, who is given the whole record.
    token: String,
}

impl Bureau {
    async fn open() -> Self {
        let server = Server::start().await;
        let token = server.access_token("editor").await;
        let (editor, approver) = (Desk::of(&server, &token).await, Desk::as_role(&server, "approver").await);
        Self { server, editor, approver, token }
    }

    async fn head(&self) -> u64 {
        self.server
            .park()
            .await
            .get_park(GetParkRequest::default())
            .await
            .expect("the server does what is asked")
            .into_inner()
            .park
            .expect("the server does what is asked")
            .revision
    }

    /// An empty draft.
    async fn draft(&mut self, title: &str) -> String {
        self.editor.draft(title).await.expect("the server does what is asked")
    }

    /// A draft that puts one parcel.
    async fn draft_of(&mut self, feature: &Value) -> String {
        let name = self.draft("A change").await;
        self.editor.put(&name, feature).await.expect("the server does what is asked");
        name
    }

    async fn validate(&mut self, name: &str) -> Changeset {
        self.editor.validate(name).await.expect("the server does what is asked")
    }

    async fn approved(&mut self, name: &str) {
        let checked = self.validate(name).await;
        assert_eq!(checked.state(), ChangesetState::Validated, "{:?}", self.editor.problems(name).await);
        self.approver.approve(name).await.expect("the server does what is asked");
    }

    async fn rebase(&mut self, name: &str, resolutions: Vec<Resolution>) -> (Changeset, Vec<Conflict>) {
        let request =
            RebaseChangesetRequest { name: name.to_owned(), resolutions, ..RebaseChangesetRequest::default() };
        let reply =
            self.editor.changesets.rebase_changeset(request).await.expect("the server does what is asked").into_inner();
        assert_eq!(reply.conflict_count, reply.conflicts.len() as u64);
        (reply.changeset.expect("the server does what is asked"), reply.conflicts)
    }

    /// A parcel of the demo park, as an editor is given it.
    async fn parcel(&self, index: usize) -> Value {
        let request =
            ListFeaturesRequest { layer: Layer::Parcel.into(), page_size: 100, ..ListFeaturesRequest::default() };
        let mut request = Request::new(request);
        request
            .metadata_mut()
            .insert("authorization", format!("Bearer {}", self.token).parse().expect("the server does what is asked"));
        let all = self
            .server
            .park()
            .await
            .list_features(request)
            .await
            .expect("the server does what is asked")
            .into_inner()
            .features;
        serde_json::from_str(&all[index].geojson).expect("the server does what is asked")
    }
}

fn name(feature: &Value) -> String {
    format!("parcel/{}", feature["properties"]["code"].as_str().expect("the server does what is asked"))
}

fn with(feature: &Value, field: &str, value: impl Into<Value>) -> Value {
    let mut feature = feature.clone();
    feature["properties"][field] = value.into();
    feature
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

fn paths(change: &ChangedFeature) -> Vec<&str> {
    change.attributes.iter().map(|attribute| attribute.path.as_str()).collect()
}

#[tokio::test]
async fn one_parcel_is_edited_seen_and_dropped() {
    let mut bureau = Bureau::open().await;
    let parcel = bureau.parcel(0).await;
    let changeset = bureau.draft("Height").await;
    let edited = with(&parcel, "height_limit_m", 77.5);
    bureau.editor.put(&changeset, &edited).await.unwrap();
    bureau.editor.put(&changeset, &geojson::parcel("NEW-1", geojson::BESIDE, 0.001)).await.unwrap();
    let other = bureau.parcel(1).await;
    let end = EndFeatureRequest { changeset: changeset.clone(), feature: name(&other), ..EndFeatureRequest::default() };
    bureau.editor.changesets.end_feature(end).await.unwrap();

    let mut changes = bureau.editor.changes(&changeset).await;
    changes.sort_by_key(|change| change.kind);
    let kinds: Vec<ChangeKind> = changes.iter().map(ChangedFeature::kind).collect();
    assert_eq!(kinds, [ChangeKind::Created, ChangeKind::Updated, ChangeKind::Ended]);
    let updated = &changes[1];
    assert_eq!((updated.name.clone(), paths(updated)), (name(&parcel), vec!["height_limit_m"]), "and not its shape");
    assert_eq!(updated.attributes[0].after, "77.5");
    assert!(!updated.before_geojson.is_empty() && !updated.after_geojson.is_empty() && updated.bounds.is_some());
    assert!(changes[2].after_geojson.is_empty() && !changes[2].before_geojson.is_empty());

    // Put back as it was, it is no change any more; and what was checked is a draft again.
    assert_eq!(bureau.validate(&changeset).await.validation.unwrap().errors, 0);
    let now = bureau.editor.put(&changeset, &parcel).await.unwrap();
    assert_eq!((now.state(), now.updated), (ChangesetState::Draft, 0));
    let drop =
        DropFeatureRequest { changeset: changeset.clone(), feature: name(&other), ..DropFeatureRequest::default() };
    let now = bureau.editor.changesets.drop_feature(drop.clone()).await.unwrap().into_inner().changeset.unwrap();
    assert_eq!((now.created, now.updated, now.ended), (1, 0, 0));
    assert_eq!(bureau.editor.changesets.drop_feature(drop).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn the_rules_answer_while_one_edits() {
    let mut bureau = Bureau::open().await;
    let changeset = bureau.draft("Over another").await;
    let mut over = bureau.parcel(0).await;
    over["properties"]["code"] = json!("OVER");
    let request = PutFeatureRequest {
        changeset: changeset.clone(),
        layer: Layer::Parcel.into(),
        feature_geojson: over.to_string(),
        ..PutFeatureRequest::default()
    };
    let reply = bureau.editor.changesets.put_feature(request).await.unwrap().into_inner();
    let overlap = reply.problems.iter().find(|problem| problem.rule == "parcel.overlap").expect("it lies over another");
    assert_eq!((overlap.severity(), overlap.feature.as_str()), (Severity::Error, "parcel/OVER"));
    let checked = bureau.validate(&changeset).await;
    assert!(checked.state() == ChangesetState::Draft && checked.validation.unwrap().errors > 0);
    let listed = bureau.editor.changes(&changeset).await;
    assert!(listed[0].errors > 0, "{listed:?}");
}

#[tokio::test]
async fn whoever_edits_does_not_approve() {
    use ChangesetState::{Approved, Draft, Validated};

    let mut bureau = Bureau::open().await;
    let roles = [Role::Editor, Role::Approver];
    let mut both = Desk::of_new(&bureau.server, "organisations/demo-bureau", &roles).await;

    let first = bureau.draft_of(&geojson::parcel("T-1", geojson::BESIDE, 0.001)).await;
    bureau.validate(&first).await;
    both.approve(&first).await.expect("another edited it");
    let edited = both.put(&first, &geojson::parcel("T-1", geojson::BESIDE, 0.0012)).await.unwrap();
    assert_eq!(edited.state(), ChangesetState::Draft, "an edit takes the approval back");
    assert_eq!(edited.editors.len(), 2);
    bureau.validate(&first).await;
    let refused = both.approve(&first).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "TWO_PERSONS"));
    bureau.approver.approve(&first).await.unwrap();
    let states: Vec<i32> = bureau.editor.changeset(&first).await.decisions.iter().map(|d| d.state).collect();
    assert_eq!(states, [Validated, Approved, Draft, Validated, Approved].map(i32::from));
}

#[tokio::test]
async fn two_changesets_merge_by_attribute_or_are_in_conflict() {
    let mut bureau = Bureau::open().await;
    let parcel = bureau.parcel(0).await;
    let first = bureau.draft_of(&with(&parcel, "height_limit_m", 30.0)).await;
    let second = bureau.draft_of(&with(&with(&parcel, "height_limit_m", 40.0), "name:en", "Forty")).await;
    let third = bureau.draft_of(&with(&parcel, "name:de", "Dritte")).await;
    for each in [&first, &second, &third] {
        bureau.approved(each).await;
    }
    bureau.approver.publish(&first).await.unwrap();
    let (published, merged) = bureau.approver.publish(&third).await.unwrap();
    assert_eq!(merged, 1, "another attribute of the same parcel");
    let head = bureau.head().await;
    assert_eq!(published.published_revision, head);
    let now = bureau.parcel(0).await;
    let said = (&now["properties"]["height_limit_m"], &now["properties"]["name:de"]);
    assert_eq!(said, (&json!(30.0), &json!("Dritte")), "{now}");

    let refused = bureau.approver.publish(&second).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Aborted, "CONFLICT"), "{refused:?}");
    let details = refused.get_error_details();
    let violations = &details.precondition_failure().unwrap().violations;
    assert_eq!(violations[0].subject, format!("{} height_limit_m", name(&parcel)));
    assert_eq!(bureau.head().await, head, "nothing is changed");
    assert!(bureau.editor.changes(&second).await[0].moved);

    let (same, conflicts) = bureau.rebase(&second, Vec::new()).await;
    assert_eq!(same.state(), ChangesetState::Approved, "nothing is changed");
    let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    // With its source, as both are one attribute.
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap()["value"].clone();
    assert_eq!((value(&conflict.ours), value(&conflict.theirs)), (json!(40.0), json!(30.0)));
    let (path, feature) = (conflict.path.clone(), conflict.feature.clone());
    let choice = Resolution { feature, path, side: Side::Ours.into() };
    let (rebased, conflicts) = bureau.rebase(&second, vec![choice]).await;
    assert_eq!((conflicts.len(), rebased.state(), rebased.base_revision), (0, ChangesetState::Draft, head));
    bureau.approved(&second).await;
    let (_, merged) = bureau.approver.publish(&second).await.unwrap();
    assert_eq!(merged, 0);
    let now = bureau.parcel(0).await;
    let said = ["height_limit_m", "name:en", "name:de"].map(|field| &now["properties"][field]);
    assert_eq!(said, [&json!(40.0), &json!("Forty"), &json!("Dritte")], "{now}");
}

#[tokio::test]
async fn a_publication_that_would_make_errors_changes_nothing() {
    let mut bureau = Bureau::open().await;
    let (west, south) = geojson::BESIDE;
    let first = bureau.draft_of(&geojson::parcel("T-1", (west, south), 0.001)).await;
    let second = bureau.draft_of(&geojson::parcel("T-2", (west + 0.000_5, south), 0.001)).await;
    bureau.approved(&first).await;
    bureau.approved(&second).await;
    bureau.approver.publish(&first).await.unwrap();
    let head = bureau.head().await;
    let refused = bureau.approver.publish(&second).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "PROBLEMS"), "{refused:?}");
    assert!(refused.message().contains("parcel.overlap"), "{refused:?}");
    assert_eq!(bureau.head().await, head);
    assert_eq!(bureau.editor.changeset(&second).await.state(), ChangesetState::Approved);
    let request =
        RejectChangesetRequest { name: second.clone(), reason: "it lies over T-1".to_owned(), ..Default::default() };
    let rejected = bureau.approver.changesets.reject_changeset(request).await.unwrap().into_inner().changeset.unwrap();
    assert_eq!(rejected.state(), ChangesetState::Rejected);
    assert_eq!(rejected.decisions.last().unwrap().reason, "it lies over T-1");
    let request = DeleteChangesetRequest { name: second.clone(), etag: rejected.etag };
    bureau.editor.changesets.delete_changeset(request).await.unwrap();
    let gone = bureau.editor.changesets.get_changeset(GetChangesetRequest { name: second }).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
}

fn names(status: &Status, field: &str) {
    assert_eq!(status.code(), Code::InvalidArgument, "{field}: {status:?}");
    let details = status.get_error_details();
    let violations = &details.bad_request().expect("the field is named").field_violations;
    assert!(violations.iter().any(|violation| violation.field == field), "{field}: {violations:?}");
}

#[tokio::test]
async fn bad_input_is_refused_by_name() {
    let mut bureau = Bureau::open().await;
    let changeset = bureau.draft("Bad input").await;
    let good = geojson::parcel("T-1", geojson::BESIDE, 0.001);
    let put = |feature: &Value| PutFeatureRequest {
        changeset: changeset.clone(),
        layer: Layer::Parcel.into(),
        feature_geojson: feature.to_string(),
        ..PutFeatureRequest::default()
    };
    let bow_tie = geojson::bow_tie("T-1", geojson::BESIDE);
    let mut nameless = good.clone();
    nameless["properties"].as_object_mut().unwrap().remove("code");
    let cases = [
        (PutFeatureRequest { changeset: "12".to_owned(), ..put(&good) }, "changeset"),
        (PutFeatureRequest { layer: 0, ..put(&good) }, "layer"),
        (PutFeatureRequest { crs: "EPSG:1".to_owned(), ..put(&good) }, "crs"),
        (PutFeatureRequest { feature_geojson: "{".to_owned(), ..put(&good) }, "feature_geojson"),
        (PutFeatureRequest { base_version: Some(77), ..put(&good) }, "base_version"),
        (PutFeatureRequest { etag: "x".to_owned(), ..put(&good) }, "etag"),
        (put(&nameless), "feature_geojson"),
        (put(&bow_tie), "feature_geojson"),
        (put(&with(&good, "status", "sold")), "feature_geojson.properties.status"),
    ];
    let mut changesets = bureau.editor.changesets.clone();
    for (request, field) in cases {
        names(&changesets.put_feature(request).await.unwrap_err(), field);
    }
    let etag = bureau.editor.changeset(&changeset).await.etag;
    changesets.put_feature(put(&good)).await.unwrap();
    let stale = PutFeatureRequest { etag: etag.clone(), ..put(&with(&good, "status", "taken")) };
    let stale = changesets.put_feature(stale).await.unwrap_err();
    assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    bureau.validate(&changeset).await;
    let mut approving = bureau.approver.changesets.clone();
    let approve =
        |etag: &str| ApproveChangesetRequest { name: changeset.clone(), etag: etag.to_owned(), reason: String::new() };
    names(&approving.approve_changeset(approve("")).await.unwrap_err(), "etag");
    assert_eq!(approving.approve_changeset(approve(&etag)).await.unwrap_err().code(), Code::Aborted);
    let reject = RejectChangesetRequest { name: changeset.clone(), ..RejectChangesetRequest::default() };
    names(&approving.reject_changeset(reject).await.unwrap_err(), "reason");
    let create = CreateChangesetRequest { title: " ".to_owned(), request_id: String::new() };
    names(&changesets.create_changeset(create).await.unwrap_err(), "title");
    let end =
        EndFeatureRequest { changeset: changeset.clone(), feature: "parcel/none".to_owned(), ..Default::default() };
    assert_eq!(changesets.end_feature(end).await.unwrap_err().code(), Code::NotFound);
    let list = |page_token: &str| ListChangesRequest {
        changeset: changeset.clone(),
        page_token: page_token.to_owned(),
        ..Default::default()
    };
    names(&changesets.list_changes(list("x")).await.unwrap_err(), "page_token");
    let rebase = RebaseChangesetRequest {
        name: changeset.clone(),
        resolutions: vec![Resolution { feature: "parcel/T-1".to_owned(), path: "status".to_owned(), side: 0 }],
        ..RebaseChangesetRequest::default()
    };
    names(&changesets.rebase_changeset(rebase).await.unwrap_err(), "resolutions[0].side");
    for (role, may) in [("auditor", true), ("admin", true), ("host", false), ("investor", false)] {
        let mut desk = Desk::as_role(&bureau.server, role).await;
        let listed = desk.changesets.list_changesets(Request::new(ListChangesetsRequest::default())).await;
        assert_eq!(listed.is_ok(), may, "{role}: {listed:?}");
    }
}

async fn command(data: &std::path::Path, words: &[&str]) -> Outcome {
    let data = ["--json", "--data", data.to_str().expect("the path is text")];
    cloudsite(words.iter().copied().chain(data)).await
}

#[tokio::test]
async fn the_command_line_drafts_and_decides_with_and_without_a_server() {
    let mut bureau = Bureau::open().await;
    let file =
        geojson::write(bureau.server.scratch(), "one.geojson", &[geojson::parcel("T-1", geojson::BESIDE, 0.001)]);
    let data = bureau.server.data();
    let file = file.to_str().unwrap();
    let drafted = command(&data, &["import", file, "--layer", "parcel", "--draft"]).await.exits(0).json();
    assert_eq!((&drafted["changeset"], &drafted["created"]), (&json!("changesets/1"), &json!(1)));
    let refused = command(&data, &["changeset", "approve", "1"]).await.exits(1).json();
    assert!(refused["message"].as_str().unwrap().contains("someone else"), "{refused}");
    bureau.approver.approve("changesets/1").await.unwrap();
    let published = command(&data, &["changeset", "publish", "1"]).await.exits(0).json();
    assert_eq!(published["changeset"]["revision"], json!(bureau.head().await));
    let edited = bureau.draft_of(&geojson::parcel("T-2", (geojson::BESIDE.0 + 0.01, geojson::BESIDE.1), 0.001)).await;
    let checked = command(&data, &["changeset", "validate", &edited]).await.exits(0).json();
    assert_eq!(checked["changeset"]["state"], "validated");
    command(&data, &["changeset", "approve", &edited, "--reason", "seen"]).await.exits(0);

    let (_, folder) = bureau.server.terminate().await;
    let data = folder.path().join(data.file_name().unwrap());
    let published = command(&data, &["changeset", "publish", &edited]).await.exits(0).json();
    assert_eq!(published["changeset"]["state"], "published");
    let other = geojson::write(folder.path(), "two.geojson", &[geojson::parcel("T-1", geojson::BESIDE, 0.001)]);
    let words = ["import", other.to_str().unwrap(), "--layer", "parcel", "--draft", "--complete"];
    let drafted = command(&data, &words).await.exits(0).json();
    assert!(drafted["ended"].as_u64().unwrap() > 100 && drafted["unchanged"] == json!(1), "{drafted}");
    let shown = command(&data, &["changeset", "show", "3"]).await.exits(0).json();
    assert_eq!(shown["changes"][0]["kind"], "ended", "{shown}");
    command(&data, &["changeset", "reject", "3", "--reason", "a try"]).await.exits(0);
    let listed = command(&data, &["changeset", "list"]).await.exits(0).json();
    let states: Vec<&str> =
        listed["changesets"].as_array().unwrap().iter().map(|c| c["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["rejected", "published", "published"]);
    command(&data, &["changeset", "reject", "2"]).await.exits(1);
    command(&data, &["changeset", "show", "77"]).await.exits(1);
    command(&data, &["changeset", "show"]).await.exits(2);
    command(&data, &["audit", "verify"]).await.exits(0);
}
