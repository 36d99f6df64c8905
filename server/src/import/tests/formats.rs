//! Shapefiles, tables and CityJSON: what is read, and what is said of what is not.

use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use cloudsite_domain::crs::{Crs, Datum};
use cloudsite_domain::record::{Body, Feature, Layer};
use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::super::{Format, ImportOptions, Refusal, read_file};
use super::said;

/// Writes files into a folder of their own, and gives the first.
pub(super) fn written(files: &[(&str, &[u8])]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let first = folder.path().join(files[0].0);
    (folder, first)
}

pub(super) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A `.shp` of one polygon: a square of 100 m near Wuxi.
pub(super) fn shp() -> Vec<u8> {
    let (x, y) = (536_000.0, 3_480_000.0);
    let ring = [(x, y), (x, y + 100.0), (x + 100.0, y + 100.0), (x + 100.0, y), (x, y)];
    let mut content = 5_i32.to_le_bytes().to_vec();
    for number in [x, y, x + 100.0, y + 100.0] {
        content.extend(f64::to_le_bytes(number));
    }
    for number in [1_i32, ring.len() as i32, 0] {
        content.extend(number.to_le_bytes());
    }
    for number in ring.iter().flat_map(|(x, y)| [*x, *y]) {
        content.extend(f64::to_le_bytes(number));
    }
    let mut file = 9994_i32.to_be_bytes().to_vec();
    file.extend([0; 20]);
    file.extend(((100 + 8 + content.len()) as i32 / 2).to_be_bytes());
    file.extend(1000_i32.to_le_bytes());
    file.extend(5_i32.to_le_bytes());
    file.extend([0; 64]);
    file.extend(1_i32.to_be_bytes());
    file.extend((content.len() as i32 / 2).to_be_bytes());
    file.extend(content);
    file
}

/// A `.dbf` of one row with a text and a number.
pub(super) fn dbf(language: u8, name: &[u8]) -> Vec<u8> {
    let mut file = vec![3, 126, 1, 1];
    file.extend(1_u32.to_le_bytes());
    file.extend(97_u16.to_le_bytes());
    file.extend(31_u16.to_le_bytes());
    file.extend([0; 17]);
    file.push(language);
    file.extend([0; 2]);
    for (field, kind, length, decimals) in [("name", b'C', 20, 0), ("far_max", b'F', 10, 2)] {
        let mut descriptor = [0_u8; 32];
        descriptor[..field.len()].copy_from_slice(field.as_bytes());
        (descriptor[11], descriptor[16], descriptor[17]) = (kind, length, decimals);
        file.extend(descriptor);
    }
    file.push(b'\r');
    file.push(b' ');
    file.extend(name);
    file.extend(vec![b' '; 20 - name.len()]);
    file.extend(b"      2.50\x1A");
    file
}

const PRJ: &[u8] = br#"PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["x",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],UNIT["Meter",1.0]]"#;

const GBK: &[u8] = b"\xCE\xDE\xCE\xFD";
const SHIFT_JIS: &[u8] = b"\x93\x8C\x8B\x9E";

fn options(layer: Layer) -> ImportOptions {
    ImportOptions::for_file("land.zip", Some(layer))
}

fn shapefile(parts: &[(&str, &[u8])], options: &ImportOptions) -> Result<Vec<Feature>, Refusal> {
    let (_folder, path) = written(&[("land.zip", &zipped(parts))]);
    read_file(&path, Format::PackedShapefile, options)
}

fn name(features: &[Feature]) -> String {
    features[0].names.iter().map(|(_, name)| name.to_owned()).collect()
}

