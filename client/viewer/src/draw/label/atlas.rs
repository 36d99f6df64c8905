//! The glyphs' atlas: each glyph once, its coverage and a halo around it.

use std::collections::{BTreeMap, HashMap};

use fontdue::{Font, FontSettings};

use super::FontFace;

/// Width and height of the atlas, texels.
pub const ATLAS_SIDE: u32 = 1024;

/// Texels around a glyph for its halo.
const HALO: usize = 3;

/// A font that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the font of face {face:?} cannot be read: {reason}")]
pub struct UnreadableFont {
    /// For which face.
    pub face: FontFace,
    /// What the reader said.
    pub reason: String,
}

/// Whole rows of the atlas.
#[derive(Debug, Clone)]
pub struct AtlasRows {
    /// The first row.
    pub first: u32,
    /// Coverage and halo of each texel, row by row.
    pub texels: Vec<[u8; 2]>,
}

impl AtlasRows {
    /// Rows that hold these and, where these do not, the older ones.
    pub(super) fn over(self, older: Self) -> Self {
        let first = self.first.min(older.first);
        let end = |rows: &Self| rows.first as usize * ATLAS_SIDE as usize + rows.texels.len();
        let mut texels = vec![[0, 0]; end(&self).max(end(&older)) - (first * ATLAS_SIDE) as usize];
        for rows in [older, self] {
            let start = ((rows.first - first) * ATLAS_SIDE) as usize;
            texels[start..start + rows.texels.len()].copy_from_slice(&rows.texels);
        }
        Self { first, texels }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct GlyphKey {
    pub(super) face: FontFace,
    pub(super) character: char,
    pub(super) size_px: u8,
}

/// A glyph's place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    /// Left, bottom, right, top from the pen on the baseline, pixels, halo included.
    pub(super) quad: [f32; 4],
    /// Left, top, right, bottom in the atlas, 0 to 65535.
    pub(super) uv: [u16; 4],
    /// By how much the pen moves on, pixels.
    pub(super) advance: f32,
}

/// Fonts, and the glyphs that have been drawn of them. When it is full it begins anew.
#[derive(Debug)]
pub(super) struct Atlas {
    fonts: BTreeMap<FontFace, Font>,
    glyphs: HashMap<GlyphKey, Glyph>,
    texels: Vec<[u8; 2]>,
    /// Where the next glyph goes, and the height of the shelf it goes on.
    pen: (usize, usize),
    shelf: usize,
    /// First and last row that have not been taken.
    dirty: Option<(usize, usize)>,
}

impl Default for Atlas {
    fn default() -> Self {
        Self {
            fonts: BTreeMap::new(),
            glyphs: HashMap::new(),
            texels: vec![[0, 0]; (ATLAS_SIDE * ATLAS_SIDE) as usize],
            pen: (0, 0),
            shelf: 0,
            dirty: None,
        }
    }
}

impl Atlas {
    pub(super) fn has(&self, face: FontFace) -> bool {
        self.fonts.contains_key(&face)
    }

    pub(super) fn add_font(&mut self, face: FontFace, bytes: &[u8]) -> Result<(), UnreadableFont> {
        let font = Font::from_bytes(bytes, FontSettings::default())
            .map_err(|reason| UnreadableFont { face, reason: reason.to_owned() })?;
        self.fonts.insert(face, font);
        // Glyphs of a stand-in are drawn again in the face that they belong to.
        self.clear();
        Ok(())
    }

    fn clear(&mut self) {
        self.glyphs.clear();
        self.pen = (0, 0);
        self.shelf = 0;
    }

    /// The font that draws `character` for texts of `face`.
    fn font(&self, face: FontFace, character: char) -> Option<&Font> {
        let own = self.fonts.get(&face).filter(|font| font.has_glyph(character));
        own.or_else(|| self.fonts.values().find(|font| font.has_glyph(character)))
    }

    /// The width of a text, pixels; none where no character of it can be drawn.
    pub(super) fn width(&self, face: FontFace, text: &str, size_px: f32) -> Option<f32> {
        let advance = |character| Some(self.font(face, character)?.metrics(character, size_px.round()).advance_width);
        let advances: Vec<f32> = text.chars().filter_map(advance).collect();
        (!advances.is_empty()).then(|| advances.iter().sum())
    }

    /// The glyph, drawn now if it has not been before.
    pub(super) fn glyph(&mut self, key: GlyphKey) -> Option<Glyph> {
        if let Some(glyph) = self.glyphs.get(&key) {
            return Some(*glyph);
        }
        let font = self.font(key.face, key.character)?;
        let (metrics, coverage) = font.rasterize(key.character, f32::from(key.size_px));
        let (width, height) = (metrics.width + 2 * HALO, metrics.height + 2 * HALO);
        if metrics.width == 0 {
            let glyph = Glyph { quad: [0.0; 4], uv: [0; 4], advance: metrics.advance_width };
            self.glyphs.insert(key, glyph);
            return Some(glyph);
        }
        let (x, y) = self.room(width, height)?;
        self.draw(&coverage, metrics.width, (x, y), (width, height));
        let scale = |texel: usize| (texel * 65_535 / ATLAS_SIDE as usize) as u16;
        let halo = HALO as f32;
        let (left, bottom) = (metrics.xmin as f32 - halo, metrics.ymin as f32 - halo);
        let glyph = Glyph {
            quad: [left, bottom, left + width as f32, bottom + height as f32],
            uv: [scale(x), scale(y), scale(x + width), scale(y + height)],
            advance: metrics.advance_width,
        };
        self.glyphs.insert(key, glyph);
        Some(glyph)
    }

