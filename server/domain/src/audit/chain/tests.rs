use jiff::Timestamp;

use super::*;
use crate::audit::{Actor, Happening, Milestone, SecretKey};

fn key() -> SecretKey {
    SecretKey::from_random([7; 32])
}

fn happening(action: Action, subject: &str) -> Happening {
    let actor = Actor::named("tester");
    Happening { at: Timestamp::UNIX_EPOCH, actor, action, subject: subject.to_owned(), detail: [].into() }
}

/// Six events: the key is named, three revisions are made, two calls are refused.
fn log() -> Vec<Event> {
    let mut named = happening(Action::Configuration, "key");
    named.detail.insert(KEY_DETAIL.to_owned(), key().public().to_string());
    let import = |number: u64| happening(Action::Import, "a file").making(Revision(number), Digest([number as u8; 32]));
    let refused = happening(Action::Refusal, "a method");
    chain(vec![named, import(1), refused.clone(), import(2), refused, import(3)])
}

fn chain(happenings: Vec<Happening>) -> Vec<Event> {
    let mut last = Link::default();
    let seal = |happening: Happening| {
        let event = happening.seal(last);
        last = event.link();
        event
    };
    happenings.into_iter().map(seal).collect()
}

fn signed(key: &SecretKey, event: &Event) -> Checkpoint {
    key.sign(Milestone { link: event.link(), revision: Revision(1), at: Timestamp::UNIX_EPOCH })
}

fn verify(events: &[Event], checkpoints: Vec<Checkpoint>, head: u64) -> Result<Verified, Fault> {
    let mut verifier = Verifier::new(checkpoints);
    for event in events {
        verifier.follow(event)?;
    }
    verifier.finish(Revision(head))
}

#[test]
fn a_whole_log_is_good() {
    let log = log();
    let checkpoints = vec![signed(&key(), &log[5]), signed(&key(), &log[2])];
    let last = log[5].link();
    assert_eq!(verify(&log, checkpoints, 3), Ok(Verified { events: 6, checkpoints: 2, revisions: 3, last }));
    assert_eq!(verify(&[], vec![], 0).map(|verified| verified.events), Ok(0));
}

#[test]
fn whatever_is_done_to_a_log_is_found_and_placed() {
    type Attack = fn(&mut Vec<Event>);
    let cases: [(&str, Attack, Fault); 9] = [
        ("a byte is changed", |log| log[2].happening.subject = "b method".into(), Fault::EventChanged { sequence: 3 }),
        ("a hash is changed", |log| log[4].hash.0[9] ^= 1, Fault::EventChanged { sequence: 5 }),
        ("one is taken out", |log| drop(log.remove(3)), Fault::EventMissing { first: 4, found: 5 }),
        ("the first is taken out", |log| drop(log.remove(0)), Fault::EventMissing { first: 1, found: 2 }),
        ("two change places", |log| log.swap(1, 2), Fault::EventMissing { first: 2, found: 3 }),
        (
            "two change places and numbers",
            |log| {
                log.swap(1, 2);
                (log[1].sequence, log[2].sequence) = (2, 3);
            },
            Fault::EventChanged { sequence: 2 },
        ),
        ("one comes twice", |log| log.insert(2, log[1].clone()), Fault::EventOutOfOrder { expected: 3, found: 2 }),
        (
            "one is exchanged and sealed",
            |log| log[2] = happening(Action::Refusal, "another").seal(log[1].link()),
            Fault::EventUnlinked { sequence: 4, before: 3 },
        ),
        ("the end is cut off", |log| log.truncate(4), Fault::EndMissing { last: 4, sealed: 6 }),
    ];
    for (name, attack, expected) in cases {
        let mut log = log();
        let checkpoints = vec![signed(&key(), &log[5])];
        attack(&mut log);
        assert_eq!(verify(&log, checkpoints, 3), Err(expected), "{name}");
    }
}

#[test]
fn a_log_written_anew_is_not_the_one_that_was_signed() {
    let log = log();
    let checkpoints = vec![signed(&key(), &log[1]), signed(&key(), &log[4])];
    let mut happenings: Vec<Happening> = log.iter().map(|event| event.happening.clone()).collect();
    happenings[3].actor.label = "someone else".to_owned();
    let anew = chain(happenings);
    assert_eq!(verify(&anew, vec![], 3).map(|verified| verified.events), Ok(6), "the chain alone does not show it");
    assert_eq!(verify(&anew, checkpoints, 3), Err(Fault::EventsExchanged { after: 2, sequence: 5 }));
}

#[test]
fn a_checkpoint_has_to_be_the_records_own() {
    let (log, foreign) = (log(), SecretKey::from_random([9; 32]));
    let expected = Fault::CheckpointKeyUnknown { sequence: 3, key: foreign.public() };
    assert_eq!(verify(&log, vec![signed(&foreign, &log[2])], 3), Err(expected));
    let mut forged = signed(&key(), &log[2]);
    forged.milestone.revision = Revision(9);
    assert_eq!(verify(&log, vec![forged], 3), Err(Fault::CheckpointForged { sequence: 3 }));
}

#[test]
fn every_revision_has_its_event() {
    let log = log();
    assert_eq!(verify(&log, vec![], 4), Err(Fault::RevisionUnlogged { revision: Revision(4) }));
    let twice = chain([&log[0], &log[1], &log[1]].map(|event| event.happening.clone()).to_vec());
    let expected = Fault::RevisionOutOfOrder { sequence: 3, expected: Revision(2), found: Revision(1) };
    assert_eq!(verify(&twice, vec![], 1), Err(expected));
}
