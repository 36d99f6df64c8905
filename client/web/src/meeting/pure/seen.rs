//! What someone knows of the meeting that they are in, and what is new in it.

use cloudsite_proto::meeting::{Meeting, MeetingRole, Person, State, Welcome};

/// The meeting as it was told.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Seen {
    /// The own number; 0 before one is welcomed.
    pub(crate) own: u32,
    pub(crate) meeting: Meeting,
    pub(crate) state: State,
}

/// What is worth saying of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// Someone came into the own room.
    Joined(String),
    /// Someone has gone from it.
    Gone(String),
    /// Someone has gone to another room.
    Withdrew(String),
    /// Someone waits in the lobby.
    Waits(String),
    /// Someone's hand is up.
    Hand(String),
    /// One was let in.
    Admitted,
    /// One is in another room now; without a name it is the main one.
    Room(String),
    /// A host has taken the own voice away, or given it back.
    Muted(bool),
    /// One has another role.
    Role(MeetingRole),
    /// Someone leads now, or nobody.
    Leads(Option<String>),
}

impl News {
    /// Whether what one sends ends with it: nobody is heard or seen by whom they do not expect, nor sends what is no longer
    /// theirs to send.
    pub(crate) const fn ends_sending(&self, publishes: bool) -> bool {
        match self {
            Self::Room(_) => true,
            Self::Role(_) => !publishes,
            _ => false,
        }
    }
}

impl Seen {
    /// Someone.
    pub(crate) fn person(&self, id: u32) -> Option<&Person> {
        self.state.people.iter().find(|person| person.id == id)
    }

    /// Oneself.
    pub(crate) fn me(&self) -> Option<&Person> {
        self.person(self.own)
    }

    /// Whether one waits in the lobby.
    pub(crate) fn waits(&self) -> bool {
        self.me().is_some_and(|me| me.waiting)
    }

    /// Whether one is a host.
    pub(crate) fn hosts(&self) -> bool {
        self.me().is_some_and(|me| !me.waiting && me.role() == MeetingRole::Host)
    }

    /// Whether one may be heard and seen.
    pub(crate) fn publishes(&self) -> bool {
        self.me().is_some_and(|me| me.role() != MeetingRole::Observer)
    }

    /// Whether one is seen in the park: where one looks from, and what one points at.
    pub(crate) fn is_seen_in_park(&self) -> bool {
        self.leads() || self.publishes()
    }

    /// Whether one leads.
    pub(crate) fn leads(&self) -> bool {
        self.own != 0 && self.state.leader == self.own
    }

    /// Whether one may take the lead: hosts always, officials while nobody has it.
    pub(crate) fn may_lead(&self) -> bool {
        self.me().is_some_and(|me| match me.role() {
            MeetingRole::Host => true,
            MeetingRole::Official => self.state.leader == 0,
            _ => false,
        })
    }

    /// Whether one's view follows someone's.
    pub(crate) fn follows(&self) -> bool {
        self.state.leader != 0 && !self.leads() && self.me().is_some_and(|me| !me.free && !me.waiting)
    }

    /// The name of a room; the main one has none, nor has one that is not there.
    pub(crate) fn room_name(&self, room: u32) -> &str {
        self.state.rooms.iter().find(|known| known.id == room).map_or("", |room| room.name.as_str())
    }

    /// One is welcomed: for the first time, again, or in another room.
    pub(crate) fn welcome(&mut self, welcome: Welcome) -> Vec<News> {
        let state = welcome.state.unwrap_or_default();
        self.meeting = welcome.meeting.unwrap_or_default();
        let is_first = self.own != welcome.participant;
        self.own = welcome.participant;
        if is_first {
            self.state = state;
            return Vec::new();
        }
        self.become_state(state)
    }

    /// Takes a state, unless it is older than the one that is known.
    pub(crate) fn take(&mut self, state: State) -> Vec<News> {
        if state.version < self.state.version { Vec::new() } else { self.become_state(state) }
    }

    fn become_state(&mut self, state: State) -> Vec<News> {
        let before = std::mem::replace(&mut self.state, state);
        let was = before.people.iter().find(|person| person.id == self.own);
        let (Some(was), Some(is)) = (was, self.me()) else { return Vec::new() };
        let mut news = own_news(was, is, self);
        if was.waiting || is.waiting {
            return news;
        }
        if was.room == is.room {
            news.extend(self.news_of_others(&before, is));
        }
        if before.leader != self.state.leader {
            let name = self.person(self.state.leader).map(|leader| leader.name.clone());
            news.push(News::Leads(name));
        }
        news
    }

    fn news_of_others(&self, before: &State, me: &Person) -> Vec<News> {
        let mut news = Vec::new();
        let is_there = |person: &Person| super::tiles::is_in(person, me.room);
        let was_there = |id: u32| before.people.iter().any(|person| person.id == id && is_there(person));
        for person in self.state.people.iter().filter(|person| person.id != self.own) {
            let was = before.people.iter().find(|known| known.id == person.id);
            if person.waiting && me.role() == MeetingRole::Host && was.is_none_or(|was| !was.waiting) {
                news.push(News::Waits(person.name.clone()));
            }
            if is_there(person) && !was_there(person.id) {
                news.push(News::Joined(person.name.clone()));
            }
            if person.hand > 0 && was.is_some_and(|was| was.hand == 0) {
                news.push(News::Hand(person.name.clone()));
            }
        }
        let gone = before.people.iter().filter(|person| person.id != self.own && is_there(person));
        let gone = gone.filter(|person| !self.person(person.id).is_some_and(is_there));
        let withdrew = |person: &Person| self.person(person.id).is_some_and(|now| now.here && now.room != me.room);
        news.extend(gone.map(|person| {
            let name = person.name.clone();
            if withdrew(person) { News::Withdrew(name) } else { News::Gone(name) }
        }));
        news
    }
}

