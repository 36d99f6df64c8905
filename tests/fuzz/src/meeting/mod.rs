//! The modules of the server's meetings that read what people signal, as they stand there.
#![expect(dead_code, reason = "what is made for the wire alone is not fuzzed")]

mod conference;
mod recording;
#[path = "../../../../server/src/meeting/wire.rs"]
mod wire;

/// Signals of one meeting.
pub fn read_signals(bytes: &[u8]) {
    let _done = conference::fuzzing::read_signals(bytes);
}

/// A wish to join.
pub fn read_wish(bytes: &[u8]) {
    let _taken = conference::fuzzing::read_wish(bytes);
}

/// An offer by WHIP or WHEP.
pub fn read_whip(bytes: &[u8]) {
    let _answered = conference::fuzzing::read_whip(bytes);
}
