//! Quarters of a year.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::civil::{Date, date};

/// A quarter, written as `2026-Q4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i16,
    /// 1 to 4.
    number: i8,
}

/// A text that is no quarter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no quarter, such as 2026-Q4")]
pub struct InvalidQuarter(pub String);

impl Quarter {
    /// The quarter of a day.
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), number: (day.month() - 1) / 3 + 1 }
    }

    /// Its days.
    pub fn days(self) -> RangeInclusive<Date> {
        let first = date(self.year, self.number * 3 - 2, 1);
        first..=date(self.year, self.number * 3, 1).last_of_month()
    }
}

impl FromStr for Quarter {
    type Err = InvalidQuarter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidQuarter(text.to_owned());
        let (year, number) = text.split_once("-Q").ok_or_else(invalid)?;
        let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(number, 1) {
            return Err(invalid());
        }
        let (year, number) = (year.parse().map_err(|_| invalid())?, number.parse().map_err(|_| invalid())?);
        if (1..=4).contains(&number) { Ok(Self { year, number }) } else { Err(invalid()) }
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_has_three_months() {
        let cases = [
            ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
            ("2024-Q2", date(2024, 4, 1), date(2024, 6, 30)),
            ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ];
        for (text, first, last) in cases {
            let quarter: Quarter = text.parse().unwrap();
            assert_eq!((quarter.to_string().as_str(), quarter.days()), (text, first..=last));
            assert_eq!((Quarter::of(first), Quarter::of(last)), (quarter, quarter));
        }
        for bad in ["", "2026", "2026-Q0", "2026-Q5", "2026-Q11", "26-Q1", "2026-q1", "+026-Q1", "2026-Q1 "] {
            assert_eq!(bad.parse::<Quarter>(), Err(InvalidQuarter(bad.to_owned())));
        }
    }
}