fn own_news(was: &Person, is: &Person, seen: &Seen) -> Vec<News> {
    let mut news = Vec::new();
    if was.waiting && !is.waiting {
        news.push(News::Admitted);
    } else if was.room != is.room {
        news.push(News::Room(seen.room_name(is.room).to_owned()));
    }
    if was.muted != is.muted {
        news.push(News::Muted(is.muted));
    }
    if was.role != is.role {
        news.push(News::Role(is.role()));
    }
    news
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::meeting::Room;

    use super::*;

    fn person(id: u32, name: &str) -> Person {
        Person { id, name: name.to_owned(), here: true, role: MeetingRole::Guest.into(), ..Person::default() }
    }

    fn host() -> Person {
        Person { role: MeetingRole::Host.into(), ..person(1, "Host") }
    }

    fn state(version: u64, people: Vec<Person>) -> State {
        let rooms = vec![Room { id: 3, name: "Caucus".to_owned() }];
        State { version, people, rooms, ..State::default() }
    }

    fn seen(people: Vec<Person>) -> Seen {
        let mut seen = Seen::default();
        let state = Some(state(4, people));
        assert_eq!(seen.welcome(Welcome { participant: 1, state, ..Welcome::default() }), []);
        seen
    }

    #[test]
    fn who_comes_goes_waits_and_asks_for_a_word_is_told() {
        let mut seen = seen(vec![host(), person(2, "Erika")]);
        let waiting = Person { waiting: true, ..person(3, "Ken") };
        assert_eq!(seen.take(state(5, vec![host(), person(2, "Erika"), waiting])), [News::Waits("Ken".to_owned())]);
        assert_eq!(
            seen.take(state(6, vec![host(), Person { hand: 1, ..person(2, "Erika") }, person(3, "Ken")])),
            [News::Hand("Erika".to_owned()), News::Joined("Ken".to_owned())]
        );
        let away = Person { here: false, ..person(3, "Ken") };
        assert_eq!(
            seen.take(state(7, vec![host(), away])),
            [News::Gone("Erika".to_owned()), News::Gone("Ken".to_owned())]
        );
        let withdrawn = Person { room: 3, ..person(2, "Erika") };
        seen.take(state(8, vec![host(), person(2, "Erika")]));
        assert_eq!(seen.take(state(9, vec![host(), withdrawn])), [News::Withdrew("Erika".to_owned())]);
        assert_eq!(seen.take(state(6, vec![])), [], "an old state changes nothing");
        assert!(seen.me().is_some());
    }

    #[test]
    fn what_happens_to_oneself_is_told() {
        let waiting = Person { waiting: true, ..person(1, "Erika") };
        let mut seen = seen(vec![waiting]);
        assert!(seen.waits());
        assert_eq!(seen.take(state(5, vec![person(1, "Erika"), person(2, "Host")])), [News::Admitted]);
        let moved = Person { room: 3, muted: true, ..person(1, "Erika") };
        assert_eq!(
            seen.take(state(6, vec![moved.clone()])),
            [News::Room("Caucus".to_owned()), News::Muted(true)],
            "whom one left behind has not gone"
        );
        let role = MeetingRole::Interpreter;
        assert_eq!(seen.take(state(7, vec![Person { role: role.into(), ..moved }])), [News::Role(role)]);
    }

    #[test]
    fn whoever_is_brought_to_another_room_sends_nothing_there() {
        let in_caucus = Person { room: 3, ..person(1, "Erika") };
        let mut seen = seen(vec![in_caucus]);
        let back = state(5, vec![person(1, "Erika")]);
        let news = seen.welcome(Welcome { participant: 1, state: Some(back), ..Welcome::default() });
        assert!(news.iter().any(|news| news.ends_sending(seen.publishes())), "{news:?}");
        let observer = Person { role: MeetingRole::Observer.into(), ..person(1, "Erika") };
        let news = seen.take(state(6, vec![observer]));
        assert!(news.iter().any(|news| news.ends_sending(seen.publishes())), "{news:?}");
        let cases = [News::Admitted, News::Role(MeetingRole::Host), News::Muted(true), News::Joined(String::new())];
        assert!(!cases.iter().any(|news| news.ends_sending(true)), "whoever is let in sends what they have chosen");
    }

    #[test]
    fn who_leads_is_told_and_followed() {
        let mut seen = seen(vec![host(), person(2, "Erika")]);
        let led = State { leader: 2, ..state(5, vec![host(), person(2, "Erika")]) };
        assert_eq!(seen.take(led), [News::Leads(Some("Erika".to_owned()))]);
        assert!(seen.follows() && !seen.leads() && seen.may_lead());
        let free = Person { free: true, ..host() };
        assert_eq!(seen.take(State { leader: 2, ..state(6, vec![free, person(2, "Erika")]) }), []);
        assert!(!seen.follows());
        let own = State { leader: 1, ..state(7, vec![host(), person(2, "Erika")]) };
        assert_eq!(seen.take(own), [News::Leads(Some("Host".to_owned()))]);
        assert!(seen.leads() && !seen.follows());
    }

    #[test]
    fn a_server_that_begins_anew_counts_anew() {
        let mut seen = seen(vec![host(), person(2, "Erika")]);
        let again = Welcome { participant: 1, state: Some(state(0, vec![host()])), ..Welcome::default() };
        assert_eq!(seen.welcome(again), [News::Gone("Erika".to_owned())]);
        assert_eq!(seen.state.version, 0);
    }
}
