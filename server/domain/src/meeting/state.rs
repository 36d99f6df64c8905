//! The state of a meeting that runs, and how acts change it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Act, CameBy, Hand, Interpreting, Kept, Listening, MeetingRole, Participant, ParticipantId, Place, Refused, RoomId,
    Side, Switches, may,
};
use crate::identity::DisplayName;
use crate::record::Language;

/// How many take part at most. Each may hear and see every other, so the work grows with the square.
pub const PLACES: usize = 50;

/// How many wait in the lobby at most.
pub const LOBBY_PLACES: usize = 30;

/// Rooms that are open at most, the main one among them.
pub const MOST_ROOMS: usize = 9;

/// Who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joining {
    /// What to call them.
    pub name: DisplayName,
    /// As what they come.
    pub role: MeetingRole,
    /// On whose side.
    pub side: Side,
    /// The language that they read.
    pub language: Language,
    /// By which way they come, where that is known.
    pub came: Option<CameBy>,
    /// The room that they were in before; none for whoever was never let in.
    pub back_in: Option<Room>,
    /// How old that is: see [`Participant::seating`]; 0 for whoever is new.
    pub seating: u64,
}

/// A room of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its number.
    pub id: RoomId,
    /// What it is called; the main room has no name.
    pub name: Option<DisplayName>,
}

/// A meeting that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    people: BTreeMap<ParticipantId, Participant>,
    /// What those were who have left.
    pub(super) left: BTreeMap<ParticipantId, Kept>,
    rooms: BTreeMap<RoomId, Room>,
    floors: BTreeSet<Language>,
    removed: BTreeSet<ParticipantId>,
    /// The ways by which those had come.
    barred: BTreeSet<CameBy>,
    /// Who leads in each room.
    leaders: BTreeMap<RoomId, ParticipantId>,
    pub(super) is_locked: bool,
    is_over: bool,
    is_recording_asked: bool,
    pub(super) next_room: u32,
    hands: u32,
}

impl Meeting {
    /// An empty one with these floors of interpretation.
    pub fn new(floors: BTreeSet<Language>) -> Self {
        Self {
            people: BTreeMap::new(),
            left: BTreeMap::new(),
            rooms: [(RoomId::MAIN, Room { id: RoomId::MAIN, name: None })].into(),
            floors,
            removed: BTreeSet::new(),
            barred: BTreeSet::new(),
            leaders: BTreeMap::new(),
            is_locked: false,
            is_over: false,
            is_recording_asked: false,
            next_room: 1,
            hands: 0,
        }
    }

    /// The same, to which those do not come who were sent out before, and where whoever comes by their way waits.
    #[must_use]
    pub fn without(self, removed: BTreeMap<ParticipantId, Option<CameBy>>) -> Self {
        let barred = removed.values().flatten().copied().collect();
        Self { removed: removed.into_keys().collect(), barred, ..self }
    }

    /// Whether someone was sent out who had come by this way. Whoever comes by it waits, whatever they are.
    pub fn bars(&self, came: Option<CameBy>) -> bool {
        came.is_some_and(|came| self.barred.contains(&came))
    }

    /// Everyone who takes part or waits, by number.
    pub fn people(&self) -> impl Iterator<Item = &Participant> {
        self.people.values()
    }

    /// Someone.
    pub fn person(&self, id: ParticipantId) -> Option<&Participant> {
        self.people.get(&id)
    }

    /// The rooms, the main one first.
    pub fn rooms(&self) -> impl Iterator<Item = &Room> {
        self.rooms.values()
    }

    /// A room that is open.
    pub fn room(&self, id: RoomId) -> Option<&Room> {
        self.rooms.get(&id)
    }

    /// Languages that are interpreted into.
    pub const fn floors(&self) -> &BTreeSet<Language> {
        &self.floors
    }

    /// Who leads in a room; nobody, while whoever does is away. In another room nobody follows them.
    pub fn leader(&self, room: RoomId) -> Option<ParticipantId> {
        let leader = self.leaders.get(&room).copied();
        leader.filter(|id| self.people.get(id).is_some_and(|leader| leader.is_here))
    }

