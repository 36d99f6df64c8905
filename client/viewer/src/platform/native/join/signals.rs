//! Signals of one stream: one after the other, and again under the same number when the answer was lost.

use std::time::Duration;

use cloudsite_link::{Client, LinkError};
use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{Act, Offer, SignalRequest};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::Event;

/// Signals that wait; whoever has more to say is not heard.
const QUEUE: usize = 64;
/// How long to wait before a signal is sent again whose answer was lost.
const AGAIN: Duration = Duration::from_millis(400);
/// After so many answers that were lost in a row so is the stream.
const MOST_LOST: u32 = 3;

/// Sends the signals of one stream, as long as it is held.
pub(super) struct Signals {
    queue: mpsc::Sender<(Signal, u32)>,
    sending: JoinHandle<()>,
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.sending.abort();
    }
}

impl Signals {
    /// Begins to send with the token of a stream. What comes of it is told by events. Called within a Tokio runtime.
    pub(super) fn begin(client: Client, resume_token: String, events: mpsc::Sender<Event>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        Self { queue, sending: tokio::spawn(send_all(client, resume_token, waiting, events)) }
    }

    /// Signals.
    pub(super) fn put(&self, signal: Signal) {
        self.send(signal, 0);
    }

    fn send(&self, signal: Signal, number: u32) {
        if self.queue.try_send((signal, number)).is_err() {
            bevy::log::warn!("too many signals wait; one was dropped");
        }
    }

    /// Does something.
    pub(super) fn act(&self, act: Which) {
        self.put(Signal::Act(Act { act: Some(act) }));
    }

    /// Offers the connection of a number in place of the one before; the answer comes as an event.
    pub(super) fn offer(&self, number: u32, sdp: String) {
        self.send(Signal::Offer(Offer { sdp, fresh: true }), number);
    }
}

async fn send_all(
    client: Client,
    resume_token: String,
    mut waiting: mpsc::Receiver<(Signal, u32)>,
    events: mpsc::Sender<Event>,
) {
    let mut sequence = 0;
    while let Some((signal, number)) = waiting.recv().await {
        sequence += 1;
        let is_offer = matches!(signal, Signal::Offer(_));
        let request = SignalRequest { resume_token: resume_token.clone(), sequence, signal: Some(signal) };
        let event = match answered(&client, request).await {
            Ok(answer) if is_offer => Event::Answered(number, answer),
            Ok(_) => continue,
            Err(LinkError::Unreachable { .. }) => Event::Lost,
            Err(LinkError::NotNow { code, .. }) if code == "NOT_JOINED" => Event::Lost,
            Err(error) if is_offer => Event::OfferRefused(number, error),
            Err(error) => Event::Refused(error),
        };
        // Whoever listened no more has another stream.
        if events.send(event).await.is_err() {
            return;
        }
    }
}

/// The answer to a signal, asked for again as long as the server cannot be reached, within reason.
async fn answered(client: &Client, request: SignalRequest) -> Result<String, LinkError> {
    let mut lost = 0;
    loop {
        match client.signal(request.clone()).await {
            Ok(response) => return Ok(response.answer_sdp),
            Err(LinkError::Unreachable { .. }) if lost < MOST_LOST => {
                lost += 1;
                sleep(AGAIN).await;
            }
            Err(error) => return Err(error),
        }
    }
}
