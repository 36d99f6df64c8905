//! Which places are compared, and how a link says it.

use cloudsite_domain::record::{Code, FloorName};
use cloudsite_domain::siting::assembly::MOST_JOINED;

/// As many can be told apart beside each other.
pub(crate) const MOST: usize = 4;

/// The places to compare by their keys, in the order in which they were chosen: at most [`MOST`], each once. The key of a
/// parcel is its code, in which there is no slash; that of a floor is its resource name, and that of parcels that are joined
/// [`joined_key`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chosen(Vec<String>);

/// There are [`MOST`] already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// The floor behind a key; none if it is a parcel's.
pub(crate) fn floor_of(key: &str) -> Option<FloorName> {
    key.parse().ok()
}

/// What a key of parcels that are joined begins with.
const JOINED: &str = "joined/";

/// The key of parcels that are joined, by their codes.
pub(crate) fn joined_key(codes: &[String]) -> String {
    format!("{JOINED}{}", codes.join("/"))
}

/// The codes of the parcels behind a key; none if it is no key of any that are joined.
pub(crate) fn joined_of(key: &str) -> Option<Vec<&str>> {
    let codes: Vec<&str> = key.strip_prefix(JOINED)?.split('/').collect();
    let is_new = |(index, code): (usize, &&str)| !code.is_empty() && !codes[..index].contains(code);
    ((2..=MOST_JOINED).contains(&codes.len()) && codes.iter().enumerate().all(is_new)).then_some(codes)
}

/// Whether a key has slashes of its own.
fn has_slashes(key: &str) -> bool {
    floor_of(key).is_some() || joined_of(key).is_some()
}

/// Whether there can be a place with a key: else the server would refuse every question that names it.
fn can_be(key: &str) -> bool {
    let is_code = |code: &str| code.parse::<Code>().is_ok();
    match joined_of(key) {
        Some(codes) => codes.into_iter().all(is_code),
        None => floor_of(key).is_some() || is_code(key),
    }
}

impl Chosen {
    /// Those with these keys; more than can be compared are passed over.
    pub(crate) fn of(keys: impl IntoIterator<Item = String>) -> Self {
        let mut chosen = Self::default();
        for key in keys {
            if !chosen.has(&key) && chosen.toggle(&key).is_err() {
                break;
            }
        }
        chosen
    }

    /// Reads what a link says; what can be no place is passed over.
    pub(crate) fn from_link(value: &str) -> Self {
        Self::of(value.split(',').map(key_of).filter(|key| can_be(key)))
    }

    /// As a link says it; none if nothing is chosen.
    pub(crate) fn to_link(&self) -> Option<String> {
        let items: Vec<_> = self.0.iter().map(|key| item_of(key)).collect();
        (!items.is_empty()).then(|| items.join(","))
    }

    /// The keys.
    pub(crate) fn keys(&self) -> &[String] {
        &self.0
    }

    /// Whether a place is among them.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|other| other == key)
    }

    /// Adds a place, or takes it out if it is there.
    ///
    /// # Errors
    /// [`Full`] if it cannot be added; nothing has changed then.
    pub(crate) fn toggle(&mut self, key: &str) -> Result<(), Full> {
        if self.has(key) {
            self.0.retain(|other| other != key);
        } else if self.0.len() < MOST {
            self.0.push(key.to_owned());
        } else {
            return Err(Full);
        }
        Ok(())
    }
}

/// As an item of a link says it. A comma would end the item: in a code, which has no slash, a slash stands for it, and in a
/// key that has slashes its number.
fn item_of(key: &str) -> String {
    if has_slashes(key) {
        return key.replace('%', "%25").replace(',', "%2C");
    }
    key.replace(',', "/")
}

/// What an item of a link means. Whatever reads as a key with slashes is one.
fn key_of(item: &str) -> String {
    let name = item.replace("%2C", ",").replace("%25", "%");
    if has_slashes(&name) { name } else { item.replace('/', ",") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOORS: [&str; 3] = ["building/ZC-02-02/1", "building/B,1/-1/East, 50 %2C", "building/锡新 7/whole"];

    #[test]
    fn up_to_four_are_chosen_each_once() {
        let mut chosen = Chosen::from_link("A,B,A,,C");
        assert_eq!(chosen.keys(), ["A", "B", "C"], "twice is not taken out again");
        assert_eq!((chosen.toggle("D"), chosen.toggle("E")), (Ok(()), Err(Full)));
        assert_eq!(chosen.to_link().as_deref(), Some("A,B,C,D"), "the fifth is refused and changes nothing");
        assert_eq!(chosen.toggle("B"), Ok(()));
        assert_eq!(chosen.to_link().as_deref(), Some("A,C,D"));
        assert_eq!(Chosen::from_link("A,B,C,D,E,F").keys().len(), MOST);
        assert_eq!(Chosen::from_link("A, B,joined/A/ C,D").keys(), ["A", "D"], "no code begins with a space");
        assert_eq!((Chosen::from_link("").to_link(), Chosen::default().keys().len()), (None, 0));
    }

    #[test]
    fn parcels_that_are_joined_are_one_place() {
        let key = joined_key(&["ZC-01", "WX 1,2"].map(str::to_owned));
        assert_eq!((key.as_str(), joined_of(&key)), ("joined/ZC-01/WX 1,2", Some(vec!["ZC-01", "WX 1,2"])));
        let chosen = Chosen::of([key.clone(), "A".to_owned()]);
        assert_eq!(Chosen::from_link(&chosen.to_link().unwrap()), chosen);
        assert_eq!(
            (floor_of(&key), joined_of("A"), joined_of("joined/A"), joined_of(FLOORS[0])),
            (None, None, None, None)
        );
        assert_eq!((joined_of("joined/A/A"), joined_of("joined/A/B/C/D/E/F")), (None, None), "none that there can be");
    }

    #[test]
    fn a_comma_within_a_code_is_none_between_two() {
        let chosen = Chosen::of(["WX 1,2", "锡新-2028-01"].map(str::to_owned));
        let link = chosen.to_link().unwrap();
        assert_eq!((link.as_str(), Chosen::from_link(&link)), ("WX 1/2,锡新-2028-01", chosen));
    }

    #[test]
    fn a_link_keeps_floors_among_parcels() {
        let chosen = Chosen::of(["A,1"].into_iter().chain(FLOORS).map(str::to_owned));
        let link = chosen.to_link().unwrap();
        assert_eq!(Chosen::from_link(&link), chosen, "{link}");
        assert_eq!(link.matches(',').count(), 3, "{link}");
        assert_eq!(Chosen::from_link("building/B").keys(), ["building,B"], "a building by itself is nothing to let");
    }

    #[test]
    fn a_floor_is_told_from_a_parcel() {
        for floor in FLOORS {
            assert_eq!(floor_of(floor).map(|name| name.to_string()).as_deref(), Some(floor));
        }
        assert_eq!((floor_of("ZC-02"), floor_of("building")), (None, None));
    }
}