    /// Whether someone leads in a room, though they may be away for the moment.
    pub fn has_lead(&self, room: RoomId, id: ParticipantId) -> bool {
        self.leaders.get(&room) == Some(&id)
    }

    /// Whether nobody new is let in.
    pub const fn is_locked(&self) -> bool {
        self.is_locked
    }

    /// Whether it was ended.
    pub const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether a host asks for a recording.
    pub(super) const fn is_recording_asked(&self) -> bool {
        self.is_recording_asked
    }

    /// Whether someone was sent out, and may not come back by what they hold.
    pub fn was_removed(&self, id: ParticipantId) -> bool {
        self.removed.contains(&id)
    }

    /// Someone comes under a number that nobody has, or comes back under theirs, as what they were last. Who was in a room before
    /// is in it again, and it is opened if it is not there, so that a meeting which begins anew brings nobody out of a caucus; who
    /// needs no admission is in the main room, and everyone else in the lobby, as is, whatever they are, whoever comes by the
    /// way of someone who was sent out. A floor in their language is what they hear first.
    pub fn join(&mut self, id: ParticipantId, joining: Joining) -> Result<(), Refused> {
        if self.is_over {
            return Err(Refused::Over);
        }
        if self.removed.contains(&id) {
            return Err(Refused::NotTaking);
        }
        if let Some(known) = self.people.get_mut(&id) {
            known.is_here = true;
            return Ok(());
        }
        let (joining, is_muted, is_unknown) = self.as_kept(id, joining);
        // A host whom nobody could let in again would wait for good.
        let is_barred = self.bars(joining.came) && (joining.role != MeetingRole::Host || self.hosts() > 0);
        if self.is_locked && joining.role != MeetingRole::Host && joining.back_in.is_none() {
            return Err(Refused::Locked);
        }
        let place = match joining.back_in {
            None if joining.role.waits() || joining.seating > 0 || is_unknown || is_barred => Place::Lobby,
            None => Place::Room(RoomId::MAIN),
            Some(room) => self.reopened(room),
        };
        self.has_room_for(place == Place::Lobby)?;
        let floor = self.floors.contains(&joining.language).then_some(joining.language);
        let listening = match joining.role {
            MeetingRole::Interpreter => Listening::ORIGINAL,
            // It plays one voice: that of the interpreter into its language, where there is one.
            MeetingRole::Player => Listening { floor, original: false },
            _ => Listening { floor, original: true },
        };
        let person = Participant {
            id,
            name: joining.name,
            role: joining.role,
            side: joining.side,
            came: joining.came,
            language: joining.language,
            place,
            seating: joining.seating,
            is_here: true,
            hand: Hand::Down,
            switches: Switches { is_muted, ..Switches::OFF },
            listening,
            plays: None,
            interpreting: None,
            is_free: false,
            agrees_to_recording: false,
        };
        self.left.remove(&id);
        self.people.insert(id, person);
        Ok(())
    }

    /// A player plays someone who is in its room and can be heard and seen, as they speak themselves; none is whoever speaks.
    pub fn play(&mut self, player: ParticipantId, whom: Option<ParticipantId>) -> Result<(), Refused> {
        let room = self.people.get(&player).and_then(Participant::room);
        if let Some(whom) = whom {
            let known = self.people.get(&whom).filter(|person| person.room() == room && person.role.publishes());
            known.ok_or(Refused::NoParticipant(whom))?;
        }
        self.change(player, |person| {
            person.plays = whom;
            if whom.is_some() {
                person.listening = Listening::ORIGINAL;
            }
        })
    }

    /// The place in a room of before; in the lobby if there are too many rooms to open it.
    fn reopened(&mut self, room: Room) -> Place {
        let id = room.id;
        if !self.rooms.contains_key(&id) {
            if self.rooms.len() >= MOST_ROOMS {
                return Place::Lobby;
            }
            self.next_room = self.next_room.max(id.0.saturating_add(1));
            self.rooms.insert(id, room);
        }
        Place::Room(id)
    }

