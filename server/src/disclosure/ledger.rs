//! What was given to whom, counted by organisation, tier, layer, way and hour: an hour of a busy viewer is a few events.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cloudsite_domain::audit::{Action, Actor, Happening};
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{Code, Layer};
use jiff::Timestamp;

use super::Channel;

const HOUR_SECS: i64 = 3_600;

/// What replies are counted by. There are as many kinds as organisations that ask within an hour, times layers and ways.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    organisation: Code,
    tier: Tier,
    layer: Layer,
    channel: Channel,
    hour: i64,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    replies: u64,
    features: u64,
    first: Timestamp,
    last: Timestamp,
}

/// Disclosures that are not in the log yet.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<BTreeMap<Kind, Count>>);

impl Ledger {
    /// Counts a reply with so many features.
    pub(super) fn note(
        &self,
        (organisation, tier): (&Code, Tier),
        layer: Layer,
        channel: Channel,
        features: u64,
        at: Timestamp,
    ) {
        let hour = at.as_second().div_euclid(HOUR_SECS);
        let kind = Kind { organisation: organisation.clone(), tier, layer, channel, hour };
        self.add(kind, Count { replies: 1, features, first: at, last: at });
    }

    fn add(&self, kind: Kind, more: Count) {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = kinds.entry(kind).or_insert(Count { replies: 0, features: 0, ..more });
        count.replies += more.replies;
        count.features += more.features;
        count.first = count.first.min(more.first);
        count.last = count.last.max(more.last);
    }

    /// Gives to `append` what hours have counted that are over, or all; what that does not take is counted again.
    pub(super) fn flush<E>(
        &self,
        now: Timestamp,
        all: bool,
        append: impl FnOnce(Vec<Happening>) -> Result<(), E>,
    ) -> Result<(), E> {
        let hour = now.as_second().div_euclid(HOUR_SECS);
        let over: BTreeMap<Kind, Count> = {
            let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (over, open) = std::mem::take(&mut *kinds).into_iter().partition(|(kind, _)| all || kind.hour < hour);
            *kinds = open;
            over
        };
        let appended = append(over.iter().map(|(kind, count)| happening(kind, *count)).collect());
        if appended.is_err() {
            for (kind, count) in over {
                self.add(kind, count);
            }
        }
        appended
    }
}

fn happening(kind: &Kind, count: Count) -> Happening {
    let detail = [
        ("tier", kind.tier.to_string()),
        ("by", kind.channel.as_str().to_owned()),
        ("replies", count.replies.to_string()),
        ("features", count.features.to_string()),
        ("first", count.first.to_string()),
        ("last", count.last.to_string()),
    ];
    let organisation = kind.organisation.to_string();
    Happening {
        at: count.last,
        actor: Actor { label: format!("members of {organisation}"), organisation },
        action: Action::Disclosure,
        subject: kind.layer.to_string(),
        detail: detail.map(|(key, value)| (key.to_owned(), value)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_replies_is_an_event_a_layer() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let ledger = Ledger::default();
        let firm: Code = "firm".parse().unwrap();
        for second in 0..3_600 {
            ledger.note((&firm, Tier::Investor), Layer::Parcel, Channel::Tiles, 7, at(second));
        }
        ledger.note((&firm, Tier::Investor), Layer::Parcel, Channel::Tiles, 7, at(3_600));
        let told = |now, all| {
            let mut told = Vec::new();
            let flushed = ledger.flush(at(now), all, |happenings| {
                told = happenings;
                Ok::<(), ()>(())
            });
            assert_eq!(flushed, Ok(()));
            told.iter()
                .map(|event| (event.detail["replies"].clone(), event.detail["features"].clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(3_599, false), [], "the hour is not over");
        assert_eq!(ledger.flush(at(3_601), false, |_| Err(())), Err(()));
        assert_eq!(told(3_601, false), [("3600".to_owned(), "25200".to_owned())]);
        assert_eq!(told(3_602, true), [("1".to_owned(), "7".to_owned())]);
    }
}
