use std::collections::BTreeMap;

use geo_types::Point;
use jiff::civil::date;

use super::*;
use crate::geometry::Shape;
use crate::identity::MemberId;
use crate::merge::{Choices, FEATURE, Side};
use crate::record::{
    Body, ChangeKind, Feature, FeatureId, FeatureVersion, Language, Names, Parcel, ParcelStatus, Revision,
};

const AT: Timestamp = Timestamp::UNIX_EPOCH;

fn person(key: &str) -> Person {
    Person { key: key.to_owned(), label: format!("the {key}") }
}

fn changeset(state: State) -> Changeset {
    Changeset {
        id: ChangesetId(1),
        title: "Spring survey".to_owned(),
        author: "the editor".to_owned(),
        created_at: AT,
        updated_at: AT,
        version: 3,
        base: Revision(7),
        state,
        editors: BTreeMap::from([("editor".to_owned(), "the editor".to_owned())]),
        validation: None,
        published: None,
        counts: Counts { created: 1, updated: 0, ended: 0 },
        bounds: None,
    }
}

fn validation(errors: u64) -> Validation {
    Validation { at: AT, revision: Revision(7), day: date(2026, 11, 25), errors, warnings: 2, notes: 0 }
}

type Transition<'a> = &'a dyn Fn(Changeset) -> Result<Changeset, Refused>;

