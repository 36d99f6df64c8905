//! What the engine and its interceptors share: which streams there are, what has come and what is to go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rtc::interceptor::{TaggedPacket, convert_twcc};
use rtc::rtcp::transport_feedbacks::transport_layer_cc::{PacketStatusChunk, TransportLayerCc};
use rtc::rtp::header::Header;

use crate::downlink::Report;
use crate::engine::Output;
use crate::forward::packet::Codec;
use crate::sdp::{MOST_LAYERS, Section, Streams};

/// Streams of one client that are told apart: each m-line's layers and their repairs.
const MOST_STREAMS: usize = 64;

/// What waits to be taken by the hub, which takes all of it after each datagram; more than one can hold is dropped.
const MOST_WAITING: usize = 4_096;

pub(crate) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
pub(crate) const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
pub(crate) const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
pub(crate) const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

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
        for (index, line) in self.lines.iter().enumerate().filter(|(_, line)| line.offered.sends) {
            let is_repair = |ssrc: &u32| line.offered.repairs.iter().any(|(repair, _)| repair == ssrc);
            let primaries: Vec<u32> = line.offered.ssrcs.iter().copied().filter(|ssrc| !is_repair(ssrc)).collect();
            for (layer, ssrc) in primaries.iter().enumerate().take(MOST_LAYERS) {
                self.streams.entry(*ssrc).or_insert(Stream { line: index, layer, repairs: false });
            }
            for (repair, primary) in &line.offered.repairs {
                let layer = primaries.iter().position(|ssrc| ssrc == primary);
                if let Some(layer) = layer.filter(|layer| *layer < MOST_LAYERS) {
                    self.streams.entry(*repair).or_insert(Stream { line: index, layer, repairs: true });
                }
            }
        }
    }

    /// What the stream of a packet is; of one that is not declared, its header says so (RFC 8852, RFC 8843).
    pub(super) fn stream(&mut self, header: &Header) -> Option<Stream> {
        if let Some(stream) = self.streams.get(&header.ssrc) {
            return Some(*stream);
        }
        if self.streams.len() >= MOST_STREAMS {
            return None;
        }
        let stream = self.lines.iter().enumerate().find_map(|(index, line)| learn(index, line, header))?;
        self.streams.insert(header.ssrc, stream);
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
        let reports = convert_twcc(feedback).into_iter().take(usize::from(feedback.packet_status_count));
        // What has come, but who knows when, says nothing.
        let reports = reports.filter(|report| report.arrival.is_some() || !report.arrived);
        self.reports.extend(reports.map(|report| (report.sequence_number, report.arrival)));
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
