//! Briefs that organisations keep, and what all briefs lacked, over the wire.

use cloudsite_proto::SITTING;
use cloudsite_proto::audit::ListEventsRequest;
use cloudsite_proto::audit::audit_service_client::AuditServiceClient;
use cloudsite_proto::identity::{
    CreateMemberRequest, CreateOrganisationRequest, CreateServiceTokenRequest, ListOrganisationsRequest, Organisation,
    OrganisationKind, OrganisationName, Role, Tier,
};
use cloudsite_proto::siting::brief_service_client::BriefServiceClient;
use cloudsite_proto::siting::criterion::Ask;
use cloudsite_proto::siting::demand_service_client::DemandServiceClient;
use cloudsite_proto::siting::siting_service_client::SitingServiceClient;
use cloudsite_proto::siting::{
    AmountMust, Brief, BriefCount, CreateBriefRequest, Criterion, DeleteBriefRequest, GetBriefRequest,
    GetDemandReportRequest, GetDemandReportResponse, ListBriefsRequest, MatchRequest, SavedBrief, UnmetNeed,
    UpdateBriefRequest, WordMust,
};
use cloudsite_tests::{Asker, Server, cloudsite};
use serde_json::json;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

fn at_least(quantity: &str, min: f64) -> Ask {
    Ask::AmountMust(AmountMust { quantity: quantity.to_owned(), min: Some(min), ..AmountMust::default() })
}

fn area(min_m2: f64) -> Ask {
    at_least("area_m2", min_m2)
}

fn free() -> Ask {
    Ask::WordMust(WordMust { quality: "status".to_owned(), among: vec!["available".to_owned()] })
}

fn brief(asks: Vec<Ask>) -> Brief {
    Brief { day: String::new(), criteria: asks.into_iter().map(|ask| Criterion { ask: Some(ask) }).collect() }
}

/// Someone new in an organisation.
async fn member_of(server: &Server, organisation: &str, role: Role) -> Asker {
    let mut identity = server.identity().await;
    let member = CreateMemberRequest {
        organisation: organisation.to_owned(),
        display_name: format!("{role:?} of {organisation}"),
        roles: vec![role.into()],
        ..CreateMemberRequest::default()
    };
    let made = identity.create_member(server.as_operator(member)).await.expect("a member is made");
    let member = made.into_inner().member.expect("there is a member").name;
    let request = CreateServiceTokenRequest { member, label: "briefs".to_owned(), ..Default::default() };
    let made = identity.create_service_token(server.as_operator(request)).await.expect("a token is made");
    Asker { token: Some(made.into_inner().token), seen_as: None }
}

/// A firm that is made.
async fn firm(server: &Server, code: &str) -> String {
    let name = format!("organisations/{code}");
    let organisation = Organisation {
        name: name.clone(),
        names: vec![OrganisationName { language: "en".to_owned(), text: code.to_owned() }],
        kind: OrganisationKind::Firm.into(),
        time_zone: "Asia/Tokyo".to_owned(),
        languages: vec!["en".to_owned()],
        tier: Tier::Investor.into(),
        host: String::new(),
    };
    let request = CreateOrganisationRequest { organisation: Some(organisation) };
    server.identity().await.create_organisation(server.as_operator(request)).await.expect("a firm is made");
    name
}

/// Briefs, as someone may call for them.
struct Shelf {
    client: BriefServiceClient<Channel>,
    asker: Asker,
}

impl Shelf {
    async fn of(server: &Server, asker: Asker) -> Self {
        Self { client: BriefServiceClient::new(server.channel().await), asker }
    }

    async fn of_role(server: &Server, role: &str) -> Self {
        Self::of(server, Asker::of(server, Some(role)).await).await
    }

    async fn keep(&mut self, title: &str, asks: Vec<Ask>, matched_revision: u64) -> Result<SavedBrief, Status> {
        self.keep_once(title, asks, matched_revision, "").await
    }

