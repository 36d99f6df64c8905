//! What a dossier is about.

use std::collections::BTreeSet;

use cloudsite_proto::siting::{MatchResponse, ParcelSet};

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
    /// Those of the places of an answer that are compared, or the first. What a link names and no answer knows, such as parcels
    /// that do not border on each other, is left out.
    pub(crate) fn of(compared: &Chosen, answer: &MatchResponse) -> Self {
        let codes = || answer.places.iter().take(CAN_BE).map(|place| code_of(&place.parcel).to_owned());
        let chosen: Vec<String> = codes().filter(|code| compared.has(code)).collect();
        let sets = answer.assemblies.iter().chain(&answer.named_assemblies);
        let sets: Vec<BTreeSet<&str>> =
            sets.map(|set| set.parcels.iter().map(|name| code_of(name)).collect()).collect();
        let floors = answer.floors.iter().flat_map(|floors| floors.places.iter().chain(&floors.named));
        let floors: BTreeSet<&str> = floors.map(|floor| floor.name.as_str()).collect();
        let of = |is_such: &dyn Fn(&str) -> bool| compared.keys().iter().filter(|key| is_such(key)).cloned().collect();
        let is_joined = |key: &str| joined_of(key).is_some_and(|codes| sets.contains(&codes.into_iter().collect()));
        let joined: Vec<String> = of(&is_joined);
        let floors: Vec<String> = of(&|key| floor_of(key).is_some() && floors.contains(key));
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
    use cloudsite_proto::siting::{Assembly, Floor, Floors, Place};

    use super::*;

    #[test]
    fn what_is_compared_is_described_if_the_brief_has_it() {
        let place = |number: usize| Place { parcel: format!("parcels/P-{number}"), ..Place::default() };
        let set = |parcels: [&str; 2]| Assembly { parcels: parcels.map(str::to_owned).into(), ..Assembly::default() };
        let floor = |name: &str| Floor { name: name.to_owned(), ..Floor::default() };
        let answer = MatchResponse {
            places: (1..=120).map(place).collect(),
            assemblies: vec![set(["parcels/P-2", "parcels/P-3"])],
            named_assemblies: vec![set(["parcels/P-4", "parcels/P-5"])],
            floors: Some(Floors {
                places: vec![floor("building/B/1")],
                named: vec![floor("building/B/2")],
                ..Floors::default()
            }),
            ..MatchResponse::default()
        };
        let cases: [(&[&str], &[&str], bool); 9] = [
            (&[], &["P-1", "P-2", "P-3"], false),
            (&["P-9", "P-2"], &["P-2", "P-9"], true),
            (&["P-7", "ELSEWHERE", "building/B/1"], &["P-7", "building/B/1"], true),
            (&["building/B/1", "joined/P-2/P-3"], &["joined/P-2/P-3", "building/B/1"], true),
            (&["building/B/2", "joined/P-5/P-4"], &["joined/P-5/P-4", "building/B/2"], true),
            (&["building/B/3", "joined/P-2/P-4"], &["P-1", "P-2", "P-3"], false),
            (&["ELSEWHERE"], &["P-1", "P-2", "P-3"], false),
            (&["P-100", "P-101"], &["P-100"], true),
            (&["P-101"], &["P-1", "P-2", "P-3"], false),
        ];
        for (compared, expected, is_chosen) in cases {
            let compared = Chosen::of(compared.iter().map(|key| (*key).to_owned()));
            let described = Described::of(&compared, &answer);
            assert_eq!(described.keys(), expected, "{compared:?}");
            assert_eq!(described.is_chosen, is_chosen, "{compared:?}");
        }
        let described = Described::of(&Chosen::of(["P-2".to_owned()]), &answer);
        assert_eq!(described.names(), ["parcels/P-2"]);
        let described = Described::of(&Chosen::of(["joined/P-2/P-3".to_owned()]), &answer);
        assert_eq!(described.sets(), [ParcelSet { parcels: vec!["parcels/P-2".to_owned(), "parcels/P-3".to_owned()] }]);
        assert_eq!(Described::of(&Chosen::default(), &MatchResponse::default()), Described::default());
    }
}
