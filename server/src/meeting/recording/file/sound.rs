//! Opus in Ogg (RFC 7845).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::time::Duration;

use cloudsite_sfu::Frame;
use ogg::{PacketWriteEndInfo, PacketWriter};

/// There is one stream in the file, so any number does.
const SERIAL: u32 = 1;

/// Samples a second, whatever the encoder was given (RFC 7845, 4).
const RATE: u64 = 48_000;

/// Samples by which encoders in browsers lag behind what they are given, 6.5 ms: left out when played, so that time is
/// that of the speaker.
const PRE_SKIP: u16 = 312;

/// A page ends before it is longer than this.
const PAGE: u64 = RATE - LONGEST;

/// Samples of the longest packet.
const LONGEST: u64 = RATE * 120 / 1_000;

/// The shortest gap that a packet can fill, 2.5 ms.
const SHORTEST: u64 = 120;

/// The low bits of a packet's first byte: how many frames are in it.
const COUNT: u8 = 0b11;

/// The bit of a packet's first byte that says that it is in stereo.
const STEREO: u8 = 0b100;

/// Packets on their way into a file. Times are in samples since the first.
#[derive(Debug)]
pub(super) struct Sound {
    pages: Pages,
    begun: u64,
    /// Where the last packet ends.
    end: u64,
    /// The last packet waits for the next, for the last of all has a mark.
    last: Vec<u8>,
    page: u64,
}

struct Pages(PacketWriter<'static, BufWriter<File>>);

impl std::fmt::Debug for Pages {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Pages").field(self.0.inner()).finish()
    }
}

impl Pages {
    /// Puts a packet into the file; what ends a page goes to the disk.
    fn put(&mut self, packet: Vec<u8>, ends: PacketWriteEndInfo, position: u64) -> io::Result<()> {
        self.0.write_packet(packet, SERIAL, ends, position)?;
        if matches!(ends, PacketWriteEndInfo::NormalPacket) { Ok(()) } else { self.0.inner_mut().flush() }
    }
}

impl Sound {
    /// Begins a file for a packet, if it is one; the packet is still to be written.
    pub(super) fn begin(open: impl FnOnce() -> io::Result<File>, frame: &Frame) -> io::Result<Option<Self>> {
        let Some(first) = frame.bytes.first().filter(|_| samples(&frame.bytes).is_some()) else { return Ok(None) };
        let mut pages = Pages(PacketWriter::new(BufWriter::new(open()?)));
        pages.put(head(*first), PacketWriteEndInfo::EndPage, 0)?;
        pages.put(tags(), PacketWriteEndInfo::EndPage, 0)?;
        Ok(Some(Self { pages, begun: frame.ticks, end: 0, last: Vec::new(), page: 0 }))
    }

    /// Puts a packet where its time is. What cannot be one is left out; what is missing before it is filled.
    pub(super) fn write(&mut self, frame: &Frame) -> io::Result<()> {
        let Some(samples) = samples(&frame.bytes) else { return Ok(()) };
        let at = frame.ticks.saturating_sub(self.begun);
        while let Some((first, samples)) = self.filler(at) {
            self.push(vec![first], samples)?;
        }
        self.push(frame.bytes.to_vec(), samples)
    }

    /// A packet of nothing but its first byte, by which the decoder makes up what is missing, and its samples; none if
    /// nothing is missing before a time (RFC 7845, 4.1).
    fn filler(&self, at: u64) -> Option<(u8, u64)> {
        let missing = at.checked_sub(self.end).filter(|missing| *missing >= SHORTEST)?;
        let first = self.last.first()? & !COUNT;
        let like = frame_samples(first);
        if like <= missing {
            return Some((first, like));
        }
        // The shorter frames of the last four configurations.
        let (configuration, samples) =
            [(30, 480), (29, 240), (28, SHORTEST)].into_iter().find(|(_, samples)| *samples <= missing)?;
        Some((configuration << 3 | first & STEREO, samples))
    }

    fn push(&mut self, packet: Vec<u8>, samples: u64) -> io::Result<()> {
        let former = std::mem::replace(&mut self.last, packet);
        if !former.is_empty() {
            let ends = self.end - self.page > PAGE;
            let mark = if ends { PacketWriteEndInfo::EndPage } else { PacketWriteEndInfo::NormalPacket };
            self.pages.put(former, mark, self.end)?;
            if ends {
                self.page = self.end;
            }
        }
        self.end += samples;
        Ok(())
    }

    /// Completes the file, and gives its size and how long it plays.
    pub(super) fn finish(mut self) -> io::Result<(u64, Duration)> {
        self.pages.put(self.last, PacketWriteEndInfo::EndStream, self.end)?;
        let file = self.pages.0.into_inner().into_inner()?;
        file.sync_all()?;
        let played = self.end.saturating_sub(u64::from(PRE_SKIP));
        Ok((file.metadata()?.len(), Duration::from_nanos(played * 1_000_000_000 / RATE)))
    }
}

/// The first packet: version 1, channels, samples to leave out, rate, gain and how channels are mapped (RFC 7845, 5.1).
fn head(first: u8) -> Vec<u8> {
    let channels = if first & STEREO == 0 { 1 } else { 2 };
    let mut head = b"OpusHead\x01".to_vec();
    head.push(channels);
    head.extend_from_slice(&PRE_SKIP.to_le_bytes());
    head.extend_from_slice(&(RATE as u32).to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]);
    head
}

/// The second: who has written it, and nothing else (5.2).
fn tags() -> Vec<u8> {
    const VENDOR: &[u8] = b"Cloudsite";
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&(VENDOR.len() as u32).to_le_bytes());
    tags.extend_from_slice(VENDOR);
    tags.extend_from_slice(&[0; 4]);
    tags
}

/// Samples of each frame in a packet with this first byte (RFC 6716, 3.1).
const fn frame_samples(first: u8) -> u64 {
    match first >> 3 {
        configuration @ 0..12 => [480, 960, 1_920, 2_880][configuration as usize % 4],
        configuration @ 12..16 => [480, 960][configuration as usize % 2],
        configuration => [120, 240, 480, 960][configuration as usize % 4],
    }
}

/// Samples of a packet; none if it is none.
fn samples(packet: &[u8]) -> Option<u64> {
    let first = packet.first()?;
    let frames = match first & COUNT {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1)? & 0x3f),
    };
    Some(frame_samples(*first) * frames).filter(|samples| (SHORTEST..=LONGEST).contains(samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_says_how_long_it_is() {
        let table: [(&str, &[u8], Option<u64>); 9] = [
            ("nothing", &[], None),
            ("one of 20 ms", &[0x78], Some(960)),
            ("one of 60 ms", &[0x18], Some(2_880)),
            ("two of 10 ms", &[0x61, 1, 2], Some(960)),
            ("one of 2.5 ms in stereo", &[0xe4], Some(120)),
            ("three of 20 ms", &[0x7b, 3], Some(2_880)),
            ("no frames", &[0x7b, 0], None),
            ("more than may be", &[0x7b, 7], None),
            ("a count that is cut off", &[0x7b], None),
        ];
        for (case, packet, expected) in table {
            assert_eq!(samples(packet), expected, "{case}");
        }
    }
}
