//! Frames that ffmpeg has coded, and what it says of files.

use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cloudsite_sfu::{Codec, Frame};
use ogg::PacketReader;

pub(super) const SIZE: (u16, u16) = (322, 182);

fn ffmpeg(words: &[&str]) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin"])
        .args(words)
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg is there: apt-get install ffmpeg");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "ffmpeg {}: {said}", words.join(" "));
    output.stdout
}

/// Packets of a tone, 20 ms each.
pub(super) fn sound(seconds: usize) -> Vec<Bytes> {
    let tone = format!("sine=frequency=440:sample_rate=48000:duration={seconds}");
    let coder = ["-c:a", "libopus", "-b:a", "24k", "-f", "ogg", "-"];
    let mut reader = PacketReader::new(Cursor::new(ffmpeg(&[&["-f", "lavfi", "-i", &tone][..], &coder[..]].concat())));
    let packets = std::iter::from_fn(|| reader.read_packet().unwrap());
    packets.skip(2).map(|packet| packet.data.into()).collect()
}

/// Pictures of a test card, 25 a second, each second a key frame, as the codec's own stream has them.
pub(super) fn pictures(codec: Codec, seconds: usize) -> Vec<Bytes> {
    let coder: &[&str] = match codec {
        Codec::Vp8 => &["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-f", "ivf"],
        Codec::Vp9 => &["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-f", "ivf"],
        Codec::H264 => {
            &["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-x264-params", "aud=1", "-f", "h264"]
        }
        Codec::Av1 => &["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-f", "ivf"],
        Codec::Opus => panic!("there is nothing to see"),
    };
    let card = format!("testsrc=size={}x{}:rate=25:duration={seconds}", SIZE.0, SIZE.1);
    let stream = ["-f", "lavfi", "-i", &card, "-pix_fmt", "yuv420p", "-g", "25", "-keyint_min", "25", "-b:v", "300k"];
    let stream = ffmpeg(&[&stream[..], coder, &["-"]].concat());
    if codec == Codec::H264 { access_units(&stream) } else { ivf(&stream) }
}

/// Frames of an IVF file.
fn ivf(file: &[u8]) -> Vec<Bytes> {
    let mut rest = &file[32..];
    std::iter::from_fn(|| {
        let length = u32::from_le_bytes(*rest.first_chunk()?) as usize;
        let (frame, others) = rest[12..].split_at(length);
        rest = others;
        Some(Bytes::copy_from_slice(frame))
    })
    .collect()
}

/// Access units of a stream in which a delimiter stands before each, without it.
fn access_units(stream: &[u8]) -> Vec<Bytes> {
    const DELIMITER: [u8; 5] = [0, 0, 0, 1, 9];
    let mut begins: Vec<usize> = (0..stream.len()).filter(|at| stream[*at..].starts_with(&DELIMITER)).collect();
    begins.push(stream.len());
    begins.windows(2).map(|pair| Bytes::copy_from_slice(&stream[pair[0] + 6..pair[1]])).collect()
}

/// An access unit with lengths in place of start codes.
pub(super) fn with_lengths(unit: &[u8]) -> Bytes {
    let mut begins: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at + 3 <= unit.len() {
        if unit[at..].starts_with(&[0, 0, 1]) {
            let start = if at > 0 && unit[at - 1] == 0 { at - 1 } else { at };
            begins.push((start, at + 3));
            at += 2;
        }
        at += 1;
    }
    let ends = begins.iter().skip(1).map(|(start, _)| *start).chain([unit.len()]);
    let units = begins.iter().zip(ends).map(|((_, begin), end)| &unit[*begin..end]);
    units.flat_map(|unit| [&(unit.len() as u32).to_be_bytes(), unit].concat()).collect::<Vec<u8>>().into()
}

/// Frames as a tap gives them, from a tick on.
pub(super) fn frames(codec: Codec, seconds: usize, from: u64) -> Vec<Frame> {
    let start = Instant::now();
    let (bytes, step, ms) = match codec {
        Codec::Opus => (sound(seconds), 960, 20),
        _ => (pictures(codec, seconds), 3_600, 40),
    };
    let frame = |(index, bytes): (usize, Bytes)| {
        let is_key = codec == Codec::Opus || index % 25 == 0;
        let bytes = match codec {
            Codec::H264 => with_lengths(&bytes),
            // A delimiter of two bytes stands before each temporal unit.
            Codec::Av1 => bytes.slice(2..),
            _ => bytes,
        };
        let (at, ticks) = (start + Duration::from_millis(ms) * index as u32, from + step * index as u64);
        let size = Some(SIZE).filter(|_| is_key && codec != Codec::Opus);
        Frame { codec, at, taken: None, ticks, is_key, size, bytes }
    };
    bytes.into_iter().enumerate().map(frame).collect()
}

/// What is in a file.
#[derive(Debug)]
pub(super) struct Probed {
    pub(super) codec: String,
    pub(super) container: String,
    pub(super) size: Option<(u64, u64)>,
    pub(super) frames: usize,
    /// What the file says that it plays, in seconds, if it says so.
    pub(super) duration_secs: Option<f64>,
    /// When the last frame is shown, or heard.
    pub(super) last_secs: f64,
}

/// What ffmpeg finds in a file, all of which it can decode.
pub(super) fn probe(path: &Path) -> Probed {
    let entries = "stream=codec_name,width,height:format=format_name,duration:frame=pts_time";
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_frames", "-show_entries", entries, "-of", "json"])
        .arg(path)
        .output()
        .expect("ffprobe is there: apt-get install ffmpeg");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |value: &serde_json::Value| value.as_str().and_then(|text| text.parse::<f64>().ok());
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let (stream, frames) = (&said["streams"][0], said["frames"].as_array().unwrap());
    ffmpeg(&["-i", path.to_str().unwrap(), "-f", "null", "-"]);
    Probed {
        codec: text(&stream["codec_name"]),
        container: text(&said["format"]["format_name"]),
        size: stream["width"].as_u64().zip(stream["height"].as_u64()),
        frames: frames.len(),
        duration_secs: number(&said["format"]["duration"]),
        last_secs: frames.last().and_then(|frame| number(&frame["pts_time"])).unwrap(),
    }
}
