//! What happens in a meeting, on its way into the audit log.

use std::collections::BTreeMap;

use cloudsite_domain::audit::Actor;
use cloudsite_domain::meeting::MeetingId;
use tokio::sync::mpsc;

use crate::grpc::blocking;
use crate::meeting::plan::Plans;

/// Entries that wait for the log. What comes when it is full is not written, and that is said in the server's own log: a disk
/// that has stopped does not stop a conversation.
const WAITING: usize = 1_024;

/// Something that happened: what, who did it, and words about it.
struct Entry {
    did: &'static str,
    by: Actor,
    detail: BTreeMap<String, String>,
}

/// Writes down what happens in one meeting, in order, without holding it up.
pub(super) struct Journal(mpsc::Sender<Entry>);

impl Journal {
    /// One that is written until it is dropped and all is written.
    pub(super) fn open(plans: Plans, meeting: MeetingId) -> Self {
        let (to_log, mut entries) = mpsc::channel::<Entry>(WAITING);
        tokio::spawn(async move {
            while let Some(Entry { did, by, detail }) = entries.recv().await {
                let plans = plans.clone();
                if let Err(refusal) = blocking(move || plans.log(meeting, did, by, detail)).await {
                    tracing::error!(%meeting, did, ?refusal, "what happened in a meeting was not written down");
                }
            }
        });
        Self(to_log)
    }

    /// Takes note.
    pub(super) fn note(&self, did: &'static str, by: Actor, detail: &[(&'static str, String)]) {
        let detail = detail.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        if self.0.try_send(Entry { did, by, detail }).is_err() {
            tracing::error!(did, "too much happens in a meeting to be written down");
        }
    }
}
