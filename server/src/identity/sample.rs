//! People for tests, and a clock that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use cloudsite_store::sqlite::SqliteStore;
use jiff::Timestamp;
use tempfile::TempDir;

use super::demo::SignInLink;
use super::{Clock, Identity, Surroundings};

/// The people of a park of which a test decides the time and whether it is the demo park.
pub(crate) struct Sample {
    pub(crate) folder: TempDir,
    pub(crate) identity: Arc<Identity>,
    pub(crate) links: Vec<SignInLink>,
    pub(crate) store: Arc<SqliteStore>,
    secs: Arc<AtomicI64>,
    demo: Arc<AtomicBool>,
}

impl Sample {
    /// Nobody, on a park that is or is not the demo park.
    pub(crate) fn new(demo: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(folder.path()).unwrap());
        let (secs, demo) = (Arc::new(AtomicI64::new(1_000_000)), Arc::new(AtomicBool::new(demo)));
        let identity = open(&folder, &store, &secs, &demo);
        let links = identity.provide_demo().unwrap();
        Self { folder, identity, links, store, secs, demo }
    }

    /// The same people as a server that is started again reads them.
    pub(crate) fn again(&self) -> Arc<Identity> {
        open(&self.folder, &self.store, &self.secs, &self.demo)
    }

    /// The clock.
    pub(crate) fn clock(&self) -> Clock {
        clock(&self.secs)
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, secs: i64) {
        self.secs.fetch_add(secs, Ordering::Relaxed);
    }

    /// Puts another park in the place of the demo park.
    pub(crate) fn replace_park(&self) {
        self.demo.store(false, Ordering::Relaxed);
    }
}

fn clock(secs: &Arc<AtomicI64>) -> Clock {
    let secs = Arc::clone(secs);
    Arc::new(move || Timestamp::from_second(secs.load(Ordering::Relaxed)).unwrap())
}

fn open(folder: &TempDir, store: &Arc<SqliteStore>, secs: &Arc<AtomicI64>, demo: &Arc<AtomicBool>) -> Arc<Identity> {
    let demo = Arc::clone(demo);
    let around = Surroundings {
        clock: clock(secs),
        is_demo_park: Arc::new(move || demo.load(Ordering::Relaxed)),
        operator: None,
        journal: Arc::default(),
    };
    Arc::new(Identity::open(Arc::clone(store) as _, folder.path(), around).unwrap())
}
