//! What is heard of a meeting.

use cloudsite_proto::meeting::join_response::Event;
use cloudsite_proto::meeting::said::What;
use cloudsite_proto::meeting::signal_request::Signal;
use cloudsite_proto::meeting::{Chat, Heard, JoinResponse, Levels, Said};
use cloudsite_proto::scene::scene_event::Event as Scene;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::hall::Side;
use crate::meeting::media;
use crate::meeting::pure::chat::{Line, MOST_LINES, Outgoing};
use crate::meeting::pure::seen::{News, Seen};
use crate::meeting::pure::tiles::{SPEECH, note_speakers};
use crate::meeting::pure::words::role_key;
use crate::meeting::task::signals::is_lost;

impl Attending {
    /// Takes a message of the stream.
    pub(in crate::meeting) fn take(self, message: JoinResponse) {
        match message.event {
            Some(Event::State(state)) => {
                let news = self.hall.seen.try_update(|seen| seen.take(state)).unwrap_or_default();
                self.follow_leader();
                self.say_news(news);
                self.forget_whereabouts();
                self.settle();
            }
            Some(Event::Heard(heard)) => self.hear(heard),
            Some(Event::Receivers(receivers)) => {
                self.hall.narrow.set(receivers.narrow);
                self.hall.tracks.update(|tracks| tracks.take(receivers));
            }
            Some(Event::Layers(layers)) => media::send_layers(layers.source(), &layers.sent),
            Some(Event::Welcome(_) | Event::Farewell(_)) | None => {}
        }
    }

    /// Hears what someone says, by whichever way it came.
    pub(in crate::meeting) fn hear(self, heard: Heard) {
        if let Some(levels) = &heard.levels {
            self.hear_levels(levels);
        }
        let at = heard.at.map_or(0, |at| at.seconds);
        match heard.said.and_then(|said| said.what) {
            Some(What::Chat(chat)) => self.hear_line_of_text(heard.from, at, chat.text, chat.parcel),
            Some(What::Scene(scene)) => {
                if let Some(event) = scene.event {
                    self.hear_scene(heard.from, event);
                }
            }
            Some(What::Pointer(pointer)) => self.see_pointer(heard.from, pointer),
            Some(What::Ready(_)) | None => {}
        }
    }

    fn hear_line_of_text(self, from: u32, at: i64, text: String, parcel: String) {
        let hall = self.hall;
        let name = hall.seen.with_untracked(|seen| seen.person(from).map(|person| person.name.clone()));
        let is_own = hall.seen.with_untracked(|seen| seen.own == from);
        if is_own {
            hall.outgoing.update(|outgoing| outgoing.hear(&text, &parcel));
        }
        self.add_line(from, at, &text, parcel);
        if !is_own && hall.side.get_untracked() != Some(Side::Chat) {
            hall.unread.update(|count| *count += 1);
            let short: String = text.chars().take(80).collect();
            self.page.toast.set(Some(format!("{}: {short}", name.unwrap_or_default())));
        }
    }

    /// Puts a line beneath those that were said.
    fn add_line(self, from: u32, at: i64, text: &str, parcel: String) {
        let name = self.hall.seen.with_untracked(|seen| seen.person(from).map(|person| person.name.clone()));
        self.hall.lines.update(|lines| {
            let number = lines.last().map_or(1, |line| line.number + 1);
            let text = text.to_owned();
            lines.push(Line { number, from, name: name.unwrap_or_default(), at, text, parcel });
            let surplus = lines.len().saturating_sub(MOST_LINES);
            lines.drain(..surplus);
        });
    }

    /// Says a line of text. It goes by a signal, which is answered, and again once a stream that was lost is there.
    pub(in crate::meeting) fn write(self, text: String, parcel: String) {
        let outgoing = self.hall.outgoing;
        let Some(number) = outgoing.try_update(|outgoing| outgoing.say(text.clone(), parcel.clone())) else { return };
        spawn_local(async move {
            let said = Said { what: Some(What::Chat(Chat { text, parcel })) };
            match self.ask(Signal::Said(said)).await {
                Ok(_) => outgoing.update(|outgoing| outgoing.take(number)),
                // One has gone: there is nobody to write to.
                Err(error) if is_lost(&error) => {}
                Err(error) => {
                    let refused = outgoing.try_update(|outgoing| outgoing.refuse(number)).flatten();
                    // Whoever writes the next one by now has that; the words of why are seen in any case.
                    if let Some(line) = refused.filter(|_| self.hall.draft.with_untracked(String::is_empty)) {
                        self.hall.draft.set(line.text);
                    }
                    self.say_refusal(&error);
                }
            }
        });
    }

