//! Meetings that are planned and the invitations to them, over the wire.

use std::time::{SystemTime, UNIX_EPOCH};

use cloudsite_proto::audit::ListEventsRequest;
use cloudsite_proto::audit::audit_service_client::AuditServiceClient;
use cloudsite_proto::identity::{CreateMemberRequest, CreateServiceTokenRequest, Role};
use cloudsite_proto::meeting::meeting_service_client::MeetingServiceClient;
use cloudsite_proto::meeting::{
    CreateGuestLinkRequest, CreateGuestLinkResponse, CreateMeetingRequest, GetInvitationRequest, GetInvitationResponse,
    GetMeetingRequest, GuestLink, ListGuestLinksRequest, ListMeetingsRequest, Meeting, MeetingRole,
    RevokeGuestLinkRequest, UpdateMeetingRequest,
};
use cloudsite_tests::{Asker, Server, get};
use icalendar::{Calendar, Component, Event, EventStatus};
use prost_types::Timestamp;
use tempfile::TempDir;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

const HOUR: i64 = 3_600;

/// A meeting of an hour that begins so many hours from now.
#[expect(clippy::disallowed_methods, reason = "the server plans nothing for a day that is over")]
fn plan(title: &str, begins_in_hours: i64) -> Meeting {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs() as i64;
    let at = |hours| Some(Timestamp { seconds: now + hours * HOUR, nanos: 0 });
    Meeting {
        title: title.to_owned(),
        starts_at: at(begins_in_hours),
        ends_at: at(begins_in_hours + 1),
        time_zone: "Europe/Berlin".to_owned(),
        floors: vec!["zh".to_owned(), "ja".to_owned()],
        ..Meeting::default()
    }
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
    let request = CreateServiceTokenRequest { member, label: "meetings".to_owned(), ..Default::default() };
    let made = identity.create_service_token(server.as_operator(request)).await.expect("a token is made");
    Asker { token: Some(made.into_inner().token), seen_as: None }
}

/// The plans, as someone may call for them.
struct Planner {
    client: MeetingServiceClient<Channel>,
    asker: Asker,
}

impl Planner {
    async fn of(server: &Server, asker: Asker) -> Self {
        Self { client: MeetingServiceClient::new(server.channel().await), asker }
    }

    async fn of_role(server: &Server, role: Option<&str>) -> Self {
        Self::of(server, Asker::of(server, role).await).await
    }

    async fn create(&mut self, meeting: Meeting) -> Result<Meeting, Status> {
        let request = CreateMeetingRequest { meeting: Some(meeting) };
        Ok(self.client.create_meeting(self.asker.ask(request)).await?.into_inner().meeting.expect("a meeting"))
    }

    async fn get(&mut self, name: &str) -> Result<Meeting, Status> {
        let request = GetMeetingRequest { name: name.to_owned() };
        Ok(self.client.get_meeting(self.asker.ask(request)).await?.into_inner().meeting.expect("a meeting"))
    }

    async fn titles(&mut self) -> Vec<String> {
        let reply = self.client.list_meetings(self.asker.ask(ListMeetingsRequest {})).await.expect("a list");
        reply.into_inner().meetings.into_iter().map(|meeting| meeting.title).collect()
    }

    async fn update(&mut self, meeting: Meeting) -> Result<Meeting, Status> {
        let request = UpdateMeetingRequest { meeting: Some(meeting) };
        Ok(self.client.update_meeting(self.asker.ask(request)).await?.into_inner().meeting.expect("a meeting"))
    }

    async fn link(&mut self, request: CreateGuestLinkRequest) -> Result<CreateGuestLinkResponse, Status> {
        Ok(self.client.create_guest_link(self.asker.ask(request)).await?.into_inner())
    }

    async fn links(&mut self, parent: &str) -> Result<Vec<GuestLink>, Status> {
        let request = ListGuestLinksRequest { parent: parent.to_owned() };
        Ok(self.client.list_guest_links(self.asker.ask(request)).await?.into_inner().guest_links)
    }

