//! All that this crate reads of what others have written, part by part, for fuzzers and for the tests that change what
//! real clients have sent. Each takes any bytes.

#![expect(clippy::missing_panics_doc, reason = "it panics where a reader has not kept what it promises")]

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};

use crate::driver::framing::{Deframer, LONGEST};
use crate::engine::rtc::RtcEngines;
use crate::engine::rtc::fuzzing::Decrypted;
use crate::engine::{Engines as _, Output};
use crate::forward::packet::{Codec, Head, Packet, stream_of};
use crate::forward::payload;
use crate::forward::rewrite::{Origin, Rewriter, Written};
use crate::forward::ring::Ring;
use crate::names::{PeerId, Source, TrackId};
use crate::sdp;
use crate::stun::Request;
use crate::tap::Tap;

/// Where the clients of these readers are told that the server is.
const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)), 7_881);

/// An offer of Chromium's, by which media and reports are read.
const OFFER: &str = include_str!("../../seeds/offer/chromium-simulcast.sdp");

/// Between two packets.
const STEP: Duration = Duration::from_millis(5);

/// A session description: its m-lines, and as an answer that is finished. Tells how many m-lines it has.
pub fn read_sdp(bytes: &[u8]) -> Option<usize> {
    let sdp = String::from_utf8_lossy(bytes);
    let sending = sdp::Sending { streams: sdp::Streams { ssrc: 1, repair: 2 }, repairs: true, pair: 0 };
    let finished = sdp::finish(&sdp, |mid| (mid.len() < 2).then_some(sending), &[HERE], &[HERE]);
    assert!(finished.len() <= sdp.len() + 1_024 + 256 * sdp.matches("m=").count(), "an answer grows by what is added");
    let sections = sdp::read(&sdp).ok()?;
    for section in &sections {
        assert!(!section.mid.is_empty(), "each has a name");
        assert!(section.rids.len() <= sdp::MOST_LAYERS, "layers are bounded");
        let _ = (section.way(), section.extension("urn:ietf:params:rtp-hdrext:sdes:mid"));
    }
    Some(sections.len())
}

/// Offers, as whole connections read them.
pub struct Offers {
    engines: RtcEngines,
}

impl Offers {
    /// A server without peers; none if no certificate can be made.
    pub fn new() -> Option<Self> {
        Some(Self { engines: RtcEngines::new(vec![HERE], vec![HERE]).ok()? })
    }

    /// Answers an offer, then the same again on the same connection. Tells whether it could be answered.
    pub fn read(&mut self, now: Instant, bytes: &[u8]) -> bool {
        let offer = String::from_utf8_lossy(bytes);
        let Ok(mut engine) = self.engines.open(now, 7) else { return false };
        let Ok(answer) = engine.answer(now, &offer) else { return false };
        assert!(read_sdp(answer.sdp.as_bytes()).is_some(), "an answer is a description");
        // What is answered once may still be refused later.
        let _ = engine.answer(now, &offer);
        while engine.poll_transmit().is_some() {}
        true
    }
}

/// A datagram as it comes from anyone: a binding request, and whose a packet of media is. Tells whether it is the former.
pub fn read_datagram(bytes: &[u8]) -> bool {
    let _ = stream_of(bytes);
    let _ = Request::read_own(bytes);
    let Some(mut request) = Request::read(bytes) else { return false };
    let Ok(crypto) = rtc::crypto::default_provider() else { return false };
    assert!(!request.is_genuine("not the password", crypto.crypto()), "nobody knows it");
    let response = request.response(HERE, "a password", crypto.crypto());
    assert!(response.is_some_and(|response| response[8..20] == request.transaction()), "whoever asks is answered");
    true
}

/// Frames of a TCP connection, which come in pieces. Tells how many there are.
pub fn read_frames(bytes: &[u8]) -> usize {
    let whole = frames(bytes, bytes.len().max(1));
    for cut in [1, 7] {
        assert_eq!(frames(bytes, cut), whole, "it is the same however the stream is cut");
    }
    whole.len()
}

fn frames(bytes: &[u8], cut: usize) -> Vec<BytesMut> {
    let (mut deframer, mut frames) = (Deframer::default(), Vec::new());
    for piece in bytes.chunks(cut) {
        deframer.stream().extend_from_slice(piece);
        loop {
            match deframer.packet() {
                Ok(Some(packet)) => {
                    assert!((1..=LONGEST).contains(&packet.len()), "a frame of {} bytes", packet.len());
                    frames.push(packet);
                }
                Ok(None) => break,
                // The connection is closed.
                Err(_) => return frames,
            }
        }
    }
    frames
}

