//! When the tileset has to be fetched, and when a person has to be told that the server is away.

use cloudsite_domain::identity::Tier;
use cloudsite_proto::scene::AsOf;

use super::backoff::Backoff;

/// Failures in a row after which the server counts as away: one alone is a hiccup.
const AWAY_AFTER: u32 = 2;

/// What of the record is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    /// A past revision; none is the newest.
    pub as_of: Option<u64>,
    /// A tier lower than the reader's own; none is the own.
    pub tier: Option<Tier>,
}

impl From<&AsOf> for Shown {
    fn from(said: &AsOf) -> Self {
        Self { as_of: (said.revision > 0).then_some(said.revision), tier: said.tier.parse().ok() }
    }
}

/// Keeps the tileset as new as the record.
#[derive(Debug, Default)]
pub(super) struct TilesetFeed {
    /// The newest revision that there is word of.
    announced: u64,
    /// What is shown instead of the newest revision as the reader sees it.
    shown: Shown,
    /// The revision of the tileset that is here.
    held: Option<u64>,
    in_flight: bool,
    /// A tile was not where the tileset said.
    doubted: bool,
    backoff: Backoff,
}

impl TilesetFeed {
    /// There is word of a revision.
    pub(super) fn announce(&mut self, revision: u64) {
        self.announced = self.announced.max(revision);
    }

    /// From now on this is shown. Said again, it means that the reader has become another: the tileset is asked for anew.
    pub(super) fn show(&mut self, shown: Shown) {
        if self.shown == shown {
            self.doubted = true;
        } else {
            // What is under way is of another time or for another tier, and its answer is passed over.
            *self = Self { announced: self.announced, shown, ..Self::default() };
        }
    }

    /// What is shown.
    pub(super) fn shown(&self) -> Shown {
        self.shown
    }

    /// A tile was not where the tileset said it was.
    pub(super) fn doubt(&mut self) {
        self.doubted = true;
    }

    /// Whether the tileset is to be asked for now; says so once for each request.
    pub(super) fn ask(&mut self, now_secs: f64) -> bool {
        let stale = self.doubted || !self.is_current();
        let ask = stale && !self.in_flight && self.backoff.is_due(now_secs);
        self.in_flight |= ask;
        ask
    }

    /// A tileset of `revision` came. One that is older than the newest announced is asked for again after a pause.
    pub(super) fn receive(&mut self, revision: u64, now_secs: f64) {
        (self.in_flight, self.held) = (false, Some(revision));
        if self.doubted || !self.is_current() {
            self.backoff.fail(now_secs);
        } else {
            self.backoff.succeed();
        }
        self.doubted = false;
    }

    /// None came.
    pub(super) fn fail(&mut self, now_secs: f64) {
        self.in_flight = false;
        self.backoff.fail(now_secs);
    }

    /// Whether all that is known to exist is here.
    pub(super) fn is_current(&self) -> bool {
        self.held.is_some_and(|held| self.shown.as_of.map_or(held >= self.announced, |as_of| held == as_of))
    }
}

/// What there is to tell of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reachability {
    /// It has become unreachable.
    Away,
    /// It can be reached again.
    Back,
}

/// Counts failures in a row over all requests.
#[derive(Debug, Default)]
pub(super) struct ServerHealth {
    failures: u32,
}

impl ServerHealth {
    /// Notes a failure.
    pub(super) fn fail(&mut self) -> Option<Reachability> {
        self.failures += 1;
        (self.failures == AWAY_AFTER).then_some(Reachability::Away)
    }

    /// Notes a success.
    pub(super) fn succeed(&mut self) -> Option<Reachability> {
        (std::mem::take(&mut self.failures) >= AWAY_AFTER).then_some(Reachability::Back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tileset_is_asked_for_once_and_again_when_something_is_new() {
        let mut feed = TilesetFeed::default();
        assert!(feed.ask(0.0) && !feed.ask(0.0), "once at the start");
        feed.receive(4, 0.0);
        assert!(feed.is_current() && !feed.ask(1.0));
        feed.announce(3);
        assert!(!feed.ask(1.0), "that is old news");
        feed.announce(5);
        assert!(!feed.is_current() && feed.ask(1.0));
        feed.receive(4, 1.0);
        assert!(!feed.ask(1.1) && feed.ask(1.6), "a cache gave the old one; again after a pause");
        feed.receive(5, 2.0);
        assert!(!feed.ask(9.0));
        feed.doubt();
        assert!(feed.ask(9.0));
    }

    #[test]
    fn the_past_stands_still_and_the_present_is_asked_for_again() {
        let mut feed = TilesetFeed::default();
        feed.announce(5);
        assert!(feed.ask(0.0));
        feed.receive(5, 0.0);
        feed.show(Shown { as_of: Some(2), tier: None });
        assert!(!feed.is_current() && feed.ask(1.0));
        feed.receive(2, 1.0);
        feed.announce(6);
        assert!(feed.is_current() && !feed.ask(2.0), "what is new now says nothing of then");
        feed.show(Shown { as_of: Some(2), tier: None });
        assert!(feed.ask(2.0), "another reader may be given more");
        feed.receive(2, 2.0);
        feed.show(Shown::default());
        assert!(feed.ask(3.0), "and is shown when one comes back");
        feed.receive(6, 3.0);
        assert!(feed.is_current());
    }

    #[test]
    fn a_failure_is_tried_again() {
        let mut feed = TilesetFeed::default();
        assert!(feed.ask(0.0));
        feed.fail(0.0);
        assert!(!feed.ask(0.1) && feed.ask(0.5));
    }

    #[test]
    fn one_failure_is_not_worth_a_word() {
        let mut health = ServerHealth::default();
        assert_eq!([health.fail(), health.succeed()], [None, None]);
        assert_eq!(
            [health.fail(), health.fail(), health.fail(), health.succeed(), health.succeed()],
            [None, Some(Reachability::Away), None, Some(Reachability::Back), None]
        );
    }
}