/// The state that each transition gives from each state; none where it is refused.
#[test]
fn a_changeset_goes_its_way_and_no_other() {
    use State::{Approved, Draft, Published, Rejected, Validated};
    let other = person("approver");
    let edit = |c: Changeset| c.edited(&other, AT);
    let rebase = |c: Changeset| c.rebased(&other, Revision(9), AT);
    let pass = |c: Changeset| c.validated(validation(0));
    let fail = |c: Changeset| c.validated(validation(1));
    let approve = |c: Changeset| c.approved(&other, AT);
    let reject = |c: Changeset| c.rejected(AT);
    let publish = |c: Changeset| c.published(Revision(8), AT);
    let cases: [(&str, Transition<'_>, [Option<State>; 5]); 7] = [
        ("edit", &edit, [Some(Draft), Some(Draft), Some(Draft), None, None]),
        ("rebase", &rebase, [Some(Draft), Some(Draft), Some(Draft), None, None]),
        ("pass", &pass, [Some(Validated), Some(Validated), Some(Approved), None, None]),
        ("fail", &fail, [Some(Draft), Some(Draft), Some(Draft), None, None]),
        ("approve", &approve, [None, Some(Approved), None, None, None]),
        ("reject", &reject, [Some(Rejected), Some(Rejected), Some(Rejected), None, None]),
        ("publish", &publish, [None, None, Some(Published), None, None]),
    ];
    for (name, transition, expected) in cases {
        for (from, expected) in State::ALL.iter().zip(expected) {
            let after = transition(changeset(*from));
            assert_eq!(after.as_ref().ok().map(|c| c.state), expected, "{name} from {from}: {after:?}");
            if let Err(refused) = after {
                assert!(matches!(refused, Refused::State { is, .. } if is == *from), "{name} from {from}: {refused}");
            }
        }
    }
    for (state, deletable) in State::ALL.iter().zip([true, false, false, false, true]) {
        assert_eq!(changeset(*state).check_deletable().is_ok(), deletable, "{state}");
    }
}

#[test]
fn whoever_edited_it_does_not_approve_it() {
    let member = |id, name: &str| {
        Person::from(&Principal::Member {
            id: MemberId(id),
            name: name.to_owned(),
            organisation: "bureau".parse().unwrap(),
            roles: [].into(),
            tier: crate::identity::Tier::Government,
        })
    };
    let edited = changeset(State::Draft).edited(&member(7, "Chen"), AT).unwrap().validated(validation(0)).unwrap();
    let refused = edited.clone().approved(&member(7, "Chen under another name"), AT);
    assert!(matches!(refused, Err(Refused::TwoPersons(_))), "{refused:?}");
    assert!(edited.clone().approved(&person("editor"), AT).is_err(), "the first editor");
    assert_eq!(edited.approved(&member(8, "Chen"), AT).unwrap().state, State::Approved, "another of that name");
}

#[test]
fn an_edit_takes_back_what_was_found_and_an_empty_one_is_not_approved() {
    let checked = changeset(State::Draft).validated(validation(0)).unwrap();
    assert_eq!(checked.validation, Some(validation(0)));
    assert_eq!(checked.clone().edited(&person("editor"), AT).unwrap().validation, None);
    let empty = Changeset { counts: Counts::default(), ..checked };
    assert_eq!(empty.approved(&person("approver"), AT), Err(Refused::Empty));
    let rebased = changeset(State::Approved).rebased(&person("x"), Revision(9), AT).unwrap();
    assert_eq!((rebased.base, rebased.editors.len()), (Revision(9), 2));
}

fn parcel(status: ParcelStatus, name: &str) -> Feature {
    Feature {
        code: "P-1".parse().unwrap(),
        names: Names::from_iter([(Language::Zh, name.to_owned())]),
        shape: Shape::Point(Point::new(1.0, 2.0)),
        body: Body::Parcel(Box::new(Parcel::with_status(status))),
        attributes: BTreeMap::new(),
    }
}

fn version(since: u64, feature: Feature) -> FeatureVersion {
    FeatureVersion { id: FeatureId(1), since: Revision(since), feature }
}

#[test]
fn an_item_says_what_happens_to_its_feature() {
    use ParcelStatus::{Available, Taken};
    let now = version(4, parcel(Available, "一号"));
    let kind = |now, put| Item::of(now, put, "x").map(|item| (item.kind(), item.base.0));
    assert_eq!(kind(None, Some(parcel(Taken, "一号"))), Some((ChangeKind::Created, 0)));
    assert_eq!(kind(Some(&now), Some(parcel(Taken, "一号"))), Some((ChangeKind::Updated, 4)));
    assert_eq!(kind(Some(&now), None), Some((ChangeKind::Ended, 4)));
    assert_eq!(kind(Some(&now), Some(now.feature.clone())), None, "as in the record");
    assert_eq!(kind(None, None), None, "nothing there and nothing to be");
}

/// The item after it came: none, one that puts a feature or ends it, or the path in conflict.
type After = Result<Option<Option<Feature>>, &'static str>;

/// What an item says, what the record has now, what was chosen, and what comes of it.
type Coming = (&'static str, Option<Feature>, Option<FeatureVersion>, Choices, After);

#[test]
fn an_item_comes_to_a_newer_revision() {
    use ParcelStatus::{Available, Reserved, Taken};
    let base = parcel(Available, "一号");
    let ours = parcel(Taken, "一号");
    let item = |put: Option<Feature>| Item::of(Some(&version(4, base.clone())), put, "x").unwrap();
    let choice = |path: &str, side| Choices::from([(path.to_owned(), side)]);
    let none = Choices::new();
    let cases: [Coming; 9] = [
        ("not moved", Some(ours.clone()), Some(version(4, base.clone())), none.clone(), Ok(Some(Some(ours.clone())))),
        (
            "another attribute",
            Some(ours.clone()),
            Some(version(6, parcel(Available, "二号"))),
            none.clone(),
            Ok(Some(Some(parcel(Taken, "二号")))),
        ),
        ("the same", Some(ours.clone()), Some(version(6, ours.clone())), none.clone(), Ok(None)),
        ("a conflict", Some(ours.clone()), Some(version(6, parcel(Reserved, "一号"))), none.clone(), Err("status")),
        (
            "ours",
            Some(ours.clone()),
            Some(version(6, parcel(Reserved, "二号"))),
            choice("status", Side::Ours),
            Ok(Some(Some(parcel(Taken, "二号")))),
        ),
        (
            "theirs",
            Some(ours.clone()),
            Some(version(6, parcel(Reserved, "一号"))),
            choice("status", Side::Theirs),
            Ok(None),
        ),
        ("ended meanwhile", Some(ours.clone()), None, none.clone(), Err(FEATURE)),
        ("ended by both", None, None, none, Ok(None)),
        (
            "ended, and wanted",
            None,
            Some(version(6, parcel(Reserved, "一号"))),
            choice(FEATURE, Side::Ours),
            Ok(Some(None)),
        ),
    ];
    for (case, put, now, choices, expected) in cases {
        let brought = bring(item(put), Some(&base), now.as_ref(), &choices);
        match (brought, expected) {
            (Ok(item), Ok(expected)) => {
                assert_eq!(item.as_ref().map(|item| item.put.clone()), expected, "{case}");
                assert!(item.is_none_or(|item| item.is_on(now.as_ref())), "{case}");
            }
            (Err(conflicts), Err(path)) => assert_eq!(conflicts[0].path, path, "{case}"),
            (brought, expected) => panic!("{case}: {brought:?}, not {expected:?}"),
        }
    }
}
