//! The seat in a meeting: coming to it, keeping it over lost connections, and leaving it.

use std::pin::pin;
use std::time::Duration;

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::farewell::Reason;
use cloudsite_proto::meeting::join_request::Way;
use cloudsite_proto::meeting::join_response::Event;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{JoinRequest, JoinResponse, Leave, Ready, Said, SignalRequest, Welcome};
use futures::StreamExt;
use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::hall::{Ending, Entrance, Phase, Sent};
use crate::meeting::pure::again::{Tries, is_still_meant, pause, restored};
use crate::meeting::pure::queue::Queue;
use crate::meeting::pure::seen::Seen;
use crate::pure::meet::Meet;

/// How often it is made sure that the stream is still the seat: a network that is gone does not say so.
const PULSE: Duration = Duration::from_secs(8);

/// What one stream came to.
enum Came {
    /// The connection was lost.
    Lost,
    /// It is over.
    Over(Ending),
}

impl Attending {
    /// Asks where a link leads, for whoever has come by one or chosen a meeting.
    pub(in crate::meeting) fn follow_way(self) {
        Effect::new(move |before: Option<Option<Meet>>| {
            let way = self.page.meet.get();
            if before.flatten() != way
                && let Some(way) = way.clone()
            {
                self.come(way);
            }
            way
        });
    }

    fn come(self, way: Meet) {
        let hall = self.hall;
        if untrack(|| hall.entrance.with(|known| known.as_ref().is_some_and(|known| known.way == way))) {
            return;
        }
        self.stop();
        hall.phase.set(Phase::Asking);
        let client = self.loader.client();
        spawn_local(async move {
            let entrance = match &way {
                Meet::Link(secret) => client.invitation(secret).await.map(|told| Entrance {
                    way: way.clone(),
                    role: told.role(),
                    meeting: told.meeting.unwrap_or_default(),
                    name: told.display_name,
                }),
                Meet::Meeting(id) => self.as_member(id).await,
            };
            if self.page.meet.get_untracked() != Some(way) {
                return;
            }
            match entrance {
                Ok(entrance) => {
                    hall.name.set(entrance.name.clone());
                    hall.entrance.set(Some(entrance));
                    hall.phase.set(Phase::Checking);
                }
                Err(error) => hall.phase.set(Phase::Over(Ending::Refused(error))),
            }
        });
    }

    /// A member who comes by the address is known a little later than the page is there.
    async fn as_member(self, id: &str) -> Result<Entrance, LinkError> {
        let name = format!("meetings/{id}");
        let mut failures = 0;
        loop {
            match self.loader.client().meeting(&name).await {
                Ok(meeting) => {
                    let role = meeting.own_role();
                    return Ok(Entrance { way: Meet::Meeting(id.to_owned()), role, meeting, name: String::new() });
                }
                Err(error) => {
                    failures += 1;
                    if failures > 3 || !browser::had_session() {
                        return Err(error);
                    }
                    sleep(pause(failures + 2)).await;
                }
            }
        }
    }

    /// Joins with what was chosen.
    pub(in crate::meeting) fn join(self) {
        let Some(entrance) = self.hall.entrance.get_untracked() else { return };
        self.hall.phase.set(Phase::Entering);
        self.stay.update_value(|stay| *stay = stay.wrapping_add(1));
        let stay = self.stay.get_value();
        spawn_local(async move {
            let ending = Box::pin(self.sit(stay, &entrance)).await;
            if let Some(ending) = ending.filter(|_| self.stay.get_value() == stay) {
                self.end(ending);
            }
        });
    }

    /// Goes for good.
    pub(in crate::meeting) fn leave(self) {
        // The last signal of a stay is not waited for: the queue ends with it.
        if let Some(resume_token) = self.hall.token.get_value() {
            let client = self.loader.client();
            let request = SignalRequest { resume_token, sequence: u64::MAX, signal: Some(Signal::Leave(Leave {})) };
            spawn_local(async move {
                // The server finds out by itself where it does not hear it.
                let _unheard = client.signal(request).await;
            });
        }
        self.end(Ending::Left);
    }

    /// Stops all that a stay has begun.
    pub(in crate::meeting) fn stop(self) {
        self.stay.update_value(|stay| *stay = stay.wrapping_add(1));
        self.hang_up();
        self.reopen.update_value(|reopen| *reopen = None);
        self.hall.queue.update_value(|queue| drop(queue.begin_anew()));
        self.hall.forget();
    }

