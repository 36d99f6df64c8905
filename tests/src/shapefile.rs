//! A small Shapefile as an office's program writes one: its table in GBK, its parts in a zip. Everything in it is
//! invented.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

/// What the table's columns are called, in GBK: `DKBH`, 名称 and `ZT`, with how many bytes each takes.
const COLUMNS: [(&[u8], u8); 3] = [(b"DKBH", 20), (b"\xC3\xFB\xB3\xC6", 40), (b"ZT", 20)];

/// 无锡一号 in GBK.
const NAME: &[u8] = b"\xCE\xDE\xCE\xFD\xD2\xBB\xBA\xC5";

/// A zip of parcels, each a code, the south-western corner and the side of a square in degrees. It says its encoding and
/// not its coordinate reference system.
pub fn zipped(parcels: &[(&str, (f64, f64), f64)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("宗地.shp", shapes(parcels)), ("宗地.dbf", table(parcels)), ("宗地.cpg", b"GBK".to_vec())]
    {
        zip.start_file(name, SimpleFileOptions::default()).expect("a part can be begun");
        zip.write_all(&bytes).expect("memory can be written");
    }
    zip.finish().expect("memory can be written").into_inner()
}

fn shapes(parcels: &[(&str, (f64, f64), f64)]) -> Vec<u8> {
    let mut records = Vec::new();
    for (index, (_, (west, south), side)) in parcels.iter().enumerate() {
        let (east, north) = (west + side, south + side);
        let ring = [[*west, *south], [*west, north], [east, north], [east, *south], [*west, *south]];
        let mut content = Vec::new();
        content.extend(5_i32.to_le_bytes());
        content.extend([*west, *south, east, north].iter().flat_map(|value| value.to_le_bytes()));
        content.extend([1_i32, 5, 0].iter().flat_map(|value| value.to_le_bytes()));
        content.extend(ring.iter().flatten().flat_map(|value| value.to_le_bytes()));
        records.extend((index as i32 + 1).to_be_bytes());
        records.extend((content.len() as i32 / 2).to_be_bytes());
        records.extend(content);
    }
    let mut file = Vec::new();
    let length_words = 50 + records.len() as i32 / 2;
    file.extend([9_994_i32, 0, 0, 0, 0, 0, length_words].iter().flat_map(|value| value.to_be_bytes()));
    file.extend([1_000_i32, 5].iter().flat_map(|value| value.to_le_bytes()));
    file.extend([0; 64]);
    file.extend(records);
    file
}

fn table(parcels: &[(&str, (f64, f64), f64)]) -> Vec<u8> {
    let header = 32 + 32 * COLUMNS.len() + 1;
    let row: usize = 1 + COLUMNS.iter().map(|(_, length)| usize::from(*length)).sum::<usize>();
    let mut file = vec![3, 126, 11, 25];
    file.extend((parcels.len() as u32).to_le_bytes());
    file.extend((header as u16).to_le_bytes());
    file.extend((row as u16).to_le_bytes());
    file.extend([0; 20]);
    for (name, length) in COLUMNS {
        let mut column = [0; 32];
        column[..name.len()].copy_from_slice(name);
        column[11] = b'C';
        column[16] = length;
        file.extend(column);
    }
    file.push(0x0D);
    for (code, ..) in parcels {
        file.push(b' ');
        for (text, (_, length)) in [code.as_bytes(), NAME, b"available"].into_iter().zip(COLUMNS) {
            file.extend(text);
            file.extend(std::iter::repeat_n(b' ', usize::from(length) - text.len()));
        }
    }
    file.push(0x1A);
    file
}
