//! Marks: what is to be seen from however far, such as people and what they point at. Their size is in metres near by and in
//! pixels far away.

use bevy::prelude::Resource;
use bytemuck::{Pod, Zeroable};

/// A corner of a mark's triangle.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct MarkVertex {
    /// Where the mark is, world space.
    pub anchor: [f32; 3],
    /// From there to the corner, in sizes of the mark.
    pub offset: [f32; 3],
    /// The mark's size: metres, and the pixels that it has at least.
    pub size: [f32; 2],
    /// sRGB and opacity.
    pub colour: [u8; 4],
}

/// The marks that are drawn over the park, three vertices a triangle: what comes later covers what comes before. Triangles
/// are seen from where they turn left.
#[derive(Resource, Debug, Default)]
pub struct Marks {
    next: Option<Vec<MarkVertex>>,
    any: bool,
}

impl Marks {
    /// Draws these in place of those before, from the next frame on.
    pub fn draw(&mut self, vertices: Vec<MarkVertex>) {
        if self.any || !vertices.is_empty() {
            self.any = !vertices.is_empty();
            self.next = Some(vertices);
        }
    }

    pub(super) fn take(&mut self) -> Option<Vec<MarkVertex>> {
        self.next.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_marks_after_none_are_no_change() {
        let mut marks = Marks::default();
        marks.draw(Vec::new());
        assert!(marks.take().is_none());
        marks.draw(vec![MarkVertex::zeroed()]);
        assert_eq!(marks.take().map(|marks| marks.len()), Some(1));
        assert!(marks.take().is_none(), "they are handed over once");
        marks.draw(Vec::new());
        assert_eq!(marks.take().map(|marks| marks.len()), Some(0), "and taken away once");
        marks.draw(Vec::new());
        assert!(marks.take().is_none());
    }
}
