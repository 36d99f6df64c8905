//! A picture that is put together from the payloads of its packets, in whichever codec.

use bytes::Bytes;

use crate::forward::packet::Codec;
use crate::forward::vp8::Descriptor;
use crate::tap::av1::Av1;
use crate::tap::h264::H264;
use crate::tap::vp9::Vp9;

/// A picture that is whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Whole {
    pub is_key: bool,
    /// Width and height in pixels.
    pub size: Option<(u16, u16)>,
    pub bytes: Bytes,
}

/// A picture on its way.
pub(super) trait Picture: std::fmt::Debug + Send {
    /// Takes the next payload; none if it cannot be what comes next.
    fn add(&mut self, payload: &[u8]) -> Option<()>;
    /// The picture, if it is whole.
    fn finish(self: Box<Self>) -> Option<Whole>;
}

/// A picture of a codec, of which nothing has come; none for sound.
pub(super) fn begin(codec: Codec) -> Option<Box<dyn Picture>> {
    match codec {
        Codec::Opus => None,
        Codec::Vp8 => Some(Box::new(Vp8::default())),
        Codec::Vp9 => Some(Box::new(Vp9::default())),
        Codec::H264 => Some(Box::new(H264::default())),
        Codec::Av1 => Some(Box::new(Av1::default())),
    }
}

/// VP8: what comes after the descriptors, one after another (RFC 7741).
#[derive(Debug, Default)]
struct Vp8 {
    is_key: bool,
    size: Option<(u16, u16)>,
    bytes: Vec<u8>,
}

impl Picture for Vp8 {
    fn add(&mut self, payload: &[u8]) -> Option<()> {
        let read = Descriptor::read(payload)?;
        if read.begins_frame() != self.bytes.is_empty() {
            return None;
        }
        if self.bytes.is_empty() {
            self.is_key = read.begins_key_frame(payload);
            self.size = read.size(payload);
        }
        self.bytes.extend_from_slice(read.piece(payload));
        Some(())
    }

    fn finish(self: Box<Self>) -> Option<Whole> {
        let Self { is_key, size, bytes } = *self;
        (!bytes.is_empty()).then(|| Whole { is_key, size, bytes: bytes.into() })
    }
}
