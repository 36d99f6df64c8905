//! How often something is said that changes all the time.

/// The least between two of the same kind, milliseconds. The server takes 20 things in a second and keeps nothing of what is
/// beyond them: two kinds that change at once leave room for what else is said.
const LEAST_MS: f64 = 125.0;

/// What is to be done with a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Say {
    /// It is said now.
    Now,
    /// It, or what has come by then, is said after so many milliseconds.
    After(f64),
    /// It is said with one that waits already.
    Waits,
}

/// The pace of one kind: the first at once, the last in any case, and those between as often as it may be.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    /// When the last was said or will be, milliseconds of the page's clock.
    last_ms: Option<f64>,
    waits: bool,
}

impl Pace {
    /// Something has changed.
    pub(crate) fn change(&mut self, now_ms: f64) -> Say {
        if self.waits {
            return Say::Waits;
        }
        // A clock that was put back makes nothing wait for longer.
        let wait_ms = self.last_ms.map_or(0.0, |last| (last + LEAST_MS - now_ms).clamp(0.0, LEAST_MS));
        self.last_ms = Some(now_ms + wait_ms);
        self.waits = wait_ms > 0.0;
        if self.waits { Say::After(wait_ms) } else { Say::Now }
    }

    /// The wait is over: what there is now is said.
    pub(crate) const fn said(&mut self) {
        self.waits = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said, and when, of a value that changes at each of these moments to itself.
    fn said(changes: &[f64]) -> Vec<(f64, f64)> {
        let (mut pace, mut due, mut said) = (Pace::default(), None, Vec::new());
        let mut value = f64::NAN;
        for &now in changes.iter().chain(&[f64::INFINITY]) {
            if let Some(at) = due.filter(|at| *at <= now) {
                pace.said();
                due = None;
                said.push((at, value));
            }
            if now.is_finite() {
                value = now;
                match pace.change(now) {
                    Say::Now => said.push((now, value)),
                    Say::After(wait) => due = Some(now + wait),
                    Say::Waits => {}
                }
            }
        }
        said
    }

    #[test]
    fn the_first_is_said_at_once_and_the_last_in_any_case() {
        assert_eq!(said(&[0.0]), [(0.0, 0.0)]);
        assert_eq!(said(&[0.0, 10.0, 20.0]), [(0.0, 0.0), (125.0, 20.0)]);
        assert_eq!(said(&[0.0, 10.0, 400.0, 410.0]), [(0.0, 0.0), (125.0, 10.0), (400.0, 400.0), (525.0, 410.0)]);
    }

    #[test]
    fn a_slider_that_is_dragged_for_a_second_leaves_room_for_a_second_kind_and_words() {
        let frames: Vec<f64> = (0..=60).map(|frame| f64::from(frame) * 1_000.0 / 60.0).collect();
        let said = said(&frames);
        let within_a_second = said.iter().filter(|(at, _)| *at < 1_000.0).count();
        assert!((6..=9).contains(&within_a_second), "{said:?}");
        assert_eq!(said.last().map(|(_, value)| *value), Some(1_000.0), "where it is let go is what all see");
    }

    #[test]
    fn a_clock_that_is_put_back_makes_nothing_wait_for_long() {
        let mut pace = Pace::default();
        assert_eq!(pace.change(1_000_000.0), Say::Now);
        assert_eq!(pace.change(0.0), Say::After(LEAST_MS));
    }
}