/// Decrypted packets of media, framed as on a TCP connection, until viewers and taps have them. Tells how many went to a
/// viewer and how many frames were whole.
pub fn read_media(now: Instant, bytes: &[u8]) -> (usize, usize) {
    let mut decrypted = Decrypted::new(sdp::read(OFFER).unwrap_or_default());
    let (mut now, mut packets) = (now, Vec::new());
    for frame in frames(bytes, bytes.len().max(1)) {
        now += STEP;
        for output in decrypted.media(now, &frame) {
            if let Output::Media { line, layer, packet } = output {
                packets.push(((line, layer), packet));
            }
        }
    }
    decrypted.ask(now);
    let mut origins: Vec<(usize, usize)> = packets.iter().map(|(origin, _)| *origin).collect();
    origins.sort_unstable();
    origins.dedup();
    let of = |origin| packets.iter().filter(move |(of, _)| *of == origin).map(|(_, packet)| packet.clone());
    origins.into_iter().map(|origin| follow(now, of(origin).collect())).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
}

/// Decrypted reports, framed as on a TCP connection. Tells how many said something.
pub fn read_reports(now: Instant, bytes: &[u8]) -> usize {
    let mut decrypted = Decrypted::new(sdp::read(OFFER).unwrap_or_default());
    let all = frames(bytes, bytes.len().max(1));
    all.iter().map(|frame| decrypted.reports(now, frame).len()).sum()
}

/// Payloads of one codec, which the first byte names, each behind a byte (the highest bit ends a picture, the others are
/// by how much the number grows) and framed as on a TCP connection. Tells what [`read_media`] tells.
pub fn read_payloads(now: Instant, bytes: &[u8]) -> (usize, usize) {
    let [name, bytes @ ..] = bytes else { return (0, 0) };
    let codec = [Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1, Codec::Opus][usize::from(*name) % 5];
    let (mut sequence, mut timestamp) = (0_u16, 0_u32);
    let frames = frames(bytes, bytes.len().max(1));
    let packets = frames.iter().filter_map(|frame| {
        let (first, payload) = frame.split_first()?;
        let marker = first & 0x80 != 0;
        sequence = sequence.wrapping_add(u16::from(first & 0x7f));
        let payload = Bytes::copy_from_slice(payload);
        let head = Head::default();
        let packet = Packet { codec, sequence, timestamp, marker, level: None, head, payload };
        timestamp = timestamp.wrapping_add(if marker { 3_000 } else { 0 });
        Some(packet)
    });
    follow(now, packets.collect())
}

/// The packets of one layer on their way to a viewer, to one who misses some, and to a tap.
fn follow(now: Instant, packets: Vec<Packet>) -> (usize, usize) {
    let origin = Origin { track: TrackId { peer: PeerId(1), source: Source::Camera }, layer: 0 };
    let (mut ring, mut rewriter, mut written) = (Ring::default(), Rewriter::new(65_530, 7), Vec::new());
    let (mut tap, source) = Tap::open();
    let mut now = now;
    for packet in packets {
        now += STEP;
        let _ = (payload::begins_key_frame(&packet), payload::height(&packet));
        if !ring.keep(&packet) {
            continue;
        }
        if let Written::Packet(sent) = rewriter.write(now, origin, &packet, None) {
            let mut wire = BytesMut::new();
            sent.put_payload(&mut wire);
            assert_eq!(wire.len(), packet.payload.len(), "what is rewritten is as long as before");
            written.push(sent.sequence);
        }
        let _ = source.give((now, packet, None));
    }
    for sequence in &written {
        let kept = rewriter.source(*sequence).and_then(|(_, source)| ring.get(source));
        let _ = kept.and_then(|packet| rewriter.repeat(*sequence, packet));
    }
    drop(source);
    let (mut context, mut frames) = (Context::from_waker(Waker::noop()), 0);
    // Nothing is waited for: whoever gives packets has gone.
    while let Poll::Ready(Some(frame)) = std::pin::pin!(tap.next()).poll(&mut context) {
        assert!(frame.bytes.len() <= 8 << 20, "a frame of {} bytes", frame.bytes.len());
        frames += 1;
    }
    (written.len(), frames)
}
