//! Which places are compared, and how a link says it.

use cloudsite_domain::record::FloorName;

/// As many can be told apart beside each other.
pub(crate) const MOST: usize = 4;

/// The places to compare by their keys, in the order in which they were chosen: at most [`MOST`], each once. The key of a
/// parcel is its code, in which there is no slash; that of a floor is its resource name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chosen(Vec<String>);

/// There are [`MOST`] already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// The floor behind a key; none if it is a parcel's.
pub(crate) fn floor_of(key: &str) -> Option<FloorName> {
    key.parse().ok()
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

    /// Reads what a link says.
    pub(crate) fn from_link(value: &str) -> Self {
        Self::of(value.split(',').filter(|item| !item.is_empty()).map(key_of))
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

    /// Adds places together, or takes them out if all of them are there.
    ///
    /// # Errors
    /// [`Full`] if there is no room for all; nothing has changed then.
    pub(crate) fn toggle_all(&mut self, keys: &[String]) -> Result<(), Full> {
        let missing: Vec<String> = keys.iter().filter(|key| !self.has(key)).cloned().collect();
        if missing.is_empty() {
            self.0.retain(|other| !keys.contains(other));
        } else if self.0.len() + missing.len() <= MOST {
            self.0.extend(missing);
        } else {
            return Err(Full);
        }
        Ok(())
    }
}

/// As an item of a link says it. A comma would end the item: in a code, which has no slash, a slash stands for it, and in a
/// floor's name, which has slashes, its number.
fn item_of(key: &str) -> String {
    if floor_of(key).is_some() {
        return key.replace('%', "%25").replace(',', "%2C");
    }
    key.replace(',', "/")
}

/// What an item of a link means. Whatever reads as a floor's name is one.
fn key_of(item: &str) -> String {
    let name = item.replace("%2C", ",").replace("%25", "%");
    if floor_of(&name).is_some() { name } else { item.replace('/', ",") }
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
        assert_eq!((Chosen::from_link("").to_link(), Chosen::default().keys().len()), (None, 0));
    }

    #[test]
    fn places_are_chosen_together_or_not_at_all() {
        let keys = |list: &[&str]| list.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let mut chosen = Chosen::from_link("A,B");
        assert_eq!(chosen.toggle_all(&keys(&["B", "C", "D"])), Ok(()));
        assert_eq!(chosen.keys(), ["A", "B", "C", "D"], "each once");
        assert_eq!(chosen.toggle_all(&keys(&["D", "E"])), Err(Full));
        assert_eq!(chosen.keys(), ["A", "B", "C", "D"], "nothing has changed");
        assert_eq!(chosen.toggle_all(&keys(&["B", "C"])), Ok(()));
        assert_eq!(chosen.keys(), ["A", "D"], "all of them were there");
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
