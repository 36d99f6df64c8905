//! Why what was asked of a factory was not done, in words.

use cloudsite_domain::record::Language;
use cloudsite_domain::siting::massing::{InvalidMassing, PartKind};
use cloudsite_domain::units::AreaUnit;

use super::size::Size;
use crate::pure::measure::short_length;
use crate::pure::number::short_number;
use crate::pure::text::{fill, text};

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fitting) enum Field {
    Size(PartKind, Size),
    Angle,
}

/// What someone typed into a field.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::fitting) struct Typed {
    pub(in crate::fitting) field: Field,
    pub(in crate::fitting) text: String,
}

/// Why the factory is as it was.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::fitting) enum Refusal {
    /// There is nothing to propose; the key of the text.
    Nothing(&'static str),
    /// A number is out of its range.
    Range {
        /// Of which part; none of the factory as a whole.
        part: Option<PartKind>,
        /// Which, as `domain` calls it; `angle_deg` is the form's own.
        number: &'static str,
        /// What it is, and what it may be: metres, storeys or degrees.
        value: f64,
        least: f64,
        most: f64,
        /// What was typed; none where a hand in the picture has done it.
        typed: Option<Typed>,
    },
}

impl Refusal {
    /// Of what there cannot be; none of what the form cannot ask.
    pub(in crate::fitting) fn of(problem: &InvalidMassing, typed: Option<Typed>) -> Option<Self> {
        match *problem {
            InvalidMassing::Parts(_) => None,
            InvalidMassing::Range { part, field, value, least, most } => {
                Some(Self::Range { part: part.map(|(_, kind)| kind), number: field, value, least, most, typed })
            }
        }
    }

    /// Of an angle in degrees.
    pub(in crate::fitting) const fn of_angle(value: f64, most: f64, text: String) -> Self {
        let typed = Some(Typed { field: Field::Angle, text });
        Self::Range { part: None, number: "angle_deg", value, least: 0.0, most, typed }
    }

    /// What was typed into a field, if that is what is refused: it stays there to be mended.
    pub(in crate::fitting) fn typed_into(&self, field: Field) -> Option<&str> {
        match self {
            Self::Range { typed: Some(typed), .. } if typed.field == field => Some(&typed.text),
            Self::Range { .. } | Self::Nothing(_) => None,
        }
    }

    /// In words, lengths in the reader's unit.
    pub(in crate::fitting) fn told(&self, language: Language, unit: AreaUnit) -> String {
        let (part, number, value, least, most) = match self {
            Self::Nothing(key) => return text(language, key),
            Self::Range { part, number, value, least, most, .. } => (*part, *number, *value, *least, *most),
        };
        let size = text(language, key_of(number));
        let what = match part {
            Some(kind) => {
                let part = text(language, &format!("fit.part.{kind}"));
                fill(language, "fit.refused.size", &[("part", &part), ("size", &size)])
            }
            None => size,
        };
        // How far something is has no direction in words.
        let (value, least) = if number.starts_with("offset") { (value.abs(), 0.0) } else { (value, least) };
        let of = |amount: f64| match number {
            "storeys" => short_number(amount, language),
            "angle_deg" => format!("{}°", short_number(amount, language)),
            _ => short_length(amount, unit, language),
        };
        let values = [("what", what), ("value", of(value)), ("least", of(least)), ("most", of(most))];
        fill(language, "fit.refused", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    }
}

/// The key of what a number is called.
fn key_of(number: &str) -> &'static str {
    match number {
        "width_m" => "fit.size.width",
        "depth_m" => "fit.size.depth",
        "storeys" => "fit.size.storeys",
        "storey_m" => "fit.size.storey",
        "offset.x" | "offset.y" => "fit.size.offset",
        "angle_deg" => "fit.angle",
        _ => "fit.place",
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::siting::massing::{Block, Blocks, Massing};
    use geo_types::Coord;

    use super::*;

    /// The hall with another number, and the docks behind it with theirs.
    fn built(kind: PartKind, size: Size, value: f64) -> Result<Massing, InvalidMassing> {
        let hall = Block { width_m: 80.0, depth_m: 40.0, storeys: 1, storey_m: 9.0 };
        let docks = Block { width_m: 40.0, depth_m: 6.0, ..hall };
        let mut blocks = Blocks { hall, docks: Some(docks), ..Blocks::default() };
        let block = blocks.of(kind).unwrap();
        blocks.set(kind, Some(size.set(block, value)));
        blocks.massing(Coord { x: 0.0, y: 0.0 }, 0.0)
    }

    #[test]
    fn a_number_out_of_its_range_is_told_with_field_value_and_range() {
        let typed = |field, text: &str| Some(Typed { field, text: text.to_owned() });
        let cases = [
            (
                PartKind::Hall,
                Size::Width,
                100_000.0,
                Language::En,
                AreaUnit::Hectare,
                "Main hall, width: 100,000 m is not between 0.1 m and 3,000 m. The factory stays as it was.",
            ),
            (
                PartKind::Docks,
                Size::Depth,
                0.0,
                Language::Zh,
                AreaUnit::Mu,
                "装卸区，深：0 m 不在 0.1 m 至 3,000 m 之间。厂房保持原样。",
            ),
            (
                PartKind::Hall,
                Size::Storeys,
                100_000.0,
                Language::Ja,
                AreaUnit::Tsubo,
                "主工場棟の階数：100,000 は 1～60 の範囲にありません。工場は元のままです。",
            ),
            (
                PartKind::Hall,
                Size::Storey,
                30_480.0,
                Language::En,
                AreaUnit::Acre,
                "Main hall, storey: 100,000 ft is not between 3.3 ft and 196.9 ft. The factory stays as it was.",
            ),
        ];
        for (kind, size, value, language, unit, expected) in cases {
            let problem = built(kind, size, value).unwrap_err();
            let refusal = Refusal::of(&problem, typed(Field::Size(kind, size), "100000")).unwrap();
            assert_eq!(refusal.told(language, unit), expected);
            assert_eq!(refusal.typed_into(Field::Size(kind, size)), Some("100000"), "it stays to be mended");
            assert_eq!(refusal.typed_into(Field::Angle), None);
        }
    }

    #[test]
    fn what_follows_from_a_number_is_told_of_whom_it_concerns() {
        let mut docks = Block { width_m: 40.0, depth_m: 6.0, storeys: 1, storey_m: 6.0 };
        docks.depth_m = 3_000.0;
        let hall = Block { width_m: 80.0, depth_m: 3_000.0, storeys: 1, storey_m: 9.0 };
        let yard = Block { width_m: 60.0, depth_m: 3_000.0, ..Block::default() };
        let blocks = Blocks { hall, docks: Some(docks), yard: Some(yard), ..Blocks::default() };
        let problem = blocks.massing(Coord { x: 0.0, y: 0.0 }, 0.0).unwrap_err();
        let told = Refusal::of(&problem, None).unwrap().told(Language::En, AreaUnit::Hectare);
        assert!(told.starts_with("Yard, distance from the middle of the hall: 6,000 m"), "{told}");
        let angle = Refusal::of_angle(400.0, 360.0, "400".to_owned());
        let told = angle.told(Language::En, AreaUnit::Hectare);
        assert!(told.contains("400° is not between 0° and 360°"), "{told}");
    }
}
