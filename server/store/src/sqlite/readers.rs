//! A few connections for reading, shared by all threads.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction};

use super::{BUSY_TIMEOUT, health};
use crate::StoreError;

/// How many reads run at once; a further one waits for its turn. A read must therefore not start another from within
/// its callback.
const MOST: usize = 4;

#[derive(Debug)]
struct Pool {
    idle: Vec<Connection>,
    lent: usize,
}

#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
    returned: Condvar,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, pool: Mutex::new(Pool { idle: Vec::new(), lent: 0 }), returned: Condvar::new() }
    }

    /// Runs `read` in a transaction of its own, so that all it reads is of one moment.
    pub(super) fn with<T>(
        &self,
        read: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lent = Lent { readers: self, connection: self.take() };
        if lent.connection.is_none() {
            lent.connection = Some(self.connect()?);
        }
        let Some(connection) = lent.connection.as_mut() else {
            return Err(StoreError::Busy);
        };
        let transaction = connection.transaction()?;
        read(&transaction)
    }

    /// An idle connection, or leave to open one.
    fn take(&self) -> Option<Connection> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        while pool.lent >= MOST {
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
        pool.lent += 1;
        pool.idle.pop()
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let connection = match self.open() {
            Err(error) if cannot_keep_index(&error) => self.open_immutable()?,
            opened => opened?,
        };
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    }

    fn open(&self) -> Result<Connection, rusqlite::Error> {
        let connection = Connection::open_with_flags(&self.path, READ_ONLY)?;
        // Opening touches no file; the first read does.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    }

    /// Opens a database in a folder that cannot be written, where SQLite cannot keep the index to its log. That is safe
    /// only if there is nothing in the log, and nobody writes there.
    fn open_immutable(&self) -> Result<Connection, StoreError> {
        if health::log_bytes(&self.path) > 0 {
            return Err(StoreError::Unrecovered(self.path.clone()));
        }
        let path = self.path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let address = format!("file:{path}?immutable=1");
        Ok(Connection::open_with_flags(address, READ_ONLY | OpenFlags::SQLITE_OPEN_URI)?)
    }
}

const READ_ONLY: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

fn cannot_keep_index(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// Gives its connection back when dropped, also when the read panics.
struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut pool = self.readers.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.lent -= 1;
        pool.idle.extend(self.connection.take());
        drop(pool);
        self.readers.returned.notify_one();
    }
}
