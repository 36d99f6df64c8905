//! What an amount is worth, between two fixed anchors.

/// The value of what is all that is wished: parts per million.
pub const FULL_VALUE: u32 = 1_000_000;

/// Between which amounts a value grows, in a straight line, from nothing to all. `full` may be the smaller one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anchors {
    /// The amount that is worth nothing.
    pub none: f64,
    /// The amount that is worth all.
    pub full: f64,
}

/// What a share of what is wished is worth: nothing of it nothing, the whole all.
pub(super) const SHARE: Anchors = Anchors { none: 0.0, full: 1.0 };

impl Anchors {
    /// What an amount is worth, parts per million.
    pub fn value(self, amount: f64) -> u32 {
        let part = ((amount - self.none) / (self.full - self.none)).clamp(0.0, 1.0);
        // Within 0 to a million, and no rounding upwards: what is not reached is not counted.
        (part * f64::from(FULL_VALUE)) as u32
    }

    /// The least amount, from the side of nothing, that is worth so much. [`Anchors::value`] of it is at least `value`.
    pub fn amount(self, value: u32) -> f64 {
        let whole = f64::from(FULL_VALUE);
        let at = |value: f64| self.none + (self.full - self.none) * (value / whole);
        let exact = at(f64::from(value.min(FULL_VALUE)));
        // One part in a million more where the division has lost the last bit.
        if self.value(exact) >= value.min(FULL_VALUE) { exact } else { at((f64::from(value) + 0.5).min(whole)) }
    }
}
