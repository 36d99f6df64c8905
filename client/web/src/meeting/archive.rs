//! What was recorded of meetings, and the one that is replayed, as signals.

use std::sync::Arc;

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::Recording;
use leptos::prelude::*;

use super::pure::replay::Replay;

/// What components and tasks of this folder share of recordings.
#[derive(Debug)]
pub(super) struct Archive {
    /// Whether the list stands open.
    pub(super) open: RwSignal<bool>,
    /// What was recorded, once it was asked for.
    pub(super) recordings: RwSignal<Option<Result<Vec<Recording>, LinkError>>>,
    /// What is replayed.
    pub(super) replay: RwSignal<Option<Arc<Replay>>>,
    /// How far it is, milliseconds.
    pub(super) at_ms: RwSignal<u64>,
    /// Whether it goes on.
    pub(super) plays: RwSignal<bool>,
    /// Counts what was begun to play, so that only the newest goes on.
    pub(super) run: StoredValue<u32>,
}

impl Archive {
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            recordings: RwSignal::new(None),
            replay: RwSignal::new(None),
            at_ms: RwSignal::new(0),
            plays: RwSignal::new(false),
            run: StoredValue::new(0),
        }
    }

    /// Something of what is replayed; none if nothing is. Follows.
    pub(super) fn with<T>(&self, look: impl FnOnce(&Replay) -> T) -> Option<T> {
        self.replay.with(|replay| replay.as_deref().map(look))
    }
}
