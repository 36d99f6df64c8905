//! Floors of interpretation: who speaks one, and how loud whom is heard.

use cloudsite_proto::meeting::{Person, State};

/// Who speaks a floor now where someone is; none if nobody does.
pub fn speaker<'a>(state: &'a State, floor: &str, room: u32) -> Option<&'a Person> {
    let speaks = |person: &&Person| {
        let is_there = person.here && !person.waiting && person.room == room;
        is_there && person.speaks_floor && person.interprets == floor
    };
    if floor.is_empty() { None } else { state.people.iter().find(speaks) }
}

/// How loud the voice of someone is played to a listener, 0 to 1: the interpreter's in full, and while the floor that was
/// chosen is spoken, all others as loud as the listener likes the original.
pub fn volume(state: &State, listener: u32, voice: u32, original: f64) -> f64 {
    let Some(own) = state.people.iter().find(|person| person.id == listener) else { return 1.0 };
    match speaker(state, &own.hears, own.room).filter(|interpreter| interpreter.microphone && !interpreter.muted) {
        Some(interpreter) if interpreter.id != voice && interpreter.id != listener => original.clamp(0.0, 1.0),
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: u32, hears: &str, interprets: &str) -> Person {
        Person {
            id,
            here: true,
            microphone: true,
            hears: hears.to_owned(),
            interprets: interprets.to_owned(),
            speaks_floor: !interprets.is_empty(),
            ..Person::default()
        }
    }

    fn state() -> State {
        let people = vec![person(1, "", ""), person(2, "ja", ""), person(3, "", "ja"), person(4, "en", "")];
        State { people, ..State::default() }
    }

    #[test]
    fn the_original_gives_way_while_the_floor_is_spoken() {
        let mut state = state();
        let percent = |loudness: f64| (loudness * 100.0).round() as u32;
        let all = |state: &State, listener| [1, 2, 3, 4].map(|voice| percent(volume(state, listener, voice, 0.2)));
        assert_eq!(all(&state, 2), [20, 20, 100, 20], "the interpreter is heard in full");
        assert_eq!(all(&state, 1), [100; 4], "whoever hears the original");
        assert_eq!(all(&state, 4), [100; 4], "nobody speaks that floor");
        assert_eq!(all(&state, 9), [100; 4], "nobody");
        for silence in [
            |person: &mut Person| person.microphone = false,
            |person: &mut Person| person.muted = true,
            |person: &mut Person| person.here = false,
            |person: &mut Person| person.room = 3,
            |person: &mut Person| person.speaks_floor = false,
        ] {
            let mut silent = state.clone();
            silence(&mut silent.people[2]);
            assert_eq!(all(&silent, 2), [100; 4]);
        }
        state.people[2].hears = "ja".to_owned();
        assert_eq!(all(&state, 3), [100; 4], "an interpreter does not give way to themselves");
    }
}