    fn has_room_for(&self, waits: bool) -> Result<(), Refused> {
        let waiting = self.people.values().filter(|person| person.place == Place::Lobby).count();
        match waits {
            true if waiting >= LOBBY_PLACES => Err(Refused::LobbyFull),
            false if self.people.len() - waiting >= PLACES => Err(Refused::Full),
            _ => Ok(()),
        }
    }

    /// Someone's connection is gone; their place is kept. Nothing of theirs is carried, and nobody waits for their voice.
    pub fn lose(&mut self, id: ParticipantId) {
        if let Some(person) = self.people.get_mut(&id) {
            person.is_here = false;
            person.switches = Switches { is_muted: person.switches.is_muted, ..Switches::OFF };
            if let Some(work) = &mut person.interpreting {
                work.is_active = false;
            }
        }
    }

    /// Someone goes, or has been away too long. They may come again, as what they were.
    pub fn leave(&mut self, id: ParticipantId) {
        if let Some(person) = self.people.remove(&id) {
            self.keep(&person);
        }
        self.leaders.retain(|_, leader| *leader != id);
    }

    /// Someone does something. What is refused changes nothing.
    pub fn apply(&mut self, by: ParticipantId, act: &Act) -> Result<(), Refused> {
        if self.is_over {
            return Err(Refused::Over);
        }
        let actor = self.people.get(&by).ok_or(Refused::NotTaking)?;
        if actor.place == Place::Lobby && !matches!(act, Act::Switch { .. } | Act::Listen(_)) {
            return Err(Refused::InLobby);
        }
        let role = actor.role;
        if !may(role, act) {
            return Err(Refused::NotForRole(role));
        }
        match act {
            Act::Admit(id) => self.admit(*id),
            Act::Remove(id) => self.remove(*id),
            Act::Mute(id) => self.change(*id, |person| person.switches.is_muted = true),
            Act::Unmute(id) => self.change(*id, |person| person.switches.is_muted = false),
            Act::Lock(locked) => {
                self.is_locked = *locked;
                Ok(())
            }
            Act::SetRole(id, role) => self.set_role(*id, *role),
            Act::OpenRoom(name) => self.open_room(name),
            Act::CloseRoom(room) => self.close_room(*room),
            Act::Move(id, room) => self.bring(*id, *room),
            Act::Lead => self.lead(by, role),
            Act::StopLeading => self.stop_leading(by, role),
            Act::LetLead(id) => self.let_lead(*id),
            Act::RaiseHand(up) => {
                self.hands += u32::from(*up);
                let order = self.hands;
                self.change(by, |person| match (*up, person.hand) {
                    (true, Hand::Down) => person.hand = Hand::Up(order),
                    (true, Hand::Up(_)) => {}
                    (false, _) => person.hand = Hand::Down,
                })
            }
            Act::LowerHand(id) => self.change(*id, |person| person.hand = Hand::Down),
            Act::Switch { microphone, camera, screen } => self.change(by, |person| {
                let is_muted = person.switches.is_muted;
                person.switches = Switches { microphone: *microphone, camera: *camera, screen: *screen, is_muted };
            }),
            Act::Listen(listening) => {
                self.has_floor(listening.floor)?;
                self.change(by, |person| person.listening = *listening)
            }
            Act::Interpret(floor) => self.interpret(by, *floor),
            Act::TakeFloor => self.take_floor(by),
            Act::Roam(free) => self.change(by, |person| person.is_free = *free),
            Act::Record(asked) => {
                self.ask_to_record(by, *asked);
                Ok(())
            }
            Act::AgreeToRecording(_) if !self.is_recording_asked => Err(Refused::NotAsked),
            Act::AgreeToRecording(agrees) => self.change(by, |person| person.agrees_to_recording = *agrees),
            Act::End => {
                self.is_over = true;
                Ok(())
            }
        }
    }

    /// It was called off: it is over for everyone.
    pub const fn call_off(&mut self) {
        self.is_over = true;
    }

    /// It cannot be recorded any longer, whatever anyone wants.
    pub fn stop_recording(&mut self) {
        self.is_recording_asked = false;
        for person in self.people.values_mut() {
            person.agrees_to_recording = false;
        }
    }

