//! What the engine and its interceptors share: which streams there are, what has come and what is to go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rtc::interceptor::{TaggedPacket, convert_twcc};
use rtc::rtcp::transport_feedbacks::transport_layer_cc::{PacketStatusChunk, TransportLayerCc};
use rtc::rtp::header::Header;

use crate::downlink::Report;
use crate::engine::Output;
use crate::forward::packet::Codec;
use crate::sdp::{MOST_LAYERS, Section, Streams};

/// Streams of one client that are told apart: each m-line's layers and their repairs.
const MOST_STREAMS: usize = 64;

/// Streams of one client that have been replaced by others, and of which packets may still come late.
const MOST_REPLACED: usize = 64;

/// What waits to be taken by the hub, which takes all of it after each datagram; more than one can hold is dropped.
const MOST_WAITING: usize = 4_096;

pub(crate) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
pub(crate) const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
pub(crate) const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
pub(crate) const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// The unit of a report's reference time (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1).
const REFERENCE: Duration = Duration::from_millis(64);

/// Reports of packets that wait to be taken, which is done after each datagram.
const MOST_REPORTS: usize = 4_096;

/// What a stream of the client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stream {
    pub line: usize,
    pub layer: usize,
    pub repairs: bool,
}

/// An m-line and its numbers on this connection.
#[derive(Debug)]
pub(super) struct Numbers {
    /// What the client has offered.
    pub offered: Section,
    /// Payload types as they were answered.
    pub codecs: Vec<(u8, Codec)>,
    pub rtx: Vec<(u8, u8)>,
    /// What the server sends with, if the client receives in it.
    pub streams: Streams,
    /// The sequence number of the next repair.
    pub repair_sequence: u16,
    pub level: Option<u8>,
    /// The extension with the number of a packet among all of the connection.
    pub transport: Option<u8>,
}

impl Numbers {
    pub(super) fn codec(&self, payload_type: u8) -> Option<Codec> {
        self.codecs.iter().find(|(known, _)| *known == payload_type).map(|(_, codec)| *codec)
    }

    pub(super) fn payload_type(&self, codec: Codec) -> Option<u8> {
        self.codecs.iter().find(|(_, known)| *known == codec).map(|(payload_type, _)| *payload_type)
    }

    /// The payload type of repairs of another.
    pub(super) fn repair_type(&self, payload_type: u8) -> Option<u8> {
        self.rtx.iter().find(|(_, repaired)| *repaired == payload_type).map(|(repair, _)| *repair)
    }

    /// The number of the next repair.
    pub(super) const fn next_repair(&mut self) -> u16 {
        let sequence = self.repair_sequence;
        self.repair_sequence = sequence.wrapping_add(1);
        sequence
    }

    /// Whether the server sends in it, and the client tells what has come.
    pub(super) const fn is_reported(&self) -> bool {
        self.offered.receives && !self.offered.sends && self.transport.is_some()
    }

    /// The payload type that a repair's type stands for.
    pub(super) fn repaired_type(&self, payload_type: u8) -> Option<u8> {
        self.rtx.iter().find(|(repair, _)| *repair == payload_type).map(|(_, repaired)| *repaired)
    }
}

/// What the engine and its interceptors share.
#[derive(Default)]
pub(super) struct Belt {
    pub lines: Vec<Numbers>,
    streams: HashMap<u32, Stream>,
    replaced: VecDeque<u32>,
    /// Whether anything that was encrypted rightly has come since it was last asked.
    pub heard: bool,
    /// The time that the client's last report begins at, by its own clock and beyond the 24 bits that tell it.
    reported: Option<u64>,
    pub incoming: VecDeque<Output>,
    pub reports: Vec<Report>,
    pub outgoing: VecDeque<TaggedPacket>,
}

