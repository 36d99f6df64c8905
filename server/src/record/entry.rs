//! A feature's version in memory.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use cloudsite_domain::record::{Feature, FeatureId, FeatureVersion, Revision};

use crate::grpc::Wire;

/// A feature as of a revision. What it is, apart from since when, is shared by all snapshots in which it is that: copying
/// an entry copies no feature.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The feature's number.
    pub(crate) id: FeatureId,
    /// The revision that made this version.
    pub(crate) since: Revision,
    content: Arc<Content>,
}

/// What a feature is.
pub(crate) struct Content {
    /// The feature.
    pub(crate) feature: Feature,
    /// Boxed, because most are never asked for.
    wire: OnceLock<Box<Wire>>,
}

impl Content {
    /// What has been made of it for the wire.
    pub(crate) fn wire(&self) -> &Wire {
        self.wire.get_or_init(Box::default)
    }
}

impl Entry {
    /// The version by itself, as a store gives it.
    pub(crate) fn version(&self) -> FeatureVersion {
        FeatureVersion { id: self.id, since: self.since, feature: self.feature.clone() }
    }

    /// Whether two have the same content.
    pub(super) fn equals(&self, other: &Self) -> bool {
        self.shares(other) || self.feature == other.feature
    }

    /// Whether two are known to have the same content without comparing it.
    pub(super) fn shares(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.content, &other.content)
    }
}

impl From<FeatureVersion> for Entry {
    fn from(FeatureVersion { id, since, feature }: FeatureVersion) -> Self {
        Self { id, since, content: Arc::new(Content { feature, wire: OnceLock::new() }) }
    }
}

impl Deref for Entry {
    type Target = Content;

    fn deref(&self) -> &Content {
        &self.content
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.id, self.since, &self.feature) == (other.id, other.since, &other.feature)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} since {}: {:?}", self.feature.layer(), self.id, self.since, self.feature)
    }
}
