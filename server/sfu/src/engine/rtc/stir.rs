//! What the core may have to say. To ask it is to go through all of its layers, which packets of media do not concern,
//! so it is asked only after something was done with it.

use std::time::Instant;

/// When the core wants to be woken.
#[derive(Debug, Clone, Copy)]
enum Due {
    Unknown,
    At(Option<Instant>),
}

/// What is known of the core without asking.
#[derive(Debug)]
pub(super) struct Stir {
    /// Whether it may have something to send, and something to read.
    pub(super) sends: bool,
    pub(super) reads: bool,
    due: Due,
}

impl Stir {
    /// Nothing is known.
    pub(super) fn new() -> Self {
        Self { sends: true, reads: true, due: Due::Unknown }
    }

    /// Something is done with the core.
    pub(super) fn all(&mut self) {
        *self = Self::new();
    }

    /// A packet of media has come, for which nothing is sent or read at once; something may be missed from now on.
    pub(super) fn timer(&mut self) {
        self.due = Due::Unknown;
    }

    /// When it wants to be woken, asked if that is not known.
    pub(super) fn due(&mut self, ask: impl FnOnce() -> Option<Instant>) -> Option<Instant> {
        if let Due::At(due) = self.due {
            return due;
        }
        let due = ask();
        self.due = Due::At(due);
        due
    }
}
