//! A frame drawn into a texture of our own and read back.

use std::sync::mpsc::Sender;

use wgpu::{Extent3d, TextureFormat};

use super::{Drawn, Renderer, Shot, Target};
use crate::draw::capture::Picture;

const FORMAT: TextureFormat = TextureFormat::Rgba8UnormSrgb;

impl Renderer {
    /// Draws a frame of `size` pixels and sends it to `reply` when the GPU has handed it over: before this returns on
    /// native, some frames later in a browser. A receiver that is gone is no error.
    pub fn capture(&mut self, size: (u32, u32), shot: &Shot, reply: Sender<Picture>) -> Drawn {
        let (width, height) = (size.0.max(1), size.1.max(1));
        let extent = Extent3d { width, height, depth_or_array_layers: 1 };
        let texture = self.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("capture"),
            size: extent,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let drawn = self.draw(Target { view: &view, format: FORMAT, size: (width, height) }, shot);

        let row_bytes = (width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("capture"),
            size: u64::from(row_bytes * height),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &buffer,
                layout: wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row_bytes), rows_per_image: None },
            },
            extent,
        );
        self.queue.submit([encoder.finish()]);
        let mapped = buffer.clone();
        buffer.slice(..).map_async(wgpu::MapMode::Read, move |result| {
            if result.is_ok() {
                let rgba = mapped
                    .slice(..)
                    .get_mapped_range()
                    .chunks(row_bytes as usize)
                    .flat_map(|row| row[..width as usize * 4].iter().copied())
                    .collect();
                let picture = Picture { width, height, rgba };
                // Whoever asked may have gone; then nobody misses it.
                drop(reply.send(picture));
            }
        });
        // In a browser this does nothing: the page's event loop hands the picture over.
        if let Err(error) = self.device.poll(wgpu::PollType::wait_indefinitely()) {
            bevy::log::warn!("the GPU did not finish a capture: {error}");
        }
        drawn
    }
}
