//! What happens in a meeting, on its way into the audit log, and what is kept of it, on its way to the disk.

use std::collections::BTreeMap;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::meeting::{Kept, MeetingId, ParticipantId};
use tokio::sync::mpsc;

use crate::grpc::blocking;
use crate::meeting::plan::Plans;

/// Entries that wait for the log. What comes when it is full is not written, and that is said in the server's own log: a disk
/// that has stopped does not stop a conversation.
const WAITING: usize = 1_024;

/// Something to be written.
enum Entry {
    /// Something that happened: what, who did it, and words about it.
    Did { did: &'static str, by: Actor, detail: BTreeMap<String, String> },
    /// Whether the meeting is locked, and what people are in it.
    Kept { is_locked: bool, kept: BTreeMap<ParticipantId, Kept> },
}

/// Writes down what happens in one meeting, in order, without holding it up.
pub(super) struct Journal(mpsc::Sender<Entry>);

impl Journal {
    /// One that is written until it is dropped and all is written.
    pub(super) fn open(plans: Plans, meeting: MeetingId) -> Self {
        let (to_log, mut entries) = mpsc::channel::<Entry>(WAITING);
        tokio::spawn(async move {
            while let Some(entry) = entries.recv().await {
                let plans = plans.clone();
                let written = blocking(move || match entry {
                    Entry::Did { did, by, detail } => plans.log(meeting, did, by, detail),
                    Entry::Kept { is_locked, kept } => plans.keep(meeting, is_locked, &kept),
                });
                if let Err(refusal) = written.await {
                    tracing::error!(%meeting, ?refusal, "what happened in a meeting was not written down");
                }
            }
        });
        Self(to_log)
    }

    /// Takes note.
    pub(super) fn note(&self, did: &'static str, by: Actor, detail: &[(&'static str, String)]) {
        let detail = detail.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        if self.0.try_send(Entry::Did { did, by, detail }).is_err() {
            tracing::error!(did, "too much happens in a meeting to be written down");
        }
    }

    /// Keeps whether the meeting is locked, and what these people are in it. False if it has to be tried again.
    pub(super) fn keep(&self, is_locked: bool, kept: BTreeMap<ParticipantId, Kept>) -> bool {
        self.0.try_send(Entry::Kept { is_locked, kept }).is_ok()
    }
}