#[test]
fn a_shapefile_is_read_with_its_encoding_and_system() {
    /// Name, language byte, bytes, `.cpg`, `--encoding`, what is read.
    type Case<'a> = (&'a str, u8, &'a [u8], Option<&'a [u8]>, Option<&'a str>, &'a str);
    let (shp, plain) = (shp(), options(Layer::Parcel));
    let cases: [Case; 6] = [
        ("by .cpg", 0, GBK, Some(b"GBK"), None, "无锡"),
        ("by the byte", 0x4D, GBK, None, None, "无锡"),
        ("by the byte, Japanese", 0x13, SHIFT_JIS, None, None, "東京"),
        ("by .cpg, Japanese", 0x57, SHIFT_JIS, Some(b"932\r\n"), None, "東京"),
        ("by hand", 0, GBK, Some(b"UTF-8"), Some("GB18030"), "无锡"),
        ("as it can be nothing else", 0, "无锡".as_bytes(), None, None, "无锡"),
    ];
    for (case, language, text, cpg, said, expected) in cases {
        let dbf = dbf(language, text);
        let mut parts: Vec<(&str, &[u8])> = vec![("a/Land.SHP", &shp), ("a/Land.dbf", &dbf), ("a/Land.prj", PRJ)];
        parts.extend(cpg.map(|cpg| ("a/Land.cpg", cpg)));
        let options = ImportOptions { encoding: said.map(|name| name.parse().unwrap()), ..plain.clone() };
        let features = shapefile(&parts, &options).unwrap_or_else(|refusal| panic!("{case}: {:?}", refusal.problems));
        assert_eq!(name(&features), expected, "{case}");
        assert_eq!(features[0].attributes.get("far_max").map(String::as_str), Some("2.5"), "{case}");
        assert!((features[0].shape.area_m2() - 10_000.0).abs() < 1e-6, "{case}");
    }
}

#[test]
fn a_shapefile_lies_beside_its_parts_too() {
    let (shp, dbf) = (shp(), dbf(0x4D, GBK));
    let (_folder, path) = written(&[("land.shp", &shp), ("land.DBF", &dbf), ("land.prj", PRJ), ("else.dbf", b"x")]);
    let mut options = options(Layer::Parcel);
    options.mapping.insert("plot_ratio_max".to_owned(), "far_max".to_owned());
    let features = read_file(&path, Format::Shapefile, &options).unwrap();
    let Body::Parcel(parcel) = &features[0].body else { panic!("a parcel is a parcel") };
    assert_eq!((parcel.plot_ratio.max, name(&features).as_str()), (Some(2.5), "无锡"));
}

#[test]
fn a_shapefile_that_leaves_a_doubt_is_asked_about() {
    /// The files of an archive, and the rule that refuses them.
    type Case<'a> = (&'a [(&'a str, &'a [u8])], &'a str);
    let (shp, good) = (shp(), dbf(0, b"name"));
    let gbk = dbf(0, GBK);
    let cut = &shp[..shp.len() - 20];
    let mut claim = shp.clone();
    claim[148..152].copy_from_slice(&1_000_000_000_i32.to_le_bytes());
    let two = [good.clone(), Vec::new()].concat();
    let mut rows = good.clone();
    rows[4..8].copy_from_slice(&1_000_000_000_u32.to_le_bytes());
    let cases: [Case; 9] = [
        (&[("l.shp", &shp), ("l.dbf", &gbk), ("l.prj", PRJ)], "encoding.present"),
        (&[("l.shp", &shp), ("l.dbf", &gbk), ("l.prj", PRJ), ("l.cpg", b"EBCDIC")], "encoding.known"),
        (&[("l.shp", &shp), ("l.dbf", &gbk), ("l.prj", PRJ), ("l.cpg", b"UTF-8")], "shapefile.value"),
        (&[("l.shp", &shp), ("l.dbf", &good)], "crs.present"),
        (&[("l.shp", &shp), ("l.dbf", &good), ("l.prj", b"PROJCS[\"Somewhere\"]")], "crs.known"),
        (&[("l.shp", cut), ("l.dbf", &good), ("l.prj", PRJ)], "shapefile.readable"),
        (&[("l.shp", &claim), ("l.dbf", &good), ("l.prj", PRJ)], "shapefile.geometry"),
        (&[("l.shp", &shp), ("l.dbf", &rows), ("l.prj", PRJ)], "shapefile.readable"),
        (&[("l.shp", &shp), ("l.dbf", &two), ("m.shp", &shp)], "shapefile.layer"),
    ];
    for (parts, rule) in cases {
        let refusal = shapefile(parts, &options(Layer::Parcel)).expect_err(rule);
        assert_eq!(refusal.problems[0].rule, rule, "{:?}", refusal.problems);
    }
    let said = said(shapefile(&[("l.shp", &shp), ("l.dbf", &gbk), ("l.prj", PRJ)], &options(Layer::Parcel)));
    assert!(said.contains("'无锡'") && said.contains("--encoding GBK"), "{said}");
}

fn csv(text: &[u8], options: &ImportOptions) -> Result<Vec<Feature>, Refusal> {
    let (_folder, path) = written(&[("land.csv", text)]);
    read_file(&path, Format::Csv, options)
}

