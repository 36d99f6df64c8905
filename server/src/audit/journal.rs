//! What happens besides writes, on its way into the log: told at once, written a moment later by the keeper, so that no
//! request waits for it.
//!
//! Up to [`MOST_WAITING`] happenings wait. What comes when there are as many (the disk takes nothing, or someone floods) is
//! counted by action and told as one event, so that it is known at least how much is not told. What may come in floods by
//! its nature, such as failed sign-ins, is counted from the start.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cloudsite_domain::audit::{Action, Actor, Happening};
use jiff::Timestamp;
use tokio::sync::Notify;

/// Happenings that wait to be written at most.
const MOST_WAITING: usize = 4_096;

/// What is counted together. There are as many as actions, times the few subjects and actors that the callers name: ways to
/// sign in, organisations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Counted {
    /// What was done.
    pub(crate) action: Action,
    /// To what.
    pub(crate) subject: String,
    /// What the log calls whoever did it.
    pub(crate) actor: String,
    /// The code of their organisation; empty for none.
    pub(crate) organisation: String,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    times: u64,
    first: Timestamp,
    last: Timestamp,
}

#[derive(Debug, Default)]
struct Waiting {
    told: Vec<Happening>,
    counted: BTreeMap<Counted, Count>,
}

impl Waiting {
    fn count(&mut self, counted: Counted, count: Count) {
        let kept = self.counted.entry(counted).or_insert(Count { times: 0, ..count });
        kept.times += count.times;
        kept.first = kept.first.min(count.first);
        kept.last = kept.last.max(count.last);
    }

    fn tell(&mut self, happening: Happening) {
        if self.told.len() < MOST_WAITING {
            self.told.push(happening);
            return;
        }
        let Happening { at, action, .. } = happening;
        let (subject, actor, organisation) =
            ("more than could be told one by one".into(), "several".into(), String::new());
        self.count(Counted { action, subject, actor, organisation }, Count { times: 1, first: at, last: at });
    }
}

/// Happenings that are not in the log yet.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    waiting: Mutex<Waiting>,
    bell: Notify,
}

impl Journal {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a happening.
    pub(crate) fn tell(&self, happening: Happening) {
        self.waiting().tell(happening);
        self.ring();
    }

    /// Takes one of many happenings of a kind; all of a minute become one event.
    pub(crate) fn count(&self, counted: Counted, at: Timestamp) {
        self.waiting().count(counted, Count { times: 1, first: at, last: at });
    }

    /// Says that there is something to be written.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Waits until there is.
    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }

    /// Gives what was told to `append`, and with `counts` what was counted; what that does not take waits on.
    pub(crate) fn flush<E>(&self, counts: bool, append: impl FnOnce(Vec<Happening>) -> Result<(), E>) -> Result<(), E> {
        let (told, counted) = {
            let mut waiting = self.waiting();
            let counted = if counts { std::mem::take(&mut waiting.counted) } else { BTreeMap::new() };
            (std::mem::take(&mut waiting.told), counted)
        };
        let happenings = told.iter().cloned().chain(counted.iter().map(|(kind, count)| happening(kind, *count)));
        let appended = append(happenings.collect());
        if appended.is_err() {
            let mut waiting = self.waiting();
            let newer = std::mem::replace(&mut waiting.told, told);
            for happening in newer {
                waiting.tell(happening);
            }
            for (kind, count) in counted {
                waiting.count(kind, count);
            }
        }
        appended
    }
}

fn happening(kind: &Counted, count: Count) -> Happening {
    let detail =
        [("times", count.times.to_string()), ("first", count.first.to_string()), ("last", count.last.to_string())];
    Happening {
        at: count.last,
        actor: Actor { label: kind.actor.clone(), organisation: kind.organisation.clone() },
        action: kind.action,
        subject: kind.subject.clone(),
        detail: detail.map(|(key, value)| (key.to_owned(), value)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign_in(second: i64) -> Happening {
        let at = Timestamp::from_second(second).unwrap();
        let actor = Actor::named("Chen");
        Happening { at, actor, action: Action::SignIn, subject: second.to_string(), detail: BTreeMap::new() }
    }

    fn flushed(journal: &Journal) -> Vec<Happening> {
        let mut told = Vec::new();
        let flushed = journal.flush(true, |happenings| {
            told = happenings;
            Ok::<(), ()>(())
        });
        assert_eq!(flushed, Ok(()));
        told
    }

    #[test]
    fn what_the_disk_does_not_take_waits_and_more_than_fits_is_counted() {
        let journal = Journal::default();
        let most = MOST_WAITING as i64;
        for second in 0..most - 1 {
            journal.tell(sign_in(second));
        }
        assert_eq!(journal.flush(true, |_| Err("the disk is full")), Err("the disk is full"));
        for second in most - 1..most + 5 {
            journal.tell(sign_in(second));
        }
        let told = flushed(&journal);
        assert_eq!(told.len(), MOST_WAITING + 1);
        assert!(
            told.iter().take(MOST_WAITING).zip(0..).all(|(told, second)| *told == sign_in(second)),
            "in their order"
        );
        let rest = told.last().unwrap();
        assert_eq!((rest.action, rest.detail["times"].as_str()), (Action::SignIn, "5"));
        assert_eq!(flushed(&journal), []);
    }

    #[test]
    fn a_flood_is_one_event() {
        let journal = Journal::default();
        let kind = |subject: &str| Counted {
            action: Action::SignInRefused,
            subject: subject.to_owned(),
            actor: "visitor".to_owned(),
            organisation: String::new(),
        };
        for second in 0..1_000 {
            journal.count(kind("password"), Timestamp::from_second(second).unwrap());
        }
        journal.count(kind("invite"), Timestamp::from_second(3).unwrap());
        let none = journal.flush(false, |happenings| if happenings.is_empty() { Ok(()) } else { Err(()) });
        assert_eq!(none, Ok(()), "counts wait for the end of their minute");
        let told: Vec<_> =
            flushed(&journal).into_iter().map(|event| (event.subject, event.detail["times"].clone())).collect();
        assert_eq!(told, [("invite".into(), "1".into()), ("password".into(), "1000".into())]);
    }
}
