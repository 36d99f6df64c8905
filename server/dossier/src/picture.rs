//! Pictures from someone else, looked at before they are kept.

use typst::foundations::Bytes;
use typst::visualize::{ExchangeFormat, RasterImage};

/// A picture from the viewer.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// A PNG.
    pub png: Vec<u8>,
    /// What it shows, in the words of who asked; may be empty.
    pub caption: String,
}

/// Why a picture is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPicture {
    /// It does not begin as a PNG does.
    #[error("is no PNG")]
    NoPng,
    /// It says that it has too many pixels, or none. It is not unpacked to find out.
    #[error("has {width} × {height} pixels, and 1 to {most} are taken")]
    Size {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// Pixels at most.
        most: u64,
    },
    /// It cannot be unpacked.
    #[error("cannot be read: {0}")]
    Damaged(String),
}

impl Picture {
    /// Checks that it is a PNG that can be set, of at most so many pixels.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, most_pixels: u64) -> Result<(), InvalidPicture> {
        let (width, height) = size(&self.png).ok_or(InvalidPicture::NoPng)?;
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > most_pixels {
            return Err(InvalidPicture::Size { width, height, most: most_pixels });
        }
        let read = RasterImage::plain(Bytes::new(self.png.clone()), ExchangeFormat::Png);
        read.map(|_| ()).map_err(|problem| InvalidPicture::Damaged(problem.to_string()))
    }
}

/// The size that a PNG announces (PNG, third edition, 5.2 and 11.2.1).
fn size(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::PNG;

    fn check(png: &[u8], most: u64) -> Result<(), InvalidPicture> {
        Picture { png: png.to_vec(), caption: String::new() }.check(most)
    }

    #[test]
    fn only_pictures_that_can_be_set_are_taken() {
        assert_eq!(check(PNG, 1), Ok(()));
        assert_eq!(check(b"GIF89a", 10), Err(InvalidPicture::NoPng));
        assert_eq!(check(&PNG[..20], 10), Err(InvalidPicture::NoPng));
        assert!(matches!(check(&PNG[..40], 10), Err(InvalidPicture::Damaged(_))));
        let mut large = PNG.to_vec();
        large[16..20].copy_from_slice(&40_000_u32.to_be_bytes());
        let refused = Err(InvalidPicture::Size { width: 40_000, height: 1, most: 30_000 });
        assert_eq!(check(&large, 30_000), refused, "what it announces is enough");
        large[16..20].copy_from_slice(&0_u32.to_be_bytes());
        assert!(matches!(check(&large, 10), Err(InvalidPicture::Size { width: 0, .. })));
    }
}
