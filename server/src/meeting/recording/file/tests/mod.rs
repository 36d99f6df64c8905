//! Files of real frames, as ffmpeg sees them.

mod ffmpeg;
mod live;

use std::fs;

use bytes::Bytes;

use super::*;
use ffmpeg::{SIZE, frames, probe};

fn written(folder: &Path, frames: &[Frame]) -> Written {
    let mut file = TrackFile::new(folder, "track");
    for frame in frames {
        file.write(frame).unwrap();
    }
    file.finish().unwrap().unwrap()
}

fn near(one: f64, other: f64, within: f64) -> bool {
    (one - other).abs() <= within
}

#[test]
fn each_codec_is_in_a_file_that_plays_as_long_as_it_was_sent() {
    let table = [
        (Codec::Opus, "track.ogg", "opus", "ogg"),
        (Codec::Vp8, "track.webm", "vp8", "matroska,webm"),
        (Codec::Vp9, "track.webm", "vp9", "matroska,webm"),
        (Codec::H264, "track.mkv", "h264", "matroska,webm"),
        (Codec::Av1, "track.mkv", "av1", "matroska,webm"),
    ];
    for (codec, name, coded, container) in table {
        let folder = tempfile::tempdir().unwrap();
        let frames = frames(codec, 5, 700_000);
        let written = written(folder.path(), &frames);
        let path = folder.path().join(name);
        assert_eq!((written.name.as_str(), written.first_at), (name, frames[0].at));
        assert_eq!(written.bytes, fs::metadata(&path).unwrap().len());
        let seconds = written.duration.as_secs_f64();
        assert!(near(seconds, 5.0, 0.021), "{codec:?} plays {seconds} s");
        let probed = probe(&path);
        assert_eq!((probed.codec.as_str(), probed.container.as_str()), (coded, container));
        assert_eq!(probed.frames, frames.len(), "{codec:?}");
        assert_eq!(probed.size.is_some(), codec != Codec::Opus);
        assert!(probed.size.is_none_or(|size| size == (SIZE.0.into(), SIZE.1.into())), "{probed:?}");
        // It counts in what an encoder of sound lags behind.
        assert!(near(probed.duration_secs.unwrap(), seconds, 0.007), "{probed:?}, and {seconds} s are told");
    }
}

#[test]
fn a_complete_file_says_where_everything_is() {
    use webm_iterable::WebmIterator;
    use webm_iterable::matroska_spec::{Master, MatroskaSpec as Spec};

    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), &frames(Codec::Vp8, 3, 0));
    let bytes = fs::read(folder.path().join("track.webm")).unwrap();
    let header = bytes.windows(4).position(|window| window == [0x18, 0x53, 0x80, 0x67]).unwrap();
    let (size, segment) = bytes[header + 4..].split_first_chunk().unwrap();
    assert_eq!(u64::from_be_bytes(*size) & !(1 << 56), segment.len() as u64);
    let whole = [Spec::Seek(Master::Start), Spec::CuePoint(Master::Start)];
    let mut source = bytes.as_slice();
    let (mut found, mut times) = (0, Vec::new());
    for element in WebmIterator::new(&mut source, &whole) {
        match element.unwrap() {
            Spec::Seek(Master::Full(seek)) => {
                let [Spec::SeekID(id), Spec::SeekPosition(at)] = seek.as_slice() else { panic!("{seek:?}") };
                assert!(segment[*at as usize..].starts_with(id), "{id:?} is not at {at}");
                found += 1;
            }
            Spec::CuePoint(Master::Full(cue)) => {
                let [Spec::CueTime(time), Spec::CueTrackPositions(Master::Full(place))] = cue.as_slice() else {
                    panic!("{cue:?}")
                };
                let [_, Spec::CueClusterPosition(at)] = place.as_slice() else { panic!("{place:?}") };
                assert!(segment[*at as usize..].starts_with(&[0x1f, 0x43, 0xb6, 0x75]), "no cluster is at {at}");
                times.push(*time);
            }
            _ => {}
        }
    }
    assert_eq!((found, times), (3, vec![0, 1_000, 2_000]));
}

#[test]
fn time_stays_exact_over_what_is_missing() {
    for (codec, name, missing) in
        [(Codec::Opus, "track.ogg", 20..120), (Codec::Opus, "track.ogg", 3..4), (Codec::Vp8, "track.webm", 25..75)]
    {
        let folder = tempfile::tempdir().unwrap();
        let mut frames = frames(codec, 5, 0);
        frames.drain(missing.clone());
        let written = written(folder.path(), &frames);
        let probed = probe(&folder.path().join(name));
        assert!(near(written.duration.as_secs_f64(), 5.0, 0.021), "{codec:?} without {missing:?}: {written:?}");
        assert!(near(probed.duration_secs.unwrap(), 5.0, 0.021), "{codec:?} without {missing:?}: {probed:?}");
        assert!(near(probed.last_secs, 4.98, 0.03), "{codec:?} without {missing:?}: {probed:?}");
    }
}

