//! Past states of the record.

use cloudsite_proto::land::Revision;
use prost_types::Timestamp;

/// When a revision was made, seconds since 1970.
pub(crate) fn made_at(revision: &Revision) -> i64 {
    revision.at.as_ref().map_or(0, |at| at.seconds)
}

/// The last moment before another, which is given in seconds since 1970.
pub(crate) fn last_before(secs: i64) -> Timestamp {
    Timestamp { seconds: secs - 1, nanos: 999_999_999 }
}

/// Year, month and day of a day as a date field gives it, `2026-03-12`.
pub(crate) fn day_parts(day: &str) -> Option<(u32, u32, u32)> {
    let mut parts = day.split('-');
    let mut number = |longest: usize| parts.next().filter(|part| part.len() <= longest)?.parse::<u32>().ok();
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let is_day = (1_970..=9_999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    (is_day && parts.next().is_none()).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_a_field_gives_them() {
        let cases = [
            ("2026-03-12", Some((2026, 3, 12))),
            ("2026-3-1", Some((2026, 3, 1))),
            ("2026-13-01", None),
            ("2026-03", None),
            ("2026-03-12-01", None),
            ("", None),
            ("12 March", None),
        ];
        for (day, expected) in cases {
            assert_eq!(day_parts(day), expected, "{day:?}");
        }
    }
}