    /// Every recording is asked for anew. Whoever asks agrees by asking.
    fn ask_to_record(&mut self, by: ParticipantId, asked: bool) {
        if std::mem::replace(&mut self.is_recording_asked, asked) == asked {
            return;
        }
        for person in self.people.values_mut() {
            person.agrees_to_recording = asked && person.id == by;
        }
    }

    fn change(&mut self, id: ParticipantId, change: impl FnOnce(&mut Participant)) -> Result<(), Refused> {
        self.people.get_mut(&id).map(change).ok_or(Refused::NoParticipant(id))
    }

    fn admitted(&mut self, id: ParticipantId) -> Result<&mut Participant, Refused> {
        let person = self.people.get_mut(&id).ok_or(Refused::NoParticipant(id))?;
        if person.place == Place::Lobby { Err(Refused::NotAdmitted(id)) } else { Ok(person) }
    }

    fn admit(&mut self, id: ParticipantId) -> Result<(), Refused> {
        match self.people.get(&id).ok_or(Refused::NoParticipant(id))?.place {
            Place::Lobby => {
                self.has_room_for(false)?;
                self.change(id, |person| person.sit(Place::Room(RoomId::MAIN)))
            }
            // Two hosts who let the same person in want the same.
            Place::Room(_) => Ok(()),
        }
    }

    fn remove(&mut self, id: ParticipantId) -> Result<(), Refused> {
        let person = self.people.get(&id).ok_or(Refused::NoParticipant(id))?;
        let is_inside = person.place != Place::Lobby;
        if person.role == MeetingRole::Host && is_inside && self.hosts() == 1 {
            return Err(Refused::LastHost);
        }
        let came = person.came;
        self.leave(id);
        self.left.remove(&id);
        self.removed.insert(id);
        // A member who is there twice is still let in as the other one.
        let is_there = |other: &Participant| other.came == came && other.place != Place::Lobby;
        let is_twice = matches!(came, Some(CameBy::Member(_))) && self.people.values().any(is_there);
        if let Some(came) = came.filter(|_| !is_twice) {
            self.barred.insert(came);
            // Nor do they come back as someone whom they were by the same way before.
            for kept in self.left.values_mut().filter(|kept| kept.came == Some(came)) {
                kept.room = None;
                kept.seating += 1;
            }
        }
        Ok(())
    }

    /// Those who let in: whoever was sent out may wait before the door as a host.
    fn hosts(&self) -> usize {
        let lets_in = |person: &&Participant| person.role == MeetingRole::Host && person.place != Place::Lobby;
        self.people.values().filter(lets_in).count()
    }

    fn set_role(&mut self, id: ParticipantId, role: MeetingRole) -> Result<(), Refused> {
        let hosts = self.hosts();
        let person = self.admitted(id)?;
        if person.role.is_equipment() || role.is_equipment() {
            return Err(Refused::Equipment(id));
        }
        if person.role == MeetingRole::Host && role != MeetingRole::Host && hosts == 1 {
            return Err(Refused::LastHost);
        }
        person.role = role;
        person.seating += 1;
        if role != MeetingRole::Interpreter {
            person.interpreting = None;
        }
        if !role.publishes() {
            person.switches = Switches { is_muted: person.switches.is_muted, ..Switches::OFF };
        }
        Ok(())
    }

    fn open_room(&mut self, name: &DisplayName) -> Result<(), Refused> {
        if self.rooms.len() >= MOST_ROOMS {
            return Err(Refused::RoomsFull);
        }
        let id = RoomId(self.next_room);
        self.next_room += 1;
        self.rooms.insert(id, Room { id, name: Some(name.clone()) });
        Ok(())
    }

    fn close_room(&mut self, room: RoomId) -> Result<(), Refused> {
        if room == RoomId::MAIN {
            return Err(Refused::MainRoom);
        }
        self.rooms.remove(&room).ok_or(Refused::NoRoom(room))?;
        // Who has left it comes back to the others, too.
        for kept in self.left.values_mut().filter(|kept| kept.room.as_ref().is_some_and(|was| was.id == room)) {
            kept.room = Some(Room { id: RoomId::MAIN, name: None });
            kept.seating += 1;
        }
        let inside: Vec<_> =
            self.people.values().filter(|person| person.place == Place::Room(room)).map(|person| person.id).collect();
        inside.into_iter().try_for_each(|id| self.bring(id, RoomId::MAIN))
    }