    /// Opens the stream anew, if it is waited for its next message.
    pub(in crate::meeting) fn reopen_stream(self) {
        let reopen = self.reopen.try_update_value(Option::take).flatten();
        // If nobody waits, it is being opened already.
        let _opening = reopen.map(|reopen| reopen.send(()));
    }

    /// Sits in the meeting until it is over; none if another stay has begun.
    async fn sit(self, stay: u32, entrance: &Entrance) -> Option<Ending> {
        let mut tries = Tries::default();
        let is_ours = || self.stay.get_value() == stay;
        let kept = browser::kept_seat().and_then(|seat| seat_token(&seat, &entrance.way));
        self.hall.token.set_value(kept);
        self.stream.set_value(0);
        loop {
            let before = self.hall.seen.get_untracked();
            let wait = match Box::pin(self.stream(stay, entrance, &mut tries, &before)).await {
                _ if !is_ours() => return None,
                Ok(Came::Over(ending)) => return Some(ending),
                Ok(Came::Lost) | Err(LinkError::Unreachable { .. } | LinkError::Internal { .. }) => tries.fail(),
                // Full just now: the seat is still one's own.
                Err(LinkError::Busy { .. }) if self.stream.get_value() > 0 => tries.fail(),
                // After a sleep the session is over before it was renewed: a member's seat waits until they are known again.
                Err(LinkError::SignInRequired { .. })
                    if self.stream.get_value() > 0 && tries.may_renew() && matches!(entrance.way, Meet::Meeting(_)) =>
                {
                    self.hall.away.set(true);
                    self.renew(&mut tries).await
                }
                // What was kept of a seat is no longer good: one comes anew.
                Err(error) if self.stream.get_value() == 0 && self.hall.token.with_value(Option::is_some) => {
                    leptos::logging::warn!("the seat of before is gone: {error}");
                    self.hall.token.set_value(None);
                    continue;
                }
                Err(error) => return Some(Ending::Refused(error)),
            };
            self.hall.away.set(true);
            sleep(wait).await;
            if !is_ours() {
                return None;
            }
        }
    }

    /// Renews the session of a member, by which the seat is known to be theirs; how long to wait until it is tried.
    async fn renew(self, tries: &mut Tries) -> Duration {
        match self.loader.client().refresh().await {
            Ok(_) => tries.renew(),
            Err(error) => {
                leptos::logging::log!("the session was not renewed: {error}");
                if !matches!(error, LinkError::Unreachable { .. } | LinkError::Busy { .. }) {
                    tries.refuse_renewal();
                }
                tries.fail()
            }
        }
    }

    /// One stream, from its opening to its end.
    async fn stream(self, stay: u32, entrance: &Entrance, tries: &mut Tries, before: &Seen) -> Result<Came, LinkError> {
        let request = self.request(entrance);
        let mut stream = pin!(self.loader.client().join(request).await?);
        let mut is_welcome = false;
        loop {
            let (reopen, reopened) = oneshot::channel();
            self.reopen.set_value(Some(reopen));
            let quiet = pin!(async {
                let _ended = select(reopened, pin!(sleep(PULSE))).await;
            });
            let message = match select(stream.next(), quiet).await {
                Either::Left((message, _)) => message,
                Either::Right(_) => {
                    if self.reopen.with_value(Option::is_none) || self.stay.get_value() != stay {
                        return Ok(Came::Lost);
                    }
                    self.pulse();
                    continue;
                }
            };
            if self.stay.get_value() != stay {
                return Ok(Came::Lost);
            }
            let Some(message) = message else { return Ok(Came::Lost) };
            match message?.event {
                Some(Event::Welcome(welcome)) => {
                    *tries = Tries::default();
                    self.take_seat(entrance, welcome, !std::mem::replace(&mut is_welcome, true), before);
                }
                Some(Event::Farewell(farewell)) => return Ok(Came::Over(Ending::Farewell(farewell.reason()))),
                event => self.take(JoinResponse { event }),
            }
        }
    }

    fn request(self, entrance: &Entrance) -> JoinRequest {
        let way = match (self.hall.token.get_value(), &entrance.way) {
            (Some(token), _) => Way::ResumeToken(token),
            (None, Meet::Link(secret)) => Way::Link(secret.clone()),
            (None, Meet::Meeting(id)) => Way::Meeting(format!("meetings/{id}")),
        };
        let display_name = match entrance.way {
            Meet::Link(_) => self.hall.name.get_untracked().trim().to_owned(),
            Meet::Meeting(_) => String::new(),
        };
        JoinRequest { way: Some(way), display_name, language: String::new() }
    }

