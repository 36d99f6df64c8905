//! The whole log and the whole record against each other.

use cloudsite_domain::audit::{Checkpoint, Event, Fault, Made, Verified, Verifier};
use cloudsite_store::{Store, StoreError};

/// How many faults are kept at most.
const MOST_FAULTS: usize = 1_000;

/// Events that are read at a time.
const PAGE: u64 = 1_000;

/// Why a log is not found good.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifyError {
    /// It is not what was sealed, or the record is not.
    #[error("the audit log and the record are not what was sealed: {}", .0.first().map_or_else(String::new, ToString::to_string))]
    Faults(Vec<Fault>),
    /// It cannot be read. A damaged row is named by the error.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Follows the log of `store` to its end and compares each revision with what is on disk. `kept` are checkpoints that
/// were kept elsewhere. Others may write meanwhile.
pub(crate) fn verify(store: &dyn Store, kept: Vec<Checkpoint>) -> Result<Verified, VerifyError> {
    // In this order: what is written meanwhile comes into the log last, so that nothing seems to be missing there.
    let head = store.head()?;
    let mut checkpoints = store.checkpoints(0)?;
    checkpoints.extend(kept);
    let last = store.log_head()?.sequence;
    let mut verifier = Verifier::new(checkpoints);
    let mut faults = Vec::new();
    for first in (1..=last).step_by(PAGE as usize) {
        for event in page(store, first, last)? {
            match verifier.follow(&event) {
                Ok(None) => {}
                Ok(Some(made)) => compare(store, event.sequence, made, &mut faults)?,
                Err(fault) => {
                    faults.push(fault);
                    return Err(VerifyError::Faults(faults));
                }
            }
        }
    }
    match verifier.finish(head) {
        Ok(verified) if faults.is_empty() => Ok(verified),
        Ok(_) => Err(VerifyError::Faults(faults)),
        Err(fault) => {
            faults.push(fault);
            Err(VerifyError::Faults(faults))
        }
    }
}

/// Events from `first` on. Between pages nothing is held, so that the revisions can be read.
fn page(store: &dyn Store, first: u64, last: u64) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    store.events(first..=last.min(first + PAGE - 1), &mut |event| {
        events.push(event);
        Ok(())
    })?;
    Ok(events)
}

fn compare(store: &dyn Store, sequence: u64, made: Made, faults: &mut Vec<Fault>) -> Result<(), StoreError> {
    let Made { revision, changes } = made;
    let disk = match store.on_disk(revision) {
        Err(StoreError::NoSuchRevision { .. }) => {
            faults.push(Fault::RevisionMissing { sequence, revision });
            return Ok(());
        }
        disk => disk?,
    };
    if disk.digest != changes && disk.changed.is_empty() {
        faults.push(Fault::RevisionChanged { sequence, revision });
    }
    let changed = disk.changed.into_iter().map(|(layer, code)| Fault::VersionChanged { revision, layer, code });
    faults.extend(changed.take(MOST_FAULTS.saturating_sub(faults.len())));
    Ok(())
}
