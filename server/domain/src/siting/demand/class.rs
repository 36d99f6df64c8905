//! Classes of amounts, coarse enough that an amount tells of no project.

/// Where classes begin within a power of ten.
const STEPS: [f64; 3] = [1.0, 2.0, 5.0];

/// The power of ten that the first class begins at, and how many powers there are.
const LEAST_POWER: i32 = -3;
const POWERS: u8 = 14;

/// A class of amounts: from 1, 2 or 5 times a power of ten up to the next of them. The first holds all that is below 0.001,
/// the last all from 5 · 10¹⁰ on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(u8);

impl Class {
    const LAST: u8 = POWERS * STEPS.len() as u8;

    /// The class of an amount.
    pub fn of(amount: f64) -> Self {
        let mut class = Self(0);
        while class.0 < Self::LAST && Self(class.0 + 1).from() <= amount {
            class.0 += 1;
        }
        class
    }

    /// The class with a number, if there is one.
    pub fn numbered(number: u8) -> Option<Self> {
        (number <= Self::LAST).then_some(Self(number))
    }

    /// Its number, from 0; it stays what it is.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The least amount of it.
    pub fn from(self) -> f64 {
        let Some(before) = self.0.checked_sub(1) else { return 0.0 };
        let (power, step) = (i32::from(before / 3) + LEAST_POWER, usize::from(before % 3));
        // A negative power of ten is no exact number; dividing by the positive one gives the nearest.
        if power < 0 { STEPS[step] / 10_f64.powi(-power) } else { STEPS[step] * 10_f64.powi(power) }
    }

    /// Where the next begins; none for the last.
    pub fn to(self) -> Option<f64> {
        (self.0 < Self::LAST).then(|| Self(self.0 + 1).from())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_in_one_class() {
        let cases = [
            (0.0, 0.0, Some(0.001)),
            (0.3, 0.2, Some(0.5)),
            (1.0, 1.0, Some(2.0)),
            (4.999, 2.0, Some(5.0)),
            (8_000.0, 5_000.0, Some(10_000.0)),
            (30_000.0, 20_000.0, Some(50_000.0)),
            (1e300, 5e10, None),
        ];
        for (amount, from, to) in cases {
            let class = Class::of(amount);
            assert_eq!((class.from(), class.to()), (from, to), "{amount}");
            assert_eq!(Class::numbered(class.number()), Some(class));
        }
        let all: Vec<f64> = (0..=Class::LAST).map(|number| Class(number).from()).collect();
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        assert_eq!(Class::numbered(Class::LAST + 1), None);
    }
}