    async fn revoke(&mut self, name: &str) -> Result<GuestLink, Status> {
        let request = RevokeGuestLinkRequest { name: name.to_owned() };
        Ok(self.client.revoke_guest_link(self.asker.ask(request)).await?.into_inner().guest_link.expect("a link"))
    }

    async fn look(&mut self, secret: &str) -> Result<GetInvitationResponse, Status> {
        let request = GetInvitationRequest { secret: secret.to_owned() };
        Ok(self.client.get_invitation(self.asker.ask(request)).await?.into_inner())
    }
}

fn for_guest(meeting: &Meeting) -> CreateGuestLinkRequest {
    CreateGuestLinkRequest {
        parent: meeting.name.clone(),
        display_name: "Müller, Anna".to_owned(),
        role: MeetingRole::Guest.into(),
        language: "de".to_owned(),
    }
}

#[tokio::test]
async fn a_host_plans_changes_and_calls_off() {
    let server = Server::start().await;
    let mut host = Planner::of_role(&server, Some("host")).await;
    let later = host.create(plan("Second visit", 48)).await.expect("it is planned");
    let first = host.create(plan("First visit", 1)).await.expect("it is planned");
    assert_eq!((first.organisation.as_str(), first.own_role()), ("organisations/tokyo", MeetingRole::Host));
    assert_eq!((first.open, later.open, first.cancelled), (true, false, false), "one begins within the hour");
    assert_eq!((&first.floors, first.time_zone.as_str()), (&vec!["zh".to_owned(), "ja".to_owned()], "Europe/Berlin"));
    assert_eq!(host.titles().await, ["First visit", "Second visit"]);

    for (role, own) in [("interpreter", MeetingRole::Interpreter), ("editor", MeetingRole::Official)] {
        let mut other = Planner::of_role(&server, Some(role)).await;
        let seen = other.get(&first.name).await.expect("it is for them");
        assert_eq!(seen, Meeting { own_role: own.into(), ..first.clone() });
        assert_eq!(other.titles().await, ["First visit", "Second visit"], "{role}");
        let refused = other.update(seen).await.expect_err("hosts change meetings");
        assert_eq!(refused.code(), Code::PermissionDenied, "{role}");
    }
    let strangers = [
        ("another centre's host", member_of(&server, "organisations/example-centre-2", Role::Host).await),
        ("an investor", Asker::of(&server, Some("investor")).await),
        ("an auditor", Asker::of(&server, Some("auditor")).await),
    ];
    for (who, asker) in strangers {
        let mut stranger = Planner::of(&server, asker).await;
        assert_eq!(stranger.get(&first.name).await.expect_err(who).code(), Code::NotFound, "{who}");
        assert!(stranger.titles().await.is_empty(), "{who}");
    }
    let mut visitor = Planner::of_role(&server, None).await;
    assert_eq!(visitor.get(&first.name).await.expect_err("a visitor").code(), Code::Unauthenticated);
    assert_eq!(visitor.create(plan("x", 1)).await.expect_err("a visitor").code(), Code::Unauthenticated);

    let moved = Meeting { ends_at: plan("", 2).ends_at, title: "Long visit".to_owned(), ..first.clone() };
    let second = host.update(moved.clone()).await.expect("it is changed");
    assert_eq!((second.title.as_str(), &second.ends_at), ("Long visit", &moved.ends_at));
    assert_ne!(second.etag, first.etag);
    let late = host.update(moved).await.expect_err("it has changed since");
    assert_eq!(late.code(), Code::Aborted, "{late}");
    let off = host.update(Meeting { cancelled: true, ..second }).await.expect("it is called off");
    assert!(off.cancelled && !off.open);
    assert_eq!(host.titles().await, ["Long visit", "Second visit"], "whoever looks sees that it was called off");
    let refused = host.link(for_guest(&off)).await.expect_err("nobody is invited any longer");
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
}

