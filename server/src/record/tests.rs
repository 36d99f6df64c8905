use std::sync::Arc;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::{FeatureId, FeatureVersion, Layer, ParcelStatus, Revision};
use geo::Intersects;
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use jiff::Timestamp;

use super::{Entry, LayerSnapshot, ReadError, Record, SearchArea, Snapshot, lon_lat_from_canonical, made, sample};
use crate::grpc::roll_back_of;

fn codes(snapshot: &Snapshot, layer: Layer) -> Vec<String> {
    snapshot.layer(layer).in_code_order().map(|version| version.feature.code.to_string()).collect()
}

#[test]
fn a_write_makes_a_snapshot_that_equals_one_read_anew() {
    let (_folder, record) = sample::open();
    let wakes = record.subscribe();
    let changed = vec![
        sample::parcel("P-2", 120.0, 100.0, ParcelStatus::Reserved),
        sample::parcel("P-0", 1_000.0, 300.0, ParcelStatus::Planned),
    ];
    let ended = vec![(Layer::Parcel, "P-5".parse().unwrap()), (Layer::Building, "B-1".parse().unwrap())];
    let committed = sample::commit(&record, changed, ended);
    assert_eq!((committed.revision, committed.created, committed.updated, committed.ended), (Revision(2), 1, 1, 2));
    assert!(wakes.has_changed().unwrap(), "readers are woken");

    let snapshot = record.snapshot();
    equals_one_read_anew(&record);
    assert_eq!(codes(&snapshot, Layer::Parcel), ["P-0", "P-1", "P-2", "P-3", "P-4"]);
    assert_eq!(codes(&snapshot, Layer::Building), ["B-2", "B-3"]);
}

/// What is in memory is what a server would read that starts now: features, indexes and the tiles' revisions.
fn equals_one_read_anew(record: &Record) {
    let anew = Record::open(Arc::clone(record.store())).unwrap();
    let (snapshot, theirs) = (record.snapshot(), anew.snapshot());
    assert_eq!(snapshot.revision(), theirs.revision());
    for layer in Layer::ALL {
        let (ours, theirs) = (snapshot.layer(*layer), theirs.layer(*layer));
        assert_eq!(ours.features(), theirs.features(), "{layer}");
        assert_eq!(ours.bounds(), theirs.bounds(), "{layer}");
        assert!(ours.in_code_order().eq(theirs.in_code_order()), "{layer}");
        for entry in theirs.features().iter() {
            let bounds = entry.feature.shape.bounds();
            assert_eq!(ours.near(bounds), theirs.near(bounds), "{layer} {}", entry.feature.code);
            assert_eq!(ours.find(&entry.feature.code), Some(entry));
        }
    }
    let mut ours: Vec<_> = record.head().tiles.leaves().collect();
    let mut theirs: Vec<_> = anew.head().tiles.leaves().collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    assert_eq!(ours, theirs, "tiles are marked alike");
}

#[test]
fn what_a_tier_sees_is_taken_along_as_if_it_were_made_anew() {
    let (_folder, record) = sample::open();
    let views = sample::views(&record);
    assert!(views.public().ready(Revision(0)).is_none(), "it is made when someone asks");
    let first: Vec<_> = Tier::ALL.iter().map(|tier| views.for_tier(*tier).head().snapshot).collect();
    let changed = vec![
        sample::parcel("P-2", 120.3, 100.4, ParcelStatus::Reserved),
        sample::parcel("P-0", 1_000.0, 300.0, ParcelStatus::Planned),
        sample::mask("M-1", 2_000.0, 40.0),
    ];
    sample::commit(&record, changed, vec![(Layer::Building, "B-1".parse().unwrap())]);
    let anew = Record::open(Arc::clone(record.store())).unwrap();
    let (whole, views_anew) = (record.snapshot(), sample::views(&Arc::new(anew)));
    for (tier, first) in Tier::ALL.iter().zip(first) {
        let seen = views.for_tier(*tier).ready(Revision(0)).expect("it was taken along");
        let expected = views_anew.for_tier(*tier).snapshot_at(Revision(0)).unwrap();
        for layer in Layer::ALL {
            assert_eq!(seen.layer(*layer).features(), expected.layer(*layer).features(), "{layer} for {tier}");
        }
        assert_eq!(codes(&seen, Layer::Mask).len(), usize::from(*tier >= Tier::Investor), "{tier}");
        let road = |snapshot: &Snapshot| std::ptr::from_ref(snapshot.layer(Layer::Road));
        assert_eq!(road(&seen), road(&whole), "what is given whole is shared, for {tier}");
        let past = views.for_tier(*tier).snapshot_at(Revision(1)).unwrap();
        assert_eq!(past.layer(Layer::Parcel).features(), first.layer(Layer::Parcel).features(), "{tier}");
        let noted = |snapshot: &Snapshot| {
            snapshot.layer(Layer::Parcel).features().iter().any(|version| !version.feature.attributes.is_empty())
        };
        assert_eq!(noted(&past), *tier == Tier::Government, "{tier}");
        let bounds = seen.layer(Layer::Parcel).find(&"P-2".parse().unwrap()).unwrap().feature.shape.bounds();
        let exact = (bounds.min().x - sample::CORNER.x - 120.3).abs() < 1e-6;
        assert_eq!(exact, *tier >= Tier::Negotiating, "{tier}: {bounds:?}");
    }
}

