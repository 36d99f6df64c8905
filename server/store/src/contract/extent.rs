//! Rules about the area that was given. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use cloudsite_domain::disclosure::Cell;
use cloudsite_domain::identity::Tier;
use jiff::Timestamp;

use super::code;
use crate::extent::{Escalation, ExtentStore, GivenCell};

/// A place where it is kept for a test what was given.
pub trait ExtentFixture {
    /// Opens it. Called again after what it gave was dropped, it opens the same.
    fn open_extents(&self) -> Box<dyn ExtentStore>;
}

/// Makes one `#[test]` of each rule about what was given. `$make` is a function that gives a fresh [`ExtentFixture`].
#[macro_export]
macro_rules! extent_contract_tests {
    ($make:path) => {
        $crate::contract_tests! { $make;
            a_cell_is_given_once,
            refusals_add_up,
        }
    };
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A cell that is given again keeps the time at which it was given first.
pub fn a_cell_is_given_once(fixture: &impl ExtentFixture) {
    let cell = |organisation: &str, tier, x, second| {
        let cell = Cell { x, y: -7 };
        GivenCell { organisation: code(organisation), tier, cell, at: at(second) }
    };
    let (first, other) = (cell("a", Tier::Investor, 5, 1), cell("b", Tier::Negotiating, -5, 2));
    let store = fixture.open_extents();
    store.add_given(&[other.clone(), first.clone()]).unwrap();
    store.add_given(&[cell("a", Tier::Investor, 5, 9)]).unwrap();
    drop(store);
    assert_eq!(fixture.open_extents().given().unwrap(), [first, other]);
}

/// How often an organisation was refused is counted for as long as the record is.
pub fn refusals_add_up(fixture: &impl ExtentFixture) {
    let refused = |refusals, second| Escalation { organisation: code("a"), refusals, last_at: at(second) };
    let store = fixture.open_extents();
    store.escalate(&[refused(3, 5)]).unwrap();
    store.escalate(&[refused(1, 4)]).unwrap();
    drop(store);
    assert_eq!(fixture.open_extents().escalations().unwrap(), [refused(4, 5)]);
}
