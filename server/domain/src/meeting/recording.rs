//! Whether a meeting is recorded, and what of it.

use std::collections::BTreeSet;

use super::{Meeting, Participant, ParticipantId, RoomId, Source};

/// How it stands with the recording of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// Nobody asks for one.
    Off,
    /// A host asks for one, and not everyone who is there has agreed: nothing is recorded.
    Waiting,
    /// Everyone who is there has agreed.
    On,
}

impl Meeting {
    /// How it stands with the recording. What is said in a caucus is never recorded, so those who are in one are not asked.
    pub fn recording(&self) -> Recording {
        if !self.is_recording_asked() || self.is_over() {
            return Recording::Off;
        }
        // Equipment is whose people are; it is nobody who could agree.
        let people = self.people().filter(|person| is_recordable(person) && !person.role.is_equipment());
        let mut present = people.peekable();
        if present.peek().is_some() && present.all(|person| person.agrees_to_recording) {
            Recording::On
        } else {
            Recording::Waiting
        }
    }

    /// What is recorded now: the voices, pictures and screens of those in the main room that anyone there could hear and see.
    /// An interpreter's voice counts while it is the one that speaks the floor.
    pub fn recorded(&self) -> BTreeSet<(ParticipantId, Source)> {
        if self.recording() != Recording::On {
            return BTreeSet::new();
        }
        let present = self.people().filter(|person| is_recordable(person) && person.role.publishes());
        let sources = present.flat_map(|person| {
            let carried = Source::ALL.iter().copied().filter(|source| is_heard(person, *source));
            carried.map(|source| (person.id, source))
        });
        sources.collect()
    }
}

/// Whether someone is where is recorded.
fn is_recordable(person: &Participant) -> bool {
    person.room() == Some(RoomId::MAIN)
}

fn is_heard(person: &Participant, source: Source) -> bool {
    let between_turns = source == Source::Microphone && person.interpreting.is_some_and(|work| !work.is_active);
    person.switches.carries(source) && !between_turns
}