    async fn keep_once(
        &mut self,
        title: &str,
        asks: Vec<Ask>,
        matched_revision: u64,
        request_id: &str,
    ) -> Result<SavedBrief, Status> {
        let (title, brief, request_id) = (title.to_owned(), Some(brief(asks)), request_id.to_owned());
        let request = CreateBriefRequest { title, brief, matched_revision, request_id };
        let made = self.client.create_brief(self.asker.ask(request)).await?.into_inner();
        Ok(made.brief.expect("there is a brief"))
    }

    async fn get(&mut self, name: &str) -> Result<SavedBrief, Status> {
        let request = GetBriefRequest { name: name.to_owned() };
        let found = self.client.get_brief(self.asker.ask(request)).await?.into_inner();
        Ok(found.brief.expect("there is a brief"))
    }

    async fn list(&mut self, request: ListBriefsRequest) -> Result<(Vec<String>, String), Status> {
        let reply = self.client.list_briefs(self.asker.ask(request)).await?.into_inner();
        Ok((reply.briefs.into_iter().map(|brief| brief.title).collect(), reply.next_page_token))
    }

    async fn titles(&mut self) -> Vec<String> {
        self.list(ListBriefsRequest::default()).await.expect("a list").0
    }

    async fn rename(&mut self, name: &str, title: &str, etag: &str) -> Result<SavedBrief, Status> {
        let (name, title, etag) = (name.to_owned(), Some(title.to_owned()), etag.to_owned());
        let request = UpdateBriefRequest { name, title, etag, ..UpdateBriefRequest::default() };
        Ok(self.client.update_brief(self.asker.ask(request)).await?.into_inner().brief.expect("there is a brief"))
    }

    async fn delete(&mut self, name: &str, etag: &str) -> Result<(), Status> {
        let request = DeleteBriefRequest { name: name.to_owned(), etag: etag.to_owned() };
        self.client.delete_brief(self.asker.ask(request)).await.map(|_| ())
    }
}

