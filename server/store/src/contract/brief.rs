//! Rules about briefs that are kept. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use std::collections::BTreeMap;

use cloudsite_domain::audit::{Action, Actor};
use cloudsite_domain::identity::{MemberId, Organisation, OrganisationKind, Role, Tier};
use cloudsite_domain::record::{Code, Language, Revision};
use cloudsite_domain::siting::{BriefId, MOST_SAVED, SavedBrief};
use jiff::Timestamp;

use super::{code, log};
use crate::Store;
use crate::brief::{BriefError, BriefStore};
use crate::changeset::Deed;
use crate::identity::{IdentityStore, NewMember};

/// Everything that briefs need.
pub trait Briefing: Store + IdentityStore + BriefStore {}

impl<T: Store + IdentityStore + BriefStore> Briefing for T {}

/// A place where briefs are kept for a test.
pub trait BriefFixture {
    /// Opens it. Called again after what it gave was dropped, it opens the same briefs.
    fn open_briefs(&self) -> Box<dyn Briefing>;
}

/// Makes one `#[test]` of each rule about briefs. `$make` is a function that gives a fresh [`BriefFixture`].
#[macro_export]
macro_rules! brief_contract_tests {
    ($make:path) => {
        $crate::contract_tests! { $make;
            a_brief_is_there_after_reopening,
            a_brief_is_changed_by_who_read_the_newest,
            a_deleted_brief_is_gone,
            briefs_are_listed_by_organisation_the_last_first,
            an_organisation_keeps_so_many_briefs,
            a_request_that_comes_again_keeps_one_brief,
            the_log_holds_nothing_of_a_brief,
        }
    };
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(secs).unwrap()
}

fn deed(did: &'static str) -> Deed {
    Deed { did, actor: Actor::named("Sato"), at: at(9), detail: BTreeMap::new() }
}

/// A store with two organisations, and a member of the first.
fn opened(fixture: &impl BriefFixture) -> (Box<dyn Briefing>, MemberId) {
    let store = fixture.open_briefs();
    for name in ["firm", "other"] {
        let names = [(Language::En, name.to_owned())].into_iter().collect();
        let zone = "Asia/Tokyo".parse().unwrap();
        let kind = OrganisationKind::Firm;
        let firm = Organisation::new(code(name), kind, names, zone, vec![Language::En], Tier::Investor).unwrap();
        store.create_organisation(&firm, at(0)).unwrap();
    }
    let (name, roles) = ("Sato".parse().unwrap(), [Role::Investor].into());
    let new = NewMember { organisation: code("firm"), name, email: None, roles, demo: false };
    let member = store.create_member(&new, at(0)).unwrap().id;
    (store, member)
}

fn brief(id: u64, organisation: &str, author: MemberId, second: i64) -> SavedBrief {
    SavedBrief {
        id: BriefId(id),
        organisation: code(organisation),
        author,
        author_name: "Sato".to_owned(),
        title: "工厂 2027".parse().unwrap(),
        content: vec![0, 159, 146, 150],
        matched_at: Some(Revision(3)),
        created_at: at(second),
        updated_at: at(second),
        version: 1,
    }
}

/// All of a brief comes back, whatever bytes are in it.
pub fn a_brief_is_there_after_reopening(fixture: &impl BriefFixture) {
    let (store, member) = opened(fixture);
    let most = BriefId::from_random([255; 8]).0;
    let kept = store.create_brief(&brief(most, "firm", member, 5), None, &deed("created")).unwrap();
    assert_eq!(kept, brief(most, "firm", member, 5));
    drop(store);
    let store = fixture.open_briefs();
    assert_eq!(store.brief(kept.id).unwrap(), Some(kept));
    assert_eq!(store.brief(BriefId(7)).unwrap(), None);
}

/// Of two who read the same version, the second to write is refused.
pub fn a_brief_is_changed_by_who_read_the_newest(fixture: &impl BriefFixture) {
    let (store, member) = opened(fixture);
    let first = store.create_brief(&brief(4, "firm", member, 5), None, &deed("created")).unwrap();
    let change = SavedBrief {
        title: "Plant".parse().unwrap(),
        content: vec![1],
        matched_at: None,
        updated_at: at(8),
        ..first.clone()
    };
    let second = store.update_brief(&change, &deed("changed")).unwrap();
    assert_eq!(second, SavedBrief { version: 2, ..change.clone() });
    let late = store.update_brief(&change, &deed("changed"));
    assert!(matches!(late, Err(BriefError::Moved { expected: 1, actual: 2 })), "{late:?}");
    let late = store.delete_brief(&first, &deed("deleted"));
    assert!(matches!(late, Err(BriefError::Moved { .. })), "{late:?}");
    assert_eq!(store.brief(first.id).unwrap(), Some(second));
}

