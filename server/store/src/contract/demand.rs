//! Rules about counted briefs. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use cloudsite_domain::siting::demand::{Class, Count, Demand, Kind, Scope, Unmet};
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
fn counted(day: Date, is_refused: bool) -> Demand {
    let amount = Some(Class::of(8_000.0));
    let needs = [
        ((Scope::Zone(Some(code("A"))), "power".parse().unwrap()), amount),
        ((Scope::Zone(None), "power".parse().unwrap()), amount),
        ((Scope::Zone(None), "status".parse().unwrap()), None),
        ((Scope::Park, "power".parse().unwrap()), amount),
        ((Scope::Park, "status".parse().unwrap()), None),
    ];
    let mut demand = Demand::default();
    demand.count(day, Unmet { is_refused, needs: needs.into() });
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
    for scope in [Scope::Zone(None), Scope::Park] {
        let kind = Kind { day, scope, subject: "status".parse().unwrap(), class: None };
        assert_eq!(found.kept_out[&kind], Count { briefs: 2, refused: 1 });
    }
}

/// What was taken back is not there, and the rest stays.
pub fn demand_taken_back_is_gone(fixture: &impl DemandFixture) {
    let (day, next) = (date(2026, 11, 26), date(2026, 11, 27));
    let store = fixture.open_demand();
    store.add_demand(&counted(day, true)).unwrap();
    store.add_demand(&counted(next, false)).unwrap();
    let power = "power".parse().unwrap();
    let scopes = [Scope::Park, Scope::Zone(Some(code("A")))];
    let kinds = scopes.map(|scope| Kind { day, scope, subject: power, class: Some(Class::of(8_000.0)) });
    let needs = kinds.clone().map(|kind| ((kind.scope, kind.subject), kind.class));
    let mut back = Demand::default();
    back.take_back(day, Unmet { is_refused: true, needs: needs.into() });
    store.add_demand(&back).unwrap();
    let found = store.demand(day..=next).unwrap();
    assert!(kinds.iter().all(|kind| !found.kept_out.contains_key(kind)) && found.kept_out.len() == 8, "{found:?}");
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
