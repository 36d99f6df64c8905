//! Pictures of the park, looked at by number.

use std::collections::BTreeMap;
use std::path::Path;

use image::{DynamicImage, RgbImage};

/// A picture.
#[derive(Debug, Clone)]
pub struct Picture(RgbImage);

impl Picture {
    /// Reads a PNG.
    pub fn from_png(bytes: &[u8]) -> Self {
        let image = image::load_from_memory_with_format(bytes, image::ImageFormat::Png).expect("the picture is a PNG");
        Self(image.to_rgb8())
    }

    /// Reads a PNG file.
    pub fn read(file: &Path) -> Self {
        Self::from_png(&std::fs::read(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display())))
    }

    /// Writes a PNG file.
    pub fn write(&self, file: &Path) {
        DynamicImage::from(self.0.clone()).save(file).expect("the picture can be written");
    }

    /// Width and height, pixels.
    pub fn size(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    /// The share of the picture that its most frequent colour covers, colours being told apart coarsely: 1 is blank.
    pub fn blankness(&self) -> f64 {
        let mut counts: BTreeMap<[u8; 3], u32> = BTreeMap::new();
        for pixel in self.0.pixels() {
            *counts.entry(pixel.0.map(|channel| channel >> 4)).or_default() += 1;
        }
        let most = counts.values().copied().max().unwrap_or_default();
        f64::from(most) / f64::from(self.0.width() * self.0.height()).max(1.0)
    }

    /// The left and the right half, which are of one size.
    pub fn halves(&self) -> [Self; 2] {
        let (width, height) = (self.0.width() / 2, self.0.height());
        [0, width].map(|left| Self(image::imageops::crop_imm(&self.0, left, 0, width, height).to_image()))
    }

    /// The cells of a grid of so many columns and rows, by rows, all of one size.
    pub fn cells(&self, columns: u32, rows: u32) -> Vec<Self> {
        let (width, height) = (self.0.width() / columns, self.0.height() / rows);
        let crop = |left: u32, top: u32| image::imageops::crop_imm(&self.0, left, top, width, height).to_image();
        (0..columns * rows)
            .map(|cell| (cell % columns * self.0.width() / columns, cell / columns * self.0.height() / rows))
            .map(|(left, top)| Self(crop(left, top)))
            .collect()
    }

    /// The part of it from the upper left that is of this size, or as much of that as there is.
    #[must_use]
    pub fn cut(&self, (width, height): (u32, u32)) -> Self {
        Self(image::imageops::crop_imm(&self.0, 0, 0, width, height).to_image())
    }

    /// How many colours there are, told apart coarsely.
    pub fn colours(&self) -> usize {
        let coarse = self.0.pixels().map(|pixel| pixel.0.map(|channel| channel >> 4));
        coarse.collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// The share of pixels in which a channel differs by more than `tolerance` of 255.
pub fn difference(one: &Picture, other: &Picture, tolerance: u8) -> f64 {
    assert_eq!(one.size(), other.size(), "pictures of different sizes cannot be compared");
    let pairs = one.0.pixels().zip(other.0.pixels());
    let differs =
        |(a, b): &(&image::Rgb<u8>, &image::Rgb<u8>)| a.0.iter().zip(b.0).any(|(x, y)| x.abs_diff(y) > tolerance);
    let (all, different) = (one.0.len() / 3, pairs.filter(differs).count());
    different as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(paint: impl Fn(u32, u32) -> [u8; 3]) -> Picture {
        Picture(RgbImage::from_fn(10, 10, |x, y| image::Rgb(paint(x, y))))
    }

    #[test]
    fn blank_is_told_from_painted() {
        assert!(picture(|_, _| [9, 9, 9]).blankness() > 0.99);
        let halves = picture(|x, _| if x < 5 { [0, 0, 0] } else { [255, 0, 0] });
        assert!((halves.blankness() - 0.5).abs() < 1e-9);
        assert_eq!(halves.colours(), 2);
        assert_eq!(halves.cut((4, 7)).size(), (4, 7));
        let cells = halves.cells(2, 5);
        assert_eq!((cells.len(), cells[2].size(), cells[2].colours()), (10, (5, 2), 1));
        assert!(difference(&cells[0], &cells[1], 8) > 0.99 && difference(&cells[1], &cells[9], 8) < 0.01);
    }

    #[test]
    fn difference_counts_pixels_beyond_the_tolerance() {
        let one = picture(|_, _| [100, 100, 100]);
        let other = picture(|x, y| if (x, y) == (3, 3) { [100, 160, 100] } else { [104, 100, 100] });
        for (tolerance, share) in [(8, 0.01), (2, 1.0)] {
            assert!((difference(&one, &other, tolerance) - share).abs() < 1e-9, "tolerance {tolerance}");
        }
    }
}
