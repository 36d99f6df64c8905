//! What a meeting keeps of those who were let in, so that it begins anew as it was.

use std::collections::BTreeMap;

use cloudsite_domain::identity::{DisplayName, MemberId};
use cloudsite_domain::meeting::{CameBy, Kept, MeetingId, ParticipantId, Room, RoomId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::number;
use crate::StoreError;
use crate::sqlite::identity::row::Columns;

/// The step of the schema that keeps it. Who is in no room is in the lobby; the main room has no name.
pub(in crate::sqlite) const STEP: &str = "
ALTER TABLE meeting ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;

CREATE TABLE meeting_kept (
    participant INTEGER NOT NULL,
    meeting     INTEGER NOT NULL REFERENCES meeting (id),
    role        TEXT NOT NULL,
    room        INTEGER,
    room_name   TEXT,
    muted       INTEGER NOT NULL,
    seating     INTEGER NOT NULL,
    link        INTEGER,
    member      INTEGER,
    PRIMARY KEY (meeting, participant)
) STRICT, WITHOUT ROWID;
";

/// The step of the schema that keeps by which way those had come who were sent out.
pub(in crate::sqlite) const WAYS: &str = "
ALTER TABLE meeting_removal ADD COLUMN link INTEGER;
ALTER TABLE meeting_removal ADD COLUMN member INTEGER;
";

/// A way as its columns hold it: the link, or the member.
pub(super) const fn way(came: Option<CameBy>) -> (Option<u32>, Option<i64>) {
    match came {
        Some(CameBy::Link(link)) => (Some(link), None),
        Some(CameBy::Member(member)) => (None, Some(member.0 as i64)),
        None => (None, None),
    }
}

/// The way that its columns hold.
pub(super) fn came(link: Option<u32>, member: Option<i64>) -> Option<CameBy> {
    link.map(CameBy::Link).or_else(|| member.map(|member| CameBy::Member(MemberId(member as u64))))
}

/// Writes it down in place of what was there of the same people.
pub(super) fn write(
    connection: &Transaction<'_>,
    meeting: MeetingId,
    is_locked: bool,
    all: &BTreeMap<ParticipantId, Kept>,
) -> Result<(), StoreError> {
    let sql = "UPDATE meeting SET locked = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![number(meeting), is_locked])?;
    let sql = "INSERT OR REPLACE INTO meeting_kept
                      (participant, meeting, role, room, room_name, muted, seating, link, member)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    for (id, kept) in all {
        let (link, member) = way(kept.came);
        let name = kept.room.as_ref().and_then(|room| room.name.as_ref());
        connection.prepare_cached(sql)?.execute(params![
            id.0,
            number(meeting),
            kept.role.as_str(),
            kept.room.as_ref().map(|room| room.id.0),
            name.map(DisplayName::as_str),
            kept.is_muted,
            kept.seating as i64,
            link,
            member,
        ])?;
    }
    Ok(())
}

/// What was written.
pub(super) fn read(
    connection: &Connection,
    meeting: MeetingId,
) -> Result<(bool, BTreeMap<ParticipantId, Kept>), StoreError> {
    let locked = "SELECT locked FROM meeting WHERE id = ?1";
    let is_locked = connection.prepare_cached(locked)?.query_row([number(meeting)], |row| row.get(0)).optional()?;
    let sql = "SELECT participant, role, room, room_name, muted, seating, link, member FROM meeting_kept
               WHERE meeting = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([number(meeting)])?;
    let mut all = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let columns = Columns::of("meeting_kept", row);
        let room = match row.get::<_, Option<u32>>(2)? {
            Some(id) => Some(Room { id: RoomId(id), name: columns.maybe_word(3)? }),
            None => None,
        };
        let came = came(row.get(6)?, row.get(7)?);
        let kept = Kept { role: columns.word(1)?, room, is_muted: columns.flag(4)?, seating: columns.id(5)?, came };
        all.insert(ParticipantId(row.get(0)?), kept);
    }
    Ok((is_locked.unwrap_or(false), all))
}
