//! Refused calls, counted by method and kind of caller, so that a flood of them makes a few events a minute and not as
//! many as there are calls.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cloudsite_domain::audit::{Action, Actor, Happening};
use jiff::Timestamp;
use tonic::Code;

/// What calls are counted by. Methods that do not exist are one, so there are only as many kinds as the contract has
/// methods, times callers, times codes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    method: &'static str,
    caller: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    calls: u64,
    first: Timestamp,
    last: Timestamp,
}

/// Refused calls that are not in the log yet.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<Kind, Count>>);

impl Refusals {
    /// Counts a call that was ended with `code`, if that is a refusal. `method` is none for one that does not exist.
    #[expect(clippy::disallowed_methods, reason = "the edge of the process: a refusal is dated when it is given")]
    pub(crate) fn note(&self, method: Option<&'static str>, proves_something: bool, code: Code) {
        let Some(code) = refusal(code) else { return };
        let method = method.unwrap_or("a method that does not exist");
        let caller = if proves_something { "bearer of a token" } else { "visitor" };
        let at = Timestamp::now();
        self.count(Kind { method, caller, code }, Count { calls: 1, first: at, last: at });
    }

    fn count(&self, kind: Kind, counted: Count) {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = kinds.entry(kind).or_insert(Count { calls: 0, ..counted });
        count.calls += counted.calls;
        count.first = count.first.min(counted.first);
        count.last = count.last.max(counted.last);
    }

    /// Gives all that was counted to `append` as events; what that does not take is counted again.
    pub(super) fn flush<E>(&self, append: impl FnOnce(Vec<Happening>) -> Result<(), E>) -> Result<(), E> {
        let kinds = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let appended = append(kinds.iter().map(|(kind, count)| happening(kind, *count)).collect());
        if appended.is_err() {
            for (kind, count) in kinds {
                self.count(kind, count);
            }
        }
        appended
    }
}

fn happening(kind: &Kind, count: Count) -> Happening {
    let detail = [
        ("calls", count.calls.to_string()),
        ("code", kind.code.to_owned()),
        ("first", count.first.to_string()),
        ("last", count.last.to_string()),
    ];
    Happening {
        at: count.last,
        actor: Actor::named(kind.caller),
        action: Action::Refusal,
        subject: kind.method.to_owned(),
        detail: detail.map(|(key, value)| (key.to_owned(), value)).into(),
    }
}

/// How the log calls a code of refusal; none for the codes of other answers.
const fn refusal(code: Code) -> Option<&'static str> {
    match code {
        Code::Unauthenticated => Some("unauthenticated"),
        Code::PermissionDenied => Some("permission_denied"),
        Code::Unimplemented => Some("unimplemented"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_flood_is_a_few_events() {
        let refusals = Refusals::default();
        let kind = |method, caller| Kind { method, caller, code: "unauthenticated" };
        for second in 0..10_000 {
            let at = at(second);
            refusals.count(kind("/import", "visitor"), Count { calls: 1, first: at, last: at });
        }
        refusals.count(kind("/list", "visitor"), Count { calls: 1, first: at(5), last: at(5) });
        let failed = refusals.flush(|_| Err("the disk is full"));
        assert_eq!(failed, Err("the disk is full"));
        refusals.count(kind("/import", "visitor"), Count { calls: 1, first: at(10_000), last: at(10_000) });

        let mut told = Vec::new();
        let flushed = refusals.flush(|happenings| {
            told = happenings;
            Ok::<(), ()>(())
        });
        assert_eq!(flushed, Ok(()));
        let told: Vec<_> =
            told.iter().map(|event| (event.subject.as_str(), event.detail["calls"].as_str(), event.at)).collect();
        assert_eq!(told, [("/import", "10001", at(10_000)), ("/list", "1", at(5))]);
        assert_eq!(refusals.flush(|again| if again.is_empty() { Ok(()) } else { Err(again.len()) }), Ok(()));
    }
}
