//! Signals on their way to the server: one after the other, each under its number until it is answered.

use std::collections::VecDeque;

/// Signals that wait at most. What comes when so many wait is refused: whoever asks for it hears so and can ask again.
const MOST: usize = 64;

/// Signals of one stream.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    last: u64,
    flying: Option<T>,
    waiting: VecDeque<T>,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { last: 0, flying: None, waiting: VecDeque::new() }
    }
}

impl<T> Queue<T> {
    /// Puts a signal at the end, in place of one that waits and is out of date by it. Gives it back when too many wait.
    pub(crate) fn push(&mut self, signal: T, is_outdated: impl Fn(&T) -> bool) -> Result<(), T> {
        self.waiting.retain(|waiting| !is_outdated(waiting));
        if self.waiting.len() >= MOST {
            return Err(signal);
        }
        self.waiting.push_back(signal);
        Ok(())
    }

    /// The signal to send and its number: the one whose answer was lost, else the next one.
    pub(crate) fn next(&mut self) -> Option<(u64, &T)> {
        if self.flying.is_none() {
            self.flying = Some(self.waiting.pop_front()?);
            self.last += 1;
        }
        self.flying.as_ref().map(|signal| (self.last, signal))
    }

    /// The signal that was sent is answered, if it is still the one of this number.
    pub(crate) fn answered(&mut self, number: u64) -> Option<T> {
        if number == self.last { self.flying.take() } else { None }
    }

    /// Another stream begins, with numbers of its own. What was to be done in the one before is given back.
    pub(crate) fn begin_anew(&mut self) -> Vec<T> {
        self.last = 0;
        self.flying.take().into_iter().chain(self.waiting.drain(..)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(signals: &[&'static str]) -> Queue<&'static str> {
        let mut queue = Queue::default();
        for signal in signals {
            queue.push(*signal, |_| false).unwrap();
        }
        queue
    }

    #[test]
    fn a_signal_keeps_its_number_until_it_is_answered() {
        let mut queue = queue(&["offer", "hand"]);
        assert_eq!(queue.next(), Some((1, &"offer")));
        assert_eq!(queue.next(), Some((1, &"offer")), "its answer was lost");
        assert_eq!(queue.answered(7), None, "the answer to something else");
        assert_eq!(queue.answered(1), Some("offer"));
        assert_eq!(queue.answered(1), None);
        assert_eq!(queue.next(), Some((2, &"hand")));
        assert_eq!(queue.answered(2), Some("hand"));
        assert_eq!(queue.next(), None);
    }

    #[test]
    fn another_stream_has_numbers_of_its_own() {
        let mut queue = queue(&["offer", "hand"]);
        queue.next();
        assert_eq!(queue.begin_anew(), ["offer", "hand"]);
        queue.push("fresh offer", |_| false).unwrap();
        assert_eq!(queue.next(), Some((1, &"fresh offer")));
    }

    #[test]
    fn what_is_out_of_date_gives_way_and_what_flies_does_not() {
        let mut queue = queue(&["switch on", "hand"]);
        queue.next();
        queue.push("switch off", |other| other.starts_with("switch")).unwrap();
        queue.push("switch on", |other| other.starts_with("switch")).unwrap();
        assert_eq!(queue.answered(1), Some("switch on"));
        assert_eq!(queue.begin_anew(), ["hand", "switch on"]);
    }

    #[test]
    fn more_than_can_wait_is_refused() {
        let mut queue = Queue::default();
        assert!((0..MOST).all(|number| queue.push(number, |_| false).is_ok()));
        assert_eq!(queue.push(99, |_| false), Err(99));
    }
}
