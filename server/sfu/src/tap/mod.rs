//! A tap: the frames of one track, for whoever records them or looks at them here. The hub gives it packets as it
//! gives them to a viewer; all else happens where the frames are read.

mod assemble;
mod av1;
mod bits;
mod h264;
mod order;
mod picture;
mod vp9;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use self::assemble::Assembler;
use crate::forward::clock::Mark;
use crate::forward::packet::{Codec, Packet};

/// Packets that wait for the reader: eight seconds of 2.5 Mbit/s. When there is no room a packet is lost: the reader
/// sees a gap, and goes on with the next key frame.
const WAITING: usize = 2_048;

/// Something that can be decoded after the frames before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it is coded with.
    pub codec: Codec,
    /// When its last packet came.
    pub at: Instant,
    /// When it was taken, as far as its publisher's reports tell: what the same publisher's other tracks took then is of the
    /// same time.
    pub taken: Option<Instant>,
    /// The codec's ticks (see [`Codec::clock_rate`]) since the tap's first frame. They never go back.
    pub ticks: u64,
    /// Whether it can be decoded alone; always so for sound.
    pub is_key: bool,
    /// Width and height of a key frame, in pixels, if it says them.
    pub size: Option<(u16, u16)>,
    /// An Opus packet; a VP8 frame; a VP9 frame, or superframe where there are spatial layers; an H.264 access unit of
    /// units that each stand behind their length in four bytes, highest first (ISO/IEC 14496-15), parameter sets among
    /// them; an AV1 temporal unit of units with sizes, without a delimiter.
    pub bytes: Bytes,
}

/// What a tap is given: a packet, when it came, and when something in the same stream was taken.
type Given = (Instant, Packet, Option<Mark>);

/// Where the frames of a track are read. Dropping it ends it.
#[derive(Debug)]
pub struct Tap {
    packets: mpsc::Receiver<Given>,
    wish: Arc<AtomicBool>,
    assembler: Assembler,
    ended: bool,
}

impl Tap {
    /// A tap, and the end of it that packets are put into.
    pub(crate) fn open() -> (Self, Source) {
        let (sender, packets) = mpsc::channel(WAITING);
        let wish = Arc::new(AtomicBool::new(false));
        let source = Source { packets: sender, wish: Arc::clone(&wish) };
        (Self { packets, wish, assembler: Assembler::default(), ended: false }, source)
    }

    /// The next frame; none when the publisher has left or the media plane has ended. May be given up and asked again.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            let frame = self.assembler.poll();
            if self.assembler.asks() {
                self.wish.store(true, Ordering::Relaxed);
            }
            if frame.is_some() || self.ended {
                return frame;
            }
            if let Some(given) = self.packets.recv().await {
                self.assembler.take(given);
            } else {
                self.ended = true;
                self.assembler.end();
            }
        }
    }
}

/// The hub's end of a tap.
#[derive(Debug)]
pub(crate) struct Source {
    packets: mpsc::Sender<Given>,
    wish: Arc<AtomicBool>,
}

impl Source {
    /// Gives a packet to the reader. False if there is none any more.
    pub(crate) fn give(&self, given: Given) -> bool {
        !matches!(self.packets.try_send(given), Err(TrySendError::Closed(_)))
    }

    /// Whether the reader wants a key frame; it is taken as asked for.
    pub(crate) fn wants_key_frame(&self) -> bool {
        self.wish.load(Ordering::Relaxed) && self.wish.swap(false, Ordering::Relaxed)
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.packets.is_closed()
    }
}
