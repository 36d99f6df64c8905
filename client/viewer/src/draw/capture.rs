//! Pictures of what is shown, for tests and for the command line.

use std::sync::mpsc::{Receiver, Sender, channel};

use bevy::prelude::Resource;

/// A picture: sRGB and opacity, four bytes a pixel, rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The pixels.
    pub rgba: Vec<u8>,
}

/// A picture that was asked for.
#[derive(Debug)]
pub(super) struct CaptureRequest {
    pub(super) size: (u32, u32),
    pub(super) reply: Sender<Picture>,
}

/// Takes requests for pictures. They need no window.
#[derive(Resource, Debug, Default)]
pub struct Captures {
    asked: Vec<CaptureRequest>,
}

impl Captures {
    /// Asks for a picture of the next frame. It comes with that frame on native, some frames later in a browser.
    pub fn ask(&mut self, width: u32, height: u32) -> Receiver<Picture> {
        let (reply, pictures) = channel();
        self.asked.push(CaptureRequest { size: (width, height), reply });
        pictures
    }

    /// The size of the picture that labels have to be laid out for, if one was asked for.
    pub(super) fn size(&self) -> Option<(u32, u32)> {
        self.asked.last().map(|request| request.size)
    }

    pub(super) fn take(&mut self) -> Vec<CaptureRequest> {
        std::mem::take(&mut self.asked)
    }
}
