//! Rules about who people are. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use std::sync::Barrier;
use std::thread;

use cloudsite_domain::identity::{
    InviteRefused, MOST_SESSIONS, Member, MemberId, Organisation, OrganisationKind, Role, ServiceTokenId, SessionEnd,
    SessionId, SessionState, Tier,
};
use cloudsite_domain::record::{Code, Language};
use jiff::Timestamp;

use crate::identity::{IdentityError, IdentityStore, NewInvite, NewMember, NewServiceToken, Refreshed, SecretHash};

/// A place where people are kept for a test.
pub trait IdentityFixture {
    /// Opens it. Called again after what it gave was dropped, it opens the same people.
    fn open_identity(&self) -> Box<dyn IdentityStore>;
}

/// Makes one `#[test]` of each rule about people. `$make` is a function that gives a fresh [`IdentityFixture`].
#[macro_export]
macro_rules! identity_contract_tests {
    ($make:path) => {
        $crate::contract_tests! { $make;
            people_are_there_after_reopening,
            organisations_are_known_by_their_code,
            a_firm_has_a_host_that_is_there,
            the_tiers_of_an_organisation_are_kept,
            an_address_is_one_members,
            a_member_is_changed_by_who_read_the_newest,
            a_password_is_replaced,
            an_invite_makes_one_member,
            a_spent_or_late_invite_makes_none,
            a_session_is_refreshed_by_its_newest_secret,
            a_secret_that_comes_back_late_ends_the_session,
            sessions_end_when_told_and_by_themselves,
            a_member_has_so_many_sessions,
            a_service_token_is_revoked_once,
        }
    };
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(secs).unwrap()
}

fn secret(number: u8) -> SecretHash {
    SecretHash([number; 32])
}

fn firm() -> Organisation {
    let names =
        [(Language::Ja, "例の会社".to_owned()), (Language::En, "Example firm".to_owned())].into_iter().collect();
    let languages = vec![Language::Ja, Language::En];
    let (code, zone) = ("firm".parse().unwrap(), "Asia/Tokyo".parse().unwrap());
    Organisation::new(code, OrganisationKind::Firm, names, zone, languages, Tier::Investor).unwrap()
}

fn new_member(name: &str, email: Option<&str>) -> NewMember {
    NewMember {
        organisation: "firm".parse().unwrap(),
        name: name.parse().unwrap(),
        email: email.map(|email| email.parse().unwrap()),
        roles: [Role::Investor, Role::Interpreter].into(),
        demo: false,
    }
}

/// A host is an organisation that is kept, and can be taken away again.
pub fn a_firm_has_a_host_that_is_there(fixture: &impl IdentityFixture) {
    let store = fixture.open_identity();
    let names = [(Language::Ja, "東京".to_owned())].into_iter().collect();
    let (code, zone) = ("tokyo".parse().unwrap(), "Asia/Tokyo".parse().unwrap());
    let tokyo =
        Organisation::new(code, OrganisationKind::Centre, names, zone, vec![Language::Ja], Tier::Negotiating).unwrap();
    let hosted = firm().hosted_by(Some(tokyo.code().clone())).unwrap();
    let unknown = store.create_organisation(&hosted, at(0));
    assert!(matches!(unknown, Err(IdentityError::UnknownOrganisation(code)) if code == *tokyo.code()));
    store.create_organisation(&tokyo, at(0)).unwrap();
    store.create_organisation(&hosted, at(1)).unwrap();
    drop(store);
    let store = fixture.open_identity();
    assert_eq!(store.organisations().unwrap(), [hosted.clone(), tokyo]);
    let elsewhere = firm().hosted_by(Some("paris".parse().unwrap())).unwrap();
    assert!(matches!(store.update_organisation(&elsewhere, at(2)), Err(IdentityError::UnknownOrganisation(_))));
    assert_eq!(store.organisations().unwrap()[0], hosted);
    store.update_organisation(&firm(), at(3)).unwrap();
    assert_eq!(store.organisations().unwrap()[0].host(), None);
}

/// A store with one member.
fn with_member(fixture: &impl IdentityFixture) -> (Box<dyn IdentityStore>, Member) {
    let store = fixture.open_identity();
    store.create_organisation(&firm(), at(0)).unwrap();
    let member = store.create_member(&new_member("Sato", Some("sato@example.org")), at(5)).unwrap();
    (store, member)
}

