use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicI64, Ordering};

use cloudsite_domain::identity::Tier;
use cloudsite_domain::siting::demand::{Class, Count, Scope};
use cloudsite_domain::siting::{Criterion, Need, Quality, Quantity};
use jiff::civil::{Date, date};
use tempfile::TempDir;

use super::*;
use crate::record::sample;

/// A store that may take nothing.
#[derive(Default)]
struct Kept {
    demand: Mutex<Demand>,
    is_full: Mutex<bool>,
}

impl DemandStore for Kept {
    fn add_demand(&self, demand: &Demand) -> Result<(), StoreError> {
        if *self.is_full.lock().unwrap() {
            return Err(StoreError::DiskFull);
        }
        self.demand.lock().unwrap().merge(demand.clone());
        Ok(())
    }

    fn demand(&self, _: RangeInclusive<Date>) -> Result<Demand, StoreError> {
        Ok(self.demand.lock().unwrap().clone())
    }
}

/// A tally on the sample, whose clock is moved by hand.
struct Fixture {
    tally: Tally,
    kept: Kept,
    second: Arc<AtomicI64>,
    snapshot: Arc<Snapshot>,
    _folder: TempDir,
}

/// Noon in China on the day of the tests.
const NOON: i64 = 1_795_665_600;

fn fixture() -> Fixture {
    let (folder, record) = sample::open();
    let second = Arc::new(AtomicI64::new(NOON));
    let now = Arc::clone(&second);
    let clock: Clock = Arc::new(move || Timestamp::from_second(now.load(Ordering::Relaxed)).unwrap());
    Fixture { tally: Tally::new(clock), kept: Kept::default(), second, snapshot: record.snapshot(), _folder: folder }
}

impl Fixture {
    fn asks(&self, asker: Asker, min_m2: f64) {
        self.tally.asked(asker, brief(min_m2), Arc::clone(&self.snapshot));
    }

    fn visitor(&self, sitting: &str) -> Asker {
        let mut request = Request::new(());
        request.metadata_mut().insert(SITTING, sitting.parse().unwrap());
        self.tally.asker(&request).unwrap()
    }