#[tokio::test]
async fn a_brief_is_its_organisations_and_its_hosts_to_read() {
    let server = Server::start().await;
    let mut investor = Shelf::of_role(&server, "investor").await;
    let kept = investor.keep("Plant 2027", vec![free(), area(30_000.0)], 1).await.expect("it is kept");
    assert_eq!((kept.organisation.as_str(), kept.author.as_str()), ("organisations/example-firm", "Demo investor"));
    assert_eq!(
        (kept.matched_revision, kept.can_change, kept.brief.clone()),
        (1, true, Some(brief(vec![free(), area(30_000.0)])))
    );

    let mut colleague =
        Shelf::of(&server, member_of(&server, "organisations/example-firm", Role::Interpreter).await).await;
    assert_eq!(colleague.get(&kept.name).await.expect("it is theirs"), kept);
    let mut host = Shelf::of_role(&server, "host").await;
    let seen = host.get(&kept.name).await.expect("a host reads it");
    assert_eq!(seen, SavedBrief { can_change: false, ..kept.clone() });
    assert_eq!(host.titles().await, ["Plant 2027"]);
    for refused in [host.rename(&kept.name, "Ours", "").await.err(), host.delete(&kept.name, "").await.err()] {
        assert_eq!(refused.expect("a host changes nothing").code(), Code::PermissionDenied);
    }

    let other = firm(&server, "other-firm").await;
    let strangers = [
        ("another firm", member_of(&server, &other, Role::Investor).await),
        ("another centre", member_of(&server, "organisations/example-centre-2", Role::Host).await),
        ("who hosts nobody in the centre", Asker::of(&server, Some("interpreter")).await),
        ("the government's editor", Asker::of(&server, Some("editor")).await),
        ("the government's admin", Asker::of(&server, Some("admin")).await),
    ];
    for (who, asker) in strangers {
        let mut stranger = Shelf::of(&server, asker).await;
        let missing = stranger.get("briefs/12345").await.expect_err("there is none");
        let found = [
            stranger.get(&kept.name).await.err(),
            stranger.rename(&kept.name, "Mine", "").await.err(),
            stranger.delete(&kept.name, &kept.etag).await.err(),
        ];
        for status in found {
            let status = status.unwrap_or_else(|| panic!("{who} reached it"));
            assert_eq!(status.code(), Code::NotFound, "{who}: {status}");
            let as_missing = missing.message().replace("12345", kept.name.trim_start_matches("briefs/"));
            assert_eq!(status.message(), as_missing, "{who} is not told that it is there");
        }
        assert_eq!(stranger.titles().await, [""; 0], "{who}");
        let of_firm = ListBriefsRequest { organisation: kept.organisation.clone(), ..ListBriefsRequest::default() };
        assert_eq!(stranger.list(of_firm).await.expect_err("not theirs").code(), Code::NotFound, "{who}");
    }
    let visitor = Shelf::of(&server, Asker::default()).await.get(&kept.name).await;
    assert_eq!(visitor.expect_err("briefs are for members").code(), Code::Unauthenticated);
    let operator = server.as_operator(GetBriefRequest { name: kept.name.clone() });
    let operator = BriefServiceClient::new(server.channel().await).get_brief(operator).await;
    assert_eq!(operator.expect_err("nor the operator's").code(), Code::NotFound);

    // Another host, and the one before has nothing to do with it any more.
    let data = server.data();
    let data = data.to_str().expect("a path of letters");
    let words = ["organisation", "update", "example-firm", "--host", "example-centre-2", "--data", data];
    cloudsite(words).await.exits(0);
    assert_eq!(host.get(&kept.name).await.expect_err("hosted elsewhere").code(), Code::NotFound);
    let request = server.as_operator(ListOrganisationsRequest {});
    let known = server.identity().await.list_organisations(request).await.expect("a list").into_inner().organisations;
    let hosts: Vec<&str> = known.iter().map(|one| one.host.as_str()).filter(|host| !host.is_empty()).collect();
    assert_eq!(hosts, ["organisations/example-centre-2"]);
    for (host, why) in [("other-firm", "hosts nobody"), ("nowhere", "no organisation")] {
        let refused = cloudsite(["organisation", "update", "example-firm", "--host", host, "--data", data]).await;
        assert!(refused.exits(1).stderr.contains(why), "{refused:?}");
    }
    cloudsite(["organisation", "update", "tokyo", "--host", "example-centre-2", "--data", data]).await.exits(1);
}

#[tokio::test]
async fn a_brief_is_changed_by_who_has_seen_it_and_the_log_says_no_more() {
    let server = Server::start().await;
    let mut shelf = Shelf::of_role(&server, "investor").await;
    let first = shelf.keep("Plant 半导体", vec![area(31_415.0)], 0).await.expect("it is kept");
    let second = shelf.rename(&first.name, "Plant 2028", &first.etag).await.expect("it is renamed");
    assert_eq!((second.title.as_str(), &second.brief), ("Plant 2028", &first.brief));
    assert_ne!(second.etag, first.etag);
    let late = shelf.rename(&first.name, "Plant 2029", &first.etag).await.expect_err("someone was faster");
    assert_eq!(late.code(), Code::Aborted, "{late}");
    assert_eq!(shelf.delete(&first.name, &first.etag).await.expect_err("it moved").code(), Code::Aborted);
    let same = shelf.rename(&first.name, "Plant 2028", "").await.expect("nothing is to be done");
    assert_eq!(same, second);
    let content = UpdateBriefRequest {
        name: first.name.clone(),
        brief: Some(brief(vec![free()])),
        matched_revision: Some(1),
        ..UpdateBriefRequest::default()
    };
    let third = shelf.client.update_brief(shelf.asker.ask(content)).await.expect("it is changed").into_inner().brief;
    let third = third.expect("there is a brief");
    assert_eq!(
        (third.title.as_str(), third.matched_revision, third.brief),
        ("Plant 2028", 1, Some(brief(vec![free()])))
    );

    for number in 1..=4 {
        shelf.keep(&format!("No {number}"), vec![free()], 0).await.expect("it is kept");
    }
    let page = ListBriefsRequest { page_size: 3, ..ListBriefsRequest::default() };
    let (titles, page_token) = shelf.list(page.clone()).await.expect("a page");
    assert_eq!(titles, ["No 4", "No 3", "No 2"]);
    let (titles, last) = shelf.list(ListBriefsRequest { page_token, ..page }).await.expect("the next");
    assert_eq!((titles, last.as_str()), (vec!["No 1".to_owned(), "Plant 2028".to_owned()], ""));

    shelf.delete(&first.name, "").await.expect("it is deleted");
    assert_eq!(shelf.get(&first.name).await.expect_err("it is gone").code(), Code::NotFound);

    let auditor = Asker::of(&server, Some("auditor")).await;
    let request = ListEventsRequest { page_size: 100, ..ListEventsRequest::default() };
    let mut log = AuditServiceClient::new(server.channel().await);
    let events = log.list_events(auditor.ask(request)).await.expect("events").into_inner().events;
    let of_first: Vec<_> = events.iter().filter(|event| event.subject == first.name).collect();
    let did: Vec<&str> = of_first.iter().rev().map(|event| event.detail["did"].as_str()).collect();
    assert_eq!(did, ["created", "changed", "changed", "deleted"]);
    assert!(of_first.iter().all(|event| event.action == "brief" && event.organisation == "example-firm"));
    let told = format!("{of_first:?}");
    assert!(!told.contains("Plant") && !told.contains("area") && !told.contains("31415"), "{told}");
}

