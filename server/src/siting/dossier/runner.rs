//! Makes the dossiers that wait, one at a time and the oldest first, as long as the server runs.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use cloudsite_dossier::typeset;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, spawn_blocking};

use super::shelf::{Card, Shelf};
use crate::identity::Clock;

/// How often what is over is forgotten, even if nothing happens.
const SWEEP: Duration = Duration::from_hours(1);

/// How long to wait before the disk is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// Makes dossiers.
pub(crate) struct Runner {
    shelf: Arc<Shelf>,
    clock: Clock,
    wake: Notify,
}

impl Runner {
    /// Makes what waits, and what comes, until told to stop; what is being made then is brought to its end.
    pub(crate) fn start(
        shelf: Arc<Shelf>,
        clock: Clock,
        stopping: watch::Receiver<bool>,
    ) -> (Arc<Self>, JoinHandle<()>) {
        let runner = Arc::new(Self { shelf, clock, wake: Notify::new() });
        let running = tokio::spawn(Arc::clone(&runner).run(stopping));
        (runner, running)
    }

    /// Where dossiers are kept.
    pub(crate) const fn shelf(&self) -> &Arc<Shelf> {
        &self.shelf
    }

    /// Says that a dossier waits.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    async fn run(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        while !*stopping.borrow_and_update() {
            let runner = Arc::clone(&self);
            let pause = match spawn_blocking(move || runner.next()).await {
                Ok(Ok(true)) => continue,
                Ok(Ok(false)) => SWEEP,
                Ok(Err(error)) => {
                    tracing::error!(%error, "dossiers cannot be made; they are tried again");
                    RETRY
                }
                Err(error) => {
                    tracing::error!(%error, "dossiers were not looked for");
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

    /// Makes the oldest that waits; false if none does.
    fn next(&self) -> io::Result<bool> {
        self.shelf.sweep((self.clock)());
        let Some(card) = self.shelf.take()? else { return Ok(false) };
        let made = std::thread::scope(|scope| {
            // In a thread of its own, so that a fault of typesetting is the end of one dossier and of nothing else.
            scope.spawn(|| self.make(&card)).join()
        });
        let made = made.unwrap_or_else(|_| Err("it could not be set; the server's log says why".to_owned()));
        if let Err(message) = &made {
            tracing::error!(message, "a dossier was not made");
        }
        self.shelf.end(&card.id, made, (self.clock)())?;
        Ok(true)
    }

    fn make(&self, card: &Card) -> Result<(Vec<u8>, u32), String> {
        let (work, pictures) = self.shelf.work(&card.id).map_err(|error| {
            tracing::error!(%error, "a dossier cannot be read");
            "what it is made from could not be read; ask for it again".to_owned()
        })?;
        let set = typeset(&work.dossier, &work.maps, &pictures, card.languages).map_err(|error| error.to_string())?;
        Ok((set.pdf, u32::try_from(set.pages).unwrap_or(u32::MAX)))
    }
}
