//! Frame times of late.

/// So many are kept: two seconds of a smooth picture.
const KEPT: usize = 120;

/// The times of the last frames.
#[derive(Debug, Clone, Default)]
pub struct FrameTimes {
    kept_ms: Vec<f64>,
    next: usize,
}

impl FrameTimes {
    /// Adds a frame.
    pub fn push(&mut self, frame_ms: f64) {
        if self.kept_ms.len() < KEPT {
            self.kept_ms.push(frame_ms);
        } else {
            self.kept_ms[self.next] = frame_ms;
            self.next = (self.next + 1) % KEPT;
        }
    }

    /// How many are kept.
    pub fn count(&self) -> usize {
        self.kept_ms.len()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The median of those kept; none of none.
    pub fn median_ms(&self) -> Option<f64> {
        let mut sorted = self.kept_ms.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_that_of_the_last_frames() {
        let mut times = FrameTimes::default();
        assert_eq!(times.median_ms(), None);
        for ms in [30.0, 10.0, 900.0] {
            times.push(ms);
        }
        assert_eq!(times.median_ms(), Some(30.0));
        (0..KEPT).for_each(|_| times.push(16.0));
        assert_eq!((times.median_ms(), times.count()), (Some(16.0), KEPT));
    }
}