#[tokio::test]
async fn what_is_no_brief_is_refused_by_field() {
    let server = Server::start().await;
    let mut shelf = Shelf::of_role(&server, "investor").await;
    let long = "x".repeat(101);
    let words =
        |count| Ask::WordMust(WordMust { quality: "land_use".to_owned(), among: vec!["1001".to_owned(); count] });
    let cases = [
        ("", vec![free()], 0, "title"),
        (long.as_str(), vec![free()], 0, "title"),
        ("two\nlines", vec![free()], 0, "title"),
        ("none", vec![], 0, "brief.criteria"),
        ("negative", vec![area(-1.0)], 0, "brief.criteria[0].min"),
        ("no number", vec![free(), area(f64::NAN)], 0, "brief.criteria[1].min"),
        ("too large", vec![words(7_000)], 0, "brief"),
        ("of the future", vec![free()], 99, "matched_revision"),
    ];
    for (title, asks, revision, field) in cases {
        let status = shelf.keep(title, asks, revision).await.expect_err("it is refused");
        let details = status.get_error_details();
        let named = details.bad_request().map(|bad| bad.field_violations[0].field.as_str());
        assert_eq!((status.code(), named), (Code::InvalidArgument, Some(field)), "{title}: {status:?}");
    }
    for name in ["", "briefs/", "briefs/x", "briefs/-1", "parcels/1", "briefs/99999999999999999999"] {
        assert_eq!(shelf.get(name).await.expect_err("no name").code(), Code::InvalidArgument, "{name}");
    }
    let long = shelf.keep_once("x", vec![free()], 0, &"x".repeat(65)).await.expect_err("its name is too long");
    assert!(long.message().contains("request_id"), "{long:?}");
    let brief = Some(brief(vec![free()]));
    let request = CreateBriefRequest { title: "x".to_owned(), brief, ..CreateBriefRequest::default() };
    let operator = BriefServiceClient::new(server.channel().await).create_brief(server.as_operator(request)).await;
    assert_eq!(operator.expect_err("the operator is of no organisation").code(), Code::PermissionDenied);
    assert_eq!(shelf.titles().await, [""; 0]);
}

