//! Roles, sources and moments, as plans and meetings that run say them on the wire.

use cloudsite_domain::meeting::{MeetingRole, Source};
use cloudsite_proto::meeting as wire;
use jiff::Timestamp;

/// A role.
pub(super) const fn role_to_wire(role: MeetingRole) -> wire::MeetingRole {
    match role {
        MeetingRole::Host => wire::MeetingRole::Host,
        MeetingRole::Guest => wire::MeetingRole::Guest,
        MeetingRole::Interpreter => wire::MeetingRole::Interpreter,
        MeetingRole::Official => wire::MeetingRole::Official,
        MeetingRole::Observer => wire::MeetingRole::Observer,
        MeetingRole::Feed => wire::MeetingRole::Feed,
        MeetingRole::Player => wire::MeetingRole::Player,
    }
}

/// The role that a number says; none if it says none.
pub(super) fn role_from_wire(role: i32) -> Option<MeetingRole> {
    MeetingRole::ALL.iter().copied().find(|known| role_to_wire(*known) as i32 == role)
}

/// A source.
pub(super) const fn source_to_wire(source: Source) -> wire::Source {
    match source {
        Source::Microphone => wire::Source::Microphone,
        Source::Camera => wire::Source::Camera,
        Source::Screen => wire::Source::Screen,
    }
}

/// A moment.
pub(super) fn time_to_wire(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
