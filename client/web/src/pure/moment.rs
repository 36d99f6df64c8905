//! Past states of the record.

use cloudsite_proto::land::Revision;

/// When a revision was made, seconds since 1970.
pub(crate) fn made_at(revision: &Revision) -> i64 {
    revision.at.as_ref().map_or(0, |at| at.seconds)
}

/// The newest revision that was there before a moment, seconds since 1970, of some that are sorted newest first.
pub(crate) fn newest_before(revisions: &[Revision], moment: i64) -> Option<&Revision> {
    revisions.iter().find(|revision| made_at(revision) < moment)
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

    fn revision(number: u64, seconds: i64) -> Revision {
        let mut revision = Revision { number, ..Revision::default() };
        revision.at.get_or_insert_default().seconds = seconds;
        revision
    }

    #[test]
    fn a_moment_shows_what_was_made_before_it() {
        let revisions = [revision(3, 300), revision(2, 200), revision(1, 100)];
        for (moment, expected) in [(1_000, Some(3)), (300, Some(2)), (101, Some(1)), (100, None)] {
            assert_eq!(newest_before(&revisions, moment).map(|revision| revision.number), expected, "{moment}");
        }
    }

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
