//! What a dossier is about.

use cloudsite_proto::siting::{ParcelSet, Place};

use super::compare::{Chosen, floor_of, joined_of};
use super::facts::code_of;

/// Places of a brief that can be described: those that the server explains for a dossier.
const CAN_BE: usize = 100;

/// Those that are described where nobody has chosen any.
const USUALLY: usize = 3;

/// The places that a dossier describes, by their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Described {
    /// Codes of parcels, in the order of the brief.
    pub(crate) codes: Vec<String>,
    /// Sets of parcels that are joined, and floors: only those that somebody chose.
    pub(crate) joined: Vec<String>,
    pub(crate) floors: Vec<String>,
    /// Whether somebody chose them; else they are the first.
    pub(crate) is_chosen: bool,
}

impl Described {
    /// Those of the places of an answer that are compared, or the first.
    pub(crate) fn of(compared: &Chosen, places: &[Place]) -> Self {
        let codes = || places.iter().take(CAN_BE).map(|place| code_of(&place.parcel).to_owned());
        let chosen: Vec<String> = codes().filter(|code| compared.has(code)).collect();
        let of = |is_such: fn(&str) -> bool| compared.keys().iter().filter(|key| is_such(key)).cloned().collect();
        let joined: Vec<String> = of(|key| joined_of(key).is_some());
        let floors: Vec<String> = of(|key| floor_of(key).is_some());
        if chosen.is_empty() && joined.is_empty() && floors.is_empty() {
            Self { codes: codes().take(USUALLY).collect(), ..Self::default() }
        } else {
            Self { codes: chosen, joined, floors, is_chosen: true }
        }
    }

    /// All of them.
    pub(crate) fn keys(&self) -> Vec<String> {
        [&self.codes[..], &self.joined, &self.floors].concat()
    }

    /// The parcels as a request names them.
    pub(crate) fn names(&self) -> Vec<String> {
        self.codes.iter().map(|code| format!("parcels/{code}")).collect()
    }

    /// The sets as a request names them.
    pub(crate) fn sets(&self) -> Vec<ParcelSet> {
        let set =
            |codes: Vec<&str>| ParcelSet { parcels: codes.iter().map(|code| format!("parcels/{code}")).collect() };
        self.joined.iter().filter_map(|key| joined_of(key)).map(set).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_is_described_if_the_brief_has_it() {
        let place = |number: usize| Place { parcel: format!("parcels/P-{number}"), ..Place::default() };
        let places: Vec<Place> = (1..=120).map(place).collect();
        let cases: [(&[&str], &[&str], bool); 7] = [
            (&[], &["P-1", "P-2", "P-3"], false),
            (&["P-9", "P-2"], &["P-2", "P-9"], true),
            (&["P-7", "ELSEWHERE", "building/B/1"], &["P-7", "building/B/1"], true),
            (&["building/B/1", "joined/P-2/P-3"], &["joined/P-2/P-3", "building/B/1"], true),
            (&["ELSEWHERE"], &["P-1", "P-2", "P-3"], false),
            (&["P-100", "P-101"], &["P-100"], true),
            (&["P-101"], &["P-1", "P-2", "P-3"], false),
        ];
        for (compared, expected, is_chosen) in cases {
            let compared = Chosen::of(compared.iter().map(|key| (*key).to_owned()));
            let described = Described::of(&compared, &places);
            assert_eq!(described.keys(), expected, "{compared:?}");
            assert_eq!(described.is_chosen, is_chosen, "{compared:?}");
        }
        let described = Described::of(&Chosen::of(["P-2".to_owned()]), &places);
        assert_eq!(described.names(), ["parcels/P-2"]);
        let described = Described::of(&Chosen::of(["joined/P-2/P-3".to_owned()]), &places);
        assert_eq!(described.sets(), [ParcelSet { parcels: vec!["parcels/P-2".to_owned(), "parcels/P-3".to_owned()] }]);
        assert_eq!(Described::of(&Chosen::default(), &[]), Described::default());
    }
}
