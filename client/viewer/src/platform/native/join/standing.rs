//! How one stands in the meeting, in words.

use cloudsite_proto::meeting::farewell::Reason;

/// Why it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// One has gone.
    Left,
    /// The server says farewell.
    Farewell(Reason),
    /// One is not let take part, for a reason.
    Refused(String),
}

/// How far one has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Stage {
    /// The server is asked.
    #[default]
    Coming,
    /// One waits to be let in.
    Lobby,
    /// One takes part.
    Inside,
    /// The connection was lost, and is looked for.
    Away,
    /// It is over.
    Over(Ending),
}

/// The microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Microphone {
    /// There is none, or one only observes.
    #[default]
    None,
    /// It is off.
    Off,
    /// It is on.
    On,
    /// A host has taken the voice away.
    Muted,
}

/// The recording of the meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Recording {
    /// Nobody asks for one.
    #[default]
    Off,
    /// A host asks for one, and one has not agreed.
    Asked,
    /// One has agreed, and not everyone has.
    Agreed,
    /// Everyone has agreed: it runs.
    On,
}

/// How one stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Standing {
    pub(super) stage: Stage,
    /// What the meeting is called.
    pub(super) meeting: String,
    /// Who leads, if another does.
    pub(super) leader: Option<String>,
    /// Whether one looks around alone.
    pub(super) is_free: bool,
    pub(super) microphone: Microphone,
    pub(super) recording: Recording,
}

impl Standing {
    /// In words, for standard error and the window's title.
    pub(super) fn words(&self) -> String {
        let what = match &self.stage {
            Stage::Coming => "coming".to_owned(),
            Stage::Lobby => match self.recording {
                Recording::Off => "in the lobby, until a host lets you in".to_owned(),
                _ => "in the lobby, until a host lets you in; the meeting is to be recorded".to_owned(),
            },
            Stage::Inside => self.inside(),
            Stage::Away => "the connection is lost; it is looked for".to_owned(),
            Stage::Over(ending) => over(ending),
        };
        if self.meeting.is_empty() { what } else { format!("{}: {what}", self.meeting) }
    }

    fn inside(&self) -> String {
        let mut words = vec!["in".to_owned()];
        words.push(match (&self.leader, self.is_free) {
            (None, _) => "nobody leads".to_owned(),
            (Some(leader), false) => format!("{leader} leads"),
            (Some(leader), true) => format!("{leader} leads, you look around alone (B goes back)"),
        });
        words.push(match self.microphone {
            Microphone::None => "you only listen".to_owned(),
            Microphone::Off => "microphone off (M)".to_owned(),
            Microphone::On => "microphone on (M)".to_owned(),
            Microphone::Muted => "muted by a host".to_owned(),
        });
        words.extend(match self.recording {
            Recording::Off => None,
            Recording::Asked => Some("a host asks to record it (Y agrees)".to_owned()),
            Recording::Agreed => Some("recorded as soon as everyone agrees (N withdraws)".to_owned()),
            Recording::On => Some("RECORDED (N withdraws)".to_owned()),
        });
        words.join(", ")
    }
}

fn over(ending: &Ending) -> String {
    match ending {
        Ending::Left => "you have left".to_owned(),
        Ending::Farewell(Reason::Removed) => "over: a host has sent you out".to_owned(),
        Ending::Farewell(Reason::Replaced) => "over: you have joined from elsewhere".to_owned(),
        Ending::Farewell(Reason::Withdrawn) => "over: you are no longer what you came as".to_owned(),
        Ending::Farewell(Reason::LinkRevoked) => "over: the host has taken your link back".to_owned(),
        Ending::Farewell(Reason::Ended | Reason::Unspecified) => "over: the host has ended it".to_owned(),
        Ending::Refused(reason) => format!("not joined: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_standing_has_its_words() {
        let inside = Standing { stage: Stage::Inside, meeting: "Visit".to_owned(), ..Standing::default() };
        let led = Standing { leader: Some("Sato".to_owned()), microphone: Microphone::On, ..inside.clone() };
        let recorded = |recording| Standing { recording, ..inside.clone() };
        let (asked, agreed, on) = (recorded(Recording::Asked), recorded(Recording::Agreed), recorded(Recording::On));
        let entering = Standing { stage: Stage::Lobby, recording: Recording::On, ..Standing::default() };
        let free = Standing { is_free: true, microphone: Microphone::Muted, ..led.clone() };
        let at = |stage| Standing { stage, ..Standing::default() };
        let over = |ending| at(Stage::Over(ending));
        let cases = [
            (at(Stage::Coming), "coming"),
            (at(Stage::Lobby), "in the lobby, until a host lets you in"),
            (inside.clone(), "Visit: in, nobody leads, you only listen"),
            (led, "Visit: in, Sato leads, microphone on (M)"),
            (free, "Visit: in, Sato leads, you look around alone (B goes back), muted by a host"),
            (asked, "Visit: in, nobody leads, you only listen, a host asks to record it (Y agrees)"),
            (agreed, "Visit: in, nobody leads, you only listen, recorded as soon as everyone agrees (N withdraws)"),
            (on, "Visit: in, nobody leads, you only listen, RECORDED (N withdraws)"),
            (entering, "in the lobby, until a host lets you in; the meeting is to be recorded"),
            (at(Stage::Away), "the connection is lost; it is looked for"),
            (over(Ending::Farewell(Reason::Ended)), "over: the host has ended it"),
            (over(Ending::Refused("no".to_owned())), "not joined: no"),
        ];
        for (standing, expected) in cases {
            assert_eq!(standing.words(), expected);
        }
    }
}
