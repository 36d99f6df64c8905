//! The shaders' text.

/// What stands before each of them.
const FRAME: &str = include_str!("../../shaders/frame.wgsl");

/// A shader of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shader {
    Ground,
    Extruded,
    Tree,
    Backdrop,
    Label,
    Mark,
}

impl Shader {
    /// Every shader.
    #[cfg(test)]
    pub(super) const ALL: [Self; 6] =
        [Self::Ground, Self::Extruded, Self::Tree, Self::Backdrop, Self::Label, Self::Mark];

    /// Its WGSL, complete.
    pub(super) fn source(self) -> String {
        let own = match self {
            Self::Ground => include_str!("../../shaders/ground.wgsl"),
            Self::Extruded => include_str!("../../shaders/extruded.wgsl"),
            Self::Tree => include_str!("../../shaders/tree.wgsl"),
            Self::Backdrop => include_str!("../../shaders/backdrop.wgsl"),
            Self::Label => include_str!("../../shaders/label.wgsl"),
            Self::Mark => include_str!("../../shaders/mark.wgsl"),
        };
        format!("{FRAME}\n{own}")
    }
}

#[cfg(test)]
mod tests {
    use wgpu::naga::front::wgsl::parse_str;
    use wgpu::naga::valid::{Capabilities, ValidationFlags, Validator};

    use super::*;

    #[test]
    fn shaders_are_valid() {
        for shader in Shader::ALL {
            let source = shader.source();
            let module = match parse_str(&source) {
                Ok(module) => module,
                Err(error) => panic!("{shader:?}: {}", error.emit_to_string(&source)),
            };
            if let Err(error) = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module) {
                panic!("{shader:?}: {}", error.emit_to_string(&source));
            }
        }
    }
}
