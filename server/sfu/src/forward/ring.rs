//! The last packets of one layer: what viewers miss is sent again from here, and what comes twice is noticed.

use crate::forward::packet::{Packet, is_later};

/// Packets that are kept: two seconds of 2.5 Mbit/s. The oldest goes when a newer one takes its place.
const KEPT: usize = 512;

/// The last packets of one layer, by sequence number.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    packets: Vec<Option<Packet>>,
    newest: Option<u16>,
}

impl Ring {
    /// Keeps a packet. False if it has come before, or is too old to be told from one that has.
    pub(crate) fn keep(&mut self, packet: &Packet) -> bool {
        if self.packets.is_empty() {
            self.packets.resize(KEPT, None);
        }
        let sequence = packet.sequence;
        if let Some(newest) = self.newest
            && !is_later(sequence, newest)
            && (newest.wrapping_sub(sequence) as usize >= KEPT || self.get(sequence).is_some())
        {
            return false;
        }
        if self.newest.is_none_or(|newest| is_later(sequence, newest)) {
            self.newest = Some(sequence);
        }
        self.packets[usize::from(sequence) % KEPT] = Some(packet.clone());
        true
    }

    /// The packet of a sequence number, if it is still here.
    pub(crate) fn get(&self, sequence: u16) -> Option<&Packet> {
        self.packets.get(usize::from(sequence) % KEPT)?.as_ref().filter(|packet| packet.sequence == sequence)
    }
}
