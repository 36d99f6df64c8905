use cloudsite_domain::record::{FeatureId, Layer};
use serde_json::Value;

use super::{Base, ItemQuery, ItemsQuery, collection, collections, item, items, landing, layer, open_api};
use crate::disclosure::Delivery;
use crate::identity::Recipient;
use crate::record::{Snapshot, sample};

fn base() -> Base {
    Base { origin: "http://park.test".to_owned(), revision: None }
}

fn asked(pairs: &[(&str, &str)]) -> ItemsQuery {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ItemsQuery::read(&pairs).unwrap()
}

fn delivery() -> Delivery {
    Delivery::new(&Recipient::public(), Layer::Parcel)
}

fn page(snapshot: &Snapshot, pairs: &[(&str, &str)]) -> Value {
    items(snapshot, Layer::Parcel, &asked(pairs), &base(), "limit=2", &mut delivery()).unwrap()
}

fn codes(page: &Value) -> Vec<&str> {
    page["features"].as_array().unwrap().iter().map(|feature| feature["properties"]["code"].as_str().unwrap()).collect()
}

fn link<'a>(document: &'a Value, rel: &str) -> Option<&'a str> {
    document["links"].as_array().unwrap().iter().find(|link| link["rel"] == rel)?["href"].as_str()
}

#[test]
fn pages_follow_each_other_at_one_revision() {
    let (_folder, record) = sample::open();
    let snapshot = record.snapshot();
    let first = page(&snapshot, &[("limit", "2")]);
    assert_eq!(
        (codes(&first), &first["numberMatched"], &first["numberReturned"]),
        (vec!["P-1", "P-2"], &5.into(), &2.into())
    );
    assert_eq!(
        link(&first, "next"),
        Some("http://park.test/ogc/revisions/1/collections/parcel/items?limit=2&offset=2")
    );
    assert_eq!(link(&first, "prev"), None);
    let last = page(&snapshot, &[("limit", "2"), ("offset", "4")]);
    assert_eq!((codes(&last), link(&last, "next")), (vec!["P-5"], None));
    assert_eq!(link(&last, "prev"), Some("http://park.test/ogc/revisions/1/collections/parcel/items?limit=2&offset=2"));
    assert_eq!(codes(&page(&snapshot, &[("offset", "99")])), Vec::<&str>::new());
}

#[test]
fn a_rectangle_finds_what_it_touches_in_any_system() {
    let (_folder, record) = sample::open();
    let snapshot = record.snapshot();
    // The first parcel begins 100 m north of the corner, the second 120 m east of it.
    let (north, east) = (sample::CORNER.y + 150.0, sample::CORNER.x + 50.0);
    let metres = format!("{},{},{},{}", north, east, north + 1.0, east + 1.0);
    let gauss_kruger = ("bbox-crs", "http://www.opengis.net/def/crs/EPSG/0/4549");
    assert_eq!(codes(&page(&snapshot, &[("bbox", &metres), gauss_kruger])), ["P-1"]);
    let at = crate::record::lon_lat_from_canonical((east, north).into());
    let degrees = format!("{},{},{},{}", at.x, at.y, at.x + 1e-6, at.y + 1e-6);
    assert_eq!(codes(&page(&snapshot, &[("bbox", &degrees)])), ["P-1"]);
    let latitude_first = format!("{},{},{},{}", at.y, at.x, at.y + 1e-6, at.x + 1e-6);
    let wgs84 = ("bbox-crs", "http://www.opengis.net/def/crs/EPSG/0/4326");
    assert_eq!(codes(&page(&snapshot, &[("bbox", &latitude_first), wgs84])), ["P-1"]);
    assert_eq!(codes(&page(&snapshot, &[("bbox", "-10,40,10,50")])), Vec::<&str>::new());
}

#[test]
fn coordinates_are_those_of_the_asked_system() {
    let (_folder, record) = sample::open();
    let snapshot = record.snapshot();
    let page = page(&snapshot, &[("limit", "1"), ("crs", "http://www.opengis.net/def/crs/EPSG/0/4549")]);
    let ring = page["features"][0]["geometry"]["coordinates"][0].as_array().unwrap();
    assert!(ring.contains(&serde_json::json!([sample::CORNER.y + 100.0, sample::CORNER.x])), "{ring:?}");
}

#[test]
fn a_feature_is_found_by_its_id() {
    let (_folder, record) = sample::open();
    let snapshot = record.snapshot();
    let listed = page(&snapshot, &[]);
    let id = listed["features"][3]["id"].as_u64().unwrap();
    let query = ItemQuery::read(&[]).unwrap();
    let found = item(&snapshot, Layer::Parcel, FeatureId(id), &query, &base(), &mut delivery()).unwrap().unwrap();
    assert_eq!(found["properties"], listed["features"][3]["properties"]);
    assert_eq!(link(&found, "self").unwrap(), format!("http://park.test/ogc/collections/parcel/items/{id}"));
    let zone = item(&snapshot, Layer::Zone, FeatureId(id), &query, &base(), &mut delivery());
    assert!(zone.is_none(), "it is a parcel, not a zone");
}

#[test]
fn documents_lead_to_each_other_and_say_what_is_invented() {
    let (_folder, record) = sample::open();
    let snapshot = record.snapshot();
    let landing = landing(&snapshot, &base());
    assert!(landing["description"].as_str().unwrap().contains("演示数据"), "{landing}");
    assert_eq!(link(&landing, "data"), Some("http://park.test/ogc/collections"));
    let all = collections(&snapshot, &base());
    let ids: Vec<_> = all["collections"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.iter().all(|id| layer(id).is_some()) && ids.len() == Layer::ALL.len(), "{ids:?}");
    let parcels = collection(&snapshot, Layer::Parcel, &base().at(1));
    assert_eq!(link(&parcels, "items"), Some("http://park.test/ogc/revisions/1/collections/parcel/items"));
    assert!(parcels["extent"]["spatial"]["bbox"][0][0].as_f64().unwrap() > 120.0, "{parcels}");
    assert!(collection(&snapshot, Layer::Mask, &base())["extent"].is_null(), "an empty layer lies nowhere");
    let paths = open_api(&base());
    assert!(paths["paths"]["/collections/{collectionId}/items"]["get"]["parameters"].as_array().unwrap().len() >= 7);
}
