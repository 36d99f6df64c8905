//! The texture of the features' states.

use wgpu::{Device, Extent3d, Queue, Texture, TextureView};

use crate::draw::states::ROW;

/// 1024 texels a row; it grows by doubling.
#[derive(Debug)]
pub(super) struct StateTexture {
    texture: Texture,
    view: TextureView,
    rows: u32,
    /// What was written, to be written again into a larger texture.
    written: Vec<(u32, Vec<[u8; 4]>)>,
}

impl StateTexture {
    pub(super) fn new(device: &Device, rows: u32) -> Self {
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("feature states"),
            size: Extent3d { width: ROW, height: rows, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Uint,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        Self { texture, view, rows, written: Vec::new() }
    }

    pub(super) const fn view(&self) -> &TextureView {
        &self.view
    }

    /// Makes room for `slots`; true if the texture is another one now.
    pub(super) fn grow(&mut self, device: &Device, queue: &Queue, slots: u32) -> bool {
        let needed = slots / ROW + 1;
        if needed <= self.rows {
            return false;
        }
        let written = std::mem::take(&mut self.written);
        *self = Self::new(device, needed.next_power_of_two());
        self.write(queue, &written);
        true
    }

    pub(super) fn write(&mut self, queue: &Queue, rows: &[(u32, Vec<[u8; 4]>)]) {
        for (row, texels) in rows.iter().filter(|(row, _)| *row < self.rows) {
            queue.write_texture(
                wgpu::TexelCopyTextureInfo {
                    texture: &self.texture,
                    mip_level: 0,
                    origin: wgpu::Origin3d { x: 0, y: *row, z: 0 },
                    aspect: wgpu::TextureAspect::All,
                },
                bytemuck::cast_slice(texels),
                wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(ROW * 4), rows_per_image: None },
                Extent3d { width: ROW, height: 1, depth_or_array_layers: 1 },
            );
            self.written.retain(|(kept, _)| kept != row);
            self.written.push((*row, texels.clone()));
        }
    }
}
