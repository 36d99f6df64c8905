//! The queue of what the page asks for.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use bevy::prelude::Resource;

/// Events that wait for the next frame. A page that sends more within one frame is refused the surplus and told so.
const QUEUE: usize = 256;

/// Puts events, as bytes of a `SceneEvent`, into the queue.
#[derive(Debug, Clone)]
pub struct SceneSender(SyncSender<Vec<u8>>);

/// The queue is full, or the viewer has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendRefused {
    /// Too many events wait for the next frame.
    #[error("{QUEUE} events are waiting; this one was dropped")]
    Full,
    /// The viewer has ended.
    #[error("the viewer has ended")]
    Ended,
}

impl SceneSender {
    /// Queues an event.
    pub fn send(&self, bytes: Vec<u8>) -> Result<(), SendRefused> {
        self.0.try_send(bytes).map_err(|error| match error {
            TrySendError::Full(_) => SendRefused::Full,
            TrySendError::Disconnected(_) => SendRefused::Ended,
        })
    }
}

/// The viewer's end of the queue.
#[derive(Resource, Debug)]
pub struct SceneInbox(Mutex<Receiver<Vec<u8>>>);

impl SceneInbox {
    /// The next event, if one waits.
    pub fn next(&self) -> Option<Vec<u8>> {
        self.0.lock().ok()?.try_recv().ok()
    }
}

/// A queue.
pub fn queue() -> (SceneSender, SceneInbox) {
    let (sender, receiver) = sync_channel(QUEUE);
    (SceneSender(sender), SceneInbox(Mutex::new(receiver)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_refused_and_the_rest_keeps_its_order() {
        let (sender, inbox) = queue();
        for index in 0..QUEUE {
            assert_eq!(sender.send(vec![index as u8]), Ok(()));
        }
        assert_eq!(sender.send(vec![0]), Err(SendRefused::Full));
        assert_eq!(inbox.next(), Some(vec![0]));
        assert_eq!(inbox.next(), Some(vec![1]));
        drop(inbox);
        assert_eq!(sender.send(vec![0]), Err(SendRefused::Ended));
    }
}
