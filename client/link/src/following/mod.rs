//! What all clients of a meeting that runs have in common: how they follow whoever leads, whom they hear how loud, and when they
//! come back.

mod floors;
mod led;

use std::time::Duration;

pub use floors::{speaker, volume};
pub use led::Led;

use crate::retry_in;

/// How long is waited after so many failures in a row: briefly at first, since a server that is started anew is back within
/// seconds.
pub fn pause(failures: u32) -> Duration {
    const QUICK: [u64; 8] = [100, 250, 500, 500, 500, 1_000, 1_000, 1_000];
    let index = failures.saturating_sub(1) as usize;
    QUICK.get(index).map_or_else(|| retry_in(failures - QUICK.len() as u32), |millis| Duration::from_millis(*millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_starts_anew_is_found_within_five_seconds() {
        let waited: Duration = (1..=8).map(pause).sum();
        assert!(waited < Duration::from_secs(5), "{waited:?}");
        assert!((1..8).all(|failures| pause(failures) <= Duration::from_secs(1)));
        assert_eq!(pause(9), retry_in(1));
        assert_eq!(pause(100), retry_in(92));
    }
}
