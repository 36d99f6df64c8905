//! Meetings that are planned, the links to them, and who was sent out of them, in tables beside the record's.

pub(super) mod kept;

use std::collections::{BTreeMap, BTreeSet};

use cloudsite_domain::audit::{Action, Happening};
use cloudsite_domain::identity::MemberId;
use cloudsite_domain::meeting::{
    CameBy, GuestLink, Kept, MOST_GUEST_LINKS, MOST_MEETINGS, MeetingId, ParticipantId, Scheduled,
};
use cloudsite_domain::record::{Code, Language};
use jiff::Timestamp;
use rusqlite::{Connection, ToSql, Transaction, params};
use serde_json::Value;

use super::identity::row::{Columns, micros};
use super::{SqliteStore, audit};
use crate::StoreError;
use crate::changeset::Deed;
use crate::identity::SecretHash;
use crate::meeting::{MeetingError, MeetingStore};

/// The step of the schema that adds the tables. Times are microseconds since 1970; floors are a list of language tags.
pub(super) const STEP: &str = "
CREATE TABLE meeting (
    id           INTEGER PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (code),
    author       INTEGER NOT NULL REFERENCES member (id),
    title        TEXT NOT NULL,
    starts_at    INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    time_zone    TEXT NOT NULL,
    floors       TEXT NOT NULL,
    cancelled    INTEGER NOT NULL,
    version      INTEGER NOT NULL
) STRICT;
CREATE INDEX meeting_by_organisation ON meeting (organisation, ends_at);

-- Secrets are kept as their SHA-256.
CREATE TABLE guest_link (
    meeting    INTEGER NOT NULL REFERENCES meeting (id),
    number     INTEGER NOT NULL,
    secret     BLOB NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    language   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked    INTEGER NOT NULL,
    PRIMARY KEY (meeting, number)
) STRICT, WITHOUT ROWID;

-- Who was sent out, and does not come back.
CREATE TABLE meeting_removal (
    meeting     INTEGER NOT NULL REFERENCES meeting (id),
    participant INTEGER NOT NULL,
    PRIMARY KEY (meeting, participant)
) STRICT, WITHOUT ROWID;
";

/// The step of the schema that keeps when a host ended a meeting.
pub(super) const ENDS: &str = "ALTER TABLE meeting ADD COLUMN ended_at INTEGER;";

/// The step of the schema that keeps when someone first came by a link.
pub(super) const USES: &str = "ALTER TABLE guest_link ADD COLUMN used_at INTEGER;";

const MEETINGS: &str = "
SELECT id, organisation, author, title, starts_at, ends_at, time_zone, floors, cancelled, version, ended_at
  FROM meeting";

const LINKS: &str = "SELECT meeting, number, name, role, language, created_at, revoked, used_at FROM guest_link";

/// A number has 63 bits, as many as SQLite's.
const fn number(id: MeetingId) -> i64 {
    id.0 as i64
}

/// Languages as their column holds them.
fn floors(floors: &BTreeSet<Language>) -> String {
    floors.iter().map(|language| language.tag()).collect::<Value>().to_string()
}

impl MeetingStore for SqliteStore {
    fn create_meeting(&self, meeting: &Scheduled, deed: &Deed) -> Result<Scheduled, MeetingError> {
        self.write_within(|connection| create(connection, meeting, deed))
    }

    fn meeting(&self, id: MeetingId) -> Result<Option<Scheduled>, MeetingError> {
        Ok(self.readers.with(|connection| one(connection, id))?)
    }

    fn meetings(
        &self,
        organisations: &[Code],
        ending_from: Timestamp,
        most: usize,
    ) -> Result<Vec<Scheduled>, MeetingError> {
        let among = organisations.iter().map(Code::as_str).collect::<Value>().to_string();
        let tail = "WHERE organisation IN (SELECT value FROM json_each(?1)) AND ends_at >= ?2
                    ORDER BY starts_at, id LIMIT ?3";
        let values: [&dyn ToSql; 3] = [&among, &micros(ending_from), &(most as i64)];
        Ok(self.readers.with(|connection| query(connection, tail, &values))?)
    }

