//! Parcels that are joined, side by side with other places.

use std::collections::BTreeSet;

use cloudsite_domain::record::Language;
use cloudsite_proto::land::{LonLatBounds, Parcel};

use super::joined_key;
use super::line::{Cell, Said};
use crate::pure::facts::code_of;
use crate::pure::text::text;

/// Parcels that are used as one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Joined {
    key: String,
    parcels: Vec<Parcel>,
    bounds: Option<LonLatBounds>,
}

impl Joined {
    /// These; none if there are none.
    pub(crate) fn of(parcels: Vec<Parcel>) -> Option<Self> {
        let codes: Vec<String> = parcels.iter().map(|parcel| code_of(&parcel.name).to_owned()).collect();
        let around = |one: LonLatBounds, other: LonLatBounds| LonLatBounds {
            west: one.west.min(other.west),
            south: one.south.min(other.south),
            east: one.east.max(other.east),
            north: one.north.max(other.north),
        };
        let bounds = parcels.iter().filter_map(|parcel| parcel.bounds).reduce(around);
        (!parcels.is_empty()).then(|| Self { key: joined_key(&codes), parcels, bounds })
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) const fn bounds(&self) -> Option<&LonLatBounds> {
        self.bounds.as_ref()
    }

    pub(super) fn area_m2(&self) -> f64 {
        self.parcels.iter().map(|parcel| parcel.area_m2).sum()
    }

    /// The largest of them.
    pub(super) fn largest(&self) -> &Parcel {
        let larger = |one: &&Parcel, other: &&Parcel| one.area_m2.total_cmp(&other.area_m2);
        // There is one at least.
        self.parcels.iter().max_by(larger).unwrap_or(&self.parcels[0])
    }

    /// The ids of all of them.
    pub(crate) fn ids(&self) -> Vec<u64> {
        self.parcels.iter().map(|parcel| parcel.id).collect()
    }

    /// What a line says of all of them, by what it says of each: once where all say the same, else of each by its code.
    pub(super) fn cell(&self, of: impl Fn(&Parcel) -> Cell, language: Language) -> Cell {
        let cells: Vec<Cell> = self.parcels.iter().map(of).collect();
        let differ = cells.iter().any(|cell| cell.said != cells[0].said);
        if !differ {
            return cells[0].clone();
        }
        let known = |cell: &Cell| match &cell.said {
            Said::Known(said) => said.clone(),
            _ => text(language, "card.unknown"),
        };
        let each = self.parcels.iter().zip(&cells);
        let each = each.map(|(parcel, cell)| format!("{}: {}", code_of(&parcel.name), known(cell)));
        let notes: BTreeSet<String> = cells.iter().flat_map(|cell| cell.notes.iter().cloned()).collect();
        let said = Said::Known(each.collect::<Vec<_>>().join(" · "));
        Cell { said, notes: notes.into_iter().chain(self.asked(&cells, language)).collect(), ..Cell::default() }
    }

    /// Whom to ask for what is not known of some: once where it is the same for all of those, else for each by its code.
    fn asked(&self, cells: &[Cell], language: Language) -> Vec<String> {
        let unknown = self.parcels.iter().zip(cells).filter_map(|(parcel, cell)| match &cell.said {
            Said::Unknown { whom } => Some((code_of(&parcel.name), whom.advice(language))),
            _ => None,
        });
        let unknown: Vec<_> = unknown.collect();
        match &unknown[..] {
            [] => Vec::new(),
            [(_, first), rest @ ..] if rest.iter().all(|(_, advice)| advice == first) => vec![first.clone()],
            each => each.iter().map(|(code, advice)| format!("{code}: {advice}")).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::siting::Authority;

    use super::*;
    use crate::pure::whom::Whom;

    #[test]
    fn what_differs_is_said_of_each() {
        let parcel = |code: &str, area_m2, west| Parcel {
            name: format!("parcels/{code}"),
            id: area_m2 as u64,
            area_m2,
            bounds: Some(LonLatBounds { west, south: 1.0, east: west + 1.0, north: 2.0 }),
            ..Parcel::default()
        };
        let joined = Joined::of(vec![parcel("A", 1.0, 5.0), parcel("B", 3.0, 7.0)]).unwrap();
        assert_eq!((joined.key(), joined.area_m2(), joined.largest().id), ("joined/A/B", 4.0, 3));
        assert_eq!(joined.bounds().map(|bounds| (bounds.west, bounds.east)), Some((5.0, 8.0)));
        let said = |said: fn(&Parcel) -> Said| {
            joined.cell(|parcel| Cell { said: said(parcel), ..Cell::default() }, Language::En).said
        };
        assert_eq!(said(|_| Said::Known("M1".to_owned())), Said::Known("M1".to_owned()));
        assert_eq!(said(|_| Said::Nothing), Said::Nothing);
        let of_each = |parcel: &Parcel| if parcel.id == 1 { Said::Known("M1".to_owned()) } else { Said::Nothing };
        assert_eq!(said(of_each), Said::Known("A: M1 · B: unknown".to_owned()));
        assert_eq!(Joined::of(Vec::new()), None);
    }

    #[test]
    fn who_is_to_be_asked_for_what_some_lack_is_said() {
        let parcels = ["A", "B", "C"].map(|code| Parcel { name: format!("parcels/{code}"), ..Parcel::default() });
        let joined = Joined::of(parcels.into()).unwrap();
        let grid = Whom::Kind(Authority::GridCompany);
        let notes = |whom: [Option<&Whom>; 3]| {
            let said = |parcel: &Parcel| match whom[usize::from(parcel.name.as_bytes()[8] - b'A')] {
                Some(whom) => Cell { said: Said::Unknown { whom: whom.clone() }, ..Cell::default() },
                None => Cell { said: Said::Known("8".to_owned()), notes: vec!["2028".to_owned()], ..Cell::default() },
            };
            joined.cell(said, Language::En).notes
        };
        assert_eq!(notes([None, Some(&grid), Some(&grid)]), ["2028", "ask: the grid company"]);
        let named = Whom::Named("Xin Power".to_owned());
        assert_eq!(notes([Some(&named), Some(&grid), None]), ["2028", "A: ask: Xin Power", "B: ask: the grid company"]);
        assert_eq!(notes([None; 3]), ["2028"]);
    }
}
