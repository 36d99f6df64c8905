//! What a dossier is about.

use cloudsite_proto::siting::Place;

use super::compare::Chosen;
use super::facts::code_of;

/// Places of a brief that can be described: those that the server explains for a dossier.
const CAN_BE: usize = 100;

/// Those that are described where nobody has chosen any.
const USUALLY: usize = 3;

/// The places that a dossier describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Described {
    /// Their codes, in the order of the brief.
    pub(crate) codes: Vec<String>,
    /// Whether somebody chose them; else they are the first.
    pub(crate) is_chosen: bool,
}

impl Described {
    /// Those of the places of an answer that are compared, or the first.
    pub(crate) fn of(compared: &Chosen, places: &[Place]) -> Self {
        let codes = || places.iter().take(CAN_BE).map(|place| code_of(&place.parcel).to_owned());
        let chosen: Vec<String> = codes().filter(|code| compared.has(code)).collect();
        if chosen.is_empty() {
            Self { codes: codes().take(USUALLY).collect(), is_chosen: false }
        } else {
            Self { codes: chosen, is_chosen: true }
        }
    }

    /// As a request names them.
    pub(crate) fn names(&self) -> Vec<String> {
        self.codes.iter().map(|code| format!("parcels/{code}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_is_described_if_the_brief_has_it() {
        let place = |number: usize| Place { parcel: format!("parcels/P-{number}"), ..Place::default() };
        let places: Vec<Place> = (1..=120).map(place).collect();
        let cases: [(&[&str], &[&str], bool); 6] = [
            (&[], &["P-1", "P-2", "P-3"], false),
            (&["P-9", "P-2"], &["P-2", "P-9"], true),
            (&["P-7", "ELSEWHERE", "building/B/1"], &["P-7"], true),
            (&["ELSEWHERE"], &["P-1", "P-2", "P-3"], false),
            (&["P-100", "P-101"], &["P-100"], true),
            (&["P-101"], &["P-1", "P-2", "P-3"], false),
        ];
        for (compared, expected, is_chosen) in cases {
            let compared = Chosen::of(compared.iter().map(|key| (*key).to_owned()));
            let described = Described::of(&compared, &places);
            assert_eq!(described.codes, expected, "{compared:?}");
            assert_eq!(described.is_chosen, is_chosen, "{compared:?}");
        }
        let described = Described::of(&Chosen::of(["P-2".to_owned()]), &places);
        assert_eq!(described.names(), ["parcels/P-2"]);
        assert_eq!(Described::of(&Chosen::default(), &[]), Described::default());
    }
}