#[tokio::test]
async fn a_visitor_follows_a_link_until_it_is_taken_back() {
    let folder = TempDir::new().expect("a folder can be made");
    let server = Server::start_under(folder, &["env", "RUST_LOG=debug"]).await;
    let mut host = Planner::of_role(&server, Some("host")).await;
    let meeting = host.create(plan("Visit, and talk", 1)).await.expect("it is planned");
    let made = host.link(for_guest(&meeting)).await.expect("a link is made");
    let (secret, link) = (made.secret.as_str(), made.guest_link.clone().expect("there is a link"));
    assert_eq!(link.name, format!("{}/guestLinks/1", meeting.name));
    assert_eq!(made.path, format!("/?meet={secret}"));
    assert_eq!(get(&server.url(&made.path), &[]).await.status, 200);
    let mut visitor = Planner::of_role(&server, None).await;
    let seen = visitor.look(secret).await.expect("it leads to the meeting");
    assert_eq!(seen.meeting, Some(Meeting { own_role: 0, ..meeting.clone() }));
    assert_eq!((seen.display_name.as_str(), seen.role(), seen.language.as_str()), {
        ("Müller, Anna", MeetingRole::Guest, "de")
    });
    assert_eq!(host.links(&meeting.name).await.expect("links"), std::slice::from_ref(&link));
    let mut editor = Planner::of_role(&server, Some("editor")).await;
    assert_eq!(editor.links(&meeting.name).await.expect_err("not an editor's").code(), Code::PermissionDenied);

    let gone = host.revoke(&link.name).await.expect("it is taken back");
    assert!(gone.revoked);
    for wrong in [secret, "", "x"] {
        let refused = visitor.look(wrong).await.expect_err("it leads nowhere");
        assert_eq!(refused.code(), Code::NotFound, "{refused}");
        assert!(!refused.message().contains(secret), "{refused}");
    }
    assert_eq!(get(&server.url(&made.calendar_path), &[]).await.status, 404);

    let auditor = Asker::of(&server, Some("auditor")).await;
    let request = ListEventsRequest { page_size: 100, ..ListEventsRequest::default() };
    let mut log = AuditServiceClient::new(server.channel().await);
    let events = log.list_events(auditor.ask(request)).await.expect("events").into_inner().events;
    let of_meeting: Vec<_> = events.iter().filter(|event| event.subject == meeting.name).collect();
    let did: Vec<&str> = of_meeting.iter().rev().map(|event| event.detail["did"].as_str()).collect();
    assert_eq!(did, ["planned", "link_made", "link_revoked"]);
    assert!(of_meeting.iter().all(|event| event.action == "meeting" && event.organisation == "tokyo"));
    let told = format!("{events:?}{}", get(&server.url("/metrics"), &[]).await.text());
    assert!(!told.contains(secret) && !told.contains("Müller") && !told.contains("Visit"), "{told}");
    let log = server.log();
    assert!(log.contains("/meet/{secret}/invitation.ics") && !log.contains(secret), "the route is told, not the path");
}

