//! The renderer proper. It knows wgpu and nothing of Bevy's world, so a test can draw with it alone.

mod buffers;
mod frame;
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
use self::passes::{Attachments, Pass};
use self::pipelines::{PipelineKey, Pipelines};
use self::state_texture::StateTexture;
use self::text::Text;
use super::label::LabelUpdate;
use super::settings::{LayerVisibility, Panes, QualitySettings, View};
use super::sun::{SkyLight, Sun};
use super::tiles::TileChange;
use crate::mesh::TileMeshes;

pub use self::passes::Drawn;

/// What one frame shows, beyond the tiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shot {
    /// Where from.
    pub view: View,
    /// How often beside each other.
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
    /// One for each pane, from the left.
    overlays: Vec<Option<GpuMesh>>,
    /// The factory that is tried.
    massing: Option<GpuMesh>,
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

    /// Draws one frame, pane by pane, and submits it.
    pub fn draw(&mut self, target: Target, shot: &Shot) -> Drawn {
        let uniform = FrameUniform::new(shot, &SkyLight::at(shot.sun), shot.panes.size(target.size));
        self.frame.write(&self.queue, &uniform);
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
        let mut drawn = Drawn::default();
        for pane in 0..shot.panes.count() {
            let pass = Pass {
                pipelines,
                attachments,
                frame: &self.frame,
                text: &self.text,
                tree_shape: &self.tree_shape,
                tiles: &self.tiles,
                overlay: self.overlays.get(pane as usize).and_then(Option::as_ref),
                massing: self.massing.as_ref(),
                pane,
            };
            drawn += pass.encode(&mut encoder, target, shot);
        }
        self.queue.submit([encoder.finish()]);
        drawn
    }
}

#[cfg(test)]
mod tests;
