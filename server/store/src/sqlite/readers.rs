//! A few connections for reading, shared by all threads.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction};

use super::BUSY_TIMEOUT;
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
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    }
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
