//! The chain, and finding where it is broken.

use std::collections::BTreeSet;

use super::{Action, Checkpoint, Digest, Event, Fault, KEY_DETAIL, Made, PublicKey};
use crate::record::Revision;

/// The end of a chain: what the next event is sealed after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link {
    /// The last event's number; 0 before the first.
    pub sequence: u64,
    /// The last event's hash; zeros before the first.
    pub hash: Digest,
}

/// What was found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Events.
    pub events: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Revisions that the log tells of.
    pub revisions: u64,
    /// The last event.
    pub last: Link,
}

/// Follows a log from its first event to its last and says where it is broken. After a fault it cannot be followed
/// further: what comes behind has no ground to stand on.
#[derive(Debug)]
pub struct Verifier {
    last: Link,
    /// By the event that they are of, the last one first.
    checkpoints: Vec<Checkpoint>,
    /// Keys that the log has named.
    keys: BTreeSet<PublicKey>,
    /// The last event that a checkpoint vouches for.
    vouched: u64,
    revision: Revision,
    checked: u64,
}

impl Verifier {
    /// A verifier at the beginning of a log, with all the checkpoints that there are of it, in any order.
    pub fn new(mut checkpoints: Vec<Checkpoint>) -> Self {
        checkpoints.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.milestone.link.sequence));
        let (last, keys, vouched, revision, checked) = Default::default();
        Self { last, checkpoints, keys, vouched, revision, checked }
    }

    /// Takes the next event; what it says of a revision is to be compared with the record.
    pub fn follow(&mut self, event: &Event) -> Result<Option<Made>, Fault> {
        let (expected, sequence) = (self.last.sequence + 1, event.sequence);
        if sequence > expected {
            return Err(Fault::EventMissing { first: expected, found: sequence });
        }
        if sequence < expected {
            return Err(Fault::EventOutOfOrder { expected, found: sequence });
        }
        if !event.is_sound() {
            return Err(Fault::EventChanged { sequence });
        }
        if event.previous != self.last.hash {
            return Err(Fault::EventUnlinked { sequence, before: self.last.sequence });
        }
        self.last = event.link();
        self.learn_key(event)?;
        self.compare_checkpoints()?;
        let Some(made) = event.made() else { return Ok(None) };
        let (expected, found) = (self.revision.next(), made.revision);
        if found != expected {
            return Err(Fault::RevisionOutOfOrder { sequence, expected, found });
        }
        self.revision = found;
        Ok(Some(made))
    }

    fn learn_key(&mut self, event: &Event) -> Result<(), Fault> {
        let named = event.happening.detail.get(KEY_DETAIL).filter(|_| event.happening.action == Action::Configuration);
        if let Some(key) = named {
            self.keys.insert(key.parse().map_err(|_| Fault::EventChanged { sequence: event.sequence })?);
        }
        Ok(())
    }

    fn compare_checkpoints(&mut self) -> Result<(), Fault> {
        let sequence = self.last.sequence;
        while let Some(checkpoint) = self.checkpoints.pop_if(|next| next.milestone.link.sequence <= sequence) {
            if !checkpoint.is_genuine() {
                return Err(Fault::CheckpointForged { sequence: checkpoint.milestone.link.sequence });
            }
            if !self.keys.contains(&checkpoint.key) {
                let key = checkpoint.key;
                return Err(Fault::CheckpointKeyUnknown { sequence: checkpoint.milestone.link.sequence, key });
            }
            if checkpoint.milestone.link != self.last {
                return Err(Fault::EventsExchanged { after: self.vouched, sequence });
            }
            self.vouched = sequence;
            self.checked += 1;
        }
        Ok(())
    }

    /// Ends at the last event there is. `head` is the newest revision of the record when the log began to be read.
    pub fn finish(self, head: Revision) -> Result<Verified, Fault> {
        if let Some(checkpoint) = self.checkpoints.last() {
            let sealed = checkpoint.milestone.link.sequence;
            return Err(Fault::EndMissing { last: self.last.sequence, sealed });
        }
        if head > self.revision {
            return Err(Fault::RevisionUnlogged { revision: self.revision.next() });
        }
        let (events, checkpoints, revisions) = (self.last.sequence, self.checked, self.revision.0);
        Ok(Verified { events, checkpoints, revisions, last: self.last })
    }
}

#[cfg(test)]
mod tests;
