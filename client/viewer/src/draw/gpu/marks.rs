//! Marks on the GPU: one buffer, which grows when they are more than ever before.

use wgpu::{Buffer, BufferUsages, Device, Queue};

use crate::draw::mark::MarkVertex;

/// Room for so many vertices to begin with.
const FIRST_ROOM: usize = 1_024;

/// What is drawn of marks.
#[derive(Debug, Default)]
pub(super) struct GpuMarks {
    buffer: Option<Buffer>,
    room: usize,
    count: usize,
}

impl GpuMarks {
    pub(super) fn write(&mut self, device: &Device, queue: &Queue, vertices: &[MarkVertex]) {
        self.count = vertices.len();
        if vertices.is_empty() {
            return;
        }
        if self.room < vertices.len() {
            self.room = vertices.len().next_power_of_two().max(FIRST_ROOM);
            self.buffer = Some(device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("marks"),
                size: (self.room * size_of::<MarkVertex>()) as u64,
                usage: BufferUsages::VERTEX | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }));
        }
        if let Some(buffer) = &self.buffer {
            queue.write_buffer(buffer, 0, bytemuck::cast_slice(vertices));
        }
    }

    /// The vertices, and how many there are; none where nothing is to be drawn.
    pub(super) fn vertices(&self) -> Option<(&Buffer, u32)> {
        self.buffer.as_ref().filter(|_| self.count > 0).map(|buffer| (buffer, self.count as u32))
    }
}