#[test]
fn indexes_follow_whatever_a_write_does() {
    let (_folder, record) = sample::open();
    let parcel = |code: &str, east: f64| sample::parcel(code, east, 500.0, ParcelStatus::Planned);
    let end = |code: &str| (Layer::Parcel, code.parse().unwrap());
    let steps = [
        (vec![parcel("P-0", 1_000.0), parcel("P-9", 1_200.0), parcel("P-33", 1_400.0)], vec![]),
        (vec![parcel("P-9", 3_800.0)], vec![]),
        (vec![parcel("P-9", 700.0), parcel("P-2", 900.0)], vec![]),
        (vec![], vec![end("P-1"), end("P-33")]),
        (vec![parcel("P-1", 1_600.0)], vec![end("P-9")]),
        (vec![], vec![end("P-0"), end("P-1"), end("P-2"), end("P-3"), end("P-4"), end("P-5")]),
        (vec![parcel("P-7", 100.0)], vec![]),
        ((0..1_000).map(|number| parcel(&format!("Q-{number}"), f64::from(number))).collect(), vec![]),
    ];
    for (puts, ends) in steps {
        let made = sample::commit(&record, puts, ends).revision;
        equals_one_read_anew(&record);
        let (kept, read) =
            (record.made(Revision(made.0 - 1), made), made::read(record.store().as_ref(), Revision(made.0 - 1), made));
        assert_eq!(kept.unwrap(), read.unwrap(), "what was done is told alike");
    }
}

#[test]
fn a_roll_back_makes_a_snapshot_that_equals_one_read_anew() {
    let (_folder, record) = sample::open();
    let first = record.snapshot();
    let moved = vec![sample::parcel("P-2", 2_120.0, 100.0, ParcelStatus::Reserved), sample::building("B-9", 0.0, 0.0)];
    sample::commit(&record, moved, vec![(Layer::Parcel, "P-1".parse().unwrap())]);
    sample::commit(&record, vec![sample::parcel("P-3", 240.0, 100.0, ParcelStatus::Taken)], vec![]);
    let between = record.snapshot();
    let wakes = record.subscribe();
    let done = record.roll_back(roll_back_of(Revision(1), "a test", "test", Timestamp::UNIX_EPOCH)).unwrap();
    assert_eq!((done.revision, done.created, done.updated, done.ended), (Revision(4), 1, 2, 1));
    assert!(wakes.has_changed().unwrap(), "readers are woken");
    equals_one_read_anew(&record);
    let now = record.snapshot();
    let contents = |snapshot: &Snapshot| {
        let layers = Layer::ALL.iter().flat_map(|layer| snapshot.layer(*layer).features().iter());
        layers.map(|entry| (entry.id, entry.feature.clone())).collect::<Vec<_>>()
    };
    assert_eq!(contents(&now), contents(&first));
    // What a former revision had in memory is used again.
    let mut pairs = now.layer(Layer::Parcel).features().iter().zip(first.layer(Layer::Parcel).features().iter());
    assert!(pairs.all(|(ours, theirs)| ours.shares(theirs)));

    let nothing = record.roll_back(roll_back_of(Revision(4), "again", "test", Timestamp::UNIX_EPOCH)).unwrap();
    assert_eq!((nothing.revision, nothing.created), (Revision(4), 0));
    assert!(Arc::ptr_eq(&now, &record.snapshot()), "the snapshot stays");
    record.roll_back(roll_back_of(Revision(3), "forth", "test", Timestamp::UNIX_EPOCH)).unwrap();
    equals_one_read_anew(&record);
    assert_eq!(contents(&record.snapshot()), contents(&between));
    let unknown = record.roll_back(roll_back_of(Revision(9), "?", "test", Timestamp::UNIX_EPOCH));
    assert!(matches!(unknown, Err(ReadError::UnknownRevision { head: Revision(5), .. })));
}