    /// A free place of this size.
    fn room(&mut self, width: usize, height: usize) -> Option<(usize, usize)> {
        let side = ATLAS_SIDE as usize;
        if width > side || height > side {
            return None;
        }
        if self.pen.0 + width > side {
            self.pen = (0, self.pen.1 + self.shelf);
            self.shelf = 0;
        }
        if self.pen.1 + height > side {
            // Labels already laid out with the old places look wrong until they are laid out again, which any movement
            // does; a thousand different glyphs have to be on the screen for this.
            self.clear();
        }
        let place = self.pen;
        self.pen.0 += width;
        self.shelf = self.shelf.max(height);
        Some(place)
    }

    /// Writes a glyph with its halo: coverage grown by two texels with a soft edge.
    fn draw(&mut self, coverage: &[u8], glyph_width: usize, at: (usize, usize), size: (usize, usize)) {
        let glyph_height = coverage.len() / glyph_width;
        let covered = |x: isize, y: isize| {
            let inside = x >= 0 && y >= 0 && (x as usize) < glyph_width && (y as usize) < glyph_height;
            if inside { coverage[y as usize * glyph_width + x as usize] } else { 0 }
        };
        let reach = HALO as isize;
        for row in 0..size.1 {
            for column in 0..size.0 {
                let (x, y) = (column as isize - reach, row as isize - reach);
                let mut halo = 0.0f32;
                for dy in -reach..=reach {
                    for dx in -reach..=reach {
                        let distance = ((dx * dx + dy * dy) as f32).sqrt();
                        let weight = (2.9 - distance).clamp(0.0, 1.0);
                        halo = halo.max(f32::from(covered(x + dx, y + dy)) * weight);
                    }
                }
                self.texels[(at.1 + row) * ATLAS_SIDE as usize + at.0 + column] = [covered(x, y), halo as u8];
            }
        }
        let (first, last) = self.dirty.unwrap_or((at.1, at.1));
        self.dirty = Some((first.min(at.1), last.max(at.1 + size.1 - 1)));
    }

    /// The rows that have changed since this was last asked.
    pub(super) fn take_rows(&mut self) -> Option<AtlasRows> {
        let (first, last) = self.dirty.take()?;
        let side = ATLAS_SIDE as usize;
        Some(AtlasRows { first: first as u32, texels: self.texels[first * side..(last + 1) * side].to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_font_is_refused() {
        let error = Atlas::default().add_font(FontFace::Jp, b"not a font").expect_err("no font");
        assert_eq!(error.face, FontFace::Jp);
    }

    #[test]
    fn a_glyph_has_a_halo_around_it() {
        let mut atlas = Atlas::default();
        atlas.draw(&[255], 1, (0, 0), (1 + 2 * HALO, 1 + 2 * HALO));
        let texel = |x: usize, y: usize| atlas.texels[y * ATLAS_SIDE as usize + x];
        assert_eq!(texel(HALO, HALO), [255, 255]);
        assert_eq!(texel(HALO + 1, HALO), [0, 255], "one texel away");
        assert_eq!(texel(0, 0), [0, 0], "the corner is further than the halo reaches");
        let rows = atlas.take_rows().unwrap();
        assert_eq!((rows.first, rows.texels.len()), (0, (1 + 2 * HALO) * ATLAS_SIDE as usize));
        assert!(atlas.take_rows().is_none(), "taken once");
    }

    #[test]
    fn places_do_not_overlap_and_begin_anew_when_full() {
        let mut atlas = Atlas::default();
        let places: Vec<_> = (0..200).filter_map(|_| atlas.room(100, 50)).collect();
        for (index, a) in places.iter().enumerate() {
            for b in &places[index + 1..] {
                assert!(a.0.abs_diff(b.0) >= 100 || a.1.abs_diff(b.1) >= 50, "{a:?} and {b:?}");
            }
        }
        assert_eq!(places.len(), 200);
        assert_eq!(atlas.room(100, 50), Some((0, 0)), "the 201st begins anew");
        assert_eq!(atlas.room(2_000, 10), None, "wider than the atlas");
    }

    #[test]
    fn newer_rows_lie_over_older_ones() {
        let rows = |first: u32, count: usize, value: u8| AtlasRows {
            first,
            texels: vec![[value, value]; count * ATLAS_SIDE as usize],
        };
        let both = rows(2, 2, 9).over(rows(0, 3, 5));
        assert_eq!((both.first, both.texels.len()), (0, 4 * ATLAS_SIDE as usize));
        assert_eq!((both.texels[0], both.texels[2 * ATLAS_SIDE as usize]), ([5, 5], [9, 9]));
    }
}
