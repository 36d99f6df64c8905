//! Asking the server. Answers arrive in a queue that a system reads each frame.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use bevy::prelude::Resource;
use cloudsite_proto::SEEN_AS;

use super::feed::Shown;
use super::store::{MOST_IN_FLIGHT, TileRequest};
use crate::draw::FontFace;
use crate::platform::{Requests, as_whoever_is_signed_in};

/// Room for every answer that can be under way: tiles, the tileset and the fonts. So a full queue cannot happen, and an
/// answer that found it full would be dropped and, being missing, fail at its request's time limit.
const QUEUE: usize = MOST_IN_FLIGHT + 8;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The tileset document.
    Tileset(Shown),
    /// A tile.
    Tile(TileRequest),
    /// A font of the labels.
    Font(FontFace),
}

/// Why nothing came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchFailure {
    /// The server answered with a status that is not success.
    #[error("the server answered {0}")]
    Status(u16),
    /// There was no answer.
    #[error("no answer: {0}")]
    Unreachable(String),
}

/// What came.
#[derive(Debug)]
pub struct Answer {
    /// To what.
    pub asked: Asked,
    /// The bytes; none where the server has no content there.
    pub bytes: Result<Vec<u8>, FetchFailure>,
}

/// The server and the queue of its answers.
#[derive(Resource, Debug)]
pub struct Fetcher {
    base_url: String,
    requests: Requests,
    sender: SyncSender<Answer>,
    receiver: Mutex<Receiver<Answer>>,
}

impl Fetcher {
    /// Asks the server at `base_url`; in a browser an empty one is the page's own. Natively `authorities` (PEM), if there are
    /// any, are those that its certificate has to lead to.
    pub fn new(base_url: &str, authorities: Option<&[u8]>) -> Self {
        let (sender, receiver) = sync_channel(QUEUE);
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { base_url, requests: Requests::trusting(authorities), sender, receiver: Mutex::new(receiver) }
    }

    /// Sends a request; tiles are below `base`, as the tileset says.
    pub fn ask(&self, asked: Asked, base: &str) {
        let sender = self.sender.clone();
        let request = ehttp::Request::get(format!("{}{}", self.base_url, path(asked, base)));
        let mut request = as_whoever_is_signed_in(request);
        if let Asked::Tileset(Shown { tier: Some(tier), .. }) = asked {
            request.headers.insert(SEEN_AS, tier.as_str());
        }
        self.requests.fetch(request, move |outcome| {
            let bytes = match outcome {
                Ok((200..=299, bytes)) => Ok(bytes),
                Ok((status, _)) => Err(FetchFailure::Status(status)),
                Err(error) => Err(FetchFailure::Unreachable(error)),
            };
            let _ = sender.try_send(Answer { asked, bytes });
        });
    }

    /// The next answer, if one is here.
    pub fn next(&self) -> Option<Answer> {
        self.receiver.lock().ok()?.try_recv().ok()
    }
}

fn path(asked: Asked, base: &str) -> String {
    match asked {
        Asked::Tileset(Shown { as_of: None, .. }) => "/tiles/tileset".to_owned(),
        Asked::Tileset(Shown { as_of: Some(revision), .. }) => format!("/tiles/revisions/{revision}/tileset"),
        Asked::Tile(TileRequest { address, revision, .. }) => format!("{base}/{revision}/{address}.mvt"),
        Asked::Font(FontFace::Sc) => "/fonts/labels-sc.ttf".to_owned(),
        Asked::Font(FontFace::Jp) => "/fonts/labels-jp.ttf".to_owned(),
        Asked::Font(FontFace::Kr) => "/fonts/labels-kr.ttf".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::identity::Tier;
    use cloudsite_domain::tile::TileAddress;

    use super::*;

    #[test]
    fn addresses_are_those_of_the_server() {
        let address = TileAddress { z: 15, x: 27_345, y: 13_325 };
        let request = TileRequest { address, revision: 12, tier: Tier::Public };
        let tileset = |as_of| path(Asked::Tileset(Shown { as_of, tier: None }), "");
        assert_eq!(path(Asked::Tile(request), "/tiles"), "/tiles/12/15/27345/13325.mvt");
        assert_eq!(path(Asked::Tile(request), "/tiles/investor/v4.x"), "/tiles/investor/v4.x/12/15/27345/13325.mvt");
        assert_eq!(tileset(None), "/tiles/tileset");
        assert_eq!(tileset(Some(3)), "/tiles/revisions/3/tileset");
    }
}
