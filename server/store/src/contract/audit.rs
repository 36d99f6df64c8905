//! Rules about the audit log. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use cloudsite_domain::audit::{
    Action, Actor, Event, Happening, KEY_DETAIL, Link, Made, Milestone, SecretKey, Verified, Verifier,
};
use cloudsite_domain::record::{Layer, ParcelStatus, Revision};
use jiff::Timestamp;

use super::{Fixture, commit, parcel, poi, write};
use crate::Store;

/// Something that is no write.
pub fn happening(action: Action, subject: &str) -> Happening {
    let actor = Actor { label: "测试者".to_owned(), organisation: "bureau".to_owned() };
    let detail = [("note".to_owned(), "a \"quoted\"\nline".to_owned())].into();
    let at = "2026-11-24T01:02:03.000000001Z".parse().unwrap();
    Happening { at, actor, action, subject: subject.to_owned(), detail }
}

/// The whole log.
pub fn log(store: &dyn Store) -> Vec<Event> {
    let mut events = Vec::new();
    let all = store.events(0..=u64::MAX, &mut |event| {
        events.push(event);
        Ok(())
    });
    all.unwrap();
    events
}

/// Follows the whole log, with the checkpoints that are kept.
pub fn follow(store: &dyn Store) -> Verified {
    let mut verifier = Verifier::new(store.checkpoints(0).unwrap());
    for event in log(store) {
        verifier.follow(&event).unwrap();
    }
    verifier.finish(store.head().unwrap()).unwrap()
}

/// A write leaves one event that says what it made; a write that is refused or changes nothing leaves none.
pub fn a_write_and_its_event_are_one(fixture: &impl Fixture) {
    let store = fixture.open();
    assert_eq!(store.log_head().unwrap(), Link::default());
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    store.commit(commit(vec![poi("B", 1.0, 1.0)], &[(Layer::Poi, "nowhere")])).expect_err("there is nothing to end");
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    let log = log(&*store);
    let [event] = log.as_slice() else { panic!("there are {} events", log.len()) };
    assert_eq!(event.made().map(|made| made.revision), Some(Revision(1)));
    let Happening { at, actor, action, subject, detail } = &event.happening;
    assert_eq!((*at, actor, action), (Timestamp::UNIX_EPOCH, &Actor::named("tester"), &Action::Import));
    assert_eq!((subject.as_str(), detail["created"].as_str(), detail["ended"].as_str()), ("a file", "1", "0"));
    assert_eq!(store.log_head().unwrap(), event.link());
}

/// What an organisation was given is found by when it was told.
pub fn disclosures_are_found_by_organisation_and_time(fixture: &impl Fixture) {
    let store = fixture.open();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let told = |action, organisation: &str, text: &str| {
        let actor = Actor { label: "members".to_owned(), organisation: organisation.to_owned() };
        Happening { at: at(text), actor, ..happening(action, text) }
    };
    let happenings = vec![
        told(Action::Disclosure, "tokyo", "2026-03-11T14:59:59.999Z"),
        told(Action::Disclosure, "tokyo", "2026-03-11T15:00:00.5Z"),
        told(Action::Disclosure, "tokyo", "2026-03-11T15:00:00Z"),
        told(Action::Refusal, "tokyo", "2026-03-12T01:00:00Z"),
        told(Action::Disclosure, "firm", "2026-03-12T01:00:00Z"),
        told(Action::Disclosure, "tokyo", "2026-03-12T14:59:59.999999Z"),
        told(Action::Disclosure, "tokyo", "2026-03-12T15:00:00Z"),
    ];
    store.append(happenings).unwrap();
    let within = at("2026-03-11T15:00:00Z")..at("2026-03-12T15:00:00Z");
    let found = store.disclosures(&"tokyo".parse().unwrap(), within).unwrap();
    let subjects: Vec<&str> = found.iter().map(|event| event.happening.subject.as_str()).collect();
    assert_eq!(subjects, ["2026-03-11T15:00:00.5Z", "2026-03-11T15:00:00Z", "2026-03-12T14:59:59.999999Z"]);
}

