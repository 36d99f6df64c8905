//! Pictures in Matroska (RFC 9559), or `WebM`, which is a part of it. While frames come, the file is one that could be a
//! live stream: it has no length, and whole clusters are put behind one another. At the end its length, how long it
//! plays and where its key frames are is written into the room that was left for it.

mod codec;
mod elements;

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::time::Duration;

use cloudsite_sfu::{Codec, Frame};
use webm_iterable::matroska_spec::{Master, MatroskaSpec, SimpleBlock};
use webm_iterable::{WebmWriter, WriteOptions};

use self::elements::{TRACK, failed};

/// Ticks of pictures' time stamps in a millisecond, which is the unit of the file's.
const TICKS_PER_MS: u64 = 90;

/// A cluster is written when it is as long, or as large. What is in it is not on disk before.
const CLUSTER_MS: u64 = 2_000;
const CLUSTER_BYTES: usize = 2 << 20;

/// Key frames that are entered in the index lie at least this far apart.
const CUES_MS: u64 = 1_000;

/// How long a frame is shown of which nothing tells it, and the longest that the last one is.
const SHOWN_MS: u64 = 40;
const SHOWN_LAST_MS: u64 = 1_000;

/// Frames that are written at once.
#[derive(Debug)]
struct Cluster {
    begin_ms: u64,
    begins_with_key: bool,
    bytes: usize,
    blocks: Vec<MatroskaSpec>,
}

/// Where in the file something stands.
#[derive(Debug, Clone, Copy)]
struct Places {
    /// The segment's first byte after its header.
    segment: u64,
    /// Room for where to find what.
    seek_head: u64,
    /// Room for how long it plays.
    duration: u64,
    info: u64,
    tracks: u64,
}

/// Frames on their way into a file.
pub(super) struct Pictures {
    writer: WebmWriter<File>,
    places: Places,
    begun: u64,
    cluster: Option<Cluster>,
    /// Times of key frames, with where their clusters stand in the segment.
    cues: Vec<(u64, u64)>,
    last_ms: u64,
    shown_ms: u64,
}

impl std::fmt::Debug for Pictures {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { writer, places, cluster, .. } = self;
        let file = writer.get_ref();
        formatter
            .debug_struct("Pictures")
            .field("file", file)
            .field("places", places)
            .field("cluster", cluster)
            .finish()
    }
}

impl Pictures {
    /// Begins a file for a frame, if it can be decoded alone; the frame is still to be written.
    pub(super) fn begin(open: impl FnOnce() -> io::Result<File>, frame: &Frame) -> io::Result<Option<Self>> {
        let Some(size) = frame.size.filter(|_| frame.is_key) else { return Ok(None) };
        let Some(private) = codec::private(frame) else { return Ok(None) };
        let mut writer = WebmWriter::new(open()?);
        let doc_type = if matches!(frame.codec, Codec::Vp8 | Codec::Vp9) { "webm" } else { "matroska" };
        writer.write(&elements::head(doc_type)).map_err(failed)?;
        let segment = writer.get_mut().stream_position()? + elements::SEGMENT_HEADER;
        let unknown = WriteOptions::is_unknown_sized_element();
        writer.write_advanced(&MatroskaSpec::Segment(Master::Start), unknown).map_err(failed)?;
        let seek_head = segment;
        writer.write(&elements::room(elements::SEEK_HEAD)).map_err(failed)?;
        let info = writer.get_mut().stream_position()?;
        writer.write(&elements::info()).map_err(failed)?;
        let tracks = writer.get_mut().stream_position()?;
        let duration = tracks - elements::DURATION as u64;
        writer.write(&elements::tracks(codec::name(frame.codec), private, size)).map_err(failed)?;
        let places = Places { segment, seek_head, duration, info, tracks };
        let (cluster, cues) = (None, Vec::new());
        Ok(Some(Self { writer, places, begun: frame.ticks, cluster, cues, last_ms: 0, shown_ms: SHOWN_MS }))
    }

    /// Puts a frame behind the others.
    pub(super) fn write(&mut self, frame: &Frame) -> io::Result<()> {
        let at_ms = (frame.ticks.saturating_sub(self.begun) + TICKS_PER_MS / 2) / TICKS_PER_MS;
        let is_full = |cluster: &Cluster| {
            frame.is_key || at_ms - cluster.begin_ms >= CLUSTER_MS || cluster.bytes >= CLUSTER_BYTES
        };
        if self.cluster.as_ref().is_some_and(is_full) {
            self.flush()?;
        }
        let begins_with_key = frame.is_key;
        let empty = Cluster { begin_ms: at_ms, begins_with_key, bytes: 0, blocks: Vec::new() };
        let cluster = self.cluster.get_or_insert(empty);
        let relative = i16::try_from(at_ms - cluster.begin_ms).map_err(io::Error::other)?;
        let block = SimpleBlock::new_uncheked(&frame.bytes, TRACK, relative, false, None, false, frame.is_key);
        cluster.bytes += frame.bytes.len();
        cluster.blocks.push(block.into());
        if at_ms > self.last_ms {
            self.shown_ms = at_ms - self.last_ms;
        }
        self.last_ms = at_ms;
        Ok(())
    }

    /// Writes the cluster.
    fn flush(&mut self) -> io::Result<()> {
        let Some(Cluster { begin_ms, begins_with_key, blocks, .. }) = self.cluster.take() else { return Ok(()) };
        let position = self.writer.get_mut().stream_position()? - self.places.segment;
        let is_due = self.cues.last().is_none_or(|(before, _)| begin_ms - before >= CUES_MS);
        if begins_with_key && is_due {
            self.cues.push((begin_ms, position));
        }
        self.writer.write(&elements::cluster(begin_ms, blocks)).map_err(failed)
    }

    /// Completes the file, and gives its size and how long it plays.
    pub(super) fn finish(mut self) -> io::Result<(u64, Duration)> {
        self.flush()?;
        let cues = self.writer.get_mut().stream_position()?;
        self.writer.write(&elements::cues(&self.cues)).map_err(failed)?;
        let played_ms = self.last_ms + self.shown_ms.min(SHOWN_LAST_MS);
        let Places { segment, seek_head, duration, info, tracks } = self.places;
        let file = self.writer.get_mut();
        let end = file.stream_position()?;
        let positions = [info, tracks, cues].map(|at| at - segment);
        let mut put = |at: u64, bytes: &[u8]| -> io::Result<()> {
            file.seek(SeekFrom::Start(at))?;
            file.write_all(bytes)
        };
        put(duration, &elements::duration(played_ms))?;
        put(seek_head, &elements::seek_head(positions).map_err(failed)?)?;
        put(segment - elements::SIZE as u64, &elements::size(end - segment))?;
        file.sync_all()?;
        Ok((end, Duration::from_millis(played_ms)))
    }
}
