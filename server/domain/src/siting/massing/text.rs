//! A factory as a short text, for links: `x,y,degrees_kind,x,y,width,depth,storeys,storey_..`, metres, nothing in it that an
//! address would have to encode.

use std::fmt;
use std::str::FromStr;

use geo_types::Coord;

use super::{InvalidMassing, Massing, Part, PartKind};

/// A text that is no factory.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UnreadableMassing {
    /// It is not written as one.
    #[error("massing: it is not written as x,y,degrees_kind,x,y,width,depth,storeys,storey_..")]
    Form,
    /// It says what cannot be.
    #[error(transparent)]
    Invalid(#[from] InvalidMassing),
}

impl fmt::Display for Massing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Coord { x, y } = self.at;
        write!(f, "{x:.2},{y:.2},{:.2}", self.angle_rad.to_degrees())?;
        for Part { kind, offset, width_m, depth_m, storeys, storey_m } in &self.parts {
            write!(f, "_{kind},{:.2},{:.2},{width_m:.2},{depth_m:.2},{storeys},{storey_m:.2}", offset.x, offset.y)?;
        }
        Ok(())
    }
}

impl FromStr for Massing {
    type Err = UnreadableMassing;

    fn from_str(text: &str) -> Result<Self, UnreadableMassing> {
        let mut pieces = text.split('_');
        let [x, y, degrees] = numbers(pieces.next().unwrap_or_default()).ok_or(UnreadableMassing::Form)?;
        let part = |piece: &str| {
            let (kind, rest) = piece.split_once(',')?;
            let kind: PartKind = kind.parse().ok()?;
            let [x, y, width_m, depth_m, storeys, storey_m] = numbers(rest)?;
            // What is no count of storeys becomes one that is refused.
            let storeys = if storeys.fract() == 0.0 && storeys >= 0.0 { storeys as u32 } else { u32::MAX };
            Some(Part { kind, offset: Coord { x, y }, width_m, depth_m, storeys, storey_m })
        };
        let parts: Option<Vec<Part>> = pieces.take(super::MOST_PARTS + 1).map(part).collect();
        let parts = parts.ok_or(UnreadableMassing::Form)?;
        Ok(Self::new(Coord { x, y }, degrees.to_radians(), parts)?)
    }
}

/// So many numbers with commas between them.
fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let mut found = [0.0; N];
    let mut words = text.split(',');
    for number in &mut found {
        *number = words.next()?.parse().ok()?;
    }
    words.next().is_none().then_some(found)
}
