//! Times as people say them in a place, and the moments that they mean.

use cloudsite_proto::meeting::Meeting;
use jiff::civil::DateTime;

/// Seconds of a clock since 1970 as a field for date and time gives it, `2026-03-12T09:30`: as if the clock were UTC.
pub(crate) fn clock_secs(field: &str) -> Option<i64> {
    let at: DateTime = field.parse().ok()?;
    Some(at.duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)).as_secs())
}

/// A clock's seconds as such a field has them.
pub(crate) fn field_of(clock_secs: i64) -> String {
    let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    let at = epoch.checked_add(jiff::SignedDuration::from_secs(clock_secs)).unwrap_or(epoch);
    format!("{}T{:02}:{:02}", at.date(), at.hour(), at.minute())
}

/// The moment, seconds since 1970, at which a place's clock shows this; `offset_at` says how far it is ahead of UTC at a
/// moment, seconds. A time that the clock leaves out in spring is as much later, one that comes twice in autumn is the first.
pub(crate) fn moment(clock_secs: i64, offset_at: impl Fn(i64) -> i64) -> i64 {
    const DAY_SECS: i64 = 86_400;
    let (before, after) = (offset_at(clock_secs - DAY_SECS), offset_at(clock_secs + DAY_SECS));
    let shows = |moment: i64| moment + offset_at(moment) == clock_secs;
    let candidates = [clock_secs - before.max(after), clock_secs - before.min(after)];
    candidates.into_iter().find(|moment| shows(*moment)).unwrap_or(clock_secs - before)
}

/// Begin and end of a meeting, seconds since 1970.
pub(crate) fn span(meeting: &Meeting) -> (i64, i64) {
    let secs = |at: &Option<prost_types::Timestamp>| at.as_ref().map_or(0, |at| at.seconds);
    (secs(&meeting.starts_at), secs(&meeting.ends_at))
}

/// The next full half hour of a clock.
pub(crate) const fn next_half_hour(clock_secs: i64) -> i64 {
    const HALF_HOUR: i64 = 1_800;
    (clock_secs.div_euclid(HALF_HOUR) + 1) * HALF_HOUR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_written() {
        assert_eq!(clock_secs("1970-01-02T00:01"), Some(86_460));
        assert_eq!(field_of(86_460), "1970-01-02T00:01");
        assert_eq!(clock_secs("2026-13-01T00:00"), None);
        assert_eq!(clock_secs(""), None);
        assert_eq!(field_of(next_half_hour(clock_secs("2026-03-12T09:30").unwrap())), "2026-03-12T10:00");
        assert_eq!(field_of(next_half_hour(clock_secs("2026-03-12T23:59").unwrap())), "2026-03-13T00:00");
    }

    /// Berlin in 2026: clocks go forward on 29 March and back on 25 October, at 01:00 UTC.
    fn berlin(at: i64) -> i64 {
        let summer = clock_secs("2026-03-29T01:00").unwrap()..clock_secs("2026-10-25T01:00").unwrap();
        if summer.contains(&at) { 7_200 } else { 3_600 }
    }

    #[test]
    fn a_time_of_a_place_is_a_moment_through_the_year() {
        let cases = [
            ("2026-01-15T09:00", "2026-01-15T08:00"),
            ("2026-07-15T09:00", "2026-07-15T07:00"),
            ("2026-03-29T01:59", "2026-03-29T00:59"),
            ("2026-03-29T03:00", "2026-03-29T01:00"),
            // There is no 02:30 on that night, and 02:30 comes twice on the other.
            ("2026-03-29T02:30", "2026-03-29T01:30"),
            ("2026-10-25T02:30", "2026-10-25T00:30"),
            ("2026-10-25T03:00", "2026-10-25T02:00"),
        ];
        for (local, utc) in cases {
            assert_eq!(field_of(moment(clock_secs(local).unwrap(), berlin)), utc, "{local}");
        }
        let shanghai = |_| 28_800;
        assert_eq!(field_of(moment(clock_secs("2026-03-12T09:00").unwrap(), shanghai)), "2026-03-12T01:00");
    }
}