    fn update_meeting(&self, meeting: &Scheduled, deed: &Deed) -> Result<Scheduled, MeetingError> {
        self.write_within(|connection| update(connection, meeting, deed))
    }

    fn end_meeting(&self, meeting: MeetingId, deed: &Deed) -> Result<Scheduled, MeetingError> {
        self.write_within(|connection| end(connection, meeting, deed))
    }

    fn create_guest_link(&self, link: &GuestLink, secret: &SecretHash, deed: &Deed) -> Result<GuestLink, MeetingError> {
        self.write_within(|connection| create_link(connection, link, secret, deed))
    }

    fn guest_links(&self, meeting: MeetingId) -> Result<Vec<GuestLink>, MeetingError> {
        let tail = "WHERE meeting = ?1 ORDER BY number";
        Ok(self.readers.with(|connection| links(connection, tail, &[&number(meeting)]))?)
    }

    fn guest_link(&self, secret: &SecretHash) -> Result<Option<(Scheduled, GuestLink)>, MeetingError> {
        let found = self.readers.with(|connection| {
            let Some(link) = links(connection, "WHERE secret = ?1", &[&secret.0.as_slice()])?.pop() else {
                return Ok(None);
            };
            Ok(one(connection, link.meeting)?.map(|meeting| (meeting, link)))
        });
        Ok(found?)
    }

    fn use_guest_link(&self, meeting: MeetingId, number: u32, deed: &Deed) -> Result<GuestLink, MeetingError> {
        self.write_within(|connection| use_link(connection, meeting, number, deed))
    }

    fn revoke_guest_link(&self, meeting: MeetingId, number: u32, deed: &Deed) -> Result<GuestLink, MeetingError> {
        self.write_within(|connection| revoke(connection, meeting, number, deed))
    }

    fn remove_participant(
        &self,
        meeting: MeetingId,
        participant: ParticipantId,
        came: Option<CameBy>,
        deed: &Deed,
    ) -> Result<(), MeetingError> {
        self.write_within(|connection| {
            must_exist(connection, meeting)?;
            let sql = "INSERT OR IGNORE INTO meeting_removal (meeting, participant, link, member)
                       VALUES (?1, ?2, ?3, ?4)";
            let (link, member) = kept::way(came);
            let values = params![number(meeting), participant.0, link, member];
            if connection.prepare_cached(sql)?.execute(values)? > 0 {
                log(connection, meeting, deed, &[("participant", participant.to_string())])?;
            }
            Ok(())
        })
    }

    fn removed(&self, meeting: MeetingId) -> Result<BTreeMap<ParticipantId, Option<CameBy>>, MeetingError> {
        let removed = self.readers.with(|connection| {
            let sql = "SELECT participant, link, member FROM meeting_removal WHERE meeting = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let found = statement.query_map([number(meeting)], |row| {
                Ok((ParticipantId(row.get(0)?), kept::came(row.get(1)?, row.get(2)?)))
            })?;
            Ok(found.collect::<Result<_, _>>()?)
        });
        Ok(removed?)
    }

    fn keep(
        &self,
        meeting: MeetingId,
        is_locked: bool,
        kept: &BTreeMap<ParticipantId, Kept>,
    ) -> Result<(), MeetingError> {
        self.write_within(|connection| {
            must_exist(connection, meeting)?;
            Ok(kept::write(connection, meeting, is_locked, kept)?)
        })
    }

    fn kept(&self, meeting: MeetingId) -> Result<(bool, BTreeMap<ParticipantId, Kept>), MeetingError> {
        Ok(self.readers.with(|connection| kept::read(connection, meeting))?)
    }

    fn log_meeting(&self, meeting: MeetingId, deed: &Deed) -> Result<(), MeetingError> {
        self.write_within(|connection| {
            must_exist(connection, meeting)?;
            Ok(log(connection, meeting, deed, &[])?)
        })
    }
}