fn invite(store: &dyn IdentityStore, number: u8, expires_at: i64) {
    let new = NewInvite {
        organisation: "firm".parse().unwrap(),
        name: "Guest".parse().unwrap(),
        roles: [Role::Investor].into(),
        created_by: "Host".to_owned(),
        expires_at: at(expires_at),
    };
    store.create_invite(&new, &secret(number), at(0)).unwrap();
}

/// What was kept is kept as it was, to the microsecond.
pub fn people_are_there_after_reopening(fixture: &impl IdentityFixture) {
    let (store, member) = with_member(fixture);
    let fine: Timestamp = "2026-03-01T08:00:00.123456Z".parse().unwrap();
    let mut other = new_member("Ito", None);
    other.demo = true;
    let other = store.create_member(&other, fine).unwrap();
    let session = store.start_session(member.id, &secret(1), fine, at(4_000_000_000)).unwrap().session;
    invite(&*store, 2, 100);
    drop(store);
    let store = fixture.open_identity();
    assert_eq!(store.organisations().unwrap(), [firm()]);
    assert_eq!(store.members().unwrap(), [member, other.clone()]);
    assert_eq!((other.created_at, other.demo, other.version), (fine, true, 1));
    assert_eq!(store.live_sessions(fine).unwrap(), [session]);
    assert_eq!(store.invite(&secret(2)).unwrap().unwrap().roles, [Role::Investor].into());
    assert_eq!(store.invite(&secret(3)).unwrap(), None);
}

/// A code is given once, and members are only of organisations that there are.
pub fn organisations_are_known_by_their_code(fixture: &impl IdentityFixture) {
    let store = fixture.open_identity();
    let error = store.create_member(&new_member("Sato", None), at(0)).expect_err("there is no firm yet");
    assert!(matches!(&error, IdentityError::UnknownOrganisation(code) if code.as_str() == "firm"), "{error}");
    store.create_organisation(&firm(), at(0)).unwrap();
    let error = store.create_organisation(&firm(), at(0)).expect_err("it is there");
    assert!(matches!(&error, IdentityError::OrganisationExists(code) if code.as_str() == "firm"), "{error}");
    assert_eq!(store.organisations().unwrap().len(), 1);
}

/// It is kept which tier an organisation had when, from its beginning on; what changes besides makes no new time of it.
pub fn the_tiers_of_an_organisation_are_kept(fixture: &impl IdentityFixture) {
    let store = fixture.open_identity();
    let error = store.update_organisation(&firm(), at(1)).expect_err("there is no firm yet");
    assert!(matches!(&error, IdentityError::UnknownOrganisation(code) if code.as_str() == "firm"), "{error}");
    store.create_organisation(&firm(), at(10)).unwrap();
    let of_tier = |tier, zone: &str| {
        let firm = firm();
        let (code, names, languages) = (firm.code().clone(), firm.names().clone(), firm.languages().to_vec());
        Organisation::new(code, firm.kind(), names, zone.parse().unwrap(), languages, tier).unwrap()
    };
    let first = firm().tier();
    let other = if first == Tier::Negotiating { Tier::Investor } else { Tier::Negotiating };
    store.update_organisation(&of_tier(first, "Europe/Berlin"), at(20)).unwrap();
    store.update_organisation(&of_tier(other, "Europe/Berlin"), at(30)).unwrap();
    store.update_organisation(&of_tier(first, "Europe/Berlin"), at(40)).unwrap();
    drop(store);
    let store = fixture.open_identity();
    assert_eq!(store.organisations().unwrap(), [of_tier(first, "Europe/Berlin")]);
    let firm: Code = "firm".parse().unwrap();
    let cases =
        [(9, None), (10, Some((10, first))), (29, Some((10, first))), (30, Some((30, other))), (99, Some((40, first)))];
    for (moment, expected) in cases {
        let expected = expected.map(|(since, tier)| (at(since), tier));
        assert_eq!(store.tier_at(&firm, at(moment)).unwrap(), expected, "at {moment}");
    }
    assert_eq!(store.tier_at(&"nobody".parse().unwrap(), at(99)).unwrap(), None);
}

/// Two members never sign in by one address; many have none.
pub fn an_address_is_one_members(fixture: &impl IdentityFixture) {
    let (store, _) = with_member(fixture);
    let error = store.create_member(&new_member("Other", Some("SATO@example.org")), at(0)).expect_err("it is taken");
    assert!(matches!(error, IdentityError::EmailTaken), "{error}");
    let a = store.create_member(&new_member("A", None), at(0)).unwrap();
    let b = store.create_member(&new_member("B", None), at(0)).unwrap();
    assert!(a.id < b.id, "numbers grow");
    let error = store.update_member(&Member { email: Some("sato@example.org".parse().unwrap()), ..a.clone() });
    assert!(matches!(error, Err(IdentityError::EmailTaken)), "{error:?}");
    assert_eq!(store.members().unwrap()[1], a);
}

