//! The line of a revision: the revisions whose versions are seen as of it. Without roll-backs that is each up to it; as of
//! a roll-back, and of what is written on top of one, what was made in between is passed over.

use std::ops::RangeInclusive;

use cloudsite_domain::record::{FeatureId, Revision};
use rusqlite::{Connection, OptionalExtension, params};

use crate::StoreError;

/// Roll-backs, which write no versions.
pub(super) const STEP: &str = "
-- As of a roll-back, and of what comes after it, the versions of its spans are seen, which are those that are seen as of
-- the revision it goes back to.
CREATE TABLE roll_back (
    number  INTEGER PRIMARY KEY REFERENCES revision (number),
    back_to INTEGER NOT NULL REFERENCES revision (number),
    CHECK (back_to < number)
) STRICT;
CREATE TABLE roll_back_span (
    roll_back INTEGER NOT NULL REFERENCES roll_back (number),
    first     INTEGER NOT NULL,
    last      INTEGER NOT NULL,
    PRIMARY KEY (roll_back, first)
) STRICT, WITHOUT ROWID;
";

/// The latest roll-back up to a revision, or 0: what [`newest_seen`] has to know besides the revision.
const LAST_ROLL_BACK: &str = "SELECT coalesce(max(number), 0) FROM roll_back WHERE number <= ?1";

/// The expression that finds, of a feature, the newest version that is seen as of a revision, by where it began; given are
/// expressions for the feature's id, the revision, and the latest roll-back up to that.
macro_rules! newest_seen {
    ($feature:literal, $at:literal, $roll_back:literal) => {
        concat!(
            "(SELECT max(o.rev_from) FROM version o WHERE o.feature_id = ",
            $feature,
            " AND o.rev_from <= ",
            $at,
            " AND (o.rev_from > ",
            $roll_back,
            " OR EXISTS (SELECT 1 FROM roll_back_span s WHERE s.roll_back = ",
            $roll_back,
            " AND o.rev_from BETWEEN s.first AND s.last)))"
        )
    };
}
pub(super) use newest_seen;

/// Of a version `v`: the content that the feature had before it, if there was the feature.
macro_rules! content_before {
    () => {
        concat!(
            "(SELECT p.content_id FROM version p WHERE p.feature_id = v.feature_id AND p.rev_from = ",
            $crate::sqlite::line::newest_seen!(
                "v.feature_id",
                "v.rev_from - 1",
                "(SELECT coalesce(max(number), 0) FROM roll_back WHERE number < v.rev_from)"
            ),
            ")"
        )
    };
}
pub(super) use content_before;

const CHANGED: &str = "
SELECT DISTINCT feature_id FROM version INDEXED BY version_by_revision WHERE rev_from BETWEEN ?1 AND ?2";

/// A revision as queries need it.
#[derive(Debug, Clone, Copy)]
pub(super) struct AsOf {
    /// The revision.
    pub(super) at: i64,
    /// The latest roll-back up to it, or 0.
    pub(super) roll_back: i64,
}

impl AsOf {
    /// A revision that is there.
    pub(super) fn read(connection: &Connection, at: Revision) -> Result<Self, StoreError> {
        // Bounds given as `u64::MAX` still fit SQLite's integer.
        let at = i64::try_from(at.0).unwrap_or(i64::MAX);
        let roll_back = connection.prepare_cached(LAST_ROLL_BACK)?.query_row([at], |row| row.get(0))?;
        Ok(Self { at, roll_back })
    }
}

/// Ranges of revisions, ascending, that neither overlap nor meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line(Vec<RangeInclusive<u64>>);

impl Line {
    /// The line of a revision that is there.
    pub(super) fn read(connection: &Connection, at: Revision) -> Result<Self, StoreError> {
        let roll_back = AsOf::read(connection, at)?.roll_back;
        let mut spans = spans(connection, roll_back)?;
        let after = roll_back as u64 + 1..=at.0;
        if !after.is_empty() {
            spans.push(after);
        }
        Ok(Self(spans))
    }

    pub(super) fn spans(&self) -> &[RangeInclusive<u64>] {
        &self.0
    }

    fn has(&self, revision: u64) -> bool {
        self.0.iter().any(|span| span.contains(&revision))
    }