fn query(connection: &Connection, tail: &str, values: &[&dyn ToSql]) -> Result<Vec<Scheduled>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{MEETINGS} {tail}"))?;
    let mut rows = statement.query(values)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = Columns::of("meeting", row);
        all.push(Scheduled {
            id: MeetingId(columns.id(0)?),
            organisation: columns.word(1)?,
            author: MemberId(columns.id(2)?),
            title: columns.word(3)?,
            starts_at: columns.time(4)?,
            ends_at: columns.time(5)?,
            time_zone: columns.word(6)?,
            floors: columns.json(7)?,
            is_cancelled: columns.flag(8)?,
            version: columns.id(9)?,
            ended_at: columns.maybe_time(10)?,
        });
    }
    Ok(all)
}

fn one(connection: &Connection, id: MeetingId) -> Result<Option<Scheduled>, StoreError> {
    Ok(query(connection, "WHERE id = ?1", &[&number(id)])?.pop())
}

fn must_exist(connection: &Connection, id: MeetingId) -> Result<Scheduled, MeetingError> {
    one(connection, id)?.ok_or(MeetingError::Unknown(id))
}

fn links(connection: &Connection, tail: &str, values: &[&dyn ToSql]) -> Result<Vec<GuestLink>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{LINKS} {tail}"))?;
    let mut rows = statement.query(values)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = Columns::of("guest_link", row);
        all.push(GuestLink {
            meeting: MeetingId(columns.id(0)?),
            number: row.get(1)?,
            name: columns.word(2)?,
            role: columns.word(3)?,
            language: columns.language(4)?,
            created_at: columns.time(5)?,
            is_revoked: columns.flag(6)?,
            used_at: columns.maybe_time(7)?,
        });
    }
    Ok(all)
}

fn link(connection: &Connection, meeting: MeetingId, which: u32) -> Result<GuestLink, MeetingError> {
    let found = links(connection, "WHERE meeting = ?1 AND number = ?2", &[&number(meeting), &which])?.pop();
    found.ok_or(MeetingError::UnknownLink(meeting, which))
}

/// Refuses one more meeting that ends after the deed, if as many as can be do without it.
fn find_room(connection: &Connection, meeting: &Scheduled, deed: &Deed) -> Result<(), MeetingError> {
    let sql = "SELECT count(*) FROM meeting WHERE organisation = ?1 AND ends_at > ?2 AND id <> ?3";
    let values = params![meeting.organisation.as_str(), micros(deed.at), number(meeting.id)];
    let planned: i64 = connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    if planned >= MOST_MEETINGS as i64 && meeting.ends_at > deed.at { Err(MeetingError::Full) } else { Ok(()) }
}

fn create(connection: &Transaction<'_>, meeting: &Scheduled, deed: &Deed) -> Result<Scheduled, MeetingError> {
    find_room(connection, meeting, deed)?;
    let sql = "INSERT INTO meeting (id, organisation, author, title, starts_at, ends_at, time_zone, floors, cancelled,
                                    version)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)";
    connection.prepare_cached(sql)?.execute(params![
        number(meeting.id),
        meeting.organisation.as_str(),
        meeting.author.0 as i64,
        meeting.title.as_str(),
        micros(meeting.starts_at),
        micros(meeting.ends_at),
        meeting.time_zone.as_str(),
        floors(&meeting.floors),
        meeting.is_cancelled,
    ])?;
    log(connection, meeting.id, deed, &[])?;
    must_exist(connection, meeting.id)
}

