//! Watching the record without end.

mod cursor;

use std::time::Duration;

use cloudsite_proto::land::{RevisionMade, WatchResponse};
use futures::stream::{Stream, unfold};
use tonic::Streaming;

use self::cursor::Cursor;
use crate::client::within;
use crate::{Client, LinkError, platform};

pub use self::cursor::retry_in;

/// How long a stream may be silent. The server sends something every 15 seconds, so three of them were lost.
const SILENCE: Duration = Duration::from_secs(45);

/// What a watch tells.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchEvent {
    /// The server is there, and everything up to this revision has been told.
    Connected {
        /// The revision.
        revision: u64,
    },
    /// The server is not there.
    Away {
        /// After what time it is tried again.
        retry_in: Duration,
    },
    /// A revision was made.
    RevisionMade(RevisionMade),
    /// What happened in between cannot be told: read everything anew.
    Resync {
        /// At this revision.
        revision: u64,
    },
}

/// A watch between two of its events.
struct Watch {
    client: Client,
    cursor: Cursor,
    open: Option<Streaming<WatchResponse>>,
    pause: Option<Duration>,
}

/// The events after a revision.
pub(crate) fn stream(client: Client, after_revision: u64) -> impl Stream<Item = WatchEvent> {
    let watch = Watch { client, cursor: Cursor::after(after_revision), open: None, pause: None };
    unfold(watch, |mut watch| async {
        let event = watch.next().await;
        Some((event, watch))
    })
}

impl Watch {
    async fn next(&mut self) -> WatchEvent {
        if let Some(pause) = self.pause.take() {
            platform::sleep(pause).await;
        }
        loop {
            match self.receive().await {
                Ok(message) => {
                    if let Some(event) = self.cursor.accept(message) {
                        return event;
                    }
                }
                Err(error) => {
                    self.open = None;
                    let pause = self.cursor.lose(&error);
                    self.pause = Some(pause);
                    return WatchEvent::Away { retry_in: pause };
                }
            }
        }
    }

    async fn receive(&mut self) -> Result<WatchResponse, LinkError> {
        let mut stream = match self.open.take() {
            Some(stream) => stream,
            None => self.client.open_watch(self.cursor.after_revision()).await?,
        };
        let ended = |reason: &str| LinkError::Unreachable { reason: reason.to_owned() };
        let message = within(SILENCE, stream.message()).await.ok_or_else(|| ended("the stream fell silent"))?;
        let message = message.map_err(|status| LinkError::from_status(&status, "watch"))?;
        self.open = Some(stream);
        message.ok_or_else(|| ended("the stream ended"))
    }
}