#[tokio::test]
async fn a_brief_that_is_asked_to_be_kept_again_is_kept_once() {
    let server = Server::start().await;
    let mut firm = Shelf::of_role(&server, "investor").await;
    let first = firm.keep_once("Plant", vec![free()], 0, "a").await.expect("it is kept");
    let again = firm.keep_once("Plant", vec![free()], 0, "a").await.expect("it is there");
    assert_eq!(again, first);
    let renamed = firm.rename(&first.name, "Works", "").await.expect("it is renamed");
    let again = firm.keep_once("Plant", vec![free()], 0, "a").await.expect("it is there");
    assert_eq!(again, renamed, "as it is now");
    let other = firm.keep_once("Plant", vec![free()], 0, "b").await.expect("it is another");
    assert_ne!(other.name, first.name);
    // Someone else's request of the same name is theirs.
    let mut host = Shelf::of_role(&server, "host").await;
    let theirs = host.keep_once("Plant", vec![free()], 0, "a").await.expect("it is kept");
    assert_ne!(theirs.name, first.name);
    assert_eq!(firm.titles().await, ["Plant", "Works"]);
}

/// Asks a brief; the revision that it was answered at.
async fn asks(server: &Server, asker: &Asker, sitting: Option<&str>, asks: Vec<Ask>) -> u64 {
    let mut request = asker.ask(MatchRequest { brief: Some(brief(asks)), explained: 1, ..MatchRequest::default() });
    if let Some(sitting) = sitting {
        request.metadata_mut().insert(SITTING, sitting.parse().expect("letters"));
    }
    SitingServiceClient::new(server.channel().await).r#match(request).await.expect("an answer").into_inner().revision
}

const NO_BRIEF: Option<BriefCount> = Some(BriefCount { least: 0, most: 0 });
const THREE_TO_FIVE: Option<BriefCount> = Some(BriefCount { least: 3, most: 5 });

async fn report(server: &Server, role: &str, quarter: &str) -> Result<GetDemandReportResponse, Status> {
    let asker = Asker::of(server, Some(role)).await;
    let request = asker.ask(GetDemandReportRequest { quarter: quarter.to_owned() });
    Ok(DemandServiceClient::new(server.channel().await).get_demand_report(request).await?.into_inner())
}

