//! What keeps the log while the server runs: what is told goes into it soon, refused calls and whatever else is counted once
//! a minute, disclosures when their hour is over; and its end is signed soon after each revision and when the server stops.

use std::sync::Arc;
use std::time::Duration;

use cloudsite_domain::record::Revision;
use cloudsite_store::StoreError;
use jiff::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval_at, timeout};

use super::{Journal, Log, Refusals};
use crate::disclosure::Desk;

/// How often refused calls go into the log.
const EVERY: Duration = Duration::from_mins(1);

/// How long a revision waits for its signature, so that many writes in a row have one and are not held up by it.
const PAUSE: Duration = Duration::from_secs(1);

/// What comes into the log besides writes.
#[derive(Clone)]
pub(crate) struct Sources {
    /// Refused calls.
    pub(crate) refusals: Arc<Refusals>,
    /// What else happens.
    pub(crate) journal: Arc<Journal>,
    /// What was disclosed.
    pub(crate) desk: Arc<Desk>,
}

/// The task that keeps a log.
#[derive(Debug)]
pub(crate) struct Keeper {
    close: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Keeps `log`, to which `sources` belong, until it is closed. `made` tells of each revision.
    pub(crate) fn start(log: Log, sources: Sources, made: watch::Receiver<Revision>) -> Self {
        let (close, closing) = oneshot::channel();
        let task = tokio::spawn(keep(Arc::new(log), sources, made, closing));
        Self { close, task }
    }

    /// Writes and signs what there is to the end.
    pub(crate) async fn close(self) {
        // If it has ended already there is nobody to tell.
        let _ = self.close.send(());
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the audit log was not kept to the end");
        }
    }
}

/// What a round of the keeper writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Round {
    /// What was told.
    Told,
    /// And what was counted.
    Counted,
    /// And what is not over yet.
    Last,
}

async fn keep(
    log: Arc<Log>,
    sources: Sources,
    mut made: watch::Receiver<Revision>,
    mut closing: oneshot::Receiver<()>,
) {
    let mut minutes = interval_at(Instant::now() + EVERY, EVERY);
    let mut round = Round::Told;
    while round != Round::Last {
        round = tokio::select! {
            _ = &mut closing => Round::Last,
            _ = minutes.tick() => Round::Counted,
            // Whatever is made or told in the meantime is written and signed with it.
            _ = made.changed() => pause(&mut closing).await,
            () = sources.journal.rung() => pause(&mut closing).await,
        };
        made.mark_unchanged();
        let (log, sources) = (Arc::clone(&log), sources.clone());
        match tokio::task::spawn_blocking(move || write(&log, &sources, round)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the audit log takes nothing now; what happened is kept for it"),
            Err(error) => tracing::error!(%error, "writing the audit log was interrupted"),
        }
    }
}

async fn pause(closing: &mut oneshot::Receiver<()>) -> Round {
    if timeout(PAUSE, closing).await.is_ok() { Round::Last } else { Round::Told }
}

/// Blocks.
#[expect(clippy::disallowed_methods, reason = "the edge of the process: a checkpoint is dated when it is signed")]
fn write(log: &Log, sources: &Sources, round: Round) -> Result<(), StoreError> {
    let now = Timestamp::now();
    sources.desk.keep()?;
    if round >= Round::Counted {
        sources.desk.flush(now, round == Round::Last, |happenings| log.append(happenings))?;
        sources.refusals.flush(|happenings| log.append(happenings))?;
    }
    sources.journal.flush(round >= Round::Counted, |happenings| log.append(happenings))?;
    log.seal(now)?;
    Ok(())
}