/// The interceptors must be `Sync`, so it is behind a lock, which only the media plane's thread ever takes.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Belt>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Belt> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Belt {
    /// Takes the m-lines of a negotiation, and the streams that the offer declares.
    pub(super) fn negotiate(&mut self, lines: Vec<Numbers>) {
        self.lines = lines;
        self.streams.retain(|_, stream| self.lines.get(stream.line).is_some_and(|line| line.offered.sends));
        let mut declared: Vec<(u32, Stream)> = Vec::new();
        for (index, line) in self.lines.iter().enumerate().filter(|(_, line)| line.offered.sends) {
            let is_repair = |ssrc: &u32| line.offered.repairs.iter().any(|(repair, _)| repair == ssrc);
            let primaries: Vec<u32> = line.offered.ssrcs.iter().copied().filter(|ssrc| !is_repair(ssrc)).collect();
            for (layer, ssrc) in primaries.iter().enumerate().take(MOST_LAYERS) {
                declared.push((*ssrc, Stream { line: index, layer, repairs: false }));
            }
            for (repair, primary) in &line.offered.repairs {
                let layer = primaries.iter().position(|ssrc| ssrc == primary);
                if let Some(layer) = layer.filter(|layer| *layer < MOST_LAYERS) {
                    declared.push((*repair, Stream { line: index, layer, repairs: true }));
                }
            }
        }
        for (ssrc, stream) in declared {
            if !self.streams.contains_key(&ssrc) {
                self.enter(ssrc, stream);
            }
        }
    }

    /// A stream is known from now on, in place of the one before it that was the same to the client.
    fn enter(&mut self, ssrc: u32, stream: Stream) {
        let former = self.streams.iter().find(|(_, known)| **known == stream).map(|(former, _)| *former);
        if let Some(former) = former {
            self.streams.remove(&former);
            if self.replaced.len() == MOST_REPLACED {
                self.replaced.pop_front();
            }
            self.replaced.push_back(former);
            if !stream.repairs {
                self.tell(Output::Anew { line: stream.line, layer: stream.layer });
            }
        }
        self.replaced.retain(|replaced| *replaced != ssrc);
        self.streams.insert(ssrc, stream);
    }

    /// What the stream of a packet is; of one that is not declared, its header says so (RFC 8852, RFC 8843).
    pub(super) fn stream(&mut self, header: &Header) -> Option<Stream> {
        if let Some(stream) = self.streams.get(&header.ssrc) {
            return Some(*stream);
        }
        if self.streams.len() >= MOST_STREAMS || self.replaced.contains(&header.ssrc) {
            return None;
        }
        let stream = self.lines.iter().enumerate().find_map(|(index, line)| learn(index, line, header))?;
        self.enter(header.ssrc, stream);
        Some(stream)
    }

    /// The stream that a layer is sent with, or that repairs it.
    pub(super) fn ssrc(&self, line: usize, layer: usize) -> Option<u32> {
        let sought = Stream { line, layer, repairs: false };
        self.streams.iter().find(|(_, stream)| **stream == sought).map(|(ssrc, _)| *ssrc)
    }

    /// The layer that a client's stream is.
    pub(super) fn layer(&self, ssrc: u32) -> Option<Stream> {
        self.streams.get(&ssrc).copied()
    }

    /// The m-line in which the server sends with a stream number.
    pub(super) fn sending(&self, ssrc: u32) -> Option<usize> {
        self.lines.iter().position(|line| line.streams.ssrc == ssrc && line.offered.receives)
    }

    /// Takes what the client says has come of the packets that were sent to it.
    pub(super) fn report(&mut self, feedback: &TransportLayerCc) {
        let told: usize = feedback.packet_chunks.iter().map(packets_of).sum();
        if told > MOST_REPORTS - self.reports.len().min(MOST_REPORTS) {
            return;
        }
        let ahead = self.ahead(feedback.reference_time);
        let reports = convert_twcc(feedback).into_iter().take(usize::from(feedback.packet_status_count));
        // What has come, but who knows when, says nothing.
        let reports = reports.filter(|report| report.arrival.is_some() || !report.arrived);
        self.reports.extend(reports.map(|report| (report.sequence_number, report.arrival.map(|at| at + ahead))));
    }

    /// What a report's times lack that are told from a reference time of 24 bits on, which is less than 13 days.
    fn ahead(&mut self, reference: u32) -> Duration {
        const ROUND: u64 = 1 << 24;
        let reference = u64::from(reference) % ROUND;
        let former = self.reported.unwrap_or(ROUND + reference);
        // The one of those it can be that is nearest to the last.
        let apart = (reference + ROUND - former % ROUND + ROUND / 2) % ROUND;
        let told = (former + apart).saturating_sub(ROUND / 2);
        self.reported = Some(told);
        REFERENCE * u32::try_from((told - reference) >> 24).unwrap_or(0) * (1 << 24)
    }

    pub(super) fn tell(&mut self, output: Output) {
        if self.incoming.len() < MOST_WAITING {
            self.incoming.push_back(output);
        }
    }
}

