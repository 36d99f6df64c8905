//! Decrypted packets of a client through all that reads them here, without a connection.

use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc::interceptor::{AttributedPacket, Packet, TaggedPacket};
use rtc::rtcp;
use rtc::rtp::Packet as RtpPacket;
use rtc::sansio::Protocol;
use rtc::sdp::extmap::TRANSPORT_CC_URI;
use rtc::shared::TransportContext;
use rtc::shared::marshal::Unmarshal as _;

use super::belt::{LEVEL, Numbers, Shared};
use super::missing::Missing;
use super::repair::Repair;
use super::tap::Tap;
use crate::engine::Output;
use crate::sdp::{Section, Streams};

/// Longer than anything that is missed is asked for.
const MUCH_LATER: Duration = Duration::from_secs(2);

/// The interceptors of a client whose offer was answered as it stands.
pub(crate) struct Decrypted {
    belt: Shared,
    repair: Repair,
    missing: Missing,
    tap: Tap,
}

impl Decrypted {
    /// As after an offer of these m-lines. The server's streams in the line of an index are 2 times that, and one more.
    pub(crate) fn new(offered: Vec<Section>) -> Self {
        let belt = Shared::default();
        let numbered = offered.into_iter().zip((0..).step_by(2)).map(|(section, ssrc)| Numbers {
            codecs: section.codecs.clone(),
            rtx: section.rtx.clone(),
            level: section.extension(LEVEL),
            transport: section.extension(TRANSPORT_CC_URI),
            streams: Streams { ssrc, repair: ssrc + 1 },
            repair_sequence: 0,
            offered: section,
        });
        belt.lock().negotiate(numbered.collect());
        let (repair, missing, tap) = (Repair::new(belt.clone()), Missing::new(belt.clone()), Tap::new(belt.clone()));
        Self { belt, repair, missing, tap }
    }

    /// Reads a packet of media, and tells what came of it.
    pub(crate) fn media(&mut self, now: Instant, packet: &[u8]) -> Vec<Output> {
        let read = RtpPacket::unmarshal(&mut Bytes::copy_from_slice(packet));
        self.pass(now, read.ok().map(Packet::Rtp))
    }

    /// Reads a compound of reports.
    pub(crate) fn reports(&mut self, now: Instant, packet: &[u8]) -> Vec<Output> {
        let read = rtcp::packet::unmarshal(&mut Bytes::copy_from_slice(packet));
        self.pass(now, read.ok().map(Packet::Rtcp))
    }

    /// What is asked for later, when nothing has come any more: how many packets.
    pub(crate) fn ask(&mut self, now: Instant) -> usize {
        let mut asked = 0;
        for due in [Duration::from_millis(20), Duration::from_millis(200), MUCH_LATER] {
            // It cannot fail.
            let _ = self.missing.handle_timeout(now + due);
            asked += std::iter::from_fn(|| self.missing.poll_write()).count();
        }
        asked
    }

    fn pass(&mut self, now: Instant, packet: Option<Packet>) -> Vec<Output> {
        if let Some(packet) = packet {
            let message = AttributedPacket::new(packet);
            // None of the three ever refuses a packet.
            let _ = self.repair.handle_read(TaggedPacket { now, transport: TransportContext::default(), message });
        }
        while let Some(message) = self.repair.poll_read() {
            let _ = self.missing.handle_read(message);
        }
        while let Some(message) = self.missing.poll_read() {
            let _ = self.tap.handle_read(message);
        }
        while self.tap.poll_read().is_some() {}
        self.belt.lock().incoming.drain(..).collect()
    }
}
