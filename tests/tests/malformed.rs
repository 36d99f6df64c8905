//! Files made to take all memory: each is refused in words by a program that has little of it.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cloudsite_tests::program;
use rusqlite::Connection;
use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};

/// The address space that the program is given, KiB. It needs a quarter of it to read any good file of this size.
const MOST_KIB: u64 = 1_000_000;

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("memory can be written");
        zip.write_all(bytes).expect("memory can be written");
    }
    zip.finish().expect("memory can be written").into_inner()
}

/// A `.shp` of one polygon record that announces a billion parts and vertices.
fn shp() -> Vec<u8> {
    let mut content = 5_i32.to_le_bytes().to_vec();
    content.extend([0; 32]);
    content.extend(1_000_000_000_i32.to_le_bytes());
    content.extend(1_000_000_000_i32.to_le_bytes());
    content.extend([0; 64]);
    let mut file = 9994_i32.to_be_bytes().to_vec();
    file.extend([0; 20]);
    file.extend(((108 + content.len()) as i32 / 2).to_be_bytes());
    file.extend(1000_i32.to_le_bytes());
    file.extend(5_i32.to_le_bytes());
    file.extend([0; 64]);
    file.extend(1_i32.to_be_bytes());
    file.extend((content.len() as i32 / 2).to_be_bytes());
    file.extend(content);
    file
}

/// A `.dbf` that announces four billion rows.
fn dbf() -> Vec<u8> {
    let mut file = vec![3, 126, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 65, 0, 11, 0];
    file.extend([0; 20]);
    let mut column = [0_u8; 32];
    (column[0], column[11], column[16]) = (b'a', b'C', 10);
    file.extend(column);
    file.push(b'\r');
    file
}

fn workbook(sheet: &str, strings: &str) -> Vec<u8> {
    let book = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let relations = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let root = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    zipped(&[
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// Texts that stand for ten of the text before them, nine deep.
fn entities() -> String {
    let mut all = String::from("<!ENTITY e0 \"lol\">");
    for number in 1..10 {
        let ten = format!("&e{};", number - 1).repeat(10);
        write!(all, "<!ENTITY e{number} \"{ten}\">").expect("a text takes more");
    }
    format!("<?xml version=\"1.0\"?><!DOCTYPE sst [{all}]><sst uniqueCount=\"1\"><si><t>&e9;</t></si></sst>")
}

/// A `GeoPackage` of one geometry that announces four billion polygons.
fn geopackage(folder: &Path) -> Vec<u8> {
    let file = folder.join("claim.gpkg");
    let package = Connection::open(&file).expect("a database can be made");
    package
        .execute_batch(
            "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);
             CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
             CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER);
             CREATE TABLE a (fid INTEGER PRIMARY KEY, geom BLOB);
             INSERT INTO gpkg_spatial_ref_sys VALUES (4549, 'EPSG', 4549);
             INSERT INTO gpkg_contents VALUES ('a', 'features');
             INSERT INTO gpkg_geometry_columns VALUES ('a', 'geom', 4549);
             INSERT INTO a VALUES (1, x'47500001000000000106000000FFFFFFFF'), (2, x'47500001000000000103000000FFFFFFFF');",
        )
        .expect("the statements are well formed");
    drop(package);
    fs::read(file).expect("the file can be read")
}

fn bombs(folder: &Path) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let zeros = vec![0; 48 * 1024 * 1024];
    let header = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>"#;
    let sheet = |rows: &str| {
        format!(
            "<?xml version=\"1.0\"?><worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{rows}</sheetData></worksheet>"
        )
    };
    let far = sheet(&format!("{header}<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>"));
    let shared = sheet(r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#);
    let beyond = sheet(r#"<row r="1"><c r="ZZZZZZZZZZ99999999999"><v>1</v></c></row>"#);
    let none = "<?xml version=\"1.0\"?><sst uniqueCount=\"0\"></sst>";
    let many = "<?xml version=\"1.0\"?><sst uniqueCount=\"4000000000\"></sst>";
    let deep = |open: &str, count: usize| open.repeat(count);
    vec![
        ("a zip that unpacks to a thousand times its size", "bomb.zip", zipped(&[("a.shp", &zeros)])),
        ("a workbook that does", "bomb.xlsx", zipped(&[("xl/workbook.xml", &zeros)])),
        ("a shape of a billion vertices", "shape.zip", zipped(&[("a.shp", &shp())])),
        ("a table of four billion rows", "table.zip", zipped(&[("a.shp", &shp()), ("a.dbf", &dbf())])),
        ("a billion shared texts", "texts.xlsx", workbook(&shared, many)),
        ("texts that stand for texts", "entities.xlsx", workbook(&shared, &entities())),
        ("a cell in the last corner", "corner.xlsx", workbook(&far, none)),
        ("a cell beyond all corners", "beyond.xlsx", workbook(&beyond, none)),
        ("a geometry of four billion polygons", "claim.gpkg", geopackage(folder)),
        ("lists in lists", "deep.geojson", deep("[", 3_000_000).into_bytes()),
        ("features in features", "deeper.geojson", deep("{\"features\":[", 300_000).into_bytes()),
        ("cities in cities", "deep.city.json", deep("{\"CityObjects\":{\"a\":", 300_000).into_bytes()),
        ("a line of a sequence in itself", "deep.city.jsonl", deep("{\"vertices\":[", 300_000).into_bytes()),
        (
            "brackets in brackets",
            "deep.csv",
            format!("code,wkt\nA,\"POLYGON {}\"\n", deep("(", 3_000_000)).into_bytes(),
        ),
        (
            "a collection in itself",
            "collection.csv",
            format!("code,wkt\nA,\"{}\"\n", deep("GEOMETRYCOLLECTION (", 300_000)).into_bytes(),
        ),
        ("a quote that never ends", "quote.csv", format!("code,wkt\nA,\"{}", deep("x", 20_000_000)).into_bytes()),
    ]
}

/// Imports with little memory; the exit code and all that was said.
fn import(file: &Path, data: &Path) -> (Option<i32>, String) {
    let script = format!("ulimit -v {MOST_KIB}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(program("CLOUDSITE_BIN", "cloudsite")).arg("import").arg(file);
    let layer = if file.to_string_lossy().contains("city") { "building" } else { "parcel" };
    command.args(["--layer", layer, "--json", "--crs", "EPSG:4549", "--data"]).arg(data).stdin(Stdio::null());
    let output = command.output().expect("a shell can be started");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn what_is_made_to_take_all_memory_is_refused_in_words() {
    let folder = TempDir::new().unwrap();
    for (what, name, bytes) in bombs(folder.path()) {
        let file: PathBuf = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        let (code, said) = import(&file, &folder.path().join("data"));
        let brief: String = said.chars().take(2_000).collect();
        assert_eq!(code, Some(1), "{what}: {brief}");
        assert!(said.contains("\"rule\":"), "{what} is refused without a reason: {brief}");
        fs::remove_file(&file).unwrap();
    }
}
