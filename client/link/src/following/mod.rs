//! What all clients of a meeting that runs have in common: how they follow whoever leads, whom they hear how loud, and when they
//! come back.

mod floors;
mod led;

use std::time::Duration;

pub use floors::{speaker, volume};
pub use led::Led;

use crate::retry_in;

/// How long is waited after so many failures in a row: briefly at first, since a server that is started anew is back within
/// seconds; then each second for half a minute, since people wait; and ever longer after that.
pub fn pause(failures: u32) -> Duration {
    const QUICK: [u64; 5] = [100, 250, 500, 500, 500];
    const QUICK_FAILURES: u32 = QUICK.len() as u32 + 30;
    let index = failures.saturating_sub(1) as usize;
    match QUICK.get(index) {
        Some(millis) => Duration::from_millis(*millis),
        None if failures <= QUICK_FAILURES => Duration::from_secs(1),
        None => retry_in(failures - QUICK_FAILURES + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_starts_anew_is_found_within_a_second_for_half_a_minute() {
        let mut waited = Duration::ZERO;
        for failures in 1..=35 {
            assert!(pause(failures) <= Duration::from_secs(1), "{failures} failures: {:?}", pause(failures));
            waited += pause(failures);
        }
        assert!(waited > Duration::from_secs(30), "{waited:?}");
        assert_eq!([36, 37, 100].map(pause), [retry_in(2), retry_in(3), retry_in(66)]);
    }
}