/// A change made on top of an older version is refused.
pub fn a_member_is_changed_by_who_read_the_newest(fixture: &impl IdentityFixture) {
    let (store, member) = with_member(fixture);
    let disabled = store.update_member(&member.clone().disable().unwrap()).unwrap();
    assert_eq!((disabled.version, disabled.state), (2, member.clone().disable().unwrap().state));
    let error = store.update_member(&Member { roles: [Role::Investor].into(), ..member }).expect_err("it has moved");
    assert!(matches!(error, IdentityError::MemberMoved { expected: 1, actual: 2 }), "{error}");
    assert_eq!(store.members().unwrap(), std::slice::from_ref(&disabled));
    let error = store.update_member(&Member { id: MemberId(99), ..disabled }).expect_err("there is none");
    assert!(matches!(error, IdentityError::UnknownMember(MemberId(99))), "{error}");
}

/// One password at a time, and none to begin with.
pub fn a_password_is_replaced(fixture: &impl IdentityFixture) {
    let (store, member) = with_member(fixture);
    assert_eq!(store.password(member.id).unwrap(), None);
    for phc in ["$argon2id$one", "$argon2id$two"] {
        store.set_password(member.id, phc).unwrap();
        assert_eq!(store.password(member.id).unwrap().as_deref(), Some(phc));
    }
    let error = store.set_password(MemberId(99), "x").expect_err("there is none");
    assert!(matches!(error, IdentityError::UnknownMember(MemberId(99))), "{error}");
    assert_eq!(store.password(MemberId(99)).unwrap(), None);
}

