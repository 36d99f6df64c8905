//! Whatever is measured.

use anyhow::Result;

use crate::client::{Media, Shared};
use crate::janus::Janus;
use crate::marks::Arrivals;
use crate::ours::Ours;

/// What is measured, and how many numbers it has given.
pub(crate) struct System {
    kind: Kind,
    next: u16,
}

enum Kind {
    Ours(Ours),
    Janus(Janus),
}

impl From<Ours> for System {
    fn from(ours: Ours) -> Self {
        Self { kind: Kind::Ours(ours), next: 1 }
    }
}

impl From<Janus> for System {
    fn from(janus: Janus) -> Self {
        Self { kind: Kind::Janus(janus), next: 1 }
    }
}

impl System {
    /// A number that no client has had.
    pub(crate) fn number(&mut self) -> u16 {
        self.next += 1;
        self.next
    }

    /// The process.
    pub(crate) fn pid(&self) -> Result<u32> {
        match &self.kind {
            Kind::Ours(ours) => ours.pid(),
            Kind::Janus(janus) => janus.pid(),
        }
    }

    /// A client that sends a stream.
    pub(crate) async fn publisher(&mut self, number: u16, media: Media, arrivals: &Arrivals) -> Result<Shared> {
        match &mut self.kind {
            Kind::Ours(ours) => ours.publisher(number, media, arrivals).await,
            Kind::Janus(janus) => janus.publisher(number, media, arrivals).await,
        }
    }

    /// A client that receives the streams of some publishers.
    pub(crate) async fn viewer(
        &mut self,
        number: u16,
        media: Media,
        publishers: &[u16],
        arrivals: &Arrivals,
    ) -> Result<Shared> {
        match &mut self.kind {
            Kind::Ours(ours) => ours.viewer(number, (media, 0), publishers, arrivals).await,
            Kind::Janus(janus) => janus.viewer(number, media, publishers, arrivals).await,
        }
    }
}
