//! Labels on the GPU: the glyphs' atlas and one buffer of quads.

use std::ops::Range;

use wgpu::util::DeviceExt;
use wgpu::{BindGroup, BindGroupLayout, Buffer, BufferUsages, Device, Extent3d, Queue, Texture};

use crate::draw::label::{ATLAS_SIDE, LabelUpdate};

/// What is drawn of labels.
#[derive(Debug)]
pub(super) struct Text {
    layout: BindGroupLayout,
    atlas: Texture,
    group: BindGroup,
    /// Corners, indices, and which of these each view has.
    quads: Option<(Buffer, Buffer, Vec<Range<u32>>)>,
}

/// The buffers of all labels' quads, and the indices of those in one view.
pub(super) struct Quads<'a> {
    pub(super) group: &'a BindGroup,
    pub(super) vertices: &'a Buffer,
    pub(super) indices: &'a Buffer,
    pub(super) range: Range<u32>,
}

impl Text {
    pub(super) fn new(device: &Device) -> Self {
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("labels"),
            entries: &[
                wgpu::BindGroupLayoutEntry {
                    binding: 0,
                    visibility: wgpu::ShaderStages::FRAGMENT,
                    ty: wgpu::BindingType::Texture {
                        sample_type: wgpu::TextureSampleType::Float { filterable: true },
                        view_dimension: wgpu::TextureViewDimension::D2,
                        multisampled: false,
                    },
                    count: None,
                },
                wgpu::BindGroupLayoutEntry {
                    binding: 1,
                    visibility: wgpu::ShaderStages::FRAGMENT,
                    ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
                    count: None,
                },
            ],
        });
        let atlas = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("glyphs"),
            size: Extent3d { width: ATLAS_SIDE, height: ATLAS_SIDE, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rg8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        let view = atlas.create_view(&wgpu::TextureViewDescriptor::default());
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("labels"),
            layout: &layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(&view) },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(&sampler) },
            ],
        });
        Self { layout, atlas, group, quads: None }
    }

    pub(super) const fn layout(&self) -> &BindGroupLayout {
        &self.layout
    }

    /// The labels of a view, if it has any.
    pub(super) fn quads(&self, view: usize) -> Option<Quads<'_>> {
        let (vertices, indices, ranges) = self.quads.as_ref()?;
        let range = ranges.get(view).filter(|range| !range.is_empty())?.clone();
        Some(Quads { group: &self.group, vertices, indices, range })
    }

    pub(super) fn write(&mut self, device: &Device, queue: &Queue, update: &LabelUpdate) {
        if let Some(rows) = &update.atlas {
            queue.write_texture(
                wgpu::TexelCopyTextureInfo {
                    texture: &self.atlas,
                    mip_level: 0,
                    origin: wgpu::Origin3d { x: 0, y: rows.first, z: 0 },
                    aspect: wgpu::TextureAspect::All,
                },
                bytemuck::cast_slice(&rows.texels),
                wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(ATLAS_SIDE * 2), rows_per_image: None },
                Extent3d { width: ATLAS_SIDE, height: rows.texels.len() as u32 / ATLAS_SIDE, depth_or_array_layers: 1 },
            );
        }
        let quads = update.vertices.len() as u32 / 4;
        let indices: Vec<u32> =
            (0..quads).flat_map(|quad| [0, 1, 2, 0, 2, 3].map(|corner| quad * 4 + corner)).collect();
        let buffer = |contents: &[u8], usage| {
            device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some("labels"), contents, usage })
        };
        self.quads = (quads > 0).then(|| {
            (
                buffer(bytemuck::cast_slice(&update.vertices), BufferUsages::VERTEX),
                buffer(bytemuck::cast_slice(&indices), BufferUsages::INDEX),
                update.views.iter().map(|quads| quads.start * 6..quads.end * 6).collect(),
            )
        });
    }
}
