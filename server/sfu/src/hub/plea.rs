//! How often one viewer may have a key frame: everyone else who sees the track gets it as well, and it costs all of them as
//! much as many ordinary pictures.

use std::time::{Duration, Instant};

/// The pause after the first, which doubles with each further one, and the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(2);

/// When a viewer has pleaded for key frames in one receiver.
#[derive(Debug, Default)]
pub(super) struct Plea {
    heard: Option<Instant>,
    pause: Duration,
}

impl Plea {
    /// Whether one that comes now is heard. Whoever had none for as long again as it had to wait begins anew.
    pub(super) fn hear(&mut self, now: Instant) -> bool {
        let passed = self.heard.map(|heard| now.saturating_duration_since(heard));
        if passed.is_some_and(|passed| passed < self.pause) {
            return false;
        }
        let is_calm = passed.is_none_or(|passed| passed >= self.pause * 2);
        self.pause = if is_calm { PAUSE } else { (self.pause * 2).min(LONGEST) };
        self.heard = Some(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times at which a viewer is heard who pleads so often, in milliseconds.
    fn heard(every: u64, until: u64) -> Vec<u64> {
        let (start, mut plea) = (Instant::now(), Plea::default());
        (0..until).step_by(every as usize).filter(|at| plea.hear(start + Duration::from_millis(*at))).collect()
    }

    #[test]
    fn who_pleads_again_and_again_is_heard_less_and_less() {
        assert_eq!(heard(100, 10_000), [0, 500, 1_500, 3_500, 5_500, 7_500, 9_500]);
        assert_eq!(heard(1_000, 5_000), [0, 1_000, 2_000, 3_000, 4_000], "who seldom does is heard each time");
    }
}
