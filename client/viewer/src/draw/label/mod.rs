//! Labels: names as quads of a fixed size on the screen, the more important ones first where there is not room for all.

mod atlas;
mod place;

use std::collections::HashSet;
use std::ops::Range;

use bevy::math::DVec2;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use bytemuck::{Pod, Zeroable};
use cloudsite_domain::record::{Language, Layer};

use self::atlas::{Atlas, GlyphKey};
use self::place::{Candidate, MOST, Screen, choose};
use super::capture::Captures;
use super::panes::Panes;
use super::settings::{LayerVisibility, Shown, View};
use super::tiles::TileScene;
use crate::tiles::decoded::LabelFeature;

pub use self::atlas::{ATLAS_SIDE, AtlasRows, UnreadableFont};

/// Which Han variants a font draws: no font has all, and no text says which it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FontFace {
    /// Simplified Chinese, and Latin for every other language.
    Sc,
    /// Japanese.
    Jp,
    /// Korean.
    Kr,
}

impl FontFace {
    /// Every face.
    pub const ALL: [Self; 3] = [Self::Sc, Self::Jp, Self::Kr];

    /// The face for texts in a language.
    pub const fn of(language: Language) -> Self {
        match language {
            Language::Ja => Self::Jp,
            Language::Ko => Self::Kr,
            Language::Zh | Language::En | Language::De => Self::Sc,
        }
    }
}

/// A corner of a glyph's quad.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct LabelVertex {
    /// Where the label stands, world space.
    pub anchor: [f32; 3],
    /// Pixels right and up of the anchor.
    pub offset: [f32; 2],
    /// Place in the atlas, 0 to 65535 from its upper left corner.
    pub uv: [u16; 2],
    /// sRGB and opacity.
    pub colour: [u8; 4],
}

/// Labels as they were laid out anew.
#[derive(Debug, Clone, Default)]
pub struct LabelUpdate {
    /// Rows of the atlas that have new glyphs.
    pub atlas: Option<AtlasRows>,
    /// Four corners a glyph.
    pub vertices: Vec<LabelVertex>,
    /// Which of the glyphs stand in each view.
    pub views: Vec<Range<u32>>,
}

impl LabelUpdate {
    /// This update, with the glyphs of one that was never uploaded.
    pub(super) fn after(mut self, older: Self) -> Self {
        self.atlas = match (older.atlas, self.atlas) {
            (Some(older), Some(newer)) => Some(newer.over(older)),
            (older, newer) => newer.or(older),
        };
        self
    }
}

/// A label on the screen.
#[derive(Debug, Clone, Copy)]
struct Standing {
    id: u64,
    of: Layer,
    anchor: Vec3,
    /// Half of its box, pixels.
    half_px: Vec2,
}

impl Standing {
    fn new(shown: &Candidate) -> Self {
        Self { id: shown.id, of: shown.of, anchor: shown.anchor, half_px: shown.half }
    }
}

/// A thing that is named where one points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Named {
    /// Its layer.
    pub of: Layer,
    /// Its feature id.
    pub id: u64,
    /// Where its label stands, park metres.
    pub at: DVec2,
}

/// The labels of one view.
#[derive(Debug, Default)]
struct Sheet {
    shown: HashSet<u64>,
    standing: Vec<Standing>,
}

/// How labels are written, and what has been written.
#[derive(Resource, Debug)]
pub struct Labels {
    language: Language,
    atlas: Atlas,
    changed: bool,
    laid_out_for: Option<Seen>,
    /// Those on the screen, of each view.
    sheets: Vec<Sheet>,
    update: Option<LabelUpdate>,
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            language: Language::Zh,
            atlas: Atlas::default(),
            changed: true,
            laid_out_for: None,
            sheets: Vec::new(),
            update: None,
        }
    }
}

impl Labels {
    /// Writes labels in this language from the next frame on.
    pub fn set_language(&mut self, language: Language) {
        self.changed |= language != self.language;
        self.language = language;
    }

    /// The language of labels.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Whether texts in this language can be written in their own face.
    pub fn has_font(&self, face: FontFace) -> bool {
        self.atlas.has(face)
    }

    /// Takes a TrueType or OpenType font for a face. Until a language's own face has come, any other writes for it.
    pub fn add_font(&mut self, face: FontFace, bytes: &[u8]) -> Result<(), UnreadableFont> {
        self.changed = true;
        self.atlas.add_font(face, bytes)
    }

    /// The thing whose label is seen at a place of a pane: x and y from -1 to 1, y up. `view` is the first pane's.
    pub fn at(&self, pane: usize, place: Vec2, view: &View) -> Option<Named> {
        let Seen { panes, size, .. } = self.laid_out_for?;
        let sheet = self.sheets.get(panes.view_of(pane))?;
        let screen = Screen::new(view, &panes, pane, size);
        let place_px = place * Vec2::new(size.0 as f32, size.1 as f32) / 2.0;
        let standing = sheet.standing.iter().find(|label| {
            let seen = screen.project(label.anchor);
            seen.is_some_and(|(at, _)| (at - place_px).abs().cmple(label.half_px).all())
        })?;
        let at = DVec2::new(f64::from(standing.anchor.x), f64::from(-standing.anchor.z));
        Some(Named { of: standing.of, id: standing.id, at })
    }

    pub(super) fn take(&mut self) -> Option<LabelUpdate> {
        self.update.take()
    }

