//! Runs operations, one at a time and the oldest first, as long as the server does. What was cut off is taken up again
//! when the server starts; an operation's effect and its end are one transaction, so it has the effect once.

use std::sync::Arc;
use std::time::Duration;

use cloudsite_store::imports::{Ending, Operation};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::{JoinHandle, spawn_blocking};

use super::Api;
use super::import::{Stopped, is_wanted};
use super::operations::{Progress, outcome};
use crate::grpc::Refusal;
use cloudsite_proto::change as wire;

/// How often uploads that are over are forgotten, even if nothing happens.
const SWEEP: Duration = Duration::from_hours(1);

/// How long to wait before the store is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// Streams that watch operations; the next one is refused.
const MOST_WATCHING: usize = 128;

/// The queue of operations and who watches it. The queue itself is the store's.
pub(crate) struct Runner {
    pub(super) api: Api,
    watching: Arc<Semaphore>,
    /// Only the newest is kept, so that a slow watcher holds nobody up.
    progress: watch::Sender<Progress>,
    wake: Notify,
    stopping: watch::Receiver<bool>,
}

impl Runner {
    /// Runs what waits, and what comes, until told to stop.
    pub(crate) fn start(api: Api, stopping: watch::Receiver<bool>) -> (Arc<Self>, JoinHandle<()>) {
        let progress = watch::Sender::new(Progress::default());
        let watching = Arc::new(Semaphore::new(MOST_WATCHING));
        let runner = Arc::new(Self { api, watching, progress, wake: Notify::new(), stopping });
        let running = tokio::spawn(Arc::clone(&runner).run());
        (runner, running)
    }

    /// What it runs operations of.
    pub(crate) fn api(&self) -> Api {
        self.api.clone()
    }

    /// Says that something waits.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Says that an operation is another than before.
    pub(super) fn tell(&self) {
        self.progress.send_modify(|_| {});
    }

    /// How far what runs is, and a wake-up when it is further.
    pub(super) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Becomes true when the server stops.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.clone()
    }

    async fn run(self: Arc<Self>) {
        let mut stopping = self.stopping.clone();
        while !*stopping.borrow_and_update() {
            let pause = match self.next().await {
                Ok(true) => continue,
                Ok(false) => SWEEP,
                Err(refusal) => {
                    tracing::error!(?refusal, "operations cannot go on; they are tried again");
                    RETRY
                }
            };
            tokio::select! {
                () = self.wake.notified() => {}
                _ = stopping.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Runs the oldest operation that waits; false if none does.
    async fn next(self: &Arc<Self>) -> Result<bool, Refusal> {
        let api = self.api.clone();
        let take = move || {
            let taken = api.store().take_operation()?;
            if taken.is_none() {
                api.sweep()?;
            }
            Ok::<_, Refusal>(taken)
        };
        let Some(operation) = spawn_blocking(take).await.unwrap_or(Err(Refusal::Interrupted))? else {
            return Ok(false);
        };
        tracing::info!(operation = operation.id.0, file = operation.file_name, "an import runs");
        let (runner, its) = (Arc::clone(self), operation.clone());
        let done = spawn_blocking(move || {
            runner.api.import(&its, &|step, done, total| runner.report(&its, step, done, total))
        });
        let done = match done.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Stopped::Store(error))) => Err(error.into()),
            Ok(Err(Stopped::Told)) if *self.stopping.borrow() => Ok(()),
            Ok(Err(Stopped::Told)) | Err(_) => self.give_up(operation).await,
        };
        self.progress.send_replace(Progress::default());
        done.map(|()| true)
    }

    /// Says how far an operation is; false if it is to stop.
    fn report(&self, operation: &Operation, step: &'static str, done: u64, total: u64) -> bool {
        self.progress.send_replace(Progress { operation: operation.id.0, step, done, total });
        // Asked of the store at the beginning of each step: an end is written by those that are wanted only.
        let wanted =
            || self.api.store().operation(operation.id).is_ok_and(|now| now.is_some_and(|now| is_wanted(&now)));
        !*self.stopping.borrow() && (done > 0 || wanted())
    }

    /// Ends an operation that was not cancelled and cannot be brought to its end.
    async fn give_up(&self, operation: Operation) -> Result<(), Refusal> {
        let api = self.api.clone();
        let end = move || {
            let message = "it was interrupted; start it again".to_owned();
            let said = outcome(&wire::Operation { message, ..wire::Operation::default() });
            let ending = Ending { succeeded: false, outcome: said, at: api.now(), write: None, mapping: None };
            match api.store().end_operation(operation.id, ending) {
                // It was cancelled.
                Err(cloudsite_store::changeset::ChangesetError::OperationOver(_)) | Ok(_) => Ok(()),
                Err(error) => Err(error.into()),
            }
        };
        spawn_blocking(end).await.unwrap_or(Err(Refusal::Interrupted))
    }

    /// A place among those who watch.
    pub(super) fn place(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Refusal> {
        let place = Arc::clone(&self.watching).try_acquire_owned();
        place.map_err(|_| Refusal::Exhausted("as many watch operations as may; try again"))
    }
}
