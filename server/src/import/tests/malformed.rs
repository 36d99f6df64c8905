//! Thousands of damaged files: each is read or refused with a reason. The good files that are damaged are our own
//! exports; what is done to them is drawn from a fixed seed, so that a failure comes back.

use std::fs;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use cloudsite_domain::audit::Action;
use cloudsite_domain::record::{Feature, Layer};
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Cause, Commit, Store};
use jiff::Timestamp;
use tempfile::TempDir;
use zip::ZipArchive;

use super::super::{Format, ImportOptions, read_file};
use super::formats::zipped;
use crate::{demo, export};

/// How many damaged files are made of each good one.
const OF_EACH: u64 = 260;

/// Numbers drawn from a seed (xorshift).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize
    }

    fn below(&mut self, most: usize) -> usize {
        self.next() % most.max(1)
    }
}

/// What stands in files where a count or a length is expected, and does harm.
const CLAIMS: [&[u8]; 8] = [
    &[0xFF; 4],
    &1_000_000_000_u32.to_le_bytes(),
    &1_000_000_000_u32.to_be_bytes(),
    &0x7FFF_FFFF_u32.to_le_bytes(),
    &[0; 8],
    b"1e999",
    b"-9223372036854775809",
    b"\xC3\x28\xFF\xFE",
];

fn damaged(good: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=draw.below(3) {
        let at = draw.below(bytes.len());
        let length = draw.below(64).min(bytes.len() - at);
        match draw.below(8) {
            0 => bytes.truncate(at),
            1 => bytes[at..at + length.min(1)].iter_mut().for_each(|byte| *byte ^= 1 << draw.below(8)),
            2 => {
                let claim = CLAIMS[draw.below(CLAIMS.len())];
                let room = claim.len().min(bytes.len() - at);
                bytes[at..at + room].copy_from_slice(&claim[..room]);
            }
            3 => drop(bytes.drain(at..at + length)),
            4 => {
                let again = bytes[at..at + length].to_vec();
                let to = draw.below(bytes.len());
                bytes.splice(to..to, again);
            }
            5 => {
                let deep = [b"[".as_slice(), b"{\"a\":", b"(", b"<a>"][draw.below(4)].repeat(draw.below(2_000));
                bytes.splice(at..at, deep);
            }
            6 => bytes[at..at + length].reverse(),
            _ => {
                let digit = (at..bytes.len()).find(|at| bytes[*at].is_ascii_digit());
                if let Some(digit) = digit {
                    bytes.splice(digit..=digit, b"99999999999999999999".iter().copied());
                }
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// The same archive with one file in it damaged, and sound otherwise: its checksums fit.
fn damaged_within(good: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(good)).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    let chosen = draw.below(files.len());
    files[chosen].1 = damaged(&files[chosen].1, draw);
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    zipped(&files)
}

/// A few features of the demo park.
fn store(layer: Layer) -> (TempDir, SqliteStore) {
    let features: Vec<Feature> =
        demo::features().unwrap().into_iter().filter(|feature| feature.layer() == layer).take(5).collect();
    assert_eq!(features.len(), 5, "{layer}");
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let commit = Commit {
        author: "tester".to_owned(),
        message: "a test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        expected_head: None,
        puts: features,
        ends: Vec::new(),
        cause: Cause::new(Action::Import, "a file"),
    };
    store.commit(commit).unwrap();
    (folder, store)
}

fn exported(layer: Layer, format: export::Format) -> Vec<u8> {
    let (_folder, store) = store(layer);
    let mut out = Vec::new();
    export::write_as(&store, layer, store.head().unwrap(), format, &mut out).unwrap();
    out
}

/// The buildings as a sequence: the document without them, then the document as if it were one building.
fn sequence() -> Vec<u8> {
    let whole = String::from_utf8(exported(Layer::Building, export::Format::Cityjson)).unwrap();
    let feature = whole.replace("\"CityJSON\"", "\"CityJSONFeature\"");
    let first = r#"{"type":"CityJSON","version":"2.0","transform":{"scale":[0.001,0.001,0.001],"translate":[0,0,0]},
        "metadata":{"referenceSystem":"EPSG:4549"},"CityObjects":{},"vertices":[]}"#;
    format!("{}\n{feature}", first.replace('\n', "")).into_bytes()
}

type Damage = fn(&[u8], &mut Draw) -> Vec<u8>;

/// Every good file, how it is damaged, and the name it is read by.
fn good() -> Vec<(&'static str, Layer, Vec<u8>, Damage)> {
    let shapefile = exported(Layer::Parcel, export::Format::Shp);
    let workbook = exported(Layer::Parcel, export::Format::Xlsx);
    let building = exported(Layer::Building, export::Format::Cityjson);
    vec![
        ("land.geojson", Layer::Parcel, exported(Layer::Parcel, export::Format::Geojson), damaged),
        ("land.gpkg", Layer::Parcel, exported(Layer::Parcel, export::Format::Gpkg), damaged),
        ("land.csv", Layer::Parcel, exported(Layer::Parcel, export::Format::Csv), damaged),
        ("land.zip", Layer::Parcel, shapefile.clone(), damaged),
        ("land.zip", Layer::Parcel, shapefile, damaged_within),
        ("land.xlsx", Layer::Parcel, workbook.clone(), damaged),
        ("land.xlsx", Layer::Parcel, workbook, damaged_within),
        ("town.city.json", Layer::Building, building, damaged),
        ("town.city.jsonl", Layer::Building, sequence(), damaged),
    ]
}

#[test]
fn every_damaged_file_is_read_or_refused_with_a_reason() {
    let folder = TempDir::new().unwrap();
    let (mut read, mut refused) = (0, 0);
    for (kind, (name, layer, bytes, damage)) in good().into_iter().enumerate() {
        let path = folder.path().join(name);
        let format = Format::of_file(name).unwrap();
        let options = ImportOptions::for_file(name, Some(layer));
        fs::write(&path, &bytes).unwrap();
        let whole = read_file(&path, format, &options);
        assert_eq!(whole.map(|features| features.len()).ok(), Some(5), "{name} is good before it is damaged");
        for number in 0..OF_EACH {
            let seed = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(kind as u64 * OF_EACH + number + 1) | 1;
            fs::write(&path, damage(&bytes, &mut Draw(seed))).unwrap();
            let answer = catch_unwind(AssertUnwindSafe(|| read_file(&path, format, &options)));
            match answer.unwrap_or_else(|_| panic!("{name} panics when damaged by seed {seed:#x}")) {
                Ok(_) => read += 1,
                Err(refusal) => {
                    refused += 1;
                    assert!(refusal.count > 0, "{name}, seed {seed:#x}: it is refused without a reason");
                    for problem in &refusal.problems {
                        let said = !problem.rule.is_empty() && !problem.message.is_empty();
                        assert!(said, "{name}, seed {seed:#x}: {problem:?}");
                    }
                }
            }
        }
    }
    assert!(read + refused >= 2_000, "{read} read and {refused} refused are too few");
    assert!(
        refused > 1_000 && read > 10,
        "{refused} refused and {read} read: the damage is all too little or too much"
    );
}