    /// Lays labels out for a view, if it is not nearly the one of last time and nothing else has changed either.
    fn lay_out<'a>(&mut self, labels: impl Iterator<Item = &'a LabelFeature> + Clone, seen: &Seen, changed: bool) {
        let same_place = self.laid_out_for.is_some_and(|before| {
            let moved_m = before.view.eye.distance(seen.view.eye);
            Seen { view: seen.view, ..before } == *seen
                && moved_m < seen.view.eye.y.abs().max(20.0) * 0.02
                && before.view.forward.dot(seen.view.forward) > 0.9999
        });
        if same_place && !changed && !self.changed {
            return;
        }
        self.changed = false;
        self.laid_out_for = Some(*seen);
        let layers = seen.layers;
        let labels = labels.filter(|label| layers.is_visible(Shown::Labels) && layers.is_visible(label.of));
        self.sheets.resize_with(seen.panes.views() as usize, Sheet::default);
        let (mut vertices, mut views) = (Vec::new(), Vec::new());
        for view in 0..self.sheets.len() {
            let first = glyphs(&vertices);
            self.lay_out_view(view, labels.clone(), seen, &mut vertices);
            views.push(first..glyphs(&vertices));
        }
        let update = LabelUpdate { atlas: self.atlas.take_rows(), vertices, views };
        self.update = Some(match self.update.take() {
            Some(older) => update.after(older),
            None => update,
        });
    }

    fn lay_out_view<'a>(
        &mut self,
        view: usize,
        labels: impl Iterator<Item = &'a LabelFeature>,
        seen: &Seen,
        vertices: &mut Vec<LabelVertex>,
    ) {
        let screen = Screen::new(&seen.view, &seen.panes, view, seen.size);
        let before = std::mem::take(&mut self.sheets[view].shown);
        let candidates = labels.filter_map(|label| self.candidate(label, &screen, seen.scale, &before)).collect();
        let chosen = choose(candidates, MOST / self.sheets.len());
        self.sheets[view] = Sheet {
            shown: chosen.iter().map(|candidate| candidate.id).collect(),
            standing: chosen.iter().map(Standing::new).collect(),
        };
        vertices.extend(chosen.iter().flat_map(|candidate| self.quads(candidate, seen.scale)));
    }

    /// The label as it would stand on the screen, if near enough.
    fn candidate(
        &self,
        label: &LabelFeature,
        screen: &Screen,
        scale: f32,
        shown_before: &HashSet<u64>,
    ) -> Option<Candidate> {
        let style = place::style(label.of)?;
        let anchor = Vec3::new(label.at.x as f32, style.lift_m, -label.at.y as f32);
        let (at, distance_m) = screen.project(anchor)?;
        let opacity = place::opacity(&style, distance_m, screen.eye.y)?;
        let text = label.names.best(self.language).or(label.code.as_deref())?;
        // A parcel is called by its code; its name would be too long for its place.
        let text = if label.of == Layer::Parcel { label.code.as_deref().unwrap_or(text) } else { text };
        let size_px = style.size_px * scale;
        let width = self.atlas.width(FontFace::of(self.language), text, size_px)?;
        let half = Vec2::new(width / 2.0 + 4.0 * scale, size_px * 0.7);
        screen.has_room(at, half).then(|| Candidate {
            id: label.id,
            of: label.of,
            text: text.to_owned(),
            anchor,
            at,
            half,
            style,
            opacity,
            distance_m,
            was_shown: shown_before.contains(&label.id),
        })
    }

    fn quads(&mut self, candidate: &Candidate, scale: f32) -> Vec<LabelVertex> {
        let face = FontFace::of(self.language);
        let size_px = (candidate.style.size_px * scale).round().clamp(8.0, 96.0) as u8;
        let [r, g, b] = candidate.style.colour;
        let colour = [r, g, b, (candidate.opacity * 255.0) as u8];
        let mut pen = -(candidate.half.x - 4.0 * scale);
        let baseline = -f32::from(size_px) * 0.35;
        let mut vertices = Vec::new();
        for character in candidate.text.chars() {
            let Some(glyph) = self.atlas.glyph(GlyphKey { face, character, size_px }) else { continue };
            let [left, bottom, right, top] = glyph.quad;
            let corners = [(left, bottom, 0, 3), (right, bottom, 2, 3), (right, top, 2, 1), (left, top, 0, 1)];
            if right > left {
                vertices.extend(corners.map(|(x, y, u, v)| LabelVertex {
                    anchor: candidate.anchor.to_array(),
                    offset: [(pen + x).round(), (baseline + y).round()],
                    uv: [glyph.uv[u], glyph.uv[v]],
                    colour,
                }));
            }
            pen += glyph.advance;
        }
        vertices
    }
}

/// The number of glyphs that these are the corners of.
fn glyphs(vertices: &[LabelVertex]) -> u32 {
    (vertices.len() / 4) as u32
}

/// What labels are laid out for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Seen {
    /// That of the first pane.
    view: View,
    panes: Panes,
    layers: LayerVisibility,
    /// Of each pane, pixels.
    size: (u32, u32),
    scale: f32,
}

/// Lays labels out anew where the view, the tiles or the language have changed.
pub(super) fn lay_out(
    mut labels: ResMut<Labels>,
    mut tiles: ResMut<TileScene>,
    view: Res<View>,
    panes: Res<Panes>,
    layers: Res<LayerVisibility>,
    captures: Res<Captures>,
    windows: Query<&Window, With<PrimaryWindow>>,
) {
    let window = windows.single().ok();
    let on_screen = window.map(|window| (window.physical_width(), window.physical_height()));
    let Some(size) = captures.size().or(on_screen) else { return };
    let scale = window.map_or(1.0, Window::scale_factor).clamp(1.0, 3.0);
    let changed = tiles.bypass_change_detection().take_labels_changed();
    let seen = Seen { view: *view, panes: *panes, layers: *layers, size: panes.size(size), scale };
    labels.bypass_change_detection().lay_out(tiles.labels(), &seen, changed);
}

#[cfg(test)]
mod tests;
