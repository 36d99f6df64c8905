//! Who hears and sees whom. A media plane is told these routes and decides nothing of the kind itself.

use std::collections::BTreeSet;

use super::{Meeting, Participant, ParticipantId, Source};
use crate::record::Language;

/// Something of someone goes to someone else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    /// Whose it is.
    pub from: ParticipantId,
    /// What.
    pub source: Source,
    /// To whom.
    pub to: ParticipantId,
}

/// All that has to be carried, as the meeting stands.
///
/// Nothing leaves a room or enters the lobby. Observers and players send nothing, a feed receives nothing, and a player is
/// sent what the one sends whom it plays, or what all do, of which the media plane gives it a screen before a camera, and of
/// cameras that of who speaks. What is switched off or muted is not carried. An interpreter who works is heard on their own floor only, and by those alone who
/// chose it; whoever chose a floor and no original hears no other voice as long as someone speaks that floor. Interpreters
/// hear what is said, whatever they chose.
pub fn desired_routes(meeting: &Meeting) -> BTreeSet<Route> {
    let mut routes = BTreeSet::new();
    for to in meeting.people() {
        let Some(room) = to.room().filter(|_| to.role.receives()) else { continue };
        let others = || meeting.people().filter(move |from| from.id != to.id && from.room() == Some(room));
        let interpreted = |floor: Language| others().any(|from| speaks_on(from) == Some(floor));
        for from in others().filter(|from| from.role.publishes()) {
            for source in Source::ALL.iter().copied().filter(|source| from.switches.carries(*source)) {
                let carried = match source {
                    Source::Microphone => hears(to, from, interpreted),
                    Source::Camera | Source::Screen => true,
                };
                if carried && to.plays.is_none_or(|one| one == from.id) {
                    routes.insert(Route { from: from.id, source, to: to.id });
                }
            }
        }
    }
    routes
}

/// The floor that someone's voice goes to in place of the room.
fn speaks_on(from: &Participant) -> Option<Language> {
    from.interpreting.filter(|work| work.is_active && from.switches.carries(Source::Microphone)).map(|work| work.floor)
}

fn hears(to: &Participant, from: &Participant, interpreted: impl Fn(Language) -> bool) -> bool {
    if let Some(work) = from.interpreting {
        // On a floor, but not speaking: between two turns nobody hears them.
        return work.is_active && to.listening.floor == Some(work.floor);
    }
    let replaced = to.listening.floor.is_some_and(&interpreted) && !to.listening.original;
    to.interpreting.is_some() || !replaced
}

/// To whom goes what someone says by the way: chat, pointer, camera of the guide. All who are in the same room and connected,
/// without them; nobody, if they are in none.
pub fn audience(meeting: &Meeting, from: ParticipantId) -> Vec<ParticipantId> {
    let Some(room) = meeting.person(from).and_then(Participant::room) else { return Vec::new() };
    meeting.people().filter(|to| to.id != from && to.room() == Some(room)).map(|to| to.id).collect()
}
