//! The clock of a client. Its core checks paths each 200 ms, where browsers do so each 50 ms while they connect; so its
//! time goes faster until it is connected, and is as much ahead from then on.

use std::time::{Duration, Instant};

/// How many times as fast.
const HURRY: u32 = 4;

/// The clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    began: Instant,
    ahead: Option<Duration>,
}

impl Clock {
    /// A clock that begins now.
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now(), ahead: None }
    }

    /// The client's time.
    pub(crate) fn now(&self) -> Instant {
        let now = Instant::now();
        match self.ahead {
            Some(ahead) => now + ahead,
            None => self.began + (now - self.began) * HURRY,
        }
    }

    /// When it will be so late for the client.
    pub(crate) fn real(&self, due: Instant) -> Instant {
        match self.ahead {
            Some(ahead) => due.checked_sub(ahead).unwrap_or(due),
            None => self.began + due.saturating_duration_since(self.began) / HURRY,
        }
    }

    /// The client is connected.
    pub(crate) fn settle(&mut self) {
        if self.ahead.is_none() {
            self.ahead = Some(self.now().saturating_duration_since(Instant::now()));
        }
    }
}