    /// The revisions that are on one of two lines and not on both.
    fn apart(&self, other: &Self) -> Vec<RangeInclusive<u64>> {
        // Where a span begins, and where it is over, is where something may change.
        let ends = self.0.iter().chain(&other.0).flat_map(|span| [*span.start(), span.end() + 1]);
        let mut edges: Vec<u64> = ends.collect();
        edges.sort_unstable();
        edges.dedup();
        let pieces = edges.windows(2).map(|pair| pair[0]..=pair[1] - 1);
        pieces.filter(|piece| self.has(*piece.start()) != other.has(*piece.start())).collect()
    }
}

/// The spans of a roll-back; none of 0, which is none.
fn spans(connection: &Connection, roll_back: i64) -> Result<Vec<RangeInclusive<u64>>, StoreError> {
    let sql = "SELECT first, last FROM roll_back_span WHERE roll_back = ?1 ORDER BY first";
    let mut statement = connection.prepare_cached(sql)?;
    let spans =
        statement.query_map([roll_back], |row| Ok(row.get::<_, i64>(0)? as u64..=row.get::<_, i64>(1)? as u64))?;
    Ok(spans.collect::<Result<_, _>>()?)
}

/// Keeps that a revision goes back to another.
pub(super) fn write_roll_back(connection: &Connection, number: Revision, to: Revision) -> Result<Line, StoreError> {
    let line = Line::read(connection, to)?;
    connection
        .prepare_cached("INSERT INTO roll_back (number, back_to) VALUES (?1, ?2)")?
        .execute(params![number.0 as i64, to.0 as i64])?;
    for span in &line.0 {
        connection
            .prepare_cached("INSERT INTO roll_back_span (roll_back, first, last) VALUES (?1, ?2, ?3)")?
            .execute(params![number.0 as i64, *span.start() as i64, *span.end() as i64])?;
    }
    Ok(line)
}

/// To which revision a roll-back goes back, and its spans as they are kept; none of what is no roll-back.
pub(super) fn roll_back(connection: &Connection, revision: Revision) -> Result<Option<(Revision, Line)>, StoreError> {
    let number = revision.0 as i64;
    let mut statement = connection.prepare_cached("SELECT back_to FROM roll_back WHERE number = ?1")?;
    let to: Option<i64> = statement.query_row([number], |row| row.get(0)).optional()?;
    to.map(|to| Ok((Revision(to as u64), Line(spans(connection, number)?)))).transpose()
}

/// The roll-backs after a revision and up to another, oldest first.
pub(super) fn roll_backs(
    connection: &Connection,
    after: Revision,
    up_to: Revision,
) -> Result<Vec<Revision>, StoreError> {
    let sql = "SELECT number FROM roll_back WHERE number > ?1 AND number <= ?2 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let last = i64::try_from(up_to.0).unwrap_or(i64::MAX);
    let numbers =
        statement.query_map(params![after.0 as i64, last], |row| Ok(Revision(row.get::<_, i64>(0)? as u64)))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

/// The features that have changed between two revisions, some of them maybe back again, by id.
pub(super) fn changed(connection: &Connection, one: Revision, other: Revision) -> Result<Vec<FeatureId>, StoreError> {
    let mut ids = Vec::<i64>::new();
    for span in Line::read(connection, one)?.apart(&Line::read(connection, other)?) {
        let mut statement = connection.prepare_cached(CHANGED)?;
        let found = statement.query_map(params![*span.start() as i64, *span.end() as i64], |row| row.get(0))?;
        for id in found {
            ids.push(id?);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.into_iter().map(|id| FeatureId(id as u64)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_differ_where_one_goes_and_the_other_does_not() {
        let line = |spans: &[(u64, u64)]| Line(spans.iter().map(|(first, last)| *first..=*last).collect());
        let straight = line(&[(1, 9)]);
        let back = line(&[(1, 4), (8, 9)]);
        assert_eq!(straight.apart(&back), [5..=7]);
        assert_eq!(back.apart(&straight), [5..=7]);
        assert_eq!(back.apart(&line(&[(1, 2), (9, 9), (11, 12)])), [3..=4, 8..=8, 11..=12]);
        assert_eq!(back.apart(&back), []);
        assert_eq!(line(&[]).apart(&line(&[(1, 2)])), [1..=2]);
    }
}
