//! Signals: one after the other, and again under the same number when the answer was lost.

use std::mem::discriminant;
use std::time::Duration;

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{Act, Said, SignalRequest, SignalResponse, Want};
use cloudsite_proto::scene::SceneEvent;
use cloudsite_proto::scene::scene_event::Event as Scene;
use futures::channel::oneshot;
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use prost::Message;

use crate::meeting::attending::Attending;
use crate::meeting::hall::Sent;
use crate::meeting::media::{self, Channel};
use crate::meeting::pure::words::{Standing, refusal_key};

/// How long to wait before a signal is sent again whose answer was lost.
const AGAIN: Duration = Duration::from_millis(400);

/// Whether the first of two signals is out of date by the second.
fn is_outdated(waiting: &Signal, by: &Signal) -> bool {
    match (waiting, by) {
        (Signal::Want(waiting), Signal::Want(by)) => {
            (waiting.participant, waiting.source) == (by.participant, by.source)
        }
        (Signal::Act(waiting), Signal::Act(by)) => {
            matches!((&waiting.act, &by.act), (Some(Which::Switch(_)), Some(Which::Switch(_))))
                || matches!((&waiting.act, &by.act), (Some(Which::Roam(_)), Some(Which::Roam(_))))
        }
        (Signal::Said(waiting), Signal::Said(by)) => {
            let is_same_kind = waiting.what.as_ref().map(discriminant) == by.what.as_ref().map(discriminant);
            is_same_kind && is_fleeting(waiting) && is_fleeting(by)
        }
        _ => false,
    }
}

/// Whether something said is soon out of date.
fn is_fleeting(said: &Said) -> bool {
    match &said.what {
        Some(What::Scene(scene)) => matches!(scene.event, Some(Scene::Camera(_))),
        Some(What::Pointer(_)) => true,
        _ => false,
    }
}

impl Attending {
    /// Does something; a refusal is said briefly.
    pub(in crate::meeting) fn tell(self, act: Which) {
        spawn_local(async move {
            if let Err(error) = self.ask(Signal::Act(Act { act: Some(act) })).await {
                self.say_refusal(&error);
            }
        });
    }

    /// Says how much of someone's picture is wanted.
    pub(in crate::meeting) fn want(self, want: Want) {
        self.put(Signal::Want(want), None);
    }

    /// Says something to the others: over the channel that is made for it, or as a signal while that is not open.
    pub(in crate::meeting) fn say(self, what: What) {
        let said = Said { what: Some(what) };
        let channel = if is_fleeting(&said) { Channel::Latest } else { Channel::Reliable };
        if media::say(channel, &said.encode_to_vec()) {
            return;
        }
        spawn_local(async move {
            if let Err(error) = self.ask(Signal::Said(said)).await {
                self.say_refusal(&error);
            }
        });
    }

    /// Shows the others something of the park.
    pub(in crate::meeting) fn say_scene(self, event: Scene) {
        self.say(What::Scene(SceneEvent { event: Some(event) }));
    }

    /// Says why something is refused. What is lost with a stream is said by the stream.
    pub(in crate::meeting) fn say_refusal(self, error: &LinkError) {
        if is_lost(error) {
            return;
        }
        let page = self.page;
        let standing =
            if self.hall.seen.with_untracked(|seen| seen.own) == 0 { Standing::Member } else { Standing::Inside };
        let words = untrack(|| refusal_key(error, standing).map_or_else(|| page.explain(error), |key| page.text(key)));
        page.toast.set(Some(words));
    }

    /// Signals and waits for the answer.
    pub(in crate::meeting) async fn ask(self, signal: Signal) -> Result<SignalResponse, LinkError> {
        let (reply, answer) = oneshot::channel();
        self.put(signal, Some(reply));
        let lost = LinkError::Unreachable { reason: "the stream ended before the answer".to_owned() };
        answer.await.unwrap_or(Err(lost))
    }

    /// Puts a signal to those that wait.
    pub(super) fn put(self, signal: Signal, reply: Option<oneshot::Sender<Result<SignalResponse, LinkError>>>) {
        let sent = Sent { signal: signal.clone(), reply };
        let pushed =
            self.hall.queue.try_update_value(|queue| queue.push(sent, |waiting| is_outdated(&waiting.signal, &signal)));
        if let Some(Err(refused)) = pushed {
            let full = LinkError::Busy { reason: "signals".to_owned() };
            // Who asked may wait no more.
            let _unheard = refused.reply.map(|reply| reply.send(Err(full)));
        }
        self.send_signals();
    }

