//! What keeps the log while the server runs: refused calls go into it once a minute, and its end is signed soon after
//! each revision and when the server stops.

use std::sync::Arc;
use std::time::Duration;

use cloudsite_domain::record::Revision;
use cloudsite_store::StoreError;
use jiff::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval_at, timeout};

use super::{Log, Refusals};

/// How often refused calls go into the log.
const EVERY: Duration = Duration::from_mins(1);

/// How long a revision waits for its signature, so that many writes in a row have one and are not held up by it.
const PAUSE: Duration = Duration::from_secs(1);

/// The task that keeps a log.
#[derive(Debug)]
pub(crate) struct Keeper {
    close: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Keeps `log`, to which `refusals` belong, until it is closed. `made` tells of each revision.
    pub(crate) fn start(log: Log, refusals: Arc<Refusals>, made: watch::Receiver<Revision>) -> Self {
        let (close, closing) = oneshot::channel();
        let task = tokio::spawn(keep(Arc::new(log), refusals, made, closing));
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

async fn keep(
    log: Arc<Log>,
    refusals: Arc<Refusals>,
    mut made: watch::Receiver<Revision>,
    mut closing: oneshot::Receiver<()>,
) {
    let mut minutes = interval_at(Instant::now() + EVERY, EVERY);
    let mut closes = false;
    while !closes {
        let mut with_refusals = true;
        tokio::select! {
            _ = &mut closing => closes = true,
            _ = minutes.tick() => {}
            _ = made.changed() => {
                with_refusals = false;
                // Whatever is made in the meantime is signed with it.
                closes = timeout(PAUSE, &mut closing).await.is_ok();
            }
        }
        made.mark_unchanged();
        let (log, refusals) = (Arc::clone(&log), Arc::clone(&refusals));
        let with_refusals = with_refusals || closes;
        let written = tokio::task::spawn_blocking(move || write(&log, with_refusals.then_some(&*refusals)));
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the audit log takes nothing now; refused calls are kept for it"),
            Err(error) => tracing::error!(%error, "writing the audit log was interrupted"),
        }
    }
}

/// Blocks.
#[expect(clippy::disallowed_methods, reason = "the edge of the process: a checkpoint is dated when it is signed")]
fn write(log: &Log, refusals: Option<&Refusals>) -> Result<(), StoreError> {
    if let Some(refusals) = refusals {
        refusals.flush(|happenings| log.append(happenings))?;
    }
    log.seal(Timestamp::now())?;
    Ok(())
}