#[test]
fn a_past_revision_shares_what_has_not_changed_since() {
    let (_folder, record) = sample::open();
    let one = |east: f64| sample::parcel("P-2", east, 100.0, ParcelStatus::Reserved);
    (1..=6_u32).for_each(|step| {
        sample::commit(&record, vec![one(120.0 + f64::from(step))], Vec::new());
    });
    let now = record.snapshot();
    // Read by a record that has nothing but the newest in memory.
    let anew = Record::open(Arc::clone(record.store())).unwrap();
    for revision in (1..=6).map(Revision) {
        let (past, kept) = (anew.snapshot_at(revision).unwrap(), record.snapshot_at(revision).unwrap());
        let (parcels, newest) = (past.layer(Layer::Parcel), anew.snapshot());
        assert_eq!(parcels.features(), kept.layer(Layer::Parcel).features());
        let pairs = parcels.features().iter().zip(newest.layer(Layer::Parcel).features().iter());
        let shared = pairs.filter(|(ours, theirs)| ours.shares(theirs)).count();
        assert_eq!(shared, 4, "all but the one that was changed");
        assert!(std::ptr::eq(past.layer(Layer::Zone), newest.layer(Layer::Zone)), "whole layers are shared");
    }
    assert_eq!(now.revision(), Revision(7));
}

#[test]
fn a_write_that_changes_nothing_makes_no_revision() {
    let (_folder, record) = sample::open();
    let before = record.snapshot();
    let committed = sample::commit(&record, sample::features(), Vec::new());
    assert_eq!(committed.revision, Revision(1));
    assert!(Arc::ptr_eq(&before, &record.snapshot()), "the snapshot stays");
}

#[test]
fn past_revisions_stay_as_they_were() {
    let (_folder, record) = sample::open();
    sample::commit(&record, Vec::new(), vec![(Layer::Zone, "Z-2".parse().unwrap())]);
    assert_eq!(codes(&record.snapshot(), Layer::Zone), ["Z-1"]);
    let past = record.snapshot_at(Revision(1)).unwrap();
    assert_eq!((past.revision(), codes(&past, Layer::Zone)), (Revision(1), vec!["Z-1".to_owned(), "Z-2".to_owned()]));
    for asked in [Revision(0), Revision(3)] {
        let refused = record.snapshot_at(asked);
        assert!(matches!(refused, Err(ReadError::UnknownRevision { head: Revision(2), .. })), "revision {asked}");
    }
}

