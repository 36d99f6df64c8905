//! Whatever the file, there is an answer.

use cloudsite_domain::record::Layer;
use geo_types::Coord;
use proptest::prelude::*;

use super::super::gpkg_geometry;
use super::{collection, polygon, read};

proptest! {
    #[test]
    fn random_text_is_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(read(&text, Layer::Parcel).is_err());
    }

    #[test]
    fn random_geometry_bytes_are_answered_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let whole = [b"GP\x00\x01\x00\x00\x00\x00\x01".as_slice(), &bytes].concat();
        let _answered = gpkg_geometry(&bytes);
        let _answered = gpkg_geometry(&whole);
    }

    #[test]
    fn a_random_ring_is_taken_or_refused_with_its_place(
        ring in proptest::collection::vec((120.40f64..120.41, 31.50f64..31.51), 3..8),
    ) {
        let mut positions: Vec<Coord> = ring.into_iter().map(Coord::from).collect();
        positions.push(positions[0]);
        let written: Vec<String> = positions.iter().map(|at| format!("[{},{}]", at.x, at.y)).collect();
        let file = collection(&[polygon("{}", &format!("[[{}]]", written.join(",")))]);
        match read(&file, Layer::Parcel) {
            Ok(features) => prop_assert!(features[0].shape.area_m2() > 0.0),
            Err(refusal) => for problem in &refusal.problems {
                let place = problem.place.expect("a ring is wrong at a place");
                prop_assert!(place.vertex < positions.len());
                prop_assert!((120.39..120.42).contains(&place.at.x) && (31.49..31.52).contains(&place.at.y));
            }
        }
    }
}
