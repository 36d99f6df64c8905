//! From features to a revision.

use cloudsite_domain::audit::Action;
use cloudsite_domain::record::{Feature, Layer, Revision};
use cloudsite_store::{Cause, Commit, Committed, Store, StoreError};
use jiff::Timestamp;

use super::{ImportProblem, Refusal, park};

/// How often an import is thought over again because someone else wrote in between.
const MOST_TRIES: usize = 5;

/// Why an import did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// The file is at fault.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The record is.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applied {
    /// The revision made, or `None` if the record said all of it already.
    pub(crate) revision: Option<Revision>,
    /// Features of the file that were not there before.
    pub(crate) created: u64,
    /// Features of the file that have a new version.
    pub(crate) updated: u64,
    /// Features of the file that are as they were.
    pub(crate) unchanged: u64,
}

/// Writes `features`, read from `file_name`, as one revision by `write`; `store` is what that writes to.
pub(crate) fn apply(
    store: &dyn Store,
    write: &dyn Fn(Commit) -> Result<Committed, StoreError>,
    features: &[Feature],
    file_name: &str,
    author: &str,
    at: Timestamp,
) -> Result<Applied, ImportError> {
    one_park(features)?;
    let mut tries = 0;
    loop {
        tries += 1;
        let head = store.head()?;
        let parks = parks(store, head)?;
        let stem = std::path::Path::new(file_name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let change = park::change(&parks, features, &stem.unwrap_or_default());
        let made = change.put.is_some();
        let grows = made && !parks.is_empty();
        let commit = Commit {
            author: author.to_owned(),
            message: format!("Import of {file_name}"),
            at,
            expected_head: Some(head),
            puts: features.iter().cloned().chain(change.put).collect(),
            ends: change.ends,
            cause: Cause::new(Action::Import, file_name),
        };
        match write(commit) {
            Ok(done) => {
                return Ok(Applied {
                    revision: (done.revision > head).then_some(done.revision),
                    created: done.created - u64::from(made && !grows),
                    updated: done.updated - u64::from(grows),
                    unchanged: done.unchanged,
                });
            }
            Err(StoreError::HeadMoved { .. }) if tries < MOST_TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Refuses a file with more than one park.
pub(crate) fn one_park(features: &[Feature]) -> Result<(), Refusal> {
    let mut parks = features.iter().filter(|feature| feature.layer() == Layer::Park).skip(1).peekable();
    if parks.peek().is_none() {
        return Ok(());
    }
    let mut refusal = Refusal::default();
    refusal.extend(parks.map(|park| {
        ImportProblem::of_feature(park.code.as_str(), "park.single", "a record holds one park, and the file has more")
    }));
    Err(refusal)
}

fn parks(store: &dyn Store, head: Revision) -> Result<Vec<Feature>, StoreError> {
    let mut parks = Vec::new();
    store.scan(Layer::Park, head, &mut |version| {
        parks.push(version.feature);
        Ok(())
    })?;
    Ok(parks)
}