/// Events are read as they were sealed, whatever stands in them, in the range that is asked for.
pub fn events_come_back_as_they_were_sealed(fixture: &impl Fixture) {
    let store = fixture.open();
    let happenings: Vec<Happening> = Action::ALL.iter().map(|action| happening(*action, "' \\ 文")).collect();
    let last = store.append(happenings.clone()).unwrap();
    assert_eq!(last.sequence, happenings.len() as u64);
    drop(store);
    let store = fixture.open();
    let events = log(&*store);
    assert!(events.iter().map(|event| &event.happening).eq(&happenings));
    assert_eq!(follow(&*store).last, last);
    let mut asked = Vec::new();
    let stopped = store.events(3..=5, &mut |event| {
        asked.push(event.sequence);
        if asked.len() == 2 { Err(crate::StoreError::Busy) } else { Ok(()) }
    });
    assert!(matches!(stopped, Err(crate::StoreError::Busy)));
    assert_eq!(asked, [3, 4]);
    assert_eq!(store.append(Vec::new()).unwrap(), last);
}

/// However many write and append at once, the log is one chain.
pub fn many_append_without_a_gap(fixture: &impl Fixture) {
    let store = fixture.open();
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..8_u32 {
                    store.append(vec![happening(Action::SignIn, "a"), happening(Action::SignOut, "a")]).unwrap();
                    write(&**store, vec![poi(&format!("P-{thread}"), f64::from(round), 0.0)]);
                }
            });
        }
    });
    let verified = follow(&*store);
    assert_eq!((verified.events, verified.revisions), (4 * 8 * 3, 4 * 8));
}

/// Checkpoints are kept as they were signed; a second one at the same event is not.
pub fn checkpoints_come_back(fixture: &impl Fixture) {
    let store = fixture.open();
    let key = SecretKey::from_random([3; 32]);
    let mut named = happening(Action::Configuration, "key");
    named.detail.insert(KEY_DETAIL.to_owned(), key.public().to_string());
    let mut signed = Vec::new();
    for happening in [named, happening(Action::SignIn, "a")] {
        let link = store.append(vec![happening]).unwrap();
        let checkpoint = key.sign(Milestone { link, revision: Revision(0), at: Timestamp::UNIX_EPOCH });
        store.add_checkpoint(&checkpoint).unwrap();
        signed.push(checkpoint);
    }
    let later = Milestone { at: "2026-01-01T00:00:00Z".parse().unwrap(), ..signed[1].milestone };
    store.add_checkpoint(&key.sign(later)).unwrap();
    assert_eq!(store.checkpoints(0).unwrap(), signed);
    assert_eq!(store.checkpoints(2).unwrap(), signed[1..]);
    assert_eq!(follow(&*store).checkpoints, 2);
}

/// What a revision changed can be digested again at any time, and gives what its event says.
pub fn a_revision_on_disk_is_what_its_event_says(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![poi("B", 1.0, 1.0), poi("A", -0.0, 1.0), parcel("P", 0.1, ParcelStatus::Planned)]);
    store
        .commit(commit(vec![poi("C", 1.0, 1.0), poi("B", 2.0, 2.0)], &[(Layer::Parcel, "P"), (Layer::Poi, "A")]))
        .unwrap();
    write(&*store, vec![parcel("P", 0.0, ParcelStatus::Taken), poi("A", 1.0, 1.0)]);
    let made: Vec<Made> = log(&*store).iter().filter_map(Event::made).collect();
    assert_eq!(made.len(), 3);
    for Made { revision, changes } in made {
        let found = store.on_disk(revision).unwrap();
        assert_eq!(found.digest, changes, "revision {revision}");
        assert_eq!(found.changed, []);
    }
    store.on_disk(Revision(4)).expect_err("there is no revision 4");
}
