//! Shapes: checked when made, snapped to 1 mm, cut to rectangles and into triangles.

mod clip;
mod outline;
mod problem;
mod shape;
mod triangulate;
mod validity;

pub use clip::{Window, clip_line, clip_polygon, clip_ring};
pub use outline::{Breach, Edge, Gap, Outline, Standing, grown};
pub use problem::{Place, Problem, Rule};
pub use shape::{Shape, ShapeKind, snap};
pub use triangulate::{Triangles, triangulate};