    fn bring(&mut self, id: ParticipantId, room: RoomId) -> Result<(), Refused> {
        if !self.rooms.contains_key(&room) {
            return Err(Refused::NoRoom(room));
        }
        let person = self.admitted(id)?;
        if person.place != Place::Room(room) {
            // What someone led in one room they do not lead in the next.
            self.leaders.retain(|_, leader| *leader != id);
        }
        // Whoever speaks a floor there goes on speaking it; where nobody does, the interpreter who comes does.
        let floor = self.admitted(id)?.interpreting.map(|work| work.floor);
        let is_spoken = self.is_spoken(floor, Place::Room(room), id);
        let person = self.admitted(id)?;
        person.sit(Place::Room(room));
        if let Some(work) = &mut person.interpreting {
            work.is_active = !is_spoken;
        }
        Ok(())
    }

    fn lead(&mut self, by: ParticipantId, role: MeetingRole) -> Result<(), Refused> {
        let room = self.room_of(by)?;
        match self.leader(room) {
            Some(other) if other != by && role != MeetingRole::Host => Err(Refused::Led(other)),
            _ => {
                self.leaders.insert(room, by);
                Ok(())
            }
        }
    }

    /// Someone leads where they are.
    fn let_lead(&mut self, id: ParticipantId) -> Result<(), Refused> {
        if self.admitted(id)?.role.is_equipment() {
            return Err(Refused::Equipment(id));
        }
        let room = self.room_of(id)?;
        self.leaders.insert(room, id);
        Ok(())
    }

    fn room_of(&self, id: ParticipantId) -> Result<RoomId, Refused> {
        match self.people.get(&id).ok_or(Refused::NoParticipant(id))?.place {
            Place::Room(room) => Ok(room),
            Place::Lobby => Err(Refused::NotAdmitted(id)),
        }
    }

    fn stop_leading(&mut self, by: ParticipantId, role: MeetingRole) -> Result<(), Refused> {
        let room = self.room_of(by)?;
        match self.leaders.get(&room) {
            Some(other) if *other != by && role != MeetingRole::Host => Err(Refused::Led(*other)),
            _ => {
                self.leaders.remove(&room);
                Ok(())
            }
        }
    }

    fn has_floor(&self, floor: Option<Language>) -> Result<(), Refused> {
        floor.filter(|floor| !self.floors.contains(floor)).map_or(Ok(()), |floor| Err(Refused::NoFloor(floor)))
    }

    fn interpret(&mut self, by: ParticipantId, floor: Option<Language>) -> Result<(), Refused> {
        self.has_floor(floor)?;
        let place = self.people.get(&by).ok_or(Refused::NotTaking)?.place;
        // Who comes first to a floor speaks it.
        let is_spoken = self.is_spoken(floor, place, by);
        self.change(by, |person| {
            person.interpreting = floor.map(|floor| Interpreting { floor, is_active: !is_spoken });
        })
    }

    /// Whether another than this one speaks a floor somewhere.
    fn is_spoken(&self, floor: Option<Language>, place: Place, except: ParticipantId) -> bool {
        self.people
            .values()
            .filter(|other| other.id != except && other.place == place)
            .any(|other| other.interpreting.is_some_and(|work| work.is_active && Some(work.floor) == floor))
    }

    fn take_floor(&mut self, by: ParticipantId) -> Result<(), Refused> {
        let person = self.people.get(&by).ok_or(Refused::NotTaking)?;
        let (place, floor) = (person.place, person.interpreting.ok_or(Refused::OnNoFloor)?.floor);
        for person in self.people.values_mut().filter(|person| person.place == place) {
            if let Some(work) = person.interpreting.as_mut().filter(|work| work.floor == floor) {
                work.is_active = person.id == by;
            }
        }
        Ok(())
    }
}
