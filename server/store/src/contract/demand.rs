//! Rules about counted briefs. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use cloudsite_domain::siting::demand::{Class, Count, Demand, Kind, Unmet};
use jiff::civil::{Date, date};

use super::code;
use crate::demand::DemandStore;

/// A place where counted briefs are kept for a test.
pub trait DemandFixture {
    /// Opens it. Called again after what it gave was dropped, it opens the same.
    fn open_demand(&self) -> Box<dyn DemandStore>;
}

/// Makes one `#[test]` of each rule about counted briefs. `$make` is a function that gives a fresh [`DemandFixture`].
#[macro_export]
macro_rules! demand_contract_tests {
    ($make:path) => {
        $crate::contract_tests! { $make;
            demand_adds_up,
            demand_is_found_by_day,
            demand_taken_back_is_gone,
        }
    };
}

/// A brief that was kept out of a zone and of land in none, by an amount and by a word.
fn counted(day: Date, is_answered: bool) -> Demand {
    let amount = Some(Class::of(8_000.0));
    let needs = [
        ((Some(code("A")), "power".parse().unwrap()), amount),
        ((None, "power".parse().unwrap()), amount),
        ((None, "status".parse().unwrap()), None),
    ];
    let mut demand = Demand::default();
    demand.count(day, Unmet { is_answered, needs: needs.into() });
    demand
}

/// What is added on several occasions is there as one, after the store was opened again too.
pub fn demand_adds_up(fixture: &impl DemandFixture) {
    let day = date(2026, 11, 26);
    let store = fixture.open_demand();
    store.add_demand(&counted(day, true)).unwrap();
    store.add_demand(&Demand::default()).unwrap();
    store.add_demand(&counted(day, false)).unwrap();
    drop(store);
    let found = fixture.open_demand().demand(day..=day).unwrap();
    let mut expected = counted(day, true);
    expected.merge(counted(day, false));
    assert_eq!(found, expected);
    let kind = Kind { day, zone: None, subject: "status".parse().unwrap(), class: None };
    assert_eq!(found.kept_out[&kind], Count { briefs: 2, unanswered: 1 });
}

/// What was taken back is not there, and the rest stays.
pub fn demand_taken_back_is_gone(fixture: &impl DemandFixture) {
    let (day, next) = (date(2026, 11, 26), date(2026, 11, 27));
    let store = fixture.open_demand();
    store.add_demand(&counted(day, false)).unwrap();
    store.add_demand(&counted(next, true)).unwrap();
    let mut back = Demand::default();
    let kind = Kind { day, zone: Some(code("A")), subject: "power".parse().unwrap(), class: Some(Class::of(8_000.0)) };
    let needs = [((kind.zone.clone(), kind.subject), kind.class)].into();
    back.take_back(day, Unmet { is_answered: false, needs });
    store.add_demand(&back).unwrap();
    let found = store.demand(day..=next).unwrap();
    assert!(!found.kept_out.contains_key(&kind) && found.kept_out.len() == 5, "{found:?}");
    assert_eq!(found.days.keys().collect::<Vec<_>>(), [&next]);
}

/// The first and the last day belong to what is asked for.
pub fn demand_is_found_by_day(fixture: &impl DemandFixture) {
    let store = fixture.open_demand();
    for day in [date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1)] {
        store.add_demand(&counted(day, true)).unwrap();
    }
    let found = store.demand(date(2026, 10, 1)..=date(2026, 12, 31)).unwrap();
    let mut expected = counted(date(2026, 10, 1), true);
    expected.merge(counted(date(2026, 12, 31), true));
    assert_eq!(found, expected);
    assert!(store.demand(date(2020, 1, 1)..=date(2020, 12, 31)).unwrap().is_empty());
}
