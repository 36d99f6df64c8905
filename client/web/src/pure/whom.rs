//! Whom to ask for what is not known.

use cloudsite_domain::record::Language;
use cloudsite_domain::siting::Authority;

use super::brief::{ROWS, Subject};
use super::text::{fill, text};

/// Whoever may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whom {
    /// The record names them.
    Named(String),
    /// Nobody is named: whoever knows such things.
    Kind(Authority),
}

impl Whom {
    /// Whoever is named, else whoever knows such things.
    pub(crate) fn of(named: &str, kind: Authority) -> Self {
        if named.is_empty() { Self::Kind(kind) } else { Self::Named(named.to_owned()) }
    }

    /// Whom to ask what a row of the brief asks.
    pub(crate) fn of_row(named: &str, row: usize, is_floor: bool) -> Self {
        let kind = match ROWS[row].1 {
            Subject::Amount { quantity, .. } => {
                quantity.parse().map(|quantity| Authority::of_quantity(quantity, is_floor)).ok()
            }
            Subject::Words { quality, .. } | Subject::Level { quality, .. } => {
                quality.parse().map(|quality| Authority::of_quality(quality, is_floor)).ok()
            }
            Subject::Footprint => Some(Authority::of_room(is_floor)),
        };
        // Every row asks what the record can tell; a test holds them to it.
        Self::of(named, kind.unwrap_or(Authority::PlanningBureau))
    }

    /// Their name, or what they are; none where it is nobody's to know, but computed.
    pub(crate) fn told(&self, language: Language) -> Option<String> {
        match self {
            Self::Named(name) => Some(name.clone()),
            Self::Kind(Authority::Computed) => None,
            Self::Kind(kind) => Some(text(language, &format!("authority.{kind}"))),
        }
    }

    /// That they are to be asked, or that there is nobody to ask.
    pub(crate) fn advice(&self, language: Language) -> String {
        match self.told(language) {
            Some(whom) => fill(language, "comparison.ask", &[("whom", &whom)]),
            None => text(language, "comparison.uncomputed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked_follows_from_the_row() {
        let row = |name: &str| ROWS.iter().position(|(row, _)| *row == name).unwrap();
        let told = |name: &str, is_floor| Whom::of_row("", row(name), is_floor).told(Language::En);
        let cases = [
            ("power", false, Some("the grid company")),
            ("water", false, Some("the water company")),
            ("hazard", false, Some("the emergency management bureau")),
            ("footprint", false, Some("the planning bureau")),
            ("bonded", false, Some("the planning bureau")),
            ("power", true, Some("the lessor")),
            ("to_airport", false, None),
            ("from_dwellings", true, None),
        ];
        for (name, is_floor, expected) in cases {
            assert_eq!(told(name, is_floor).as_deref(), expected, "{name}, of a floor: {is_floor}");
        }
        let named = Whom::of_row("State Grid", row("power"), false);
        assert_eq!(named.told(Language::Ja).as_deref(), Some("State Grid"), "whom the record names comes first");
    }
}