/// Of many who come with the same secret at the same time, one becomes a member.
pub fn an_invite_makes_one_member(fixture: &impl IdentityFixture) {
    let (store, _) = with_member(fixture);
    invite(&*store, 1, 100);
    let (store, together) = (&*store, Barrier::new(8));
    let redeemed: Vec<_> = thread::scope(|scope| {
        let redeem = || {
            together.wait();
            store.redeem_invite(&secret(1), Some(&"Mori".parse().unwrap()), at(50))
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(redeem)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let members: Vec<&Member> = redeemed.iter().filter_map(|result| result.as_ref().ok()).collect();
    let [member] = members.as_slice() else { panic!("{} became members", members.len()) };
    assert_eq!((member.name.as_str(), &member.roles), ("Mori", &[Role::Investor].into()));
    for error in redeemed.iter().filter_map(|result| result.as_ref().err()) {
        assert!(matches!(error, IdentityError::InviteRefused(InviteRefused::Spent)), "{error}");
    }
    assert_eq!(store.members().unwrap().len(), 2);
}

/// A refused invite leaves no member.
pub fn a_spent_or_late_invite_makes_none(fixture: &impl IdentityFixture) {
    let (store, _) = with_member(fixture);
    invite(&*store, 1, 100);
    let late = store.redeem_invite(&secret(1), None, at(100)).expect_err("it is late");
    assert!(matches!(late, IdentityError::InviteRefused(InviteRefused::Expired)), "{late}");
    assert_eq!(store.redeem_invite(&secret(1), None, at(99)).unwrap().name.as_str(), "Guest");
    let spent = store.redeem_invite(&secret(1), None, at(99)).expect_err("it is spent");
    assert!(matches!(spent, IdentityError::InviteRefused(InviteRefused::Spent)), "{spent}");
    let unknown = store.redeem_invite(&secret(9), None, at(99)).expect_err("nobody made it");
    assert!(matches!(unknown, IdentityError::UnknownInvite), "{unknown}");
    assert_eq!(store.members().unwrap().len(), 2);
}

/// Each refresh takes the newest secret and leaves another; the one before is late for a minute.
pub fn a_session_is_refreshed_by_its_newest_secret(fixture: &impl IdentityFixture) {
    let (store, member) = with_member(fixture);
    let session = store.start_session(member.id, &secret(1), at(0), at(1_000)).unwrap().session;
    let refresh = |given, next, now| store.refresh_session(&secret(given), &secret(next), at(now)).unwrap();
    assert_eq!(refresh(1, 2, 10), Refreshed::Renewed(session.clone()));
    assert_eq!(refresh(1, 3, 20), Refreshed::Late(session.clone()));
    assert_eq!(refresh(3, 4, 20), Refreshed::Unknown, "a late refresh leaves the secret that is there");
    assert_eq!(refresh(2, 5, 30), Refreshed::Renewed(session));
    assert_eq!(refresh(5, 6, 1_000), Refreshed::Unknown, "the session is over");
    assert_eq!(refresh(77, 78, 40), Refreshed::Unknown);
}

/// A secret that was replaced long ago is a copy in other hands.
pub fn a_secret_that_comes_back_late_ends_the_session(fixture: &impl IdentityFixture) {
    let (store, member) = with_member(fixture);
    let session = store.start_session(member.id, &secret(1), at(0), at(1_000)).unwrap().session;
    store.refresh_session(&secret(1), &secret(2), at(10)).unwrap();
    let reused = store.refresh_session(&secret(1), &secret(3), at(500)).unwrap();
    assert_eq!(reused, Refreshed::Reused(session.id));
    assert_eq!(store.live_sessions(at(500)).unwrap(), []);
    assert_eq!(store.refresh_session(&secret(2), &secret(4), at(501)).unwrap(), Refreshed::Unknown);
}

/// One, all, all but one, or none when they are over.
pub fn sessions_end_when_told_and_by_themselves(fixture: &impl IdentityFixture) {
    let (store, member) = with_member(fixture);
    let start = |number| store.start_session(member.id, &secret(number), at(0), at(1_000)).unwrap().session;
    let [a, b, c] = [start(1), start(2), start(3)];
    assert!(store.end_session(a.id, at(10), SessionEnd::SignedOut).unwrap());
    assert!(!store.end_session(a.id, at(11), SessionEnd::SignedOut).unwrap(), "it has ended");
    assert!(!store.end_session(SessionId(99), at(11), SessionEnd::SignedOut).unwrap());
    assert_eq!(store.live_sessions(at(11)).unwrap(), [b.clone(), c.clone()]);
    assert_eq!(store.end_sessions(member.id, Some(c.id), at(12), SessionEnd::Revoked).unwrap(), [b.id]);
    assert_eq!(store.live_sessions(at(999)).unwrap(), std::slice::from_ref(&c));
    assert_eq!(c.state, SessionState::Live);
    assert_eq!(store.live_sessions(at(1_000)).unwrap(), []);
    let error = store.start_session(MemberId(99), &secret(9), at(0), at(1)).expect_err("there is none");
    assert!(matches!(error, IdentityError::UnknownMember(MemberId(99))), "{error}");
}

/// One session more than a member can have ends the oldest.
pub fn a_member_has_so_many_sessions(fixture: &impl IdentityFixture) {
    let (store, member) = with_member(fixture);
    let other = store.create_member(&new_member("Ito", None), at(0)).unwrap();
    store.start_session(other.id, &secret(200), at(0), at(1_000)).unwrap();
    let mut started = Vec::new();
    for number in 0..MOST_SESSIONS + 2 {
        started.push(store.start_session(member.id, &secret(number as u8), at(1), at(1_000)).unwrap());
    }
    let (within, beyond) = started.split_at(MOST_SESSIONS);
    assert!(within.iter().all(|started| started.replaced.is_empty()));
    for (oldest, newer) in within.iter().zip(beyond) {
        assert_eq!(newer.replaced, [oldest.session.id]);
    }
    assert_eq!(store.live_sessions(at(2)).unwrap().len(), MOST_SESSIONS + 1, "and that of the other");
}

/// Revoked tokens stay in the list.
pub fn a_service_token_is_revoked_once(fixture: &impl IdentityFixture) {
    let (store, member) = with_member(fixture);
    let label = "tiles".parse().unwrap();
    let new = NewServiceToken { member: member.id, label, roles: [Role::Investor].into(), expires_at: at(100) };
    let token = store.create_service_token(&new, at(0)).unwrap();
    assert_eq!(store.service_tokens().unwrap(), std::slice::from_ref(&token));
    let revoked = store.revoke_service_token(token.id, at(7)).unwrap();
    assert_eq!(revoked.revoked_at, Some(at(7)));
    assert_eq!(store.service_tokens().unwrap(), std::slice::from_ref(&revoked));
    for id in [token.id, ServiceTokenId(99)] {
        let error = store.revoke_service_token(id, at(8)).expect_err("revoked already, or never made");
        assert!(matches!(error, IdentityError::UnknownServiceToken(unknown) if unknown == id), "{error}");
    }
}