    /// Lets time pass, and gives all that is kept then: briefs of the day, and those that each need kept out
    /// in the park.
    fn after(&self, seconds: i64) -> (u64, Vec<(&'static str, u64)>) {
        self.second.fetch_add(seconds, Ordering::Relaxed);
        // A store that takes nothing is one of the cases.
        let _ = self.tally.settle(&self.kept, (self.tally.clock)(), false);
        let kept = self.kept.demand.lock().unwrap();
        let of_park = kept.kept_out.iter().filter(|(kind, _)| kind.scope == Scope::Park);
        let kept_out = of_park.map(|(kind, count)| (kind.subject.as_str(), count.briefs.cast_unsigned())).collect();
        (kept.days.values().map(|count| count.briefs).sum::<i64>().cast_unsigned(), kept_out)
    }
}

fn brief(min_m2: f64) -> Brief {
    let area = Need::Amount { quantity: Quantity::Area, min: Some(min_m2), max: None, on: None };
    let free = Need::Word { quality: Quality::Status, among: BTreeSet::from(["available".to_owned()]) };
    Brief::new(vec![Criterion::Must(free), Criterion::Must(area)], date(2026, 11, 26)).unwrap()
}

fn member(organisation: &str) -> Request<()> {
    let mut request = Request::new(());
    let organisation = Some(organisation.parse().unwrap());
    request.extensions_mut().insert(Recipient { organisation, ..Recipient::of_tier(Tier::Investor) });
    request
}

#[test]
fn what_is_dragged_is_counted_once_when_it_rests() {
    let fixture = fixture();
    let visitor = fixture.visitor("one");
    for min_m2 in [5_000.0, 12_000.0, 90_000.0] {
        fixture.asks(visitor, min_m2);
        assert_eq!(fixture.after(30), (0, vec![]), "it does not rest yet");
    }
    assert_eq!(fixture.after(30), (1, vec![("area_m2", 1)]));
    let kept = fixture.kept.demand.lock().unwrap().clone();
    let zone = Scope::Zone(Some("Z-1".parse().unwrap()));
    let scopes: Vec<_> = kept.kept_out.keys().map(|kind| (kind.day, kind.scope.clone())).collect();
    assert_eq!(scopes, [(date(2026, 11, 26), Scope::Park), (date(2026, 11, 26), zone)]);
    assert!(kept.kept_out.values().all(|count| *count == Count { briefs: 1, refused: 1 }));

    fixture.asks(visitor, 99_000.0);
    assert_eq!(fixture.after(60).0, 1, "the same again, of the same class");
    fixture.asks(visitor, 9_000.0);
    assert_eq!(fixture.after(60), (1, vec![]), "its next form, which three suit");
    fixture.asks(fixture.visitor("two"), 99_000.0);
    assert_eq!(fixture.after(60).0, 2, "someone else's");
}

#[test]
fn a_template_that_is_clicked_through_is_one_brief_by_its_last_form() {
    let fixture = fixture();
    let firm = || fixture.tally.asker(&member("firm")).unwrap();
    for min_m2 in [90_000.0, 9_000.0, 300_000.0] {
        fixture.asks(firm(), min_m2);
        assert_eq!(fixture.after(60).0, 1, "{min_m2}: a form of the same");
    }
    let kept = fixture.kept.demand.lock().unwrap().clone();
    let (kind, count) = kept.kept_out.first_key_value().unwrap();
    assert_eq!((kept.kept_out.len(), kind.class), (2, Some(Class::of(300_000.0))), "the last form alone");
    assert_eq!(*count, Count { briefs: 1, refused: 1 });
    fixture.asks(firm(), 90_000.0);
    assert_eq!(fixture.after(60).0, 1, "back to the first");

    let power = Need::Amount { quantity: Quantity::Power, min: Some(8_000.0), max: None, on: None };
    let other = Brief::new(vec![Criterion::Must(power)], date(2026, 11, 26)).unwrap();
    fixture.tally.asked(firm(), other, Arc::clone(&fixture.snapshot));
    assert_eq!(fixture.after(60).0, 2, "another brief of theirs");
    fixture.asks(fixture.tally.asker(&member("other")).unwrap(), 90_000.0);
    assert_eq!(fixture.after(60).0, 3, "another firm's");
    fixture.asks(firm(), 90_000.0);
    assert_eq!(fixture.after(86_400).0, 3, "as it was");
    fixture.asks(firm(), 300_000.0);
    assert_eq!(fixture.after(60).0, 4, "that of the next day");
}

#[test]
fn an_organisation_is_one_party_and_the_government_none() {
    let fixture = fixture();
    for _ in 0..2 {
        fixture.asks(fixture.tally.asker(&member("firm")).unwrap(), 90_000.0);
        fixture.after(60);
    }
    assert_eq!(fixture.after(60).0, 1);
    let mut staff = member("bureau");
    let seeing = Recipient { is_government: true, ..Recipient::of_tier(Tier::Public) };
    staff.extensions_mut().insert(seeing);
    assert!(fixture.tally.asker(&staff).is_none(), "also where it looks as others do");
    let long = "x".repeat(MOST_SITTING_BYTES + 1);
    assert!(fixture.visitor(&long).sitting.is_none(), "that is no sitting's name");
    assert!(fixture.tally.asker(&Request::new(())).unwrap().sitting.is_none());
}

#[test]
fn visitors_of_whom_nothing_is_known_are_one_for_each_brief() {
    let fixture = fixture();
    let anyone = fixture.tally.asker(&Request::new(())).unwrap();
    for min_m2 in [90_000.0, 91_000.0, 300_000.0] {
        fixture.asks(anyone, min_m2);
    }
    assert_eq!(fixture.after(60), (2, vec![("area_m2", 1), ("area_m2", 1)]));
}

#[test]
fn more_than_can_rest_is_told_and_more_than_a_round_rests_on() {
    let fixture = fixture();
    for number in 0..=MOST_RESTING {
        fixture.asks(fixture.visitor(&number.to_string()), 90_000.0);
    }
    assert_eq!(fixture.tally.not_counted(), 1);
    assert_eq!(fixture.after(60).0, MOST_A_ROUND as u64);
    assert_eq!(fixture.after(0).0, 2 * MOST_A_ROUND as u64);
}

#[test]
fn what_the_disk_does_not_take_is_kept() {
    let fixture = fixture();
    *fixture.kept.is_full.lock().unwrap() = true;
    fixture.asks(fixture.visitor("one"), 90_000.0);
    assert_eq!(fixture.after(60).0, 0);
    *fixture.kept.is_full.lock().unwrap() = false;
    assert_eq!(fixture.after(10), (1, vec![("area_m2", 1)]));
}

#[test]
fn at_the_end_nothing_rests() {
    let fixture = fixture();
    fixture.asks(fixture.visitor("one"), 90_000.0);
    fixture.tally.settle(&fixture.kept, (fixture.tally.clock)(), true).unwrap();
    assert_eq!(fixture.after(0).0, 1);
}

#[test]
fn a_floor_answers_a_brief_that_no_land_does() {
    let (_folder, record) = sample::open();
    let mut building = sample::building("B-LET", 300.0, 300.0);
    let Body::Building(body) = &mut building.body else { panic!("a building") };
    let offer = r#"{"floor":2,"area_m2":1800.0,"clear_height_m":6.0}"#;
    body.offers = vec![serde_json::from_str(offer).unwrap()];
    sample::commit(&record, vec![building], Vec::new());
    let refused = |min: f64| {
        let fixture = fixture();
        let need = Need::Amount { quantity: Quantity::ClearHeight, min: Some(min), max: None, on: None };
        let brief = Brief::new(vec![Criterion::Must(need)], date(2026, 11, 26)).unwrap();
        fixture.tally.asked(fixture.visitor("someone"), brief, record.snapshot());
        let (briefs, kept_out) = fixture.after(120);
        let refused: i64 = fixture.kept.demand.lock().unwrap().days.values().map(|count| count.refused).sum();
        (briefs, refused, kept_out)
    };
    assert_eq!(refused(5.0), (1, 0, vec![]));
    assert_eq!(refused(7.0), (1, 1, vec![("clear_height_m", 1)]), "what kept it out of the floor is told");
}