#[test]
fn sound_that_does_not_come_in_whole_packets_is_filled_as_near_as_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let mut frames = frames(Codec::Opus, 3, 0);
    // Each packet from the fiftieth on is 7.5 ms later, and from the hundredth 1 ms more, which no packet can fill.
    for (index, frame) in frames.iter_mut().enumerate() {
        frame.ticks += if index >= 50 { 360 } else { 0 } + if index >= 100 { 48 } else { 0 };
    }
    let written = written(folder.path(), &frames);
    let probed = probe(&folder.path().join("track.ogg"));
    assert_eq!(probed.frames, frames.len() + 2, "one of 5 ms and one of 2.5 ms");
    let expected = (frames.len() as f64) * 0.02 + 0.0075 - 0.0065;
    assert!(near(written.duration.as_secs_f64(), expected, 0.0001), "{written:?}");
}

#[test]
fn what_a_crash_leaves_plays_up_to_the_last_seconds() {
    for (codec, name, at_least) in
        [(Codec::Opus, "track.ogg", 195), (Codec::Vp9, "track.webm", 100), (Codec::H264, "track.mkv", 100)]
    {
        let folder = tempfile::tempdir().unwrap();
        let frames = frames(codec, 5, 0);
        let mut file = TrackFile::new(folder.path(), "track");
        for frame in &frames {
            file.write(frame).unwrap();
        }
        // What is still in memory never comes to the disk.
        let left = fs::read(folder.path().join(name)).unwrap();
        drop(file);
        let path = folder.path().join(format!("left-{name}"));
        fs::write(&path, left).unwrap();
        let probed = probe(&path);
        assert!((at_least..frames.len()).contains(&probed.frames), "{codec:?}: {probed:?}");
    }
}

#[test]
fn a_file_begins_with_the_first_frame_that_can_be_decoded() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(TrackFile::new(folder.path(), "nothing").finish().unwrap(), None);
    let mut all = frames(Codec::H264, 3, 0);
    // The first key frame has no parameter sets, as if they had come before.
    all[0].bytes = Bytes::from_static(&[0, 0, 0, 2, 0x65, 1]);
    let mut file = TrackFile::new(folder.path(), "track");
    for frame in &all[..25] {
        file.write(frame).unwrap();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing of it can be decoded");
    for frame in &all[25..] {
        file.write(frame).unwrap();
    }
    let written = file.finish().unwrap().unwrap();
    assert_eq!((written.first_at, written.duration), (all[25].at, Duration::from_secs(2)));
    assert_eq!(probe(&folder.path().join("track.mkv")).frames, 50);
}

#[test]
fn a_file_is_its_owners_alone_and_takes_the_place_of_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let frames = frames(Codec::Opus, 1, 0);
    let written = written(folder.path(), &frames);
    let path = folder.path().join("track.ogg");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
    let mut file = TrackFile::new(folder.path(), "track");
    let error = file.write(&frames[0]).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot write {}: ", path.display())), "{error}");
    assert_eq!(file.finish().unwrap(), None);
    assert_eq!(fs::metadata(&path).unwrap().len(), written.bytes, "the other is as it was");
    let mut file = TrackFile::new(&folder.path().join("nowhere"), "track");
    assert!(matches!(file.write(&frames[0]), Err(FileError::Disk { .. })));
}

#[test]
fn what_another_codec_has_coded_belongs_into_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = TrackFile::new(folder.path(), "track");
    let pictures = frames(Codec::Vp8, 1, 0);
    file.write(&pictures[0]).unwrap();
    let other = Frame { codec: Codec::H264, ..pictures[1].clone() };
    let error = file.write(&other).unwrap_err();
    assert!(matches!(error, FileError::Changed { held: Codec::Vp8, came: Codec::H264, .. }), "{error}");
    assert!(file.finish().unwrap().is_some(), "what there was is complete");
}

#[test]
fn a_file_begins_when_its_first_frame_was_taken_whenever_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut sound = frames(Codec::Opus, 1, 4_800);
    let taken = sound[0].at.checked_sub(Duration::from_millis(180)).unwrap();
    // Nothing is told of it before the tenth has come.
    for (index, frame) in (0..).zip(&mut sound).skip(9) {
        frame.taken = Some(taken + Duration::from_millis(20) * index);
    }
    assert_eq!(written(folder.path(), &sound).first_taken, Some(taken));
    let silent = folder.path().join("silent");
    fs::create_dir(&silent).unwrap();
    assert_eq!(written(&silent, &frames(Codec::Opus, 1, 0)).first_taken, None);
}
