//! The connection, and how often it came about: what reached nobody on one may be asked again on the next.

use leptos::prelude::*;

use crate::state::{Connection, Page};

/// The connection, as far as what is loaded hangs on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The newest revision that was told of.
    pub(super) revision: u64,
    /// How often it came about.
    pub(super) number: u32,
    is_up: bool,
}

impl Line {
    /// The page's. Follows.
    pub(super) fn of(page: Page) -> Memo<Self> {
        Memo::new(move |known: Option<&Self>| known.copied().unwrap_or_default().then(page.connection.get()))
    }

    fn then(self, connection: Connection) -> Self {
        match connection {
            Connection::Connected { revision } => {
                Self { revision, number: self.number + u32::from(!self.is_up), is_up: true }
            }
            Connection::Connecting | Connection::Away { .. } => Self { is_up: false, ..self },
        }
    }

    /// Whether a question that reached nobody on another line may do so now. On the same one it would be asked for ever.
    pub(super) const fn asks_again(self, unreached_on: Option<u32>) -> bool {
        match unreached_on {
            Some(number) => self.is_up && number != self.number,
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reached_nobody_is_asked_again_once_the_line_is_back() {
        /// How the connection went, on which line the newest question reached nobody, and whether it is asked again.
        type Case<'a> = (&'a [Connection], Option<u32>, bool);
        let up = |revision| Connection::Connected { revision };
        let away = Connection::Away { retry_in_secs: 1 };
        let after = |connections: &[Connection]| connections.iter().copied().fold(Line::default(), Line::then);
        let cases: [Case<'_>; 8] = [
            (&[up(7), away, up(7)], Some(1), true),
            (&[up(7), away, away, Connection::Connecting, up(7)], Some(1), true),
            (&[up(7), away], Some(1), false),
            (&[up(7)], Some(0), true),
            (&[up(7)], Some(1), false),
            (&[up(7), up(8)], Some(1), false),
            (&[up(7), away, up(7)], Some(2), false),
            (&[up(7), away, up(7)], None, false),
        ];
        for (connections, unreached_on, expected) in cases {
            assert_eq!(after(connections).asks_again(unreached_on), expected, "{unreached_on:?} after {connections:?}");
        }
        assert_eq!(after(&[up(7), away]).revision, 7, "what is away keeps its revision");
    }
}
