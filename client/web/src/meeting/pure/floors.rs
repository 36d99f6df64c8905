//! Floors of interpretation: who speaks one, and how loud whom is heard.

use cloudsite_domain::record::Language;
pub(crate) use cloudsite_link::{speaker, volume};
use cloudsite_proto::meeting::{MeetingRole, Person, State};

/// What a language calls itself.
pub(crate) fn language_name(tag: &str) -> &str {
    match Language::from_tag(tag) {
        Some(Language::Zh) => "中文",
        Some(Language::En) => "English",
        Some(Language::Ja) => "日本語",
        Some(Language::Ko) => "한국어",
        Some(Language::De) => "Deutsch",
        None => tag,
    }
}

/// The floor that an interpreter turns to: the one they come from, else the next one; none where there is no other.
pub(crate) fn other_way<'a>(floors: &'a [String], now: &str, before: &str) -> Option<&'a str> {
    let at = floors.iter().position(|floor| floor == now)?;
    let came_from = floors.iter().find(|floor| *floor == before && *floor != now);
    let next = || floors.iter().cycle().skip(at + 1).take(floors.len() - 1).next();
    came_from.or_else(next).map(String::as_str)
}

/// How an interpreter is heard on the floor that they went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// They are on none, or no interpreter.
    Elsewhere,
    /// They speak it.
    Yes,
    /// They would, but their microphone is off.
    Off,
    /// They rest, and another speaks it.
    Rests,
    /// They speak, and another is heard on it, or nobody.
    Not,
    /// They rest as everyone does: nobody is heard on it.
    Nobody,
}

impl Heard {
    /// Its name for style and tests.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere",
            Self::Yes => "yes",
            Self::Off => "off",
            Self::Rests => "rests",
            Self::Not => "not",
            Self::Nobody => "nobody",
        }
    }

    /// Whether someone who listens hears nothing, or someone who speaks is not heard.
    pub(crate) const fn is_loud(self) -> bool {
        matches!(self, Self::Off | Self::Not | Self::Nobody)
    }
}

/// How someone is heard as an interpreter.
pub(crate) fn heard(state: &State, me: &Person) -> Heard {
    if me.role() != MeetingRole::Interpreter || me.interprets.is_empty() || me.waiting {
        return Heard::Elsewhere;
    }
    let speaks = me.microphone && !me.muted;
    let is_spoken = speaker(state, &me.interprets, me.room).is_some_and(|other| other.id != me.id);
    match (me.speaks_floor, speaks, is_spoken) {
        (true, true, _) => Heard::Yes,
        (true, false, _) => Heard::Off,
        (false, true, _) => Heard::Not,
        (false, false, true) => Heard::Rests,
        (false, false, false) => Heard::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_turns_round_and_back() {
        let floors = ["zh", "en", "ja"].map(str::to_owned);
        let cases = [
            ("ja", "zh", Some("zh")),
            ("zh", "ja", Some("ja")),
            ("zh", "", Some("en")),
            ("ja", "", Some("zh")),
            ("ja", "ja", Some("zh")),
            ("ja", "ko", Some("zh")),
            ("", "ja", None),
        ];
        for (now, before, expected) in cases {
            assert_eq!(other_way(&floors, now, before), expected, "{now} {before}");
        }
        assert_eq!(other_way(&floors[..1], "zh", "ja"), None);
    }

    #[test]
    fn an_interpreter_whom_nobody_hears_is_told_so() {
        let person = |id, speaks_floor, microphone| Person {
            id,
            here: true,
            role: MeetingRole::Interpreter.into(),
            interprets: "ja".to_owned(),
            speaks_floor,
            microphone,
            ..Person::default()
        };
        let cases = [
            (person(1, true, true), false, Heard::Yes),
            (person(1, true, false), false, Heard::Off),
            (Person { muted: true, ..person(1, true, true) }, false, Heard::Off),
            (person(1, false, true), true, Heard::Not),
            (person(1, false, true), false, Heard::Not),
            (person(1, false, false), true, Heard::Rests),
            (person(1, false, false), false, Heard::Nobody),
            (Person { interprets: String::new(), ..person(1, false, true) }, true, Heard::Elsewhere),
            (Person { role: MeetingRole::Guest.into(), ..person(1, true, true) }, false, Heard::Elsewhere),
        ];
        for (me, another, expected) in cases {
            let people = [Some(me.clone()), another.then(|| person(2, true, true))].into_iter().flatten().collect();
            let state = State { people, ..State::default() };
            assert_eq!(heard(&state, &me), expected, "{me:?}");
        }
    }

    #[test]
    fn languages_have_their_own_names() {
        assert_eq!(["zh", "ja", "de", "xx"].map(language_name), ["中文", "日本語", "Deutsch", "xx"]);
    }
}