    /// Makes sure that the stream is still the seat.
    fn pulse(self) {
        spawn_local(async move {
            let ready = Signal::Said(Said { what: Some(What::Ready(Ready {})) });
            if let Err(error) = self.ask(ready).await {
                leptos::logging::log!("the pulse was not answered: {error}");
            }
        });
    }

    /// One is welcomed: by a new stream, or in another room.
    fn take_seat(self, entrance: &Entrance, welcome: Welcome, is_new_stream: bool, before: &Seen) {
        let hall = self.hall;
        browser::keep_seat(Some(&kept(&welcome.resume_token, &entrance.way)));
        hall.token.set_value(Some(welcome.resume_token.clone()));
        hall.relays.set_value(welcome.ice_servers.clone());
        let mut undone = Vec::new();
        if is_new_stream {
            self.stream.update_value(|stream| *stream += 1);
            undone = hall.queue.try_update_value(Queue::begin_anew).unwrap_or_default();
            hall.away.set(false);
        }
        let news = hall.seen.try_update(|seen| seen.welcome(welcome)).unwrap_or_default();
        self.follow_leader();
        self.say_news(news);
        self.settle();
        if is_new_stream {
            self.come_back(before);
            self.do_again(undone, before);
        }
    }

    /// Does what was done while the stream was lost, and shows the own lines that the others have by now.
    fn do_again(self, undone: Vec<Sent>, before: &Seen) {
        let unheard = self.hall.outgoing.with_untracked(|outgoing| outgoing.lines().to_vec());
        let is_meant = |sent: &Sent| {
            self.hall.seen.with_untracked(|now| is_still_meant(&sent.signal, &before.state, &now.state, &unheard))
        };
        for Sent { signal, reply } in undone.into_iter().filter(is_meant) {
            self.put(signal, reply);
        }
        self.keep_lines();
    }

    /// After a new stream: another connection, and what the meeting has forgotten. Where one is in another room than before,
    /// nobody hears one whom one did not expect.
    fn come_back(self, before: &Seen) {
        let now = self.hall.seen.get_untracked();
        let room = |seen: &Seen| seen.me().filter(|me| !me.waiting).map(|me| me.room);
        let is_elsewhere = before.own != 0 && room(before).is_some() && room(before) != room(&now);
        if is_elsewhere && self.stop_sending() {
            self.page.toast.set(Some(untrack(|| self.page.text("meeting.news.silent"))));
        }
        if now.waits() {
            return;
        }
        self.begin_line();
        self.send_switches();
        for act in restored(&before.state, &now.state, now.own) {
            if let Some(act) = act.act {
                self.tell(act);
            }
        }
        self.send_signals();
    }

    /// Is where the meeting says that one is.
    pub(in crate::meeting) fn settle(self) {
        let waits = self.hall.seen.with_untracked(Seen::waits);
        let phase = if waits { Phase::Lobby } else { Phase::Inside };
        let was = self.hall.phase.get_untracked();
        if was != phase {
            self.hall.phase.set(phase);
        }
        // Let in just now: voice and picture begin.
        if was == Phase::Lobby && !waits {
            self.begin_line();
            self.send_switches();
        }
    }
}

/// How a seat is kept for a reload: the token, with the way that it was had by.
fn kept(token: &str, way: &Meet) -> String {
    let (name, value) = way.to_link();
    format!("{name}={value}\n{token}")
}

/// The token that was kept, if it was had by this way.
fn seat_token(kept: &str, way: &Meet) -> Option<String> {
    let (name, value) = way.to_link();
    let (had_by, token) = kept.split_once('\n')?;
    (had_by == format!("{name}={value}")).then(|| token.to_owned())
}

/// The reason why someone is no longer there, for those who ask to come again.
pub(in crate::meeting) const fn may_come_again(ending: &Ending) -> bool {
    !matches!(ending, Ending::Farewell(Reason::Removed | Reason::LinkRevoked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_kept_for_its_own_way() {
        let (link, meeting) = (Meet::Link("a".to_owned()), Meet::Meeting("a".to_owned()));
        let seat = kept("token.1", &link);
        assert_eq!(seat_token(&seat, &link).as_deref(), Some("token.1"));
        assert_eq!(seat_token(&seat, &meeting), None);
        assert_eq!(seat_token("", &link), None);
    }

    #[test]
    fn who_was_sent_out_is_not_asked_to_come_again() {
        assert!(may_come_again(&Ending::Left) && may_come_again(&Ending::Farewell(Reason::Ended)));
        assert!(!may_come_again(&Ending::Farewell(Reason::Removed)));
    }
}
