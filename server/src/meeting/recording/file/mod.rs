//! The file of one track: sound in Ogg, pictures in `WebM` or Matroska, as they were sent. What is on disk can be played
//! at any moment, up to the last second or two.

mod pictures;
mod sound;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cloudsite_sfu::{Codec, Frame};

use self::pictures::Pictures;
use self::sound::Sound;
use crate::private_file;

/// Why a track is not in its file.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// The file cannot be made or written. What was written before is in it.
    #[error("cannot write {path}: {source}")]
    Disk {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds what one codec has coded: the rest belongs into another file.
    #[error("{path} holds {held:?}, and {came:?} has come")]
    Changed {
        /// Which.
        path: PathBuf,
        /// What is in it.
        held: Codec,
        /// What was to be written.
        came: Codec,
    },
}

/// A file that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// Its name in the folder.
    pub(super) name: String,
    /// Its size.
    pub(super) bytes: u64,
    /// When its first frame came.
    pub(super) first_at: Instant,
    /// When its first frame was taken: the time that its zero is. None if nothing told of it.
    pub(super) first_taken: Option<Instant>,
    /// How long it plays.
    pub(super) duration: Duration,
}

/// How frames are put into a file.
#[derive(Debug)]
enum Container {
    Sound(Sound),
    Pictures(Box<Pictures>),
}

/// A file that has been made.
#[derive(Debug)]
struct Made {
    name: String,
    path: PathBuf,
    codec: Codec,
    first_at: Instant,
    first_ticks: u64,
    first_taken: Option<Instant>,
    container: Container,
}

/// The file of one track, made when there is something to put into it.
#[derive(Debug)]
pub(super) struct TrackFile {
    folder: PathBuf,
    stem: String,
    made: Option<Made>,
}

impl TrackFile {
    /// A file in a folder that is there: `{stem}.ogg` for Opus, `{stem}.webm` for VP8 and VP9, `{stem}.mkv` for H.264
    /// and AV1. It is made when the first frame comes that can be decoded, readable for its owner only, and in the place
    /// of no other.
    pub(super) fn new(folder: &Path, stem: &str) -> Self {
        Self { folder: folder.to_owned(), stem: stem.to_owned(), made: None }
    }

    /// The file's name in the folder; none as long as it is not made.
    pub(super) fn name(&self) -> Option<&str> {
        self.made.as_ref().map(|made| made.name.as_str())
    }

    /// Puts a frame behind those before it. What comes before the first frame that can be decoded is left out.
    pub(super) fn write(&mut self, frame: &Frame) -> Result<(), FileError> {
        if self.made.is_none() {
            self.made = make(&self.folder, &self.stem, frame)?;
        }
        let Some(made) = &mut self.made else { return Ok(()) };
        if made.codec != frame.codec {
            return Err(FileError::Changed { path: made.path.clone(), held: made.codec, came: frame.codec });
        }
        made.first_taken = made.first_taken.or_else(|| made.first_taken_by(frame));
        let written = match &mut made.container {
            Container::Sound(sound) => sound.write(frame),
            Container::Pictures(pictures) => pictures.write(frame),
        };
        written.map_err(failed(&made.path))
    }

    /// Completes the file and waits until it is on disk; none if nothing came that can be decoded.
    pub(super) fn finish(self) -> Result<Option<Written>, FileError> {
        let Some(made) = self.made else { return Ok(None) };
        let finished = match made.container {
            Container::Sound(sound) => sound.finish(),
            Container::Pictures(pictures) => pictures.finish(),
        };
        let (bytes, duration) = finished.map_err(failed(&made.path))?;
        Ok(Some(Written { name: made.name, bytes, first_at: made.first_at, first_taken: made.first_taken, duration }))
    }
}

impl Made {
    /// When the first frame was taken, by when a later one was: the sender's first report comes after some of them.
    fn first_taken_by(&self, frame: &Frame) -> Option<Instant> {
        let ticks = frame.ticks.saturating_sub(self.first_ticks);
        frame.taken?.checked_sub(Duration::from_secs_f64(ticks as f64 / f64::from(self.codec.clock_rate())))
    }
}

/// Makes the file for a frame, if one can begin with it.
fn make(folder: &Path, stem: &str, frame: &Frame) -> Result<Option<Made>, FileError> {
    let ending = match frame.codec {
        Codec::Opus => "ogg",
        Codec::Vp8 | Codec::Vp9 => "webm",
        Codec::H264 | Codec::Av1 => "mkv",
    };
    let name = format!("{stem}.{ending}");
    let path = folder.join(&name);
    let open = || private_file::create(&path);
    let begun = if frame.codec == Codec::Opus {
        Sound::begin(open, frame).map(|sound| sound.map(Container::Sound))
    } else {
        Pictures::begin(open, frame).map(|pictures| pictures.map(|pictures| Container::Pictures(Box::new(pictures))))
    };
    let container = begun.map_err(failed(&path))?;
    let Frame { codec, at: first_at, ticks: first_ticks, .. } = *frame;
    Ok(container.map(|container| Made { name, path, codec, first_at, first_ticks, first_taken: None, container }))
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |source| FileError::Disk { path, source }
}
