//! Choosing the level by measured frame time.

use super::FrameTimes;
use crate::draw::QualityLevel;

/// A level is judged by so many frames.
const FRAMES: usize = 40;
/// Slower than this and the level falls.
const SLOW_MS: f64 = 40.0;
/// Slower than this, and so many frames are enough to know.
const HOPELESS_MS: f64 = 160.0;
const HOPELESS_FRAMES: usize = 5;
/// Faster than this and it rises. A display of 60 Hz waits 16.7 ms for each frame however quick the drawing is.
const QUICK_MS: f64 = 18.0;

/// Steps up and down between levels. A level that was too slow is not tried again.
#[derive(Debug, Clone)]
pub struct AutoQuality {
    level: QualityLevel,
    ceiling: QualityLevel,
    frames: FrameTimes,
}

impl AutoQuality {
    /// Begins at a level.
    pub fn starting_at(level: QualityLevel) -> Self {
        Self { level, ceiling: QualityLevel::High, frames: FrameTimes::default() }
    }

    /// Takes a frame into account; the new level where it changes.
    pub fn push(&mut self, frame_ms: f64) -> Option<QualityLevel> {
        self.frames.push(frame_ms);
        let (count, median_ms) = (self.frames.count(), self.frames.median_ms()?);
        if count < FRAMES && (count < HOPELESS_FRAMES || median_ms < HOPELESS_MS) {
            return None;
        }
        let next = if median_ms > SLOW_MS {
            self.ceiling = below(self.level);
            self.ceiling
        } else if median_ms < QUICK_MS && self.level < self.ceiling {
            above(self.level)
        } else {
            return None;
        };
        self.frames.clear();
        (next != self.level).then(|| {
            self.level = next;
            next
        })
    }

    /// Never again goes above a level; the new level where that changes it. Drawing in software answers late, so its frame
    /// times look short until many frames wait.
    pub fn keep_below(&mut self, ceiling: QualityLevel) -> Option<QualityLevel> {
        self.ceiling = self.ceiling.min(ceiling);
        let next = self.level.min(ceiling);
        (next != self.level).then(|| {
            self.level = next;
            next
        })
    }

    /// Whether it still measures.
    pub fn is_measuring(&self) -> bool {
        self.frames.count() < FRAMES
    }

    /// Where it stands.
    pub fn level(&self) -> QualityLevel {
        self.level
    }
}

fn above(level: QualityLevel) -> QualityLevel {
    match level {
        QualityLevel::Light => QualityLevel::Normal,
        QualityLevel::Normal | QualityLevel::High => QualityLevel::High,
    }
}

fn below(level: QualityLevel) -> QualityLevel {
    match level {
        QualityLevel::High => QualityLevel::Normal,
        QualityLevel::Normal | QualityLevel::Light => QualityLevel::Light,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(frame_ms: impl Fn(QualityLevel) -> f64, start: QualityLevel, expected: QualityLevel) {
        let mut auto = AutoQuality::starting_at(start);
        let changes = (0..2_000).filter(|_| auto.push(frame_ms(auto.level())).is_some()).count();
        assert_eq!(auto.level(), expected);
        assert!(changes <= 3, "{changes} changes: it swings");
    }

    #[test]
    fn it_comes_to_rest_where_the_machine_can_follow() {
        let quick = |_| 16.7;
        let none = |_| 200.0;
        let middling = |level| if level == QualityLevel::High { 60.0 } else { 10.0 };
        check(quick, QualityLevel::Light, QualityLevel::High);
        check(none, QualityLevel::Normal, QualityLevel::Light);
        check(middling, QualityLevel::Light, QualityLevel::Normal);
        check(|_| 30.0, QualityLevel::Normal, QualityLevel::Normal);
    }

    #[test]
    fn what_nobody_could_use_is_left_after_a_few_frames() {
        let mut auto = AutoQuality::starting_at(QualityLevel::High);
        let frames = (1..100).find(|_| auto.push(900.0).is_some());
        assert_eq!((frames, auto.level()), (Some(HOPELESS_FRAMES), QualityLevel::Normal));
    }

    #[test]
    fn without_a_gpu_it_stays_light_however_quick_frames_look() {
        let mut auto = AutoQuality::starting_at(QualityLevel::Normal);
        assert_eq!(auto.keep_below(QualityLevel::Light), Some(QualityLevel::Light));
        assert!((0..500).all(|_| auto.push(5.0).is_none()), "it rose to {:?}", auto.level());
    }
}
