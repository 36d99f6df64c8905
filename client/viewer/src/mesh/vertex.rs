//! Vertices as they lie in the GPU's buffers.

use bytemuck::{Pod, Zeroable};

/// How the ground shader treats a vertex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum GroundKind {
    /// One colour.
    Plain = 0,
    /// A carriageway: `across` is metres from the centre line and metres along it, `colour[3]` its half width in quarter
    /// metres.
    Road = 1,
    /// Water.
    Water = 2,
    /// A band along an edge: `across` is the direction inwards, unit length times mitre, at its inner side and zero at
    /// its outer one; `colour[3]` is its width in tenths of a metre, widened by the shader to a pixel and a half.
    Outline = 3,
    /// Track at grade: `across` as for roads.
    Track = 4,
    /// A parcel's fill.
    Parcel = 5,
    /// A zone's fill: tinted only lightly when selected, since all that is on it has to be read.
    Zone = 6,
}

/// A vertex of a ground mesh.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct GroundVertex {
    /// World x and z, metres.
    pub position: [f32; 2],
    /// By kind, see [`GroundKind`].
    pub across: [f32; 2],
    /// sRGB, and a parameter by kind.
    pub colour: [u8; 4],
    /// The feature's slot in the upper 24 bits, the [`GroundKind`] in the lower 8.
    pub slot_kind: u32,
}

/// How the shader for extruded things treats a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Style {
    /// One colour.
    Plain = 0,
    /// Curtain wall of an office.
    Office = 1,
    /// Ribbon windows of a factory.
    Factory = 2,
    /// Punched windows of housing and hotels.
    Residential = 3,
    /// Profiled sheet of a warehouse with a band of skylight.
    Warehouse = 4,
    /// Laboratory, school or clinic: wide windows.
    Laboratory = 5,
    /// Empty flat roof.
    Roof = 6,
    /// Roof with photovoltaic panels.
    SolarRoof = 7,
    /// Planted roof.
    GreenRoof = 8,
    /// Steel of a fence: throws no shadow, which would be nothing but flicker.
    Fence = 9,
    /// A wind turbine's blade: `position` is the hub, `facade` the offset in the rotor's plane.
    Blade = 10,
}

/// A vertex of a mesh of extruded things.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct ExtrudedVertex {
    /// World position, metres.
    pub position: [f32; 3],
    /// Unit normal times 127; the fourth is padding.
    pub normal: [i8; 4],
    /// sRGB; the fourth is padding.
    pub colour: [u8; 4],
    /// On walls metres along the footprint's edge and up; on roofs metres east and north.
    pub facade: [f32; 2],
    /// The feature's slot in the upper 24 bits, the [`Style`] in the lower 8.
    pub slot_style: u32,
}

/// One tree.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct TreeInstance {
    /// World x and z, metres.
    pub position: [f32; 2],
    /// Height, metres.
    pub height_m: f32,
    /// 0 to 1: shade, turn and shape.
    pub variation: f32,
}

/// A slot and an 8-bit tag in one attribute.
pub(crate) fn tagged(slot: u32, tag: u8) -> u32 {
    slot << 8 | u32::from(tag)
}
