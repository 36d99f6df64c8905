//! How far a watch has come. Pure: it is told what happened and says what that means.

use std::time::Duration;

use cloudsite_proto::land::WatchResponse;
use cloudsite_proto::land::watch_response::Event;

use super::WatchEvent;
use crate::LinkError;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long to wait after so many failures in a row: half a second, doubled each time, at most 30 seconds. Without
/// chance in it, so that a page can say the time and a test can know it.
pub fn retry_in(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

/// The last revision seen, and how the connection does.
#[derive(Debug)]
pub(super) struct Cursor {
    revision: u64,
    connected: bool,
    failures: u32,
    restart: bool,
}

impl Cursor {
    /// A watch that begins after a revision.
    pub(super) fn after(revision: u64) -> Self {
        Self { revision, connected: false, failures: 0, restart: false }
    }

    /// What to ask the server for.
    pub(super) fn after_revision(&self) -> u64 {
        self.revision
    }

    /// Takes a message; the event it means, if it means one.
    pub(super) fn accept(&mut self, message: WatchResponse) -> Option<WatchEvent> {
        self.failures = 0;
        match message.event? {
            Event::Progress(progress) => self.reach(progress.revision),
            Event::RevisionMade(made) => {
                let number = made.revision.as_ref()?.number;
                let is_new = number > self.revision;
                self.revision = self.revision.max(number);
                is_new.then_some(WatchEvent::RevisionMade(made))
            }
            Event::Resync(resync) => Some(self.resync(resync.revision)),
        }
    }

    /// The connection is lost; how long to wait before the next attempt.
    pub(super) fn lose(&mut self, error: &LinkError) -> Duration {
        self.connected = false;
        self.failures = self.failures.saturating_add(1);
        if matches!(error, LinkError::Invalid { .. }) {
            // The server knows no such revision: another record is served now. Begin anew and tell the reader so.
            self.revision = 0;
            self.restart = true;
        }
        retry_in(self.failures)
    }

    fn reach(&mut self, revision: u64) -> Option<WatchEvent> {
        if self.restart || revision < self.revision {
            return Some(self.resync(revision));
        }
        self.revision = revision;
        let first = !self.connected;
        self.connected = true;
        first.then_some(WatchEvent::Connected { revision })
    }

    fn resync(&mut self, revision: u64) -> WatchEvent {
        self.revision = revision;
        self.connected = true;
        self.restart = false;
        WatchEvent::Resync { revision }
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::land::{Progress, Resync, Revision, RevisionMade};

    use super::*;

    fn progress(revision: u64) -> WatchResponse {
        WatchResponse { event: Some(Event::Progress(Progress { revision })) }
    }

    fn made(number: u64) -> RevisionMade {
        RevisionMade { revision: Some(Revision { number, ..Revision::default() }), ..RevisionMade::default() }
    }

    fn made_message(number: u64) -> WatchResponse {
        WatchResponse { event: Some(Event::RevisionMade(made(number))) }
    }

    fn away() -> LinkError {
        LinkError::Unreachable { reason: "gone".to_owned() }
    }

    #[test]
    fn pauses_double_up_to_half_a_minute() {
        let millis: Vec<_> = (1..=9).map(|failures| retry_in(failures).as_millis()).collect();
        assert_eq!(millis, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(retry_in(u32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn being_connected_is_told_once() {
        let mut cursor = Cursor::after(0);
        assert_eq!(cursor.accept(progress(4)), Some(WatchEvent::Connected { revision: 4 }));
        assert_eq!(cursor.accept(progress(4)), None, "a sign of life is no event");
        assert_eq!(cursor.accept(WatchResponse::default()), None, "an event of a later contract is passed over");
    }

    #[test]
    fn a_watch_goes_on_after_the_last_revision_it_saw() {
        let mut cursor = Cursor::after(2);
        cursor.accept(progress(2));
        assert_eq!(cursor.accept(made_message(3)), Some(WatchEvent::RevisionMade(made(3))));
        assert_eq!(cursor.lose(&away()), retry_in(1));
        assert_eq!(cursor.lose(&away()), retry_in(2));
        assert_eq!(cursor.after_revision(), 3);
        assert_eq!(cursor.accept(progress(3)), Some(WatchEvent::Connected { revision: 3 }));
        assert_eq!(cursor.accept(made_message(3)), None, "what was told is not told again");
        assert_eq!(cursor.lose(&away()), retry_in(1), "a connection that worked begins the pauses anew");
    }

    #[test]
    fn a_start_that_cannot_be_served_is_a_resync() {
        let mut cursor = Cursor::after(2);
        let resync = WatchResponse { event: Some(Event::Resync(Resync { revision: 90 })) };
        assert_eq!(cursor.accept(resync), Some(WatchEvent::Resync { revision: 90 }));
        assert_eq!(cursor.after_revision(), 90);
    }

    #[test]
    fn another_record_behind_the_same_address_is_read_anew() {
        let mut cursor = Cursor::after(50);
        cursor.lose(&LinkError::Invalid { field: "after_revision".to_owned(), reason: "unknown".to_owned() });
        assert_eq!(cursor.after_revision(), 0);
        assert_eq!(cursor.accept(progress(3)), Some(WatchEvent::Resync { revision: 3 }));
        assert_eq!(cursor.accept(progress(2)), Some(WatchEvent::Resync { revision: 2 }), "the record went back");
    }
}
