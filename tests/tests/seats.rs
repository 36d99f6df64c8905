//! Seats in meetings: whose they are, and when they end.

use cloudsite_proto::identity::identity_service_client::IdentityServiceClient;
use cloudsite_proto::identity::{ListMembersRequest, Member, Role, RoleSet, SignOutRequest, UpdateMemberRequest};
use cloudsite_proto::meeting::act::Act as Doing;
use cloudsite_proto::meeting::farewell::Reason;
use cloudsite_proto::meeting::join_response::Event;
use cloudsite_proto::meeting::meeting_service_client::MeetingServiceClient;
use cloudsite_proto::meeting::{
    CreateGuestLinkRequest, End, GuestLink, ListGuestLinksRequest, ListMeetingsRequest, Meeting, MeetingRole,
    RevokeGuestLinkRequest, UpdateMeetingRequest,
};
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now, way};
use cloudsite_tests::{Asker, Server};
use tonic::{Code, Status};
use tonic_types::StatusExt;

fn farewell(event: &Event) -> Option<Reason> {
    match event {
        Event::Farewell(farewell) => Some(farewell.reason()),
        _ => None,
    }
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// Why someone does not come back by a token.
async fn shut_out(server: &Server, role: Option<&str>, token: &str) -> Code {
    Attendee::again(server, role, token).await.map(|_| ()).expect_err("the seat is not theirs").code()
}

#[tokio::test]
async fn who_signs_out_has_no_seat_and_comes_back_as_who_they_were() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let asker = Asker::of(&server, Some("host")).await;
    let by_name = way(cloudsite_proto::meeting::join_request::Way::Meeting(meeting.name.clone()));
    let mut host = Attendee::join(&server, asker.ask(by_name)).await.expect("the host joins");
    let secret = guest_link(&server, &meeting, "Sato", MeetingRole::Interpreter).await;
    let mut guest = Attendee::guest(&server, &secret).await.expect("the guest joins");
    let mut identity = IdentityServiceClient::new(server.channel().await);
    identity.sign_out(asker.ask(SignOutRequest::default())).await.expect("one may sign out");
    assert_eq!(host.until("the farewell", farewell).await, Reason::Withdrawn);
    assert!(host.next().await.is_none(), "the stream is over");
    let (id, token) = (host.id(), host.welcome.resume_token.clone());
    guest.until_state("the host is gone", |state| state.people.iter().all(|person| person.id != id)).await;
    let refused = host.act(Doing::Lock(true)).await.expect_err("no longer there");
    assert_eq!(reason(&refused), "NOT_JOINED");

    assert_eq!(shut_out(&server, None, &token).await, Code::Unauthenticated);
    assert_eq!(shut_out(&server, Some("interpreter"), &token).await, Code::PermissionDenied, "a seat is one member's");
    let again = Attendee::again(&server, Some("host"), &token).await.expect("signed in again, the host is back");
    assert_eq!(again.id(), id);
    // Who came by a link is nobody in particular, and is asked for nothing.
    let back = Attendee::again(&server, None, &guest.welcome.resume_token).await.expect("the guest is back");
    assert_eq!(back.id(), guest.id());
}

#[tokio::test]
async fn who_is_no_longer_what_they_came_as_loses_the_seat() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let mut interpreter = Attendee::member(&server, "interpreter", &meeting).await.expect("the interpreter joins");
    let mut official = Attendee::member(&server, "editor", &meeting).await.expect("an official joins");
    let admin = Asker::of(&server, Some("admin")).await;
    let mut identity = IdentityServiceClient::new(server.channel().await);
    let members = identity.list_members(admin.ask(ListMembersRequest::default())).await.expect("an admin lists");
    let members = members.into_inner().members;
    let with = |role: Role| -> Member {
        let found = members.iter().find(|member| member.roles().any(|own| own == role));
        found.cloned().expect("the demo has one of each")
    };
    let mut change = async |name: String, roles: Option<Vec<i32>>, disabled: Option<bool>| {
        let roles = roles.map(|roles| RoleSet { roles });
        let request = UpdateMemberRequest { name, roles, disabled, ..UpdateMemberRequest::default() };
        identity.update_member(admin.ask(request)).await.expect("an admin changes members");
    };
    change(with(Role::Interpreter).name, Some(vec![Role::Host.into()]), None).await;
    assert_eq!(interpreter.until("the farewell", farewell).await, Reason::Withdrawn);
    let token = interpreter.welcome.resume_token.clone();
    assert_eq!(shut_out(&server, Some("interpreter"), &token).await, Code::PermissionDenied);
    change(with(Role::Editor).name, None, Some(true)).await;
    assert_eq!(official.until("the farewell", farewell).await, Reason::Withdrawn);
    host.until_state("the host is alone", |state| state.people.len() == 1).await;
}