#[test]
fn tables_say_where_their_rows_are() {
    let plain = ImportOptions::for_file("land.csv", Some(Layer::Poi));
    let mut mapped = plain.clone();
    mapped.mapping.insert("wkt".to_owned(), "where".to_owned());
    let metres = ImportOptions { crs: Some(Crs::GaussKruger120), ..plain.clone() };
    let cases: [(&str, &[u8], &ImportOptions); 7] = [
        ("degrees", b"code,lon,lat\nA,120.4,31.5\n", &plain),
        ("a mark before", b"\xEF\xBB\xBFcode;Longitude;Latitude\r\nA;120.4;31.5\r\n", &plain),
        ("well-known text with its system", b"code\twkt\nA\tSRID=4326;POINT (120.4 31.5)\n", &plain),
        ("quotes", b"code,wkt\n\"A\",\"SRID=4490;POINT(120.4 31.5)\"\n\n", &plain),
        ("another name", b"code,where\nA,SRID=4326;POINT (120.4 31.5)\n", &mapped),
        ("metres", b"code,x,y\nA,538004.6,3486521.6\n", &metres),
        ("Chinese", "code,经度,纬度\nA,120.4,31.5\n".as_bytes(), &plain),
    ];
    for (case, text, options) in cases {
        let features = csv(text, options).unwrap_or_else(|refusal| panic!("{case}: {:?}", refusal.problems));
        let at = features[0].shape.anchor();
        assert_eq!((features.len(), features[0].code.as_str()), (1, "A"), "{case}");
        assert!((at.x - 538_000.0).abs() < 100.0 && (at.y - 3_486_500.0).abs() < 100.0, "{case}: {at:?}");
    }
}

#[test]
fn a_table_that_leaves_a_doubt_is_asked_about() {
    let plain = ImportOptions::for_file("land.csv", Some(Layer::Poi));
    let cases: [(&[u8], &str, &str); 10] = [
        (b"", "table.header", ""),
        (b"code,name\nA,B\n", "table.geometry", ""),
        (b"code,code,wkt\n", "table.header", ""),
        (b"code,wkt\nA,POINT (120.4 31.5)\n", "crs.present", ""),
        (b"code,wkt\nA,SRID=4326;POINT (120.4\n", "table.geometry", "row 2"),
        (b"code,wkt\nA,SRID=4326;POINT (120.4 31.5)\nB,SRID=4549;POINT (5 3)\n", "table.geometry", "row 3"),
        (b"code,lon,lat\nA,120.4,north\n", "table.geometry", "row 2"),
        (b"code,lon,lat\nA,120.4,\n", "table.geometry", "row 2"),
        (b"code,lon,lat\nA,120.4,31.5,more\n", "csv.row", "row 2"),
        (b"code,lon,lat,name\nA,120.4,31.5,\xCE\xDE\xCE\xFD\n", "encoding.present", ""),
    ];
    for (text, rule, feature) in cases {
        let refusal = csv(text, &plain).expect_err(rule);
        let problem = &refusal.problems[0];
        assert_eq!((problem.rule.as_str(), problem.feature.as_str()), (rule, feature), "{:?}", refusal.problems);
    }
    let gbk = ImportOptions { encoding: "GBK".parse().ok(), ..plain };
    assert_eq!(name(&csv(b"code,lon,lat,name\nA,120.4,31.5,\xCE\xDE\xCE\xFD\n", &gbk).unwrap()), "无锡");
}

#[test]
fn a_workbook_is_read_as_a_table_is() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet();
    let sheet = book.add_worksheet();
    for (column, header) in ["code", "lon", "lat", "kind", "opened", "lanes"].iter().enumerate() {
        sheet.write_string(2, column as u16, *header).unwrap();
    }
    sheet.write_number(3, 0, 1001.0).unwrap();
    sheet.write_number(3, 1, 120.4).unwrap();
    sheet.write_string(3, 2, "31.5").unwrap();
    sheet.write_string(3, 3, "airport").unwrap();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_number_with_format(3, 4, 45_383.0, &date).unwrap();
    let (_folder, path) = written(&[("land.xlsx", &book.save_to_buffer().unwrap())]);
    let features = read_file(&path, Format::Xlsx, &ImportOptions::for_file("land.xlsx", Some(Layer::Poi))).unwrap();
    assert_eq!((features.len(), features[0].code.as_str()), (1, "1001"), "whole numbers are whole");
    assert_eq!(features[0].attributes.get("opened").map(String::as_str), Some("2024-04-01"));
}

