//! Whether the database can be relied on when a process begins.

use std::path::{Path, PathBuf};

use cloudsite_domain::audit::{Fault, Link};
use rusqlite::Connection;

use super::{SqliteStore, audit};
use crate::{Store, StoreError};

/// How many of the audit log's last events are checked at the start. The whole log is for `cloudsite audit verify`.
const TAIL: u64 = 1_000;

/// Files that SQLite keeps beside a database: the log of writes, and the index to it.
pub(super) fn beside(database: &Path) -> [PathBuf; 2] {
    ["-wal", "-shm"].map(|ending| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    })
}

/// The size of the log that a process which was cut off has left.
pub(super) fn log_bytes(database: &Path) -> u64 {
    let [log, _] = beside(database);
    log.metadata().map_or(0, |metadata| metadata.len())
}

/// Refuses a database whose pages do not fit together. `pragma` is `quick_check`, or `integrity_check`, which compares
/// the indices with the tables too.
pub(super) fn check_pages(connection: &Connection, pragma: &str) -> Result<(), StoreError> {
    let mut said: Vec<String> = Vec::new();
    connection.pragma_query(None, pragma, |row| {
        said.push(row.get(0)?);
        Ok(())
    })?;
    match said.as_slice() {
        [only] if only == "ok" => Ok(()),
        _ => Err(StoreError::Corrupt { what: said.join("; "), place: "the database file".to_owned() }),
    }
}

impl SqliteStore {
    /// Checks what a start can wait for: that the database's pages fit together, and that the end of the audit log is
    /// sealed.
    pub fn check(&self) -> Result<(), StoreError> {
        self.readers.with(|connection| {
            check_pages(connection, "quick_check")?;
            let last = audit::head(connection)?.sequence;
            let mut before: Option<Link> = None;
            audit::events(connection, &(last.saturating_sub(TAIL)..=last), &mut |event| {
                let (sequence, previous) = (event.sequence, before.replace(event.link()));
                let fault = match previous {
                    _ if !event.is_sound() => Fault::EventChanged { sequence },
                    Some(link) if event.previous != link.hash => {
                        Fault::EventUnlinked { sequence, before: link.sequence }
                    }
                    _ => return Ok(()),
                };
                Err(StoreError::Corrupt { what: fault.to_string(), place: "the audit log".to_owned() })
            })
        })?;
        let sealed = self.checkpoints(0)?.last().map_or(0, |checkpoint| checkpoint.milestone.link.sequence);
        let last = self.log_head()?.sequence;
        if sealed > last {
            let what = Fault::EndMissing { last, sealed }.to_string();
            return Err(StoreError::Corrupt { what, place: "the audit log".to_owned() });
        }
        Ok(())
    }
}
