//! The audit log of a running record: what happens besides writes goes into it, and where it ends is signed.
//!
//! The store appends the event of each write in the write's own transaction. Everything else comes through here.

mod journal;
mod keeper;
mod key;
mod refusals;
mod verify;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use cloudsite_domain::audit::{Action, Actor, Checkpoint, Happening, KEY_DETAIL, Milestone, SecretKey};
use cloudsite_store::{Store, StoreError};
use jiff::Timestamp;

pub(crate) use journal::{Counted, Journal};
pub(crate) use keeper::{Keeper, Sources};
pub(crate) use refusals::Refusals;
pub(crate) use verify::{VerifyError, verify};

/// Why the log cannot be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditError {
    /// The key that signs checkpoints cannot be used.
    #[error("cannot use the key of the audit log: {0}")]
    Key(#[from] io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The log of one record, with the key of its folder.
pub(crate) struct Log {
    store: Arc<dyn Store>,
    key: SecretKey,
}

impl Log {
    /// The log of `store`, which keeps the record in `folder`; the key is made if there is none. A key that the log does
    /// not know is named in it.
    pub(crate) fn open(store: Arc<dyn Store>, folder: &Path, at: Timestamp) -> Result<Self, AuditError> {
        let log = Self { store, key: key::read_or_make(folder)? };
        if !log.knows_key()? {
            let mut happening = operators(Action::Configuration, "the key that signs checkpoints", at);
            happening.detail.insert(KEY_DETAIL.to_owned(), log.key.public().to_string());
            log.store.append(vec![happening])?;
        }
        Ok(log)
    }

    fn knows_key(&self) -> Result<bool, StoreError> {
        // Whoever has signed was named before.
        let newest = self.store.checkpoints(0)?.pop();
        if newest.is_some_and(|checkpoint| checkpoint.key == self.key.public()) {
            return Ok(true);
        }
        let (mut known, key) = (false, self.key.public().to_string());
        self.store.events(1..=u64::MAX, &mut |event| {
            let happening = &event.happening;
            known |= happening.action == Action::Configuration && happening.detail.get(KEY_DETAIL) == Some(&key);
            Ok(())
        })?;
        Ok(known)
    }

    /// Appends what is no write.
    pub(crate) fn append(&self, happenings: Vec<Happening>) -> Result<(), StoreError> {
        if !happenings.is_empty() {
            self.store.append(happenings)?;
        }
        Ok(())
    }

    /// Signs where the log and the record are, if that is not signed yet. The checkpoint is logged too: where logs are
    /// kept elsewhere, that is a witness which cannot be written anew here.
    pub(crate) fn seal(&self, at: Timestamp) -> Result<Option<Checkpoint>, StoreError> {
        let revision = self.store.head()?;
        let link = self.store.log_head()?;
        if link.sequence == 0 || !self.store.checkpoints(link.sequence)?.is_empty() {
            return Ok(None);
        }
        let checkpoint = self.key.sign(Milestone { link, revision, at });
        self.store.add_checkpoint(&checkpoint)?;
        let (hash, signature) = (link.hash.to_string(), checkpoint.signature_hex());
        tracing::info!(sequence = link.sequence, hash, revision = revision.0, signature, "signed the audit log");
        Ok(Some(checkpoint))
    }
}

/// Something that the operator has done.
pub(crate) fn operators(action: Action, subject: impl Into<String>, at: Timestamp) -> Happening {
    Happening { at, actor: Actor::named("operator"), action, subject: subject.into(), detail: BTreeMap::new() }
}

/// Signs the log of a record that no server keeps, after a command has written it. The write stands whether or not that
/// succeeds, so a failure is only logged.
pub(crate) fn seal_folder(store: Arc<dyn Store>, folder: &Path, at: Timestamp) {
    let sealed = Log::open(store, folder, at).and_then(|log| Ok(log.seal(at)?));
    if let Err(error) = sealed {
        tracing::warn!(%error, "the audit log is not signed");
    }
}

#[cfg(test)]
mod tests;
