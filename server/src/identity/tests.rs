//! Sessions, links and tokens over time.

use cloudsite_domain::identity::{MemberId, Principal, Role};
use cloudsite_proto::identity as wire;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue};

use super::sample::Sample;
use super::sign_in::SignInError;
use super::{Api, Credentials, Identity, InvalidCredentials};
use crate::grpc::Refusal;

fn bearer(token: &str) -> HeaderMap {
    [(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap())].into_iter().collect()
}

fn cookie(token: &str) -> HeaderMap {
    [(COOKIE, HeaderValue::from_str(&format!("{}={token}", super::cookie::ACCESS)).unwrap())].into_iter().collect()
}

/// Whether an access token is good.
fn good(identity: &Identity, access: &str) -> bool {
    identity.resolve(&bearer(access)).is_ok_and(|resolved| resolved.principal != Principal::Visitor)
}

/// A session of the demo member with a role.
fn session(sample: &Sample, role: Role) -> (MemberId, Credentials) {
    let path = &sample.links.iter().find(|link| link.role == role).unwrap().path;
    let token = path.strip_prefix("/sign-in/").unwrap();
    let id = sample.identity.linked_member(token).unwrap();
    (id, sample.identity.follow_link(token).unwrap())
}

/// A firm's member with a password.
fn with_password(sample: &Sample) -> MemberId {
    let request = wire::CreateMemberRequest {
        organisation: "organisations/example-firm".to_owned(),
        display_name: "Sato".to_owned(),
        email: "sato@example.org".to_owned(),
        roles: vec![wire::Role::Investor.into()],
        password: "correct horse battery".to_owned(),
    };
    let created = Api(sample.identity.clone()).create_member(&Principal::Operator, request).unwrap().member.unwrap();
    super::convert::member_id("name", &created.name).unwrap()
}

#[test]
fn a_session_lives_by_refreshing() {
    let sample = Sample::new(true);
    let identity = &sample.identity;
    let (_, first) = session(&sample, Role::Editor);
    let resolved = identity.resolve(&bearer(&first.access)).unwrap();
    assert!(resolved.principal.has(Role::Editor) && !resolved.principal.has(Role::Approver));
    assert_eq!(identity.resolve(&cookie(&first.access)), Ok(resolved.clone()), "a cookie is as good");
    assert_eq!(sample.again().resolve(&bearer(&first.access)), Ok(resolved), "a restart ends no session");
    sample.pass(15 * 60);
    assert_eq!(identity.resolve(&bearer(&first.access)), Err(InvalidCredentials));
    assert_eq!(identity.resolve(&cookie(&first.access)).unwrap().principal, Principal::Visitor);
    let (_, second) = identity.refresh(first.refresh.as_ref().unwrap().reveal()).unwrap();
    assert!(good(identity, &second.access));
    let (_, late) = identity.refresh(first.refresh.as_ref().unwrap().reveal()).unwrap();
    assert!(good(identity, &late.access) && late.refresh.is_none(), "two windows refresh at once");
    sample.pass(61);
    let stolen = identity.refresh(first.refresh.unwrap().reveal());
    assert!(matches!(stolen, Err(SignInError::Refused)), "{stolen:?}");
    assert!(!good(identity, &second.access), "the session has ended for both");
    assert!(identity.refresh(second.refresh.unwrap().reveal()).is_err());
}

#[test]
fn a_session_ends_with_its_span_however_often_it_is_refreshed() {
    let sample = Sample::new(true);
    let (_, mut credentials) = session(&sample, Role::Host);
    let end = credentials.session_ends_at;
    for _ in 0..14 * 24 - 1 {
        sample.pass(3_600);
        credentials = sample.identity.refresh(credentials.refresh.unwrap().reveal()).unwrap().1;
        assert_eq!(credentials.session_ends_at, end);
    }
    sample.pass(3_600);
    assert!(sample.identity.refresh(credentials.refresh.unwrap().reveal()).is_err());
}

