//! Whether the meeting is recorded: shown all the time, and asked of everyone.

use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::{Person, RecordingState, RecordingTrouble};
use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::meeting::pure::seen::Seen;
use crate::meeting::pure::words::is_equipment;
use crate::state::Page;

/// A line at the upper edge while the meeting is recorded or someone asks for it.
#[component]
pub(super) fn RecordingLine() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let standing = Memo::new(move |_| hall.seen.with(standing));
    let missing = move || hall.seen.with(|seen| missing(seen).join(", "));
    let hosts = Memo::new(move |_| hall.seen.with(Seen::hosts));
    let agree = move |agrees| move |_| attending.tell(Which::AgreeToRecording(agrees));
    let words = move || match standing.get() {
        Standing::Off => None,
        Standing::Lobby => Some(view! { <span>{page.words("meeting.recording.lobby")}</span> }.into_any()),
        Standing::Asked => Some(
            view! {
                <span>{page.words("meeting.recording.asked")}</span>
                <button class="button primary" type="button" data-testid="recording-agree" on:click=agree(true)>
                    {page.words("meeting.recording.agree")}
                </button>
                <span class="recording-hint">{page.words("meeting.recording.hint")}</span>
            }
            .into_any(),
        ),
        Standing::Waiting => Some(
            view! {
                <span>{move || page.fill("meeting.recording.waits", &[("names", &missing())])}</span>
                <button class="link" type="button" data-testid="recording-withdraw" on:click=agree(false)>
                    {page.words("meeting.recording.withdraw")}
                </button>
            }
            .into_any(),
        ),
        Standing::On => Some(
            view! {
                <i class="recording-dot" aria-hidden="true"></i>
                <b>{page.words("meeting.recording.on")}</b>
                <button class="link" type="button" data-testid="recording-withdraw" on:click=agree(false)>
                    {page.words("meeting.recording.withdraw")}
                </button>
            }
            .into_any(),
        ),
        Standing::Failed(key) => Some(view! { <span>{page.words(key)}</span> }.into_any()),
        Standing::Elsewhere => Some(view! { <span>{page.words("meeting.recording.elsewhere")}</span> }.into_any()),
    };
    let stop = move || {
        (hosts.get() && !matches!(standing.get(), Standing::Off)).then(|| {
            view! {
                <button class="link" type="button" data-testid="recording-stop" on:click=move |_| attending.tell(Which::Record(false))>
                    {move || page.text(match standing.get() {
                        Standing::Failed(_) => "meeting.recording.noted",
                        _ => "meeting.recording.stop",
                    })}
                </button>
            }
        })
    };
    view! {
        <div
            class="recording-line"
            role="status"
            data-testid="recording"
            data-standing=move || standing.get().word()
            hidden=move || standing.get() == Standing::Off
        >
            {words} {stop}
        </div>
    }
}

/// How one stands to the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// There is none.
    Off,
    /// One waits to be let into a meeting in which it is asked for.
    Lobby,
    /// One has not agreed.
    Asked,
    /// One has, and others have not.
    Waiting,
    /// All have.
    On,
    /// One is in a caucus, of which nothing is recorded.
    Elsewhere,
    /// It was asked for and cannot be written; the key of why.
    Failed(&'static str),
}

impl Standing {
    const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Lobby => "lobby",
            Self::Asked => "asked",
            Self::Waiting => "waiting",
            Self::On => "on",
            Self::Elsewhere => "elsewhere",
            Self::Failed(_) => "failed",
        }
    }
}

fn standing(seen: &Seen) -> Standing {
    let Some(me) = seen.me() else { return Standing::Off };
    match seen.state.recording() {
        RecordingState::Unspecified | RecordingState::Off => match seen.state.recording_trouble() {
            RecordingTrouble::Unspecified => Standing::Off,
            _ if me.waiting => Standing::Off,
            RecordingTrouble::DiskFull => Standing::Failed("meeting.recording.disk_full"),
            RecordingTrouble::TooMany => Standing::Failed("meeting.recording.too_many"),
            RecordingTrouble::NotWritten => Standing::Failed("meeting.recording.not_written"),
        },
        _ if me.waiting => Standing::Lobby,
        _ if me.room != 0 => Standing::Elsewhere,
        _ if !me.agrees_to_recording => Standing::Asked,
        RecordingState::Waiting => Standing::Waiting,
        RecordingState::On => Standing::On,
    }
}

/// Who is in the main room and has not agreed. Cameras and players are not asked.
fn missing(seen: &Seen) -> Vec<String> {
    let is_asked = |person: &Person| person.here && !person.waiting && person.room == 0 && !is_equipment(person.role());
    let is_missing = |person: &&Person| is_asked(person) && !person.agrees_to_recording;
    seen.state.people.iter().filter(is_missing).map(|person| person.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::meeting::{MeetingRole, State};

    use super::*;

    #[test]
    fn cameras_and_players_are_not_waited_for() {
        let person = |id, role: MeetingRole| Person {
            id,
            name: id.to_string(),
            here: true,
            role: role.into(),
            ..Person::default()
        };
        let agreed = Person { agrees_to_recording: true, ..person(1, MeetingRole::Host) };
        let elsewhere = Person { room: 3, ..person(5, MeetingRole::Guest) };
        let (guest, feed) = (person(2, MeetingRole::Guest), person(3, MeetingRole::Feed));
        let player = person(4, MeetingRole::Player);
        let seen = Seen {
            state: State { people: vec![agreed, guest, feed, player, elsewhere], ..State::default() },
            ..Seen::default()
        };
        assert_eq!(missing(&seen), ["2"]);
    }
}
