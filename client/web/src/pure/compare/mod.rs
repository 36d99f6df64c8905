//! Places side by side: which, and what the record says of each, as lines of a table.

mod chosen;
mod floor;
mod joined;
mod line;
mod record;

use std::collections::BTreeMap;

use cloudsite_domain::record::Language;
use cloudsite_proto::land::{LonLatBounds, Parcel};
use cloudsite_proto::siting::LettableFloor;

pub(crate) use self::chosen::{Chosen, Full, MOST, floor_of, joined_key, joined_of};
pub(crate) use self::floor::{storey, which_floor};
pub(crate) use self::joined::Joined;
pub(crate) use self::line::{Better, Cell, Line, Said, Sign};
pub(crate) use self::record::{Column, arises, fact_of, facts};
use super::facts::code_of;

/// A place that is compared, as the record has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Compared {
    Parcel(Box<Parcel>),
    Floor(Box<LettableFloor>),
    Joined(Box<Joined>),
}

impl Compared {
    /// As it is chosen by.
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Parcel(parcel) => code_of(&parcel.name),
            Self::Floor(floor) => &floor.name,
            Self::Joined(joined) => joined.key(),
        }
    }

    /// Where it lies; of a floor, its building.
    pub(crate) fn bounds(&self) -> Option<&LonLatBounds> {
        match self {
            Self::Parcel(parcel) => parcel.bounds.as_ref(),
            Self::Floor(floor) => floor.bounds.as_ref(),
            Self::Joined(joined) => joined.bounds(),
        }
    }

    /// The features that stand out in the park; of a floor, its building, of parcels that are joined all of them.
    pub(crate) fn feature_ids(&self) -> Vec<u64> {
        match self {
            Self::Parcel(parcel) => vec![parcel.id],
            Self::Floor(floor) => vec![floor.building_id],
            Self::Joined(joined) => joined.ids(),
        }
    }

    /// Of land, or of floor.
    pub(crate) fn area_m2(&self) -> f64 {
        match self {
            Self::Parcel(parcel) => parcel.area_m2,
            Self::Floor(floor) => floor.area_m2,
            Self::Joined(joined) => joined.area_m2(),
        }
    }

    /// Code of the parcel that is looked at for it; none where nobody is told.
    pub(crate) fn parcel(&self) -> Option<&str> {
        match self {
            Self::Parcel(parcel) => Some(code_of(&parcel.name)),
            Self::Floor(floor) => Some(code_of(&floor.parcel)).filter(|code| !code.is_empty()),
            Self::Joined(joined) => Some(code_of(&joined.largest().name)),
        }
    }
}

/// What a place is called, by its key.
pub(crate) fn title(key: &str, language: Language) -> String {
    if let Some(codes) = joined_of(key) {
        return codes.join(" + ");
    }
    floor_of(key).map_or_else(|| key.to_owned(), |name| which_floor(&name, language))
}

/// The places that can stand side by side in the 3D view, in the order in which they were chosen: those that were loaded
/// and lie somewhere. None while one is still awaited.
pub(crate) fn side_by_side<'a, E>(
    chosen: &Chosen,
    loaded: &'a BTreeMap<String, Result<Compared, E>>,
) -> Option<Vec<&'a Compared>> {
    let answers: Option<Vec<_>> = chosen.keys().iter().map(|key| loaded.get(key)).collect();
    let here = answers?.into_iter().filter_map(|answer| answer.as_ref().ok());
    Some(here.filter(|place| place.bounds().is_some()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stand_side_by_side_once_all_have_answered() {
        let bounds = Some(LonLatBounds::default());
        let parcel = |id, bounds| Compared::Parcel(Box::new(Parcel { id, bounds, ..Parcel::default() }));
        let floor = LettableFloor { building_id: 9, bounds, ..LettableFloor::default() };
        let chosen = Chosen::from_link("B,building/H/2,A,C,D");
        let mut loaded = BTreeMap::from([
            ("A".to_owned(), Ok(parcel(1, bounds))),
            ("B".to_owned(), Ok(parcel(2, bounds))),
            ("building/H/2".to_owned(), Ok(Compared::Floor(Box::new(floor)))),
        ]);
        let ids = |loaded: &BTreeMap<String, Result<Compared, ()>>| {
            let places = side_by_side(&chosen, loaded)?;
            Some(places.into_iter().flat_map(Compared::feature_ids).collect::<Vec<_>>())
        };
        assert_eq!(ids(&loaded), None, "one is awaited");
        loaded.insert("C".to_owned(), Err(()));
        assert_eq!(ids(&loaded), Some(vec![2, 9, 1]), "one is not to be had");
        loaded.insert("C".to_owned(), Ok(parcel(4, None)));
        assert_eq!(ids(&loaded), Some(vec![2, 9, 1]), "one lies nowhere");
    }

    #[test]
    fn places_are_called_as_people_call_them() {
        let cases = [
            ("ZC-02", "ZC-02"),
            ("joined/ZC-02/ZC-03", "ZC-02 + ZC-03"),
            ("building/ZC-02-02/2", "ZC-02-02 · Floor 2"),
            ("building/ZC-02-02/-1/East", "ZC-02-02 · Floor -1 East"),
            ("building/ZC-02-02/whole", "ZC-02-02 · Whole building"),
        ];
        for (key, expected) in cases {
            assert_eq!(title(key, Language::En), expected);
        }
    }
}
