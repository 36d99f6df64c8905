//! The renderer proper. It knows wgpu and nothing of Bevy's world, so a test can draw with it alone.

mod buffers;
mod frame;
mod marks;
mod passes;
mod pipelines;
mod readback;
mod shaders;
mod state_texture;
mod text;
mod tree_shape;

use std::collections::{BTreeMap, HashMap};

use cloudsite_domain::tile::TileAddress;
use wgpu::{Device, Queue, TextureFormat, TextureView};

use self::buffers::{GpuMesh, GpuTile};
use self::frame::FrameUniform;
use self::marks::GpuMarks;
use self::passes::{Attachments, Pass, Pen};
use self::pipelines::{PipelineKey, Pipelines};
use self::state_texture::StateTexture;
use self::text::Text;
use super::label::LabelUpdate;
use super::mark::MarkVertex;
use super::panes::Panes;
use super::settings::{LayerVisibility, QualitySettings, View};
use super::sun::{SkyLight, Sun};
use super::tiles::TileChange;
use crate::mesh::TileMeshes;

pub use self::passes::Drawn;

/// What one frame shows, beyond the tiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shot {
    /// Where from, in the first pane.
    pub view: View,
    /// Into how many panes it is split.
    pub panes: Panes,
    /// By which light.
    pub sun: Sun,
    /// How much of it.
    pub quality: QualitySettings,
    /// Which layers.
    pub layers: LayerVisibility,
    /// Seconds since some start, for what moves.
    pub time_secs: f32,
}

/// What is drawn into: a texture of the surface or one of our own.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Its view.
    pub view: &'a TextureView,
    /// The view's format, one that encodes sRGB.
    pub format: TextureFormat,
    /// Width and height, pixels.
    pub size: (u32, u32),
}

/// Holds everything that is on the GPU, and draws it.
#[derive(Debug)]
pub struct Renderer {
    device: Device,
    queue: Queue,
    frame: frame::FrameBuffer,
    states: StateTexture,
    text: Text,
    tree_shape: tree_shape::TreeShape,
    tiles: BTreeMap<TileAddress, GpuTile>,
    /// One for each pane, or the same for all.
    overlays: Vec<Option<GpuMesh>>,
    /// The factory that is tried.
    massing: Option<GpuMesh>,
    marks: GpuMarks,
    pipelines: HashMap<PipelineKey, Pipelines>,
    attachments: Option<Attachments>,
}

impl Renderer {
    /// A renderer without tiles.
    pub fn new(device: &Device, queue: &Queue) -> Self {
        let states = StateTexture::new(device, 1);
        Self {
            frame: frame::FrameBuffer::new(device, &states),
            text: Text::new(device),
            tree_shape: tree_shape::TreeShape::new(device),
            device: device.clone(),
            queue: queue.clone(),
            states,
            tiles: BTreeMap::new(),
            overlays: Vec::new(),
            massing: None,
            marks: GpuMarks::default(),
            pipelines: HashMap::new(),
            attachments: None,
        }
    }

    pub(super) fn change(&mut self, change: TileChange) {
        match change {
            TileChange::Insert(address, meshes) => self.insert(address, &meshes),
            TileChange::Remove(address) => {
                self.tiles.remove(&address);
            }
            TileChange::Show(address, visible) => {
                if let Some(tile) = self.tiles.get_mut(&address) {
                    tile.visible = visible;
                }
            }
            TileChange::Overlay(meshes) => {
                self.overlays = meshes.iter().map(|mesh| GpuMesh::new(&self.device, "overlay", mesh)).collect();
            }
            TileChange::Massing(mesh) => self.massing = GpuMesh::new(&self.device, "massing", &mesh),
        }
    }

    /// Uploads a tile's meshes.
    pub fn insert(&mut self, address: TileAddress, meshes: &TileMeshes) {
        self.tiles.insert(address, GpuTile::new(&self.device, &self.tree_shape, meshes));
    }

    /// Writes rows of the states' texture.
    pub fn write_states(&mut self, rows: &[(u32, Vec<[u8; 4]>)], slots: u32) {
        if self.states.grow(&self.device, &self.queue, slots) {
            self.frame.bind(&self.device, &self.states);
        }
        self.states.write(&self.queue, rows);
    }

    /// Takes in labels that were laid out anew.
    pub fn write_labels(&mut self, update: &LabelUpdate) {
        self.text.write(&self.device, &self.queue, update);
    }

    /// Draws these marks in place of those before.
    pub fn write_marks(&mut self, vertices: &[MarkVertex]) {
        self.marks.write(&self.device, &self.queue, vertices);
    }

    /// Draws one frame, pane by pane, and submits it.
    pub fn draw(&mut self, target: Target, shot: &Shot) -> Drawn {
        let (light, rows) = (SkyLight::at(shot.sun), shot.panes.grid().1);
        for pane in 0..shot.panes.count() {
            let uniform = FrameUniform::new(shot, pane as usize, &light, shot.panes.size(target.size));
            self.frame.write(&self.queue, pane, &uniform);
        }
        let key = PipelineKey { format: target.format, samples: shot.quality.samples, fine: shot.quality.fine };
        let pipelines = self
            .pipelines
            .entry(key)
            .or_insert_with(|| Pipelines::new(&self.device, key, self.frame.layout(), self.text.layout()));
        if self.attachments.as_ref().is_none_or(|kept| !kept.fit(key, target.size)) {
            self.attachments = Some(Attachments::new(&self.device, key, target.size));
        }
        let Some(attachments) = &self.attachments else { return Drawn::default() };
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pen = Pen::begin(&mut encoder, attachments, target, shot);
        for pane in 0..shot.panes.count() {
            // Over places that are compared lies the same: what is laid over the whole park.
            let overlay = if shot.panes.compares() { self.overlays.last() } else { self.overlays.get(pane as usize) };
            let pass = Pass {
                pipelines,
                frame: &self.frame,
                text: &self.text,
                tree_shape: &self.tree_shape,
                tiles: &self.tiles,
                overlay: overlay.and_then(Option::as_ref),
                massing: self.massing.as_ref(),
                marks: &self.marks,
                view: shot.panes.view(pane as usize, &shot.view),
                quality: shot.quality.in_pane(1.0 / rows as f32),
                pane,
            };
            pass.encode(&mut pen, target);
        }
        let drawn = pen.end();
        self.queue.submit([encoder.finish()]);
        drawn
    }
}

#[cfg(test)]
mod tests;
