//! Meetings: who is in one, who may do what there, and who hears and sees whom.
//!
//! A [`Meeting`] is the whole state of one that runs. It changes by [`Act`]s, each of which someone does and which is either
//! done or refused; [`desired_routes`] says what media then has to go where. Neither knows connections, packets or clocks.

mod act;
mod kept;
mod participant;
mod permission;
mod recording;
mod routes;
mod schedule;
mod state;

pub use act::{Act, Refused};
pub use kept::{CameBy, Kept, MOST_LEFT};
pub use participant::{
    Hand, Interpreting, Listening, MeetingRole, Participant, ParticipantId, Place, RoomId, Side, Source, Switches,
};
pub use permission::{is_seen_in_park, may};
pub use recording::Recording;
pub use routes::{Route, audience, desired_routes};
pub use schedule::{
    GuestLink, InvalidMeeting, LONGEST_MEETING, MOST_FLOORS, MOST_GUEST_LINKS, MOST_MEETINGS, MeetingId, OPEN_BEFORE,
    Scheduled, Standing, role_without_link,
};
pub use state::{Joining, LOBBY_PLACES, MOST_ROOMS, Meeting, PLACES, Room};

#[cfg(test)]
mod tests;