#[test]
fn a_search_takes_what_touches_and_nothing_else() {
    let (_folder, record) = sample::open();
    let snapshot = record.snapshot();
    let lon_lat = |east: f64, north: f64| lon_lat_from_canonical(sample::CORNER + Coord { x: east, y: north });
    let around = |west: f64, south: f64, east: f64, north: f64| {
        let (low, high) = (lon_lat(west, south), lon_lat(east, north));
        SearchArea::new(low.x, low.y, high.x, high.y).unwrap()
    };
    let found = |area: &SearchArea, layer| {
        snapshot.layer(layer).touching(area).iter().map(|version| version.feature.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found(&around(90.0, 120.0, 125.0, 140.0), Layer::Parcel), ["P-1", "P-2"]);
    assert_eq!(found(&around(105.0, 120.0, 115.0, 140.0), Layer::Parcel), Vec::<String>::new(), "between two parcels");
    // The road's bounding box is 20 m high; only its line counts.
    assert_eq!(found(&around(3_500.0, 701.0, 3_600.0, 706.0), Layer::Road), Vec::<String>::new(), "beside the road");
    assert_eq!(found(&around(3_500.0, 701.0, 3_600.0, 730.0), Layer::Road), ["R-1"]);
    let world = SearchArea::new(-180.0, -90.0, 180.0, 90.0).unwrap();
    assert_eq!(found(&world, Layer::Parcel).len(), 5);
}

/// What boxes alone decide is what the shapes decide, also for shapes of two pieces with room between them.
#[test]
fn boxes_judge_as_shapes_do() {
    let mut state = 7_u64;
    let mut chance = |range: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 24) as f64 * range
    };
    let mut triangle = |at: Coord| {
        let corners = [0, 1, 2].map(|_| at + Coord { x: chance(90.0), y: chance(90.0) });
        Polygon::new(LineString::from(corners.to_vec()), Vec::new())
    };
    let mut entries = Vec::new();
    for number in 0..400_u32 {
        let at = sample::CORNER + Coord { x: f64::from(number % 20) * 100.0, y: f64::from(number / 20) * 100.0 };
        let mut parts = vec![triangle(at)];
        if number % 3 == 0 {
            parts.push(triangle(at + Coord { x: 300.0, y: 300.0 }));
        }
        let Ok(shape) = Shape::new(MultiPolygon::new(parts).into()) else { continue };
        let mut feature = sample::parcel(&format!("T-{number}"), 0.0, 0.0, ParcelStatus::Available);
        feature.shape = shape;
        let version = FeatureVersion { id: FeatureId(u64::from(number) + 1), since: Revision(1), feature };
        entries.push(Entry::from(version));
    }
    let layer = LayerSnapshot::new(entries.into_iter().collect());
    let mut touched = 0;
    for _ in 0..300 {
        let low = sample::CORNER + Coord { x: chance(2_000.0), y: chance(2_000.0) };
        let high = low + Coord { x: chance(400.0), y: chance(400.0) };
        let (low, high) = (lon_lat_from_canonical(low), lon_lat_from_canonical(high));
        let area = SearchArea::new(low.x.min(high.x), low.y.min(high.y), low.x.max(high.x), low.y.max(high.y)).unwrap();
        let Some(outline) = area.outline() else { panic!("{area:?} is within reach") };
        let expected = layer.features().iter().filter(|entry| match &entry.feature.shape {
            Shape::Areas(areas) => outline.intersects(areas),
            other => panic!("{other:?} is an area"),
        });
        let expected: Vec<FeatureId> = expected.map(|entry| entry.id).collect();
        let found: Vec<FeatureId> = layer.touching(&area).iter().map(|entry| entry.id).collect();
        assert_eq!(found, expected, "{area:?}");
        touched += found.len();
    }
    assert!(touched > 1_000, "{touched} were touched");
}

/// Two corners of a square have its box, and nothing in the middle of it.
#[test]
fn a_shape_that_falls_apart_within_its_box_is_judged_anew() {
    let at = |x: f64, y: f64| sample::CORNER + Coord { x, y };
    let square = |low: f64, high: f64| {
        let corners = vec![at(low, low), at(high, low), at(high, high), at(low, high)];
        Polygon::new(LineString::from(corners), Vec::new())
    };
    let entry = |since: u64, parts: Vec<Polygon>| {
        let mut feature = sample::parcel("T-1", 0.0, 0.0, ParcelStatus::Available);
        feature.shape = Shape::new(MultiPolygon::new(parts).into()).unwrap();
        Entry::from(FeatureVersion { id: FeatureId(1), since: Revision(since), feature })
    };
    let whole = LayerSnapshot::new([entry(1, vec![square(0.0, 90.0)])].into_iter().collect());
    let parted = [entry(2, vec![square(0.0, 30.0), square(60.0, 90.0)])].into_iter().collect();
    let parted = LayerSnapshot::like(parted, &[&whole]);
    let (low, high) = (lon_lat_from_canonical(at(-20.0, 40.0)), lon_lat_from_canonical(at(110.0, 50.0)));
    let middle = SearchArea::new(low.x, low.y, high.x, high.y).unwrap();
    assert_eq!((whole.touching(&middle).len(), parted.touching(&middle).len()), (1, 0));
}

#[test]
fn a_record_without_a_park_still_has_an_origin() {
    let (_folder, record) = sample::empty();
    assert_eq!(record.snapshot().origin(), Coord { x: 0.0, y: 0.0 });
    sample::commit(&record, vec![sample::building("B-9", 300.0, 300.0)], Vec::new());
    let snapshot = record.snapshot();
    assert_eq!(snapshot.origin(), Coord { x: 536_000.0, y: 3_479_000.0 });
    assert!(!snapshot.is_synthetic());
}