/// What is deleted cannot be read, changed or deleted again.
pub fn a_deleted_brief_is_gone(fixture: &impl BriefFixture) {
    let (store, member) = opened(fixture);
    let kept = store.create_brief(&brief(4, "firm", member, 5), None, &deed("created")).unwrap();
    store.delete_brief(&kept, &deed("deleted")).unwrap();
    assert_eq!(store.brief(kept.id).unwrap(), None);
    assert!(matches!(store.update_brief(&kept, &deed("changed")), Err(BriefError::Unknown(_))));
    assert!(matches!(store.delete_brief(&kept, &deed("deleted")), Err(BriefError::Unknown(_))));
}

/// A list holds what the organisations keep and nothing else, and goes on where it stopped.
pub fn briefs_are_listed_by_organisation_the_last_first(fixture: &impl BriefFixture) {
    let (store, member) = opened(fixture);
    for (id, organisation, second) in [(1, "firm", 5), (2, "other", 6), (3, "firm", 7), (9, "firm", 7), (5, "firm", 1)]
    {
        store.create_brief(&brief(id, organisation, member, second), None, &deed("created")).unwrap();
    }
    let listed = |organisations: &[Code], after, most| {
        let found = store.briefs(organisations, after, most).unwrap();
        found.iter().map(|brief| brief.id.0).collect::<Vec<_>>()
    };
    let (firm, other) = (code("firm"), code("other"));
    let one = std::slice::from_ref(&firm);
    assert_eq!(listed(one, None, 9), [9, 3, 1, 5]);
    assert_eq!(listed(one, Some((at(7), BriefId(9))), 2), [3, 1]);
    assert_eq!(listed(&[firm.clone(), other], None, 9), [9, 3, 2, 1, 5]);
    assert_eq!(listed(&[], None, 9), [0; 0]);
}

/// One organisation cannot fill the disk, and does not stand in another's way.
pub fn an_organisation_keeps_so_many_briefs(fixture: &impl BriefFixture) {
    let (store, member) = opened(fixture);
    for id in 1..=MOST_SAVED as u64 {
        store.create_brief(&brief(id, "firm", member, 5), None, &deed("created")).unwrap();
    }
    let more = store.create_brief(&brief(999, "firm", member, 5), None, &deed("created"));
    assert!(matches!(more, Err(BriefError::Full)), "{more:?}");
    store.create_brief(&brief(999, "other", member, 5), None, &deed("created")).unwrap();
    store.delete_brief(&brief(1, "firm", member, 5), &deed("deleted")).unwrap();
    store.create_brief(&brief(1_000, "firm", member, 5), None, &deed("created")).unwrap();
}

/// Each write has its event, which names the brief and nothing that is in it; a refused one has none.
pub fn the_log_holds_nothing_of_a_brief(fixture: &impl BriefFixture) {
    let (store, member) = opened(fixture);
    let kept = store.create_brief(&brief(4, "firm", member, 5), None, &deed("created")).unwrap();
    let changed = store.update_brief(&kept, &deed("changed")).unwrap();
    store.update_brief(&kept, &deed("changed")).unwrap_err();
    store.delete_brief(&changed, &deed("deleted")).unwrap();
    let events = log(&*store);
    let told: Vec<_> = events.iter().map(|event| (event.happening.action, event.happening.subject.as_str())).collect();
    assert_eq!(told, [(Action::Brief, "briefs/4"); 3]);
    let did: Vec<_> = events.iter().map(|event| event.happening.detail["did"].as_str()).collect();
    assert_eq!(did, ["created", "changed", "deleted"]);
    assert!(events.iter().all(|event| !format!("{event:?}").contains("工厂")));
}

/// A request that comes again gives what came of it the first time, even where no more are taken; without an id each is new.
pub fn a_request_that_comes_again_keeps_one_brief(fixture: &impl BriefFixture) {
    let (store, member) = opened(fixture);
    let create = |id: u64, request: Option<&str>| {
        store.create_brief(&brief(id, "firm", member, 5), request, &deed("created")).unwrap().id
    };
    assert_eq!([create(4, Some("1 a")), create(5, Some("1 a")), create(6, Some("2 a"))], [4, 4, 6].map(BriefId));
    assert_eq!([create(7, None), create(8, None)], [7, 8].map(BriefId));
    for id in 100..96 + MOST_SAVED as u64 {
        create(id, None);
    }
    assert_eq!(create(999, Some("1 a")), BriefId(4), "it is there already");
    let known = store.brief(BriefId(4)).unwrap().unwrap();
    store.delete_brief(&known, &deed("deleted")).unwrap();
    assert_eq!(create(999, Some("1 a")), BriefId(999), "what is gone is kept anew");
}