    /// Sends what waits, unless that is being done.
    pub(in crate::meeting) fn send_signals(self) {
        let has_token = self.hall.token.with_value(Option::is_some);
        if !has_token || self.sends.get_value() {
            return;
        }
        self.sends.set_value(true);
        spawn_local(async move {
            Box::pin(self.send_all()).await;
            self.sends.set_value(false);
        });
    }

    async fn send_all(self) {
        loop {
            let stream = self.stream.get_value();
            let next = self
                .hall
                .queue
                .try_update_value(|queue| queue.next().map(|(number, sent)| (number, sent.signal.clone())));
            let Some((sequence, signal)) = next.flatten() else { return };
            let Some(resume_token) = self.hall.token.get_value() else { return };
            let request = SignalRequest { resume_token, sequence, signal: Some(signal) };
            let answer = self.loader.client().signal(request).await;
            if self.stream.get_value() != stream {
                // Numbers have begun anew meanwhile.
                continue;
            }
            match answer {
                Err(LinkError::Unreachable { .. }) => {
                    sleep(AGAIN).await;
                    continue;
                }
                // It is done by the next stream, if it is meant then.
                Err(ref error) if is_of_another_stream(error) => return self.reopen_stream(),
                _ => {}
            }
            let answered = self.hall.queue.try_update_value(|queue| queue.answered(sequence)).flatten();
            if let Some(reply) = answered.and_then(|sent| sent.reply) {
                // Who asked may wait no more.
                let _unheard = reply.send(answer);
            }
        }
    }
}

/// Whether something was not answered because the stream is lost, which says so itself.
pub(in crate::meeting) fn is_lost(error: &LinkError) -> bool {
    matches!(error, LinkError::Unreachable { .. }) || is_of_another_stream(error)
}

/// Whether a refusal says that the stream of the token is gone.
fn is_of_another_stream(error: &LinkError) -> bool {
    matches!(error, LinkError::NotNow { code, .. } if code == "NOT_JOINED")
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::meeting::{Hand, Pointer, Source, Switch};
    use cloudsite_proto::scene::{Camera, Select};

    use super::*;

    #[test]
    fn what_says_the_same_anew_takes_its_place() {
        let act = |act| Signal::Act(Act { act: Some(act) });
        let switch = |microphone| act(Which::Switch(Switch { microphone, ..Switch::default() }));
        let want = |participant, source: Source, max_height| {
            Signal::Want(Want { participant, source: source.into(), max_height })
        };
        let scene = |event| Signal::Said(Said { what: Some(What::Scene(SceneEvent { event: Some(event) })) });
        let pointer =
            |east_m| Signal::Said(Said { what: Some(What::Pointer(Pointer { east_m, ..Pointer::default() })) });
        let cases = [
            (switch(true), switch(false), true),
            (act(Which::Hand(Hand { up: true })), act(Which::Hand(Hand { up: false })), false),
            (want(1, Source::Camera, 180), want(1, Source::Camera, 720), true),
            (want(1, Source::Camera, 180), want(1, Source::Screen, 720), false),
            (want(1, Source::Camera, 180), want(2, Source::Camera, 720), false),
            (scene(Scene::Camera(Camera::default())), scene(Scene::Camera(Camera::default())), true),
            (scene(Scene::Select(Select::default())), scene(Scene::Select(Select::default())), false),
            (pointer(1.0), pointer(2.0), true),
            (scene(Scene::Camera(Camera::default())), pointer(1.0), false),
            (switch(true), want(1, Source::Camera, 180), false),
        ];
        for (waiting, by, expected) in cases {
            assert_eq!(is_outdated(&waiting, &by), expected, "{waiting:?} {by:?}");
        }
    }

    #[test]
    fn a_stream_that_is_gone_is_opened_anew() {
        let not_now = |code: &str| LinkError::NotNow { code: code.to_owned(), reason: String::new() };
        assert!(is_of_another_stream(&not_now("NOT_JOINED")) && !is_of_another_stream(&not_now("MEETING_STATE")));
    }
}
