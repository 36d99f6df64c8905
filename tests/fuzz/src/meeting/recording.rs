//! `meeting::recording` of the server, as far as a state tells of it.

/// Why nothing is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    DiskFull,
    TooMany,
    NotWritten,
}