fn update(connection: &Transaction<'_>, meeting: &Scheduled, deed: &Deed) -> Result<Scheduled, MeetingError> {
    let now = must_exist(connection, meeting.id)?;
    if now.version != meeting.version {
        return Err(MeetingError::Moved { expected: meeting.version, actual: now.version });
    }
    find_room(connection, meeting, deed)?;
    let sql =
        "UPDATE meeting SET title = ?2, starts_at = ?3, ends_at = ?4, time_zone = ?5, floors = ?6, cancelled = ?7,
                      version = version + 1
               WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![
        number(meeting.id),
        meeting.title.as_str(),
        micros(meeting.starts_at),
        micros(meeting.ends_at),
        meeting.time_zone.as_str(),
        floors(&meeting.floors),
        meeting.is_cancelled,
    ])?;
    log(connection, meeting.id, deed, &[])?;
    must_exist(connection, meeting.id)
}

fn end(connection: &Transaction<'_>, meeting: MeetingId, deed: &Deed) -> Result<Scheduled, MeetingError> {
    let now = must_exist(connection, meeting)?;
    if now.ended_at.is_some() {
        return Ok(now);
    }
    let sql = "UPDATE meeting SET ended_at = ?2, version = version + 1 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![number(meeting), micros(deed.at)])?;
    log(connection, meeting, deed, &[])?;
    must_exist(connection, meeting)
}

fn create_link(
    connection: &Transaction<'_>,
    new: &GuestLink,
    secret: &SecretHash,
    deed: &Deed,
) -> Result<GuestLink, MeetingError> {
    must_exist(connection, new.meeting)?;
    let made = "SELECT count(*) FROM guest_link WHERE meeting = ?1";
    let made: u32 = connection.prepare_cached(made)?.query_row([number(new.meeting)], |row| row.get(0))?;
    if made as usize >= MOST_GUEST_LINKS {
        return Err(MeetingError::LinksFull);
    }
    // None is ever deleted, so that they are as many as the last one's number.
    let which = made + 1;
    let sql = "INSERT INTO guest_link (meeting, number, secret, name, role, language, created_at, revoked)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)";
    connection.prepare_cached(sql)?.execute(params![
        number(new.meeting),
        which,
        secret.0.as_slice(),
        new.name.as_str(),
        new.role.as_str(),
        new.language.tag(),
        micros(new.created_at),
    ])?;
    log(connection, new.meeting, deed, &[("link", which.to_string()), ("role", new.role.to_string())])?;
    link(connection, new.meeting, which)
}

fn use_link(
    connection: &Transaction<'_>,
    meeting: MeetingId,
    which: u32,
    deed: &Deed,
) -> Result<GuestLink, MeetingError> {
    must_exist(connection, meeting)?;
    let found = link(connection, meeting, which)?;
    if found.is_revoked || found.used_at.is_some() {
        return Ok(found);
    }
    let sql = "UPDATE guest_link SET used_at = ?3 WHERE meeting = ?1 AND number = ?2";
    connection.prepare_cached(sql)?.execute(params![number(meeting), which, micros(deed.at)])?;
    log(connection, meeting, deed, &[("link", which.to_string())])?;
    link(connection, meeting, which)
}

fn revoke(
    connection: &Transaction<'_>,
    meeting: MeetingId,
    which: u32,
    deed: &Deed,
) -> Result<GuestLink, MeetingError> {
    must_exist(connection, meeting)?;
    let found = link(connection, meeting, which)?;
    if !found.is_revoked {
        let sql = "UPDATE guest_link SET revoked = 1 WHERE meeting = ?1 AND number = ?2";
        connection.prepare_cached(sql)?.execute(params![number(meeting), which])?;
        log(connection, meeting, deed, &[("link", which.to_string())])?;
    }
    Ok(GuestLink { is_revoked: true, ..found })
}

fn log(
    connection: &Transaction<'_>,
    meeting: MeetingId,
    deed: &Deed,
    besides: &[(&str, String)],
) -> Result<(), StoreError> {
    let mut detail = deed.detail.clone();
    detail.insert("did".to_owned(), deed.did.to_owned());
    detail.extend(besides.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    let subject = format!("meetings/{meeting}");
    let happening = Happening { at: deed.at, actor: deed.actor.clone(), action: Action::Meeting, subject, detail };
    audit::append(connection, happening)?;
    Ok(())
}
