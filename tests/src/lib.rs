//! What the end-to-end tests stand on: the real programs, started on a fresh data folder, and clients to talk to them.

#![expect(clippy::missing_panics_doc, reason = "where something is not as it has to be, the test that asked fails")]

use std::time::Duration;

mod asker;
pub mod bench;
mod browser;
pub mod caller;
mod command;
pub mod conference;
mod desk;
pub mod firewall;
pub mod geojson;
mod http;
pub mod impairment;
pub mod peer;
mod picture;
pub mod plots;
mod program;
pub mod provider;
pub mod relay;
mod server;
pub mod shapefile;
pub mod showroom;

pub use asker::Asker;
pub use browser::{Browser, FAKE_MEDIA, Page};
pub use command::{Outcome, cloudsite, cloudsite_under, import};
pub use desk::Desk;
pub use http::{Answer, Http, cookie, get, send};
pub use picture::{Picture, difference};
pub use program::{program, workspace};
pub use server::{Server, free_address};

/// How often something that is waited for is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Looks again and again until `look` returns something; panics if that has not come true in time.
pub async fn eventually<T>(what: &str, within: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let found = tokio::time::timeout(within, waiting).await;
    found.unwrap_or_else(|_| panic!("{what}: not within {} seconds", within.as_secs()))
}
