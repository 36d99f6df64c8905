//! Sign-ins that were begun and wait for the browser to come back from the provider.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use quick_cache::sync::Cache;

/// How long someone may take at the provider.
pub(crate) const SPAN: SignedDuration = SignedDuration::from_mins(10);

/// Sign-ins that may be under way at a time. When there are more, one of them has to be begun again.
const MOST: usize = 1_000;

/// What has to be known when the browser comes back.
#[derive(Debug)]
pub(super) struct Begun {
    /// What the ID token must repeat.
    pub(super) nonce: String,
    /// What proves to the provider that the same server asks (RFC 7636).
    pub(super) verifier: String,
    /// The hash of the secret that the browser was given, so that nobody can be signed in by another's link.
    pub(super) browser: [u8; 32],
    /// Where to go on the page afterwards.
    pub(super) to: String,
    /// When it was begun.
    pub(super) at: Timestamp,
}

/// The sign-ins under way, by the state that goes to the provider and comes back.
#[derive(Debug)]
pub(super) struct UnderWay(Cache<String, Arc<Begun>>);

impl UnderWay {
    pub(super) fn new() -> Self {
        Self(Cache::new(MOST))
    }

    pub(super) fn put(&self, state: String, begun: Begun) {
        self.0.insert(state, Arc::new(begun));
    }

    /// Takes one out: each comes back once, soon, and to the browser in which it was begun.
    pub(super) fn take(&self, state: &str, browser: &[u8; 32], now: Timestamp) -> Option<Arc<Begun>> {
        let begun = self.0.get(state)?;
        // A stranger's browser does not use up the sign-in of whose it is.
        if begun.browser != *browser {
            return None;
        }
        let (_, begun) = self.0.remove(state)?;
        (now.duration_since(begun.at) < SPAN).then_some(begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(at: Timestamp) -> Begun {
        Begun { nonce: "n".into(), verifier: "v".into(), browser: [7; 32], to: "/".into(), at }
    }

    #[test]
    fn each_comes_back_once_soon_and_to_its_browser() {
        let at = |secs| Timestamp::from_second(secs).unwrap();
        let under_way = UnderWay::new();
        under_way.put("a".into(), begun(at(0)));
        under_way.put("b".into(), begun(at(0)));
        assert!(under_way.take("c", &[7; 32], at(1)).is_none(), "never begun");
        assert!(under_way.take("a", &[8; 32], at(1)).is_none(), "another browser");
        assert!(under_way.take("a", &[7; 32], at(1)).is_some());
        assert!(under_way.take("a", &[7; 32], at(1)).is_none(), "a second time");
        assert!(under_way.take("b", &[7; 32], at(SPAN.as_secs())).is_none(), "too late");
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let under_way = UnderWay::new();
        for number in 0..3 * MOST {
            under_way.put(number.to_string(), begun(Timestamp::UNIX_EPOCH));
        }
        assert!(under_way.0.len() <= MOST);
    }
}