/// How many packets a part of a report is about.
fn packets_of(chunk: &PacketStatusChunk) -> usize {
    match chunk {
        PacketStatusChunk::RunLengthChunk(run) => usize::from(run.run_length),
        PacketStatusChunk::StatusVectorChunk(vector) => vector.symbol_list.len(),
    }
}

fn learn(index: usize, line: &Numbers, header: &Header) -> Option<Stream> {
    let says = |uri| header.get_extension(line.offered.extension(uri)?);
    if !line.offered.sends || says(MID)?.as_ref() != line.offered.mid.as_bytes() {
        return None;
    }
    let layer = |rid: &[u8]| line.offered.rids.iter().position(|known| known.as_bytes() == rid);
    let repairs = line.repaired_type(header.payload_type).is_some();
    let layer = match says(if repairs { REPAIRED_RID } else { RID }) {
        Some(rid) => layer(&rid)?,
        None => 0,
    };
    Some(Stream { line: index, layer, repairs })
}

#[cfg(test)]
mod tests {
    use rtc::rtcp::transport_feedbacks::transport_layer_cc::{
        RecvDelta, RunLengthChunk, StatusChunkTypeTcc, SymbolTypeTcc,
    };

    use super::*;
    use crate::sdp::read;

    fn numbers(offer: &str) -> Vec<Numbers> {
        let number = |offered: Section| Numbers {
            codecs: offered.codecs.clone(),
            rtx: offered.rtx.clone(),
            offered,
            streams: Streams { ssrc: 11, repair: 12 },
            repair_sequence: 0,
            level: None,
            transport: None,
        };
        read(offer).unwrap().into_iter().map(number).collect()
    }

    /// A header that says which m-line it is of.
    fn header(ssrc: u32) -> Header {
        let mut header = Header { ssrc, payload_type: 96, ..Header::default() };
        header.set_extension(4, b"1".as_slice().into()).unwrap();
        header
    }

    #[test]
    fn a_stream_that_takes_the_place_of_another_is_told_and_the_other_is_no_more() {
        let offer = |ssrc: u32| {
            format!(
                "v=0\r\nm=video 9 X 96\r\na=mid:1\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\n\
                 a=extmap:4 {MID}\r\na=ssrc:{ssrc} cname:x\r\n"
            )
        };
        let stream = Stream { line: 0, layer: 0, repairs: false };
        let mut belt = Belt::default();
        belt.negotiate(numbers(&offer(5)));
        belt.negotiate(numbers(&offer(5)));
        assert!(belt.incoming.is_empty(), "it is the same");
        belt.negotiate(numbers(&offer(6)));
        assert!(matches!(belt.incoming.pop_front(), Some(Output::Anew { line: 0, layer: 0 })));
        assert_eq!((belt.ssrc(0, 0), belt.stream(&header(6))), (Some(6), Some(stream)));
        assert_eq!(belt.stream(&header(5)), None, "what comes late");
        belt.negotiate(numbers(&offer(5)));
        assert_eq!((belt.ssrc(0, 0), belt.stream(&header(5))), (Some(5), Some(stream)), "it may come back");
    }

    #[test]
    fn reports_go_on_when_their_clock_comes_round() {
        let mut belt = Belt::default();
        for reference_time in [(1 << 24) - 2, (1 << 24) - 1, 0, (1 << 24) - 1, 1, 2] {
            belt.report(&TransportLayerCc {
                packet_status_count: 1,
                reference_time,
                packet_chunks: vec![PacketStatusChunk::RunLengthChunk(RunLengthChunk {
                    type_tcc: StatusChunkTypeTcc::RunLengthChunk,
                    packet_status_symbol: SymbolTypeTcc::PacketReceivedSmallDelta,
                    run_length: 1,
                })],
                recv_deltas: vec![RecvDelta { type_tcc_packet: SymbolTypeTcc::PacketReceivedSmallDelta, delta: 0 }],
                ..TransportLayerCc::default()
            });
        }
        let first = belt.reports[0].1.unwrap();
        let passed: Vec<i128> = belt
            .reports
            .iter()
            .map(|(_, at)| (at.unwrap().as_millis() as i128 - first.as_millis() as i128) / 64)
            .collect();
        assert_eq!(passed, [0, 1, 2, 1, 3, 4]);
    }
}