#[tokio::test]
async fn what_a_host_ends_is_over_for_good_and_shown_so() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let secret = guest_link(&server, &meeting, "Sato", MeetingRole::Interpreter).await;
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let mut guest = Attendee::guest(&server, &secret).await.expect("the guest joins");
    host.act(Doing::End(End {})).await.expect("a host ends it");
    assert_eq!(guest.until("the end", farewell).await, Reason::Ended);

    let asker = Asker::of(&server, Some("host")).await;
    let mut plans = MeetingServiceClient::new(server.channel().await);
    let listed = plans.list_meetings(asker.ask(ListMeetingsRequest {})).await.expect("it is listed").into_inner();
    let [shown] = listed.meetings.as_slice() else { panic!("one is planned: {listed:?}") };
    assert_eq!((shown.ended, shown.open), (true, false));
    for refused in [
        Attendee::guest(&server, &secret).await.map(|_| ()),
        Attendee::member(&server, "host", &meeting).await.map(|_| ()),
        Attendee::again(&server, None, &guest.welcome.resume_token).await.map(|_| ()),
    ] {
        assert_eq!(reason(&refused.expect_err("nobody comes into it")), "MEETING_OVER");
    }
    let link = CreateGuestLinkRequest {
        parent: meeting.name.clone(),
        display_name: "Late".to_owned(),
        role: MeetingRole::Guest.into(),
        language: "en".to_owned(),
    };
    let refused = plans.create_guest_link(asker.ask(link)).await.expect_err("nobody is invited to it");
    assert_eq!(reason(&refused), "MEETING_OVER");
    let change = UpdateMeetingRequest { meeting: Some(Meeting { title: "Again".to_owned(), ..shown.clone() }) };
    let refused = plans.update_meeting(asker.ask(change)).await.expect_err("it is not planned anew");
    assert_eq!(reason(&refused), "MEETING_OVER");
}

#[tokio::test]
async fn a_link_tells_its_use_and_takes_whoever_came_by_it_along_when_it_is_taken_back() {
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let first = guest_link(&server, &meeting, "Sato", MeetingRole::Interpreter).await;
    let second = guest_link(&server, &meeting, "Suzuki", MeetingRole::Interpreter).await;
    let asker = Asker::of(&server, Some("host")).await;
    let mut plans = MeetingServiceClient::new(server.channel().await);
    let request = || ListGuestLinksRequest { parent: meeting.name.clone() };
    let mut links = async || -> Vec<GuestLink> {
        plans.list_guest_links(asker.ask(request())).await.expect("a host lists").into_inner().guest_links
    };
    let told = |links: &[GuestLink]| -> Vec<(bool, Vec<String>)> {
        links.iter().map(|link| (link.used_at.is_some(), link.present.clone())).collect()
    };
    assert_eq!(told(&links().await), [(false, vec![]), (false, vec![])], "nobody has come yet");
    let mut host = Attendee::member(&server, "host", &meeting).await.expect("the host joins");
    let mut sato = Attendee::guest(&server, &first).await.expect("the first joins");
    let again = Attendee::guest(&server, &first).await.expect("the first joins from a second machine");
    let mut suzuki = Attendee::guest(&server, &second).await.expect("the second joins");
    let before = links().await;
    let (of_sato, of_suzuki) = (vec!["Sato".to_owned(); 2], vec!["Suzuki".to_owned()]);
    assert_eq!(told(&before), [(true, of_sato), (true, of_suzuki.clone())]);
    let ends = meeting.ends_at.expect("it ends").seconds;
    assert_eq!(before[0].expires_at.map(|at| at.seconds), Some(ends + 3_600), "an hour after the meeting");

    // One who is away when it happens does not come back either.
    let token = again.welcome.resume_token.clone();
    drop(again);
    let revoke = RevokeGuestLinkRequest { name: before[0].name.clone() };
    let mut revoker = MeetingServiceClient::new(server.channel().await);
    revoker.revoke_guest_link(asker.ask(revoke)).await.expect("a host takes it back");
    assert_eq!(sato.until("the farewell", farewell).await, Reason::LinkRevoked);
    assert!(sato.next().await.is_none(), "the stream is over");
    for token in [&token, &sato.welcome.resume_token] {
        assert_eq!(shut_out(&server, None, token).await, Code::Unauthenticated);
    }
    let refused = Attendee::guest(&server, &first).await.map(|_| ()).expect_err("it leads nowhere");
    assert_eq!(refused.code(), Code::Unauthenticated);
    let gone = sato.id();
    host.until_state("the host sees it", |state| state.people.iter().all(|person| person.id != gone)).await;
    suzuki.write("still here").await.expect("the other link is good");
    assert_eq!(host.line().await.1, "still here");
    let after = links().await;
    assert_eq!(told(&after), [(true, vec![]), (true, of_suzuki)]);
    assert_eq!(after[0].used_at, before[0].used_at, "the first use counts");
}