#[test]
fn what_is_taken_away_counts_at_once() {
    let sample = Sample::new(true);
    let (identity, api) = (&sample.identity, Api(sample.identity.clone()));
    let (host, one) = session(&sample, Role::Host);
    let name = format!("members/{host}");
    let update = |roles: &[wire::Role], disabled| wire::UpdateMemberRequest {
        name: name.clone(),
        roles: Some(wire::RoleSet { roles: roles.iter().map(|role| (*role).into()).collect() }),
        disabled,
        etag: String::new(),
    };
    api.update_member(&Principal::Operator, update(&[wire::Role::Interpreter], None)).unwrap();
    let principal = identity.resolve(&bearer(&one.access)).unwrap().principal;
    assert!(principal.has(Role::Interpreter) && !principal.has(Role::Host));
    api.update_member(&Principal::Operator, update(&[wire::Role::Host], Some(true))).unwrap();
    assert!(!good(identity, &one.access), "disabled");
    assert!(identity.refresh(one.refresh.unwrap().reveal()).is_err());
    api.update_member(&Principal::Operator, update(&[wire::Role::Host], Some(false))).unwrap();
    assert!(!good(identity, &one.access), "the session is over all the same");
    let (_, two) = session(&sample, Role::Host);
    let (_, three) = session(&sample, Role::Host);
    let ended = api.revoke_sessions(&Principal::Operator, wire::RevokeSessionsRequest { member: name }).unwrap().ended;
    assert_eq!(ended, 2);
    assert!(!good(identity, &two.access) && !good(identity, &three.access) && !good(&sample.again(), &two.access));
}

#[test]
fn demo_links_are_for_the_demo_park_only() {
    let sample = Sample::new(true);
    let roles: Vec<Role> = sample.links.iter().map(|link| link.role).collect();
    assert_eq!(roles, Role::ALL, "one link for each role");
    for role in Role::ALL {
        let (_, credentials) = session(&sample, *role);
        let principal = sample.identity.resolve(&bearer(&credentials.access)).unwrap().principal;
        assert!(principal.has(*role), "{role}");
    }
    let (_, credentials) = session(&sample, Role::Admin);
    let service = service_token(&sample, Role::Editor, 0).1;
    let token = sample.links[0].path.strip_prefix("/sign-in/").unwrap();
    assert!(sample.again().linked_member(token).is_none(), "a link lasts as long as the server runs");
    sample.replace_park();
    assert!(sample.identity.linked_member(token).is_none(), "another park");
    assert!(!good(&sample.identity, &credentials.access), "a demo member's session is nothing there");
    assert!(!good(&sample.identity, &service), "nor is a token");
    assert!(sample.identity.refresh(credentials.refresh.unwrap().reveal()).is_err());
}

#[test]
fn another_park_has_no_demo_people() {
    let sample = Sample::new(false);
    assert!(sample.links.is_empty());
    assert!(sample.identity.organisations().is_empty());
    assert!(sample.identity.members(None, MemberId(0), 10).is_empty());
}

#[test]
fn wrong_sign_ins_say_the_same_and_are_counted() {
    let sample = Sample::new(true);
    let id = with_password(&sample);
    let sign_in = |email: &str, password: &str| sample.identity.sign_in(email, password);
    assert_eq!(sign_in(" SATO@example.org", "correct horse battery").unwrap().0, id);
    for (email, password) in [
        ("sato@example.org", "wrong horse battery"),
        ("nobody@example.org", "correct horse battery"),
        ("editor@demo.invalid", ""),
        ("no address", "correct horse battery"),
    ] {
        let error = sign_in(email, password).expect_err(email);
        assert!(matches!(error, SignInError::Refused), "{email}: {error}");
    }
    for _ in 0..9 {
        assert!(matches!(sign_in("sato@example.org", "x"), Err(SignInError::Refused)));
    }
    assert!(matches!(sign_in("sato@example.org", "correct horse battery"), Err(SignInError::TooMany)));
    sample.pass(5 * 60);
    assert!(sign_in("sato@example.org", "correct horse battery").is_ok());
}

#[test]
fn a_changed_password_ends_the_other_sessions() {
    let sample = Sample::new(true);
    let id = with_password(&sample);
    let identity = &sample.identity;
    let (_, here) = identity.sign_in("sato@example.org", "correct horse battery").unwrap();
    let (_, there) = identity.sign_in("sato@example.org", "correct horse battery").unwrap();
    let session = identity.resolve(&bearer(&here.access)).unwrap().session();
    let change = |present: &str, new: &str| identity.change_password(id, session, present, new);
    assert!(matches!(change("wrong", "another horse battery"), Err(SignInError::Refused)));
    assert!(matches!(change("correct horse battery", "short"), Err(SignInError::Password(_))));
    change("correct horse battery", "another horse battery").unwrap();
    assert!(good(identity, &here.access) && !good(identity, &there.access));
    assert!(identity.sign_in("sato@example.org", "correct horse battery").is_err());
    assert!(identity.sign_in("sato@example.org", "another horse battery").is_ok());
}

