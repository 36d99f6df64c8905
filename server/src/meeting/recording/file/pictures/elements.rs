//! The elements that a file of one track of pictures has.

use std::io;

use webm_iterable::errors::TagWriterError;
use webm_iterable::matroska_spec::{EbmlTag as _, Master, MatroskaSpec};
use webm_iterable::{WebmWriter, WriteOptions};

/// The number of the only track.
pub(super) const TRACK: u64 = 1;

/// Bytes of a length that can be put in later, and of the segment's header, which ends with one.
pub(super) const SIZE: usize = 8;
pub(super) const SEGMENT_HEADER: u64 = 4 + SIZE as u64;

/// Bytes of the element that says how long the file plays.
pub(super) const DURATION: usize = 2 + 1 + 8;

/// Bytes that are kept for where to find what.
pub(super) const SEEK_HEAD: usize = 96;

const SOFTWARE: &str = "Cloudsite";

/// What has failed, as an error of the disk: nothing is written that the format does not allow.
pub(super) fn failed(error: TagWriterError) -> io::Error {
    match error {
        TagWriterError::WriteError { source } => source,
        other => io::Error::other(other.to_string()),
    }
}

/// The header of the file.
pub(super) fn head(doc_type: &str) -> MatroskaSpec {
    MatroskaSpec::Ebml(Master::Full(vec![
        MatroskaSpec::EbmlVersion(1),
        MatroskaSpec::EbmlReadVersion(1),
        MatroskaSpec::EbmlMaxIdLength(4),
        MatroskaSpec::EbmlMaxSizeLength(8),
        MatroskaSpec::DocType(doc_type.to_owned()),
        MatroskaSpec::DocTypeVersion(4),
        MatroskaSpec::DocTypeReadVersion(2),
    ]))
}

/// An element of so many bytes, less than 128, that says nothing.
pub(super) fn room(bytes: usize) -> MatroskaSpec {
    MatroskaSpec::Void(vec![0; bytes - 2])
}

/// What is said of the whole, in milliseconds, with room for how long it plays at its end.
pub(super) fn info() -> MatroskaSpec {
    MatroskaSpec::Info(Master::Full(vec![
        MatroskaSpec::TimestampScale(1_000_000),
        MatroskaSpec::MuxingApp(SOFTWARE.to_owned()),
        MatroskaSpec::WritingApp(SOFTWARE.to_owned()),
        room(DURATION),
    ]))
}

/// The one track: its codec, what a decoder must know before the first frame, and its width and height in pixels.
pub(super) fn tracks(codec: &str, private: Vec<u8>, (width, height): (u16, u16)) -> MatroskaSpec {
    const PICTURES: u64 = 1;
    let mut track = vec![
        MatroskaSpec::TrackNumber(TRACK),
        MatroskaSpec::TrackUID(TRACK),
        MatroskaSpec::TrackType(PICTURES),
        MatroskaSpec::FlagLacing(0),
        MatroskaSpec::CodecID(codec.to_owned()),
    ];
    if !private.is_empty() {
        track.push(MatroskaSpec::CodecPrivate(private));
    }
    track.push(MatroskaSpec::Video(Master::Full(vec![
        MatroskaSpec::PixelWidth(width.into()),
        MatroskaSpec::PixelHeight(height.into()),
    ])));
    MatroskaSpec::Tracks(Master::Full(vec![MatroskaSpec::TrackEntry(Master::Full(track))]))
}

/// Frames from a time on.
pub(super) fn cluster(begin_ms: u64, blocks: Vec<MatroskaSpec>) -> MatroskaSpec {
    let mut all = vec![MatroskaSpec::Timestamp(begin_ms)];
    all.extend(blocks);
    MatroskaSpec::Cluster(Master::Full(all))
}

/// Where key frames are: their times, and where their clusters stand in the segment.
pub(super) fn cues(cues: &[(u64, u64)]) -> MatroskaSpec {
    let cue = |(time, position): &(u64, u64)| {
        let place = vec![MatroskaSpec::CueTrack(TRACK), MatroskaSpec::CueClusterPosition(*position)];
        let place = MatroskaSpec::CueTrackPositions(Master::Full(place));
        MatroskaSpec::CuePoint(Master::Full(vec![MatroskaSpec::CueTime(*time), place]))
    };
    MatroskaSpec::Cues(Master::Full(cues.iter().map(cue).collect()))
}

/// Where in the segment its information, track and cues stand, with room that fills what is kept for it.
pub(super) fn seek_head(positions: [u64; 3]) -> Result<Vec<u8>, TagWriterError> {
    let ids =
        [MatroskaSpec::Info(Master::Start), MatroskaSpec::Tracks(Master::Start), MatroskaSpec::Cues(Master::Start)];
    let seek = ids.iter().zip(positions).map(|(element, position)| {
        let id = u32::try_from(element.get_id()).unwrap_or_default().to_be_bytes().to_vec();
        MatroskaSpec::Seek(Master::Full(vec![MatroskaSpec::SeekID(id), MatroskaSpec::SeekPosition(position)]))
    });
    let all = MatroskaSpec::SeekHead(Master::Full(seek.collect()));
    let mut writer = WebmWriter::new(Vec::new());
    writer.write_advanced(&MatroskaSpec::Segment(Master::Start), WriteOptions::is_unknown_sized_element())?;
    writer.write(&all)?;
    let taken = writer.get_ref().len() - SEGMENT_HEADER as usize;
    writer.write(&room(SEEK_HEAD - taken))?;
    Ok(writer.into_inner()?.split_off(SEGMENT_HEADER as usize))
}

/// How long the file plays, as large as the room for it.
pub(super) fn duration(played_ms: u64) -> [u8; DURATION] {
    let mut bytes = [0x44, 0x89, 0x88, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes[3..].copy_from_slice(&(played_ms as f64).to_be_bytes());
    bytes
}

/// A length in eight bytes (RFC 8794, 4).
pub(super) fn size(bytes: u64) -> [u8; SIZE] {
    (bytes | 1 << 56).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_later_fits_into_its_room() {
        for positions in [[96, 200, 300], [96, 200, u64::MAX >> 8]] {
            let bytes = seek_head(positions).unwrap();
            assert_eq!((bytes.len(), &bytes[..4]), (SEEK_HEAD, [0x11, 0x4d, 0x9b, 0x74].as_slice()));
        }
        assert_eq!(size(300), [1, 0, 0, 0, 0, 0, 1, 44]);
        assert_eq!(duration(1_000), [0x44, 0x89, 0x88, 0x40, 0x8f, 0x40, 0, 0, 0, 0, 0]);
    }
}
