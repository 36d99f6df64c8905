//! The application's end of the core's interceptors: takes the packets that come off the belt, and puts on it those
//! that go.

use std::collections::VecDeque;
use std::time::Instant;

use rtc::interceptor::{Interceptor, Packet as AnyPacket, StreamInfo, TaggedPacket};
use rtc::rtcp;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{NackPair, TransportLayerNack};
use rtc::rtp::Packet as RtpPacket;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

use super::belt::{Belt, Shared};
use crate::engine::Output;
use crate::forward::packet::{Head, Packet};

/// Packets that one report may call missing; more are a viewer's that needs a key frame.
const MOST_MISSING: usize = 256;

/// The interceptor.
pub(super) struct Tap {
    belt: Shared,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Tap {
    pub(super) fn new(belt: Shared) -> Self {
        Self { belt, read: VecDeque::new(), write: VecDeque::new() }
    }
}

fn take_media(belt: &mut Belt, packet: RtpPacket) {
    let header = &packet.header;
    let Some(stream) = belt.stream(header).filter(|stream| !stream.repairs) else { return };
    let Some(line) = belt.lines.get(stream.line) else { return };
    let Some(codec) = line.codec(header.payload_type) else { return };
    // What has no payload was sent to measure the path.
    if packet.payload.is_empty() {
        return;
    }
    let byte = |id: Option<u8>| header.get_extension(id?).and_then(|bytes| bytes.first().copied());
    let taken = Packet {
        codec,
        sequence: header.sequence_number,
        timestamp: header.timestamp,
        marker: header.marker,
        level: byte(line.level),
        head: Head::default(),
        payload: packet.payload.clone(),
    };
    belt.tell(Output::Media { line: stream.line, layer: stream.layer, packet: taken });
}

fn take_report(belt: &mut Belt, packet: &dyn rtcp::Packet) {
    let any = packet.as_any();
    if let Some(lost) = any.downcast_ref::<PictureLossIndication>() {
        if let Some(line) = belt.sending(lost.media_ssrc) {
            belt.tell(Output::KeyFrameWanted { line });
        }
    } else if let Some(wanted) = any.downcast_ref::<FullIntraRequest>() {
        for entry in wanted.fir.iter().take(MOST_MISSING) {
            if let Some(line) = belt.sending(entry.ssrc) {
                belt.tell(Output::KeyFrameWanted { line });
            }
        }
    } else if let Some(missing) = any.downcast_ref::<TransportLayerNack>() {
        if let Some(line) = belt.sending(missing.media_ssrc) {
            let sequences = missing.nacks.iter().flat_map(NackPair::packet_list).take(MOST_MISSING).collect();
            belt.tell(Output::Missing { line, sequences });
        }
    } else if let Some(come) = any.downcast_ref::<TransportLayerCc>() {
        belt.report(come);
    } else if let Some(report) = any.downcast_ref::<SenderReport>()
        && let Some(stream) = belt.layer(report.ssrc).filter(|stream| !stream.repairs)
    {
        let (line, layer) = (stream.line, stream.layer);
        belt.tell(Output::Clock { line, layer, ntp: report.ntp_time, timestamp: report.rtp_time });
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Tap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        let mut belt = self.belt.lock();
        belt.heard = true;
        match message.message.packet {
            AnyPacket::Rtp(packet) => take_media(&mut belt, packet),
            AnyPacket::Rtcp(ref reports) => {
                for report in reports {
                    take_report(&mut belt, report.as_ref());
                }
                self.read.push_back(message);
            }
            _ => {}
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.write.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front().or_else(|| self.belt.lock().outgoing.pop_front())
    }
}

impl Interceptor for Tap {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
