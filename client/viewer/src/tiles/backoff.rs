//! When to try again after a failure.

const FIRST_SECS: f64 = 0.5;
const LONGEST_SECS: f64 = 30.0;

/// Failures in a row and when the next try is due. Times are seconds of any one clock.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Backoff {
    failures: u32,
    due_secs: f64,
}

impl Backoff {
    /// Notes a failure: the pause doubles each time.
    pub(super) fn fail(&mut self, now_secs: f64) {
        let pause_secs = (FIRST_SECS * 2f64.powi(self.failures.min(10) as i32)).min(LONGEST_SECS);
        self.failures += 1;
        self.due_secs = now_secs + pause_secs;
    }

    /// Notes a success.
    pub(super) fn succeed(&mut self) {
        *self = Self::default();
    }

    /// Whether a try is due.
    pub(super) fn is_due(&self, now_secs: f64) -> bool {
        now_secs >= self.due_secs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_end_with_a_success() {
        let mut backoff = Backoff::default();
        assert!(backoff.is_due(0.0));
        let pauses: Vec<f64> = (0..9)
            .map(|_| {
                backoff.fail(100.0);
                backoff.due_secs - 100.0
            })
            .collect();
        assert_eq!(pauses, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
        assert!(!backoff.is_due(129.0) && backoff.is_due(130.0));
        backoff.succeed();
        assert_eq!(backoff, Backoff::default());
    }
}