const CITY: &str = r#"{"type":"CityJSON","version":"1.1","transform":{"scale":[0.001,0.001,0.001],"translate":[536000,3480000,5]},
    "metadata":{"referenceSystem":"https://www.opengis.net/def/crs/EPSG/0/4549"},
    "CityObjects":{
      "B1":{"type":"Building","attributes":{"measuredHeight":12.5,"use":"factory"},"geometry":[GEOMETRY]},
      "B2":{"type":"Building","attributes":{"use":"office"},"children":["B2-1"]},
      "B2-1":{"type":"BuildingPart","parents":["B2"],"geometry":[GEOMETRY]},
      "T":{"type":"SolitaryVegetationObject"}},
    "vertices":[[0,0,0],[10000,0,0],[10000,20000,0],[0,20000,0],[0,0,8000],[10000,0,8000],[10000,20000,8000],[0,20000,8000]]}"#;

const SOLID: &str = r#"{"type":"Solid","lod":"1","boundaries":[[[[0,3,2,1]],[[4,5,6,7]],[[0,1,5,4]],[[1,2,6,5]],[[2,3,7,6]],[[3,0,4,7]]]]}"#;

const SPLIT: &str = r#"{"type":"MultiSurface","lod":2,"boundaries":[[[0,2,1]],[[0,3,2]],[[4,5,6,7]]],
    "semantics":{"surfaces":[{"type":"GroundSurface"},{"type":"RoofSurface"}],"values":[0,0,1]}}"#;

#[test]
fn buildings_stand_on_their_ground_and_have_a_height() {
    for geometry in [SOLID, SPLIT] {
        let (_folder, path) = written(&[("town.city.json", CITY.replace("GEOMETRY", geometry).as_bytes())]);
        let options = ImportOptions::for_file("town.city.json", Some(Layer::Building));
        let features = read_file(&path, Format::CityJson, &options)
            .unwrap_or_else(|refusal| panic!("{geometry}: {:?}", refusal.problems));
        let found: Vec<_> = features
            .iter()
            .map(|feature| {
                let Body::Building(building) = &feature.body else { panic!("a building is one") };
                (feature.code.as_str(), building.height_m, building.usage.as_str(), feature.shape.area_m2().round())
            })
            .collect();
        assert_eq!(found, [("B1", 12.5, "factory", 200.0), ("B2-1", 8.0, "office", 200.0)], "{geometry}");
    }
}

#[test]
fn a_sequence_of_buildings_is_read_line_by_line() {
    let whole = CITY.replace("GEOMETRY", SOLID).replace('\n', "");
    let (first, rest) = whole.split_once("\"CityObjects\"").unwrap();
    let text = format!(
        "{first}\"CityObjects\":{{}},\"vertices\":[]}}\n\n{}\n",
        format_args!("{{\"type\":\"CityJSONFeature\",\"id\":\"B1\",\"CityObjects\"{rest}")
    );
    let options = ImportOptions::for_file("town.city.jsonl", Some(Layer::Building));
    let (_folder, path) = written(&[("town.city.jsonl", text.as_bytes())]);
    assert_eq!(read_file(&path, Format::CityJsonSequence, &options).unwrap().len(), 2);
    let (_folder, path) = written(&[("town.city.jsonl", text.lines().last().unwrap().as_bytes())]);
    let refusal = read_file(&path, Format::CityJsonSequence, &options).expect_err("its first line is missing");
    assert_eq!(refusal.problems[0].rule, "cityjson.well_formed");
}

#[test]
fn a_shifted_datum_is_taken_back() {
    let plain = ImportOptions::for_file("poi.csv", Some(Layer::Poi));
    let at = |options: &ImportOptions| {
        csv(b"code,lon,lat\nA,120.38888897906436,31.43536854650248\n", options).unwrap()[0].shape.anchor()
    };
    let shifted = ImportOptions { datum: Some(Datum::Gcj02), ..plain.clone() };
    let (taken, back) = (at(&plain), at(&shifted));
    assert!((taken - back).x.hypot((taken - back).y) > 300.0);
    assert!((back.x - 536_524.08).abs() < 0.02 && (back.y - 3_479_506.74).abs() < 0.02, "{back:?}");
}
