//! Who may do what in a meeting: one table, and what of someone is seen in the park.

use super::{Act, Meeting, MeetingRole, Participant, ParticipantId};

/// Whether someone who was let in may do an act, by their role alone.
pub const fn may(role: MeetingRole, act: &Act) -> bool {
    use MeetingRole::{Host, Interpreter, Official};
    match act {
        // Moderation is the hosts'.
        Act::Admit(_)
        | Act::Remove(_)
        | Act::Mute(_)
        | Act::Unmute(_)
        | Act::Lock(_)
        | Act::SetRole(..)
        | Act::OpenRoom(_)
        | Act::CloseRoom(_)
        | Act::Move(..)
        | Act::LetLead(_)
        | Act::LowerHand(_)
        | Act::Record(_)
        | Act::End => matches!(role, Host),
        // The park is shown by its own side; a guest leads once a host lets them.
        Act::Lead => matches!(role, Host | Official),
        Act::StopLeading | Act::RaiseHand(_) | Act::Listen(_) | Act::Roam(_) | Act::AgreeToRecording(_) => true,
        Act::Switch { .. } => role.publishes(),
        Act::Interpret(_) | Act::TakeFloor => matches!(role, Interpreter),
    }
}

/// Whether someone is seen in the park by whoever [`audience`](super::audience) names: where they look from, what they point at
/// and draw there. Observers are not, as little as otherwise; but whoever leads is, whatever they are.
pub fn is_seen_in_park(meeting: &Meeting, id: ParticipantId) -> bool {
    let leads = |person: &Participant| person.room().is_some_and(|room| meeting.leader(room) == Some(id));
    meeting.person(id).is_some_and(|person| person.role.publishes() || leads(person))
}