#[test]
fn an_invite_is_shown_and_then_redeemed_once() {
    let sample = Sample::new(true);
    let host = sample.identity.principal_now(session(&sample, Role::Host).0);
    let api = Api(sample.identity.clone());
    let request = |organisation: &str, roles: &[wire::Role], hours| wire::CreateInviteRequest {
        organisation: format!("organisations/{organisation}"),
        display_name: "Guest of the fair".to_owned(),
        roles: roles.iter().map(|role| (*role).into()).collect(),
        hours,
    };
    let made = api.create_invite(&host, request("example-firm", &[wire::Role::Investor], 1)).unwrap();
    for _ in 0..2 {
        let shown = sample.identity.open_invite(&made.token).unwrap();
        assert_eq!(shown.unwrap().name.as_str(), "Guest of the fair", "looking does not spend it");
    }
    let (_, credentials) = sample.identity.redeem(&made.token, None).unwrap();
    let principal = sample.identity.resolve(&bearer(&credentials.access)).unwrap().principal;
    assert!(principal.has(Role::Investor) && principal.label().starts_with("Guest of the fair (example-firm"));
    assert!(matches!(sample.identity.redeem(&made.token, None), Err(SignInError::Refused)));
    let late = api.create_invite(&host, request("example-firm", &[wire::Role::Investor], 1)).unwrap();
    sample.pass(3_600);
    assert_eq!(sample.identity.open_invite(&late.token).unwrap(), None);
    assert!(matches!(sample.identity.redeem(&late.token, None), Err(SignInError::Refused)));

    let refused = [
        (request("example-firm", &[wire::Role::Host], 0), "roles"),
        (request("example-firm", &[], 0), "roles"),
        (request("tokyo", &[wire::Role::Investor], 0), "roles"),
        (request("example-firm", &[wire::Role::Investor], 337), "hours"),
        (request("example-firm", &[wire::Role::Investor], u32::MAX), "hours"),
    ];
    for (request, field) in refused {
        match api.create_invite(&host, request) {
            Err(Refusal::Fields(fields)) => assert_eq!(fields[0].0, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let denied = api.create_invite(&host, request("example-centre-2", &[wire::Role::Interpreter], 0));
    assert!(matches!(denied, Err(Refusal::Denied(_))), "{denied:?}");
    let unknown = api.create_invite(&host, request("nowhere", &[wire::Role::Investor], 0));
    assert!(matches!(unknown, Err(Refusal::NotFound { .. })), "{unknown:?}");
}

/// A service token of the demo member with a role: its name and what a program sends.
fn service_token(sample: &Sample, role: Role, days: u32) -> (String, String) {
    let (id, _) = session(sample, role);
    let request = wire::CreateServiceTokenRequest {
        member: format!("members/{id}"),
        label: "nightly export".to_owned(),
        roles: vec![],
        days,
    };
    let made = Api(sample.identity.clone()).create_service_token(&Principal::Operator, request).unwrap();
    (made.service_token.unwrap().name, made.token)
}

#[test]
fn a_service_token_acts_until_it_is_over_or_revoked() {
    let sample = Sample::new(true);
    let (name, token) = service_token(&sample, Role::Editor, 2);
    let resolved = sample.again().resolve(&bearer(&token)).unwrap();
    assert!(resolved.principal.has(Role::Editor) && resolved.session().is_none());
    Api(sample.identity.clone())
        .revoke_service_token(&Principal::Operator, wire::RevokeServiceTokenRequest { name })
        .unwrap();
    assert!(!good(&sample.identity, &token));
    let (_, token) = service_token(&sample, Role::Editor, 2);
    sample.pass(2 * 86_400);
    assert!(!good(&sample.identity, &token));
}

#[test]
fn members_come_in_pages() {
    let sample = Sample::new(true);
    let api = Api(sample.identity.clone());
    let mut request = wire::ListMembersRequest { page_size: 3, ..Default::default() };
    let mut names = Vec::new();
    loop {
        let page = api.list_members(request.clone()).unwrap();
        assert!(page.members.len() <= 3);
        names.extend(page.members.into_iter().map(|member| member.name));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let all: Vec<String> = (1..=7).map(|id| format!("members/{id}")).collect();
    assert_eq!(names, all);
    let bureau =
        wire::ListMembersRequest { organisation: "organisations/demo-bureau".to_owned(), ..Default::default() };
    assert_eq!(api.list_members(bureau).unwrap().members.len(), 4);
}