#[tokio::test]
async fn the_bureau_is_told_what_briefs_lacked_and_not_whose() {
    let server = Server::start().await;
    let visitor = Asker::default();
    // Three visitors ask for more land than any free parcel has, one of them by dragging; a fourth asks for less.
    for (sitting, min_m2) in
        [("a", 5_000_000.0), ("b", 5_500_000.0), ("c", 20_000.0), ("c", 900_000.0), ("c", 6_000_000.0)]
    {
        asks(&server, &visitor, Some(sitting), vec![area(min_m2)]).await;
    }
    let revision = asks(&server, &visitor, Some("d"), vec![area(1.0)]).await;
    // The government's own tries are no demand, and a firm is one party however many of it ask.
    asks(&server, &Asker::of(&server, Some("editor")).await, None, vec![area(7_000_000.0)]).await;
    for _ in 0..2 {
        asks(&server, &Asker::of(&server, Some("investor")).await, None, vec![free(), area(9_000_000.0)]).await;
    }
    let now = report(&server, "approver", "").await.expect("a report");
    assert_eq!(now.briefs, NO_BRIEF, "nothing has rested");

    let (status, folder) = server.terminate().await;
    assert!(status.success(), "{status}");
    let data = folder.path().join("data");
    let data = data.to_str().expect("a path of letters");
    let told = cloudsite(["demand", "--quarter", &now.quarter, "--data", data, "--json"]).await;
    let told = told.exits(0).json();
    let some = json!({ "least": 3, "most": 5 });
    assert_eq!((&told["briefs"], &told["refused"], &told["revision"]), (&some, &some, &json!(revision)), "{told}");
    let park = told["park"].as_array().expect("rows");
    let first = &park[0];
    assert_eq!((park.len(), &first["need"], &first["refused"]), (1, &json!("area_m2"), &some), "{told}");
    let rows = told["needs"].as_array().expect("rows");
    let zones: Vec<_> = rows.iter().filter(|row| row["need"] == "area_m2").map(|row| row["zone"].clone()).collect();
    assert!(zones.len() > 3 && zones.iter().any(serde_json::Value::is_string), "{zones:?}");
    let few = json!({ "least": 1, "most": 2 });
    let taken = rows.iter().filter(|row| row["need"] == "status");
    assert!(
        taken.clone().count() > 0 && taken.clone().all(|row| row["refused"] == few),
        "one asked for free land: {told}"
    );
    let other = cloudsite(["demand", "--quarter", "2020-Q1", "--data", data, "--json"]).await;
    assert_eq!(other.exits(0).json()["briefs"], json!({ "least": 0, "most": 0 }));
    cloudsite(["demand", "--quarter", "2020-Q5", "--data", data]).await.exits(2);
    let lines = cloudsite(["demand", "--data", data]).await;
    assert!(lines.exits(0).stdout.starts_with("park, area_m2: refused 3-5 briefs"), "{lines:?}");

    let server = Server::start_in(folder).await;
    let reply = report(&server, "editor", &now.quarter).await.expect("a report");
    assert_eq!((reply.briefs, reply.refused, reply.not_counted), (THREE_TO_FIVE, THREE_TO_FIVE, 0));
    assert_eq!((reply.park.len(), reply.needs.len(), reply.revision), (1, rows.len(), revision));
    let need = &reply.needs[0];
    assert!(need.zone.starts_with("zones/") || need.zone.is_empty(), "{need:?}");
    let classes = &reply.park[0].classes;
    assert!(classes.len() == 1 && classes[0].briefs == THREE_TO_FIVE && classes[0].from >= 5e6, "{classes:?}");
    for role in ["investor", "interpreter", "host", "auditor", "admin"] {
        let refused = report(&server, role, "").await.expect_err("it is the planners'");
        assert_eq!(refused.code(), Code::PermissionDenied, "{role}");
    }
    let bad = report(&server, "editor", "soon").await.expect_err("no quarter");
    assert!(bad.code() == Code::InvalidArgument && bad.message().contains("quarter"), "{bad}");
    let request = GetDemandReportRequest::default();
    DemandServiceClient::new(server.channel().await).get_demand_report(server.as_operator(request)).await.expect("all");
}

#[tokio::test]
async fn a_brief_is_refused_only_by_what_is_known() {
    let server = Server::start().await;
    let visitor = Asker::default();
    // All land fails both of it; a template begins with the status.
    for sitting in ["a", "b", "c"] {
        asks(&server, &visitor, Some(sitting), vec![free(), area(9_000_000.0), at_least("plot_ratio", 50.0)]).await;
    }
    // A visitor is told no price, so no land is known to be dearer.
    let cheap = || AmountMust { quantity: "price_cny_per_m2".to_owned(), max: Some(1.0), ..AmountMust::default() };
    for sitting in ["d", "e", "f"] {
        asks(&server, &visitor, Some(sitting), vec![Ask::AmountMust(cheap())]).await;
    }
    let (status, folder) = server.terminate().await;
    assert!(status.success(), "{status}");
    let server = Server::start_in(folder).await;
    let reply = report(&server, "editor", "").await.expect("a report");
    let six_to_eight = Some(BriefCount { least: 6, most: 8 });
    assert_eq!((reply.briefs, reply.refused), (six_to_eight, THREE_TO_FIVE));
    let told = |need: &UnmetNeed| (need.need.clone(), need.refused, need.briefs);
    let both = ["area_m2", "plot_ratio"].map(|need| (need.to_owned(), THREE_TO_FIVE, THREE_TO_FIVE));
    assert_eq!(reply.park.iter().map(told).collect::<Vec<_>>(), both, "and not the status");
    assert!(reply.needs.iter().all(|need| need.need != "price_cny_per_m2"), "{:?}", reply.needs);
    // Where nothing is on offer, that is all that is said of the zone.
    let taken = reply.needs.iter().filter(|need| need.need == "status");
    for taken in taken {
        assert_eq!(reply.needs.iter().filter(|need| need.zone == taken.zone).count(), 1, "{}", taken.zone);
    }
}
