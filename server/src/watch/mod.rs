//! `ParkService.Watch`: revisions as they are made, to everyone who asked, from wherever they were.
//!
//! A stream owns one number, the last revision it sent. Being woken only means that there may be more; what there is, it
//! reads from the store. So a reader that falls behind, or comes back after a day, takes the same way as one that is up
//! to date, and nothing can be skipped.

mod events;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Revision;
use cloudsite_proto::land::watch_response::Event;
use cloudsite_proto::{Encoded, land as wire};
use futures::Stream;
use quick_cache::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::grpc::Refusal;
use crate::record::{View, Views};
use events::{Batch, read_batch};

/// Between two messages that say how far the stream is.
const PROGRESS_EVERY: Duration = Duration::from_secs(15);

/// Streams at a time: two thousand readers, and room for those that come back before their former stream is seen to be
/// gone. Another one is refused with `RESOURCE_EXHAUSTED`.
const MAX_STREAMS: usize = 4_000;

/// Messages that wait for a reader. When it is full the stream waits: the store keeps what the reader misses.
const QUEUE: usize = 8;

/// Batches of events that are kept: every reader who is up to date needs the same one.
const KEPT_BATCHES: usize = 32;

/// A stream of events. What many readers get is encoded once, and its bytes are what they share.
pub(crate) type EventStream = Pin<Box<dyn Stream<Item = Result<Encoded<wire::WatchResponse>, Status>> + Send>>;

/// Says whether a reader is still who opened the stream.
pub(crate) type Still = Box<dyn Fn() -> bool + Send + Sync>;

const CHANGED_READER: &str =
    "whoever reads this has signed out, or is given something else by now: open the stream again";

/// Gives out streams of events.
pub(crate) struct Watchers {
    views: Views,
    places: Arc<Semaphore>,
    batches: Cache<(Tier, Revision, Revision), Arc<Batch>>,
    stop: watch::Receiver<bool>,
}

impl Watchers {
    /// Streams of the record behind `views`, which all end when `stop` becomes true.
    pub(crate) fn new(views: Views, stop: watch::Receiver<bool>) -> Self {
        Self { views, places: Arc::new(Semaphore::new(MAX_STREAMS)), batches: Cache::new(KEPT_BATCHES), stop }
    }

    /// A stream of what happens after a revision, as far as a view shows it, for as long as `still` says that the view is
    /// the reader's; after 0 it begins with the newest.
    pub(crate) fn watch(self: &Arc<Self>, view: View, after: Revision, still: Still) -> Result<EventStream, Refusal> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Refusal::Exhausted("there are as many watch streams as this server gives; try again later"))?;
        let (to_reader, from_stream) = mpsc::channel(QUEUE);
        let stream = WatchStream {
            made: self.views.subscribe(),
            view,
            still,
            stop: self.stop.clone(),
            watchers: Arc::clone(self),
            to_reader,
            sent: after,
            _place: place,
        };
        tokio::spawn(async move {
            metrics::gauge!("cloudsite_watch_streams").increment(1.0);
            // Either end of a stream is its end: the reader went away, or the server stops.
            let _ended = stream.run().await;
            metrics::gauge!("cloudsite_watch_streams").decrement(1.0);
        });
        Ok(Box::pin(ReceiverStream::new(from_stream)))
    }

    /// The events after a revision, up to another or as many as one batch takes.
    async fn batch(&self, view: &View, after: Revision, head: Revision) -> Result<Arc<Batch>, Refusal> {
        self.batches
            .get_or_insert_async(&(view.tier(), after, head), async {
                let view = view.clone();
                let read = tokio::task::spawn_blocking(move || read_batch(&view, after, head));
                Ok(Arc::new(read.await.map_err(|_| Refusal::Interrupted)??))
            })
            .await
    }
}

/// The stream is over.
struct Ended;

struct WatchStream {
    watchers: Arc<Watchers>,
    view: View,
    still: Still,
    made: watch::Receiver<Revision>,
    stop: watch::Receiver<bool>,
    to_reader: mpsc::Sender<Result<Encoded<wire::WatchResponse>, Status>>,
    sent: Revision,
    _place: OwnedSemaphorePermit,
}

impl WatchStream {
    async fn run(mut self) -> Result<(), Ended> {
        let mut stop = self.stop.clone();
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {
                // A reader that does not take it is not waited for.
                let _full = self.to_reader.try_send(Err(Status::unavailable("the server stops")));
                Err(Ended)
            }
            ended = self.follow() => ended,
        }
    }

    async fn follow(&mut self) -> Result<(), Ended> {
        let head = *self.made.borrow_and_update();
        if self.sent == Revision(0) {
            self.sent = head;
        } else if self.sent > head {
            self.resync(head).await?;
        }
        self.progress().await?;
        let mut progress = ticking(PROGRESS_EVERY);
        loop {
            self.catch_up().await?;
            tokio::select! {
                made = self.made.changed() => made.map_err(|_| Ended)?,
                _ = progress.tick() => self.progress().await?,
                () = self.to_reader.closed() => return Err(Ended),
            }
        }
    }

    /// Sends everything that was made since the last message.
    async fn catch_up(&mut self) -> Result<(), Ended> {
        loop {
            let head = *self.made.borrow_and_update();
            if self.sent >= head {
                return Ok(());
            }
            match self.watchers.batch(&self.view, self.sent, head).await {
                Ok(batch) if batch.is_unbroken => {
                    for (revision, event) in &batch.events {
                        self.send(event.clone()).await?;
                        self.sent = *revision;
                    }
                }
                Ok(_) => self.resync(head).await?,
                Err(refusal) => {
                    // The reader comes back with the last revision it saw, which is better than a gap.
                    let _gone = self.to_reader.send(Err(refusal.into())).await;
                    return Err(Ended);
                }
            }
        }
    }

    async fn resync(&mut self, head: Revision) -> Result<(), Ended> {
        self.sent = head;
        self.send(encoded(Event::Resync(wire::Resync { revision: head.0 }))).await
    }

    /// Ends the stream of a reader who has become someone else.
    async fn check_reader(&self) -> Result<(), Ended> {
        if (self.still)() {
            return Ok(());
        }
        let _gone = self.to_reader.send(Err(Status::aborted(CHANGED_READER))).await;
        Err(Ended)
    }

    async fn progress(&mut self) -> Result<(), Ended> {
        self.send(encoded(Event::Progress(wire::Progress { revision: self.sent.0 }))).await
    }

    async fn send(&self, event: Encoded<wire::WatchResponse>) -> Result<(), Ended> {
        self.check_reader().await?;
        self.to_reader.send(Ok(event)).await.map_err(|_| Ended)
    }
}

fn encoded(event: Event) -> Encoded<wire::WatchResponse> {
    Encoded::of(&wire::WatchResponse { event: Some(event) })
}

fn ticking(every: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

#[cfg(test)]
mod tests;
