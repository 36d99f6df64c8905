//! People for tests, and a clock that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use cloudsite_store::identity::IdentityStore;
use cloudsite_store::sqlite::SqliteStore;
use jiff::Timestamp;
use tempfile::TempDir;

use super::demo::SignInLink;
use super::{Identity, Surroundings};

/// The people of a park of which a test decides the time and whether it is the demo park.
pub(crate) struct Sample {
    pub(crate) folder: TempDir,
    pub(crate) identity: Arc<Identity>,
    pub(crate) links: Vec<SignInLink>,
    store: Arc<dyn IdentityStore>,
    secs: Arc<AtomicI64>,
    demo: Arc<AtomicBool>,
}

impl Sample {
    /// Nobody, on a park that is or is not the demo park.
    pub(crate) fn new(demo: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn IdentityStore> = Arc::new(SqliteStore::open(folder.path()).unwrap());
        let (secs, demo) = (Arc::new(AtomicI64::new(1_000_000)), Arc::new(AtomicBool::new(demo)));
        let identity = open(&folder, &store, &secs, &demo);
        let links = identity.provide_demo().unwrap();
        Self { folder, identity, links, store, secs, demo }
    }

    /// The same people as a server that is started again reads them.
    pub(crate) fn again(&self) -> Arc<Identity> {
        open(&self.folder, &self.store, &self.secs, &self.demo)
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

fn open(
    folder: &TempDir,
    store: &Arc<dyn IdentityStore>,
    secs: &Arc<AtomicI64>,
    demo: &Arc<AtomicBool>,
) -> Arc<Identity> {
    let (secs, demo) = (Arc::clone(secs), Arc::clone(demo));
    let around = Surroundings {
        clock: Arc::new(move || Timestamp::from_second(secs.load(Ordering::Relaxed)).unwrap()),
        is_demo_park: Arc::new(move || demo.load(Ordering::Relaxed)),
        operator: None,
        journal: Arc::default(),
    };
    Arc::new(Identity::open(Arc::clone(store), folder.path(), around).unwrap())
}