/// The one event of an invitation, fetched as a calendar fetches it.
async fn fetched(server: &Server, path: &str) -> Event {
    let answer = get(&server.url(path), &[("x-forwarded-proto", "https"), ("x-forwarded-host", "park.example")]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    let calendar: Calendar = answer.text().parse().expect("it is a calendar");
    let events: Vec<&Event> = calendar.events().collect();
    assert_eq!(events.len(), 1, "{calendar}");
    events[0].clone()
}

#[tokio::test]
async fn an_invitation_goes_into_a_calendar_and_out_of_it() {
    let server = Server::start().await;
    let mut host = Planner::of_role(&server, Some("host")).await;
    let meeting = host.create(plan("Visit, and talk", 30)).await.expect("it is planned");
    let made = host.link(for_guest(&meeting)).await.expect("a link is made");
    let first = fetched(&server, &made.calendar_path).await;
    assert_eq!(first.get_summary(), Some("Visit, and talk"));
    assert_eq!(first.get_url(), Some(format!("https://park.example/?meet={}", made.secret).as_str()));
    assert_eq!((first.get_status(), first.get_sequence()), (Some(EventStatus::Confirmed), Some(1)));
    let description = first.get_description().expect("a description");
    for part in ["Tokyo business centre", "Müller, Anna", "(Europe/Berlin)", "中文, 日本語", "Mit diesem Link"] {
        assert!(description.contains(part), "{part} in {description}");
    }
    let starts = meeting.starts_at.expect("it begins").seconds;
    let starts = jiff::Timestamp::from_second(starts).expect("a moment").strftime("%Y%m%dT%H%M%SZ").to_string();
    assert_eq!(first.property_value("DTSTART"), Some(starts.as_str()));

    host.update(Meeting { cancelled: true, ..meeting }).await.expect("it is called off");
    let second = fetched(&server, &made.calendar_path).await;
    assert_eq!((second.get_status(), second.get_sequence()), (Some(EventStatus::Cancelled), Some(2)));
    assert_eq!(first.get_uid(), second.get_uid());
    for path in ["/meet/x/invitation.ics", "/meet//invitation.ics", "/meet/invitation.ics"] {
        assert_eq!(get(&server.url(path), &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_field() {
    let server = Server::start().await;
    let mut host = Planner::of_role(&server, Some("host")).await;
    let good = || plan("Visit", 2);
    let cases = [
        (Meeting { title: "a\nb".to_owned(), ..good() }, vec!["meeting.title"]),
        (Meeting { ends_at: good().starts_at, ..good() }, vec!["meeting.ends_at"]),
        (Meeting { ends_at: plan("", 14).ends_at, ..good() }, vec!["meeting.ends_at"]),
        (plan("Visit", -2), vec!["meeting.ends_at"]),
        (Meeting { starts_at: Some(Timestamp { seconds: i64::MIN, nanos: -1 }), ..good() }, vec!["meeting.starts_at"]),
        (Meeting { time_zone: "Mars/Olympus".to_owned(), ..good() }, vec!["meeting.time_zone"]),
        (Meeting { floors: vec!["tlh".to_owned()], ..good() }, vec!["meeting.floors"]),
        (Meeting::default(), vec!["meeting.title", "meeting.starts_at", "meeting.ends_at", "meeting.time_zone"]),
    ];
    for (meeting, expected) in cases {
        let refused = host.create(meeting.clone()).await.expect_err("it makes no sense");
        let details = refused.get_error_details();
        let violations = &details.bad_request().expect("fields are named").field_violations;
        let fields: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!((refused.code(), fields), (Code::InvalidArgument, expected), "{meeting:?}");
    }
    let kept = host.create(good()).await.expect("it is planned");
    let links = [
        (CreateGuestLinkRequest { parent: "meetings/x".to_owned(), ..for_guest(&kept) }, "parent"),
        (CreateGuestLinkRequest { display_name: String::new(), ..for_guest(&kept) }, "display_name"),
        (CreateGuestLinkRequest { role: MeetingRole::Host.into(), ..for_guest(&kept) }, "role"),
        (CreateGuestLinkRequest { role: MeetingRole::Official.into(), ..for_guest(&kept) }, "role"),
        (CreateGuestLinkRequest { language: "xx".to_owned(), ..for_guest(&kept) }, "language"),
    ];
    for (request, field) in links {
        let refused = host.link(request).await.expect_err("it makes no sense");
        let details = refused.get_error_details();
        let violations = &details.bad_request().expect("fields are named").field_violations;
        assert_eq!(violations.iter().map(|violation| violation.field.as_str()).collect::<Vec<_>>(), [field]);
    }
    let no_etag = host.update(Meeting { etag: String::new(), ..kept.clone() }).await.expect_err("an etag is needed");
    assert!(no_etag.message().starts_with("meeting.etag: "), "{no_etag}");
    let nameless = host.update(Meeting { name: String::new(), ..kept }).await.expect_err("a name is needed");
    assert!(nameless.message().starts_with("meeting.name: "), "{nameless}");
}
