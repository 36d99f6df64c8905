//! What counts briefs while the server runs.

use std::sync::Arc;
use std::time::Duration;

use cloudsite_store::demand::DemandStore;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval_at};

use super::Tally;

/// How often what has rested is counted.
const EVERY: Duration = Duration::from_secs(10);

/// The task that keeps a tally.
#[derive(Debug)]
pub(crate) struct Keeper {
    close: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Keeps `tally` in `store` until it is closed.
    pub(crate) fn start(tally: Arc<Tally>, store: Arc<dyn DemandStore>) -> Self {
        let (close, closing) = oneshot::channel();
        let task = tokio::spawn(keep(tally, store, closing));
        Self { close, task }
    }

    /// Counts and keeps what there is: of what still rests, a round's worth.
    pub(crate) async fn close(self) {
        // If it has ended already there is nobody to tell.
        let _ = self.close.send(());
        if let Err(error) = self.task.await {
            tracing::error!(%error, "demand was not counted to the end");
        }
    }
}

async fn keep(tally: Arc<Tally>, store: Arc<dyn DemandStore>, mut closing: oneshot::Receiver<()>) {
    let mut rounds = interval_at(Instant::now() + EVERY, EVERY);
    let mut last = false;
    while !last {
        last = tokio::select! {
            _ = &mut closing => true,
            _ = rounds.tick() => false,
        };
        let (tally, store) = (Arc::clone(&tally), Arc::clone(&store));
        let settle = move || tally.settle(store.as_ref(), (tally.clock)(), last);
        match tokio::task::spawn_blocking(settle).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the store takes no demand now; what was counted is kept for it"),
            Err(error) => tracing::error!(%error, "counting demand was interrupted"),
        }
    }
}