    /// The own lines that the server has taken, and that were not heard before the stream was lost, stand among the others'.
    pub(in crate::meeting) fn keep_lines(self) {
        let own = self.hall.seen.with_untracked(|seen| seen.own);
        for line in self.hall.outgoing.try_update(Outgoing::begin_anew).unwrap_or_default() {
            self.add_line(own, browser::now_secs(), &line.text, line.parcel);
        }
    }

    fn hear_levels(self, levels: &Levels) {
        let loud = levels.levels.iter().filter(|level| level.below_full < SPEECH);
        let speaking: Vec<u32> = loud.map(|level| level.participant).collect();
        if !speaking.is_empty() {
            self.hall.spoke.update(|spoke| note_speakers(spoke, &speaking));
        }
        let own = self.hall.seen.with_untracked(|seen| seen.own);
        let others: Vec<u32> = speaking.iter().copied().filter(|id| *id != own).collect();
        let was = self.hall.speaker.get_untracked();
        let mut speaker = was;
        speaker.hear(&others, js_sys::Date::now());
        if speaker.person == was.person {
            // How long they are heard is nothing that is drawn.
            self.hall.speaker.update_untracked(|known| *known = speaker);
        } else {
            self.hall.speaker.set(speaker);
        }
        if self.hall.speaking.with_untracked(|known| *known != speaking) {
            self.hall.speaking.set(speaking);
        }
    }

    fn hear_scene(self, from: u32, event: Scene) {
        let (leader, own) = self.hall.seen.with_untracked(|seen| (seen.state.leader, seen.own));
        if from == own {
            return;
        }
        self.be_shown(from, event.clone());
        if let Scene::Camera(camera) = event
            && from != leader
        {
            self.hall.whereabouts.update(|whereabouts| whereabouts.extend([(from, camera)]));
        }
    }

    /// Says briefly what is new; the last of several stays, but for that one is heard no more.
    pub(in crate::meeting) fn say_news(self, news: Vec<News>) {
        let page = self.page;
        let mut silent = None;
        for news in news {
            let words = untrack(|| self.news_in_words(&news));
            if news.ends_sending(self.hall.seen.with_untracked(Seen::publishes)) && self.stop_sending() {
                silent = Some(untrack(|| page.fill("meeting.news.now_silent", &[("news", &words)])));
            }
            page.toast.set(Some(words));
        }
        if silent.is_some() {
            page.toast.set(silent);
        }
    }

    fn news_in_words(self, news: &News) -> String {
        let page = self.page;
        let named = |key: &str, name: &str| page.fill(key, &[("name", name)]);
        match news {
            News::Joined(name) => named("meeting.news.joined", name),
            News::Gone(name) => named("meeting.news.gone", name),
            News::Withdrew(name) => named("meeting.news.withdrew", name),
            News::Waits(name) => named("meeting.news.waits", name),
            News::Hand(name) => named("meeting.news.hand", name),
            News::Admitted => page.text("meeting.news.admitted"),
            News::Room(name) if name.is_empty() => page.text("meeting.news.main_room"),
            News::Room(name) => named("meeting.news.room", name),
            News::Muted(true) => page.text("meeting.news.muted"),
            News::Muted(false) => page.text("meeting.news.unmuted"),
            News::Role(role) => page.fill("meeting.news.role", &[("role", &page.text(role_key(*role)))]),
            News::Leads(Some(_)) if self.hall.seen.with(Seen::leads) => page.text("meeting.news.leads_self"),
            News::Leads(Some(name)) => named("meeting.news.leads", name),
            News::Leads(None) => page.text("meeting.news.leads_nobody"),
        }
    }
}
