//! Word of new revisions, from the server's watch stream.

use std::io;
use std::pin::pin;
use std::thread;

use cloudsite_link::WatchEvent;
use cloudsite_proto::scene::scene_event::Event;
use cloudsite_proto::scene::{RecordChanged, SceneEvent};
use futures::StreamExt as _;
use prost::Message as _;
use tokio::runtime;

use super::client;
use crate::options::Options;
use crate::probe::ViewerHandle;
use crate::scene::SendRefused;

/// Watches on a thread of its own until the viewer ends.
pub(super) fn spawn(options: &Options, handle: ViewerHandle) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let (base_url, authorities) = (options.base_url.clone(), options.authorities.clone());
    let watching = async move { watch(&base_url, authorities.as_deref(), &handle).await };
    thread::Builder::new().name("watch".to_owned()).spawn(move || runtime.block_on(watching))?;
    Ok(())
}

async fn watch(base_url: &str, authorities: Option<&[u8]>, handle: &ViewerHandle) {
    let client = match client(base_url, authorities) {
        Ok(client) => client,
        Err(error) => return bevy::log::warn!("the record is not watched: {error}"),
    };
    let mut events = pin!(client.watch(0));
    while let Some(event) = events.next().await {
        let revision = match event {
            WatchEvent::Connected { revision } | WatchEvent::Resync { revision } => revision,
            WatchEvent::RevisionMade(made) => made.revision.map_or(0, |revision| revision.number),
            WatchEvent::Away { .. } => continue,
        };
        let event = SceneEvent { event: Some(Event::RecordChanged(RecordChanged { revision })) };
        // A full queue is a viewer that has hundreds of such events to read already, and the newest counts.
        if handle.send(event.encode_to_vec()) == Err(SendRefused::Ended) {
            return;
        }
    }
}
