//! The uniform that every shader reads, and the bind group it comes in.

use std::num::NonZeroU64;

use bevy::math::{Vec3, Vec4};
use bytemuck::{Pod, Zeroable};
use wgpu::{BindGroup, BindGroupLayout, Buffer, Device, Queue, ShaderStages};

use super::Shot;
use super::state_texture::StateTexture;
use crate::draw::panes::MOST_PANES;
use crate::draw::sun::SkyLight;

/// Distance at which haze takes over for an eye on the ground, metres.
const HAZE_DISTANCE_M: f32 = 9_000.0;
/// How much farther that is for each metre that the eye stands above the ground: from high up, all of the park is far,
/// and none of it may fade.
const HAZE_GAIN: f32 = 5.0;

/// As `Frame` in frame.wgsl.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct FrameUniform {
    clip_from_world: [[f32; 4]; 4],
    eye: [f32; 4],
    sun: [f32; 4],
    sun_light: [f32; 4],
    sky_light: [f32; 4],
    ground_bounce: [f32; 4],
    ground_light: [f32; 4],
    shadow: [f32; 4],
    zenith: [f32; 4],
    haze: [f32; 4],
    ray_right: [f32; 4],
    ray_up: [f32; 4],
    ray_forward: [f32; 4],
    screen: [f32; 4],
    marked: [f32; 4],
}

impl FrameUniform {
    /// Of one pane, of this size.
    pub(super) fn new(shot: &Shot, pane: usize, light: &SkyLight, size: (u32, u32)) -> Self {
        let (width, height) = (size.0.max(1) as f32, size.1.max(1) as f32);
        let (aspect, view) = (width / height, shot.panes.view(pane, &shot.view));
        let (right, up) = view.ray_axes(aspect);
        let pixel_m = 2.0 * (view.fov_y_rad / 2.0).tan() / height;
        // No slot is negative.
        let [fifth, marked @ ..] = shot.panes.stand(pane).slots.map(|slot| slot.map_or(-1.0, |slot| slot as f32));
        let time_secs = if shot.quality.fine { shot.time_secs } else { 0.0 };
        let pack = |xyz: Vec3, w: f32| Vec4::from((xyz, w)).to_array();
        Self {
            clip_from_world: view.clip_from_world(aspect).to_cols_array_2d(),
            eye: pack(view.eye, pixel_m),
            sun: pack(light.towards, light.night),
            sun_light: pack(light.sun, 0.0),
            sky_light: pack(light.sky, 0.0),
            ground_bounce: pack(light.bounce, 0.0),
            ground_light: pack(light.ground, time_secs),
            shadow: pack(light.shadow, 0.0),
            zenith: pack(light.zenith, 0.0),
            haze: pack(light.haze, 1.0 / (HAZE_DISTANCE_M + HAZE_GAIN * view.eye.y.max(0.0))),
            ray_right: pack(right, 0.0),
            ray_up: pack(up, 0.0),
            ray_forward: pack(view.forward, 0.0),
            screen: [width, height, fifth, 0.0],
            marked,
        }
    }
}

/// Bytes from one pane's uniform to the next: what every device can begin a binding at.
const STRIDE: u32 = (size_of::<FrameUniform>() as u32).next_multiple_of(256);

const UNIFORM_BYTES: Option<NonZeroU64> = NonZeroU64::new(size_of::<FrameUniform>() as u64);

/// The uniforms of all panes in one buffer, bound together with the states' texture.
#[derive(Debug)]
pub(super) struct FrameBuffer {
    buffer: Buffer,
    layout: BindGroupLayout,
    group: BindGroup,
}

impl FrameBuffer {
    pub(super) fn new(device: &Device, states: &StateTexture) -> Self {
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("frame"),
            size: u64::from(STRIDE) * MOST_PANES as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("frame"),
            entries: &[
                wgpu::BindGroupLayoutEntry {
                    binding: 0,
                    visibility: ShaderStages::VERTEX_FRAGMENT,
                    ty: wgpu::BindingType::Buffer {
                        ty: wgpu::BufferBindingType::Uniform,
                        has_dynamic_offset: true,
                        min_binding_size: UNIFORM_BYTES,
                    },
                    count: None,
                },
                wgpu::BindGroupLayoutEntry {
                    binding: 1,
                    visibility: ShaderStages::VERTEX,
                    ty: wgpu::BindingType::Texture {
                        sample_type: wgpu::TextureSampleType::Uint,
                        view_dimension: wgpu::TextureViewDimension::D2,
                        multisampled: false,
                    },
                    count: None,
                },
            ],
        });
        let group = group(device, &layout, &buffer, states);
        Self { buffer, layout, group }
    }

    /// Binds a texture that was made anew.
    pub(super) fn bind(&mut self, device: &Device, states: &StateTexture) {
        self.group = group(device, &self.layout, &self.buffer, states);
    }

    /// Writes a pane's uniform.
    pub(super) fn write(&self, queue: &Queue, pane: u32, uniform: &FrameUniform) {
        queue.write_buffer(&self.buffer, u64::from(Self::offset(pane)), bytemuck::bytes_of(uniform));
    }

    /// Where a pane's uniform begins, for whoever binds the group.
    pub(super) const fn offset(pane: u32) -> u32 {
        pane * STRIDE
    }

    pub(super) const fn layout(&self) -> &BindGroupLayout {
        &self.layout
    }

    pub(super) const fn group(&self) -> &BindGroup {
        &self.group
    }
}

fn group(device: &Device, layout: &BindGroupLayout, buffer: &Buffer, states: &StateTexture) -> BindGroup {
    let uniform = wgpu::BufferBinding { buffer, offset: 0, size: UNIFORM_BYTES };
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("frame"),
        layout,
        entries: &[
            wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(uniform) },
            wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::TextureView(states.view()) },
        ],
    })
}
