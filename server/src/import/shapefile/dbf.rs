//! The rows of a `.dbf` (dBASE III and what `QGIS`, `ArcGIS` and GDAL make of it).
//!
//! Read here and not by the `dbase` crate, which patches up texts that are not of their encoding, reads `F` columns in
//! single precision and passes over deleted rows, so that all shapes behind them would get the wrong row.

use serde_json::{Number, Value};

use super::refuse;
use crate::import::ImportProblem;
use crate::import::text::TextEncoding;

/// A column as the header describes it.
#[derive(Debug)]
pub(super) struct Column<'a> {
    pub(super) name: &'a [u8],
    kind: u8,
    /// Where it begins in a row, behind the mark of deletion.
    begin: usize,
    length: usize,
}

/// A table in memory.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) columns: Vec<Column<'a>>,
    rows: &'a [u8],
    row_bytes: usize,
    language: u8,
}

impl<'a> Table<'a> {
    /// Holds the header against what the file has.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ImportProblem> {
        let unreadable = |message: String| refuse("shapefile.readable", format!("its .dbf {message}"));
        let word = |at: usize| bytes.get(at..at + 2).map(|word| usize::from(u16::from_le_bytes([word[0], word[1]])));
        let count = bytes.get(4..8).map(|count| u32::from_le_bytes([count[0], count[1], count[2], count[3]]) as usize);
        let (Some(count), Some(header_bytes), Some(row_bytes), Some(&language)) =
            (count, word(8), word(10), bytes.get(29))
        else {
            return Err(unreadable("is too short for its header".to_owned()));
        };
        let header = bytes.get(32..header_bytes).ok_or_else(|| unreadable("is cut short in its header".to_owned()))?;
        let mut columns = Vec::new();
        let mut begin = 1;
        for field in header.chunks_exact(32).take_while(|field| field[0] != b'\r') {
            let name = field[..11].split(|byte| *byte == 0).next().unwrap_or_default();
            // Texts of more than 255 bytes have the rest of their length where numbers have their decimals.
            let more = if field[11] == b'C' { usize::from(field[17]) * 256 } else { 0 };
            let length = usize::from(field[16]) + more;
            columns.push(Column { name: name.trim_ascii(), kind: field[11], begin, length });
            begin += length;
        }
        if begin > row_bytes {
            return Err(unreadable(format!("has columns of {begin} bytes in rows of {row_bytes}")));
        }
        if let Some(column) = columns.iter().find(|column| !b"CNFDLIO+BY".contains(&column.kind)) {
            let name = String::from_utf8_lossy(column.name);
            let kind = char::from(column.kind).escape_default();
            return Err(unreadable(format!("has a column '{name}' of the kind '{kind}', which is not read")));
        }
        let room = bytes.len() - header_bytes;
        let rows = bytes.get(header_bytes..header_bytes + count.saturating_mul(row_bytes).min(bytes.len()));
        match rows {
            Some(rows) if rows.len() == count.saturating_mul(row_bytes) => {
                Ok(Self { columns, rows, row_bytes, language })
            }
            _ => Err(unreadable(format!("announces {count} rows of {row_bytes} bytes and has room for {room} bytes"))),
        }
    }

    /// How many rows there are, deleted ones among them.
    pub(super) fn len(&self) -> usize {
        self.rows.len() / self.row_bytes
    }

    pub(super) fn is_deleted(&self, row: usize) -> bool {
        self.rows[row * self.row_bytes] == b'*'
    }

    /// The encoding that the header's byte names, if it names one known here.
    pub(super) fn encoding(&self) -> Option<TextEncoding> {
        let page = match self.language {
            0x13 | 0x7B => "932",
            0x4D | 0x7A => "936",
            0x4F | 0x78 => "950",
            0xF0 => "65001",
            _ => return None,
        };
        page.parse().ok()
    }

    /// All texts, to tell the encoding by.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'a [u8]> {
        let names = self.columns.iter().map(|column| column.name);
        let columns = self.columns.iter().filter(|column| column.kind == b'C');
        names.chain(columns.flat_map(|column| {
            self.rows.chunks_exact(self.row_bytes).map(|row| trimmed(&row[column.begin..column.begin + column.length]))
        }))
    }

    /// A value; what is wrong with it as a sentence.
    pub(super) fn value(&self, row: usize, column: usize, encoding: TextEncoding) -> Result<Value, String> {
        let Column { kind, begin, length, .. } = self.columns[column];
        let begin = row * self.row_bytes + begin;
        let bytes = &self.rows[begin..begin + length];
        match kind {
            b'C' => text(trimmed(bytes), encoding),
            b'N' | b'F' => number(bytes.trim_ascii()),
            b'D' => date(bytes.trim_ascii()),
            b'L' => Ok(match bytes.first() {
                Some(b'T' | b't' | b'Y' | b'y' | b'1') => Value::Bool(true),
                Some(b'F' | b'f' | b'N' | b'n' | b'0') => Value::Bool(false),
                _ => Value::Null,
            }),
            b'I' | b'+' => bytes
                .try_into()
                .map(|bytes| Value::from(i32::from_le_bytes(bytes)))
                .map_err(|_| "it is not a whole number of four bytes".to_owned()),
            b'Y' => bytes
                .try_into()
                .map(|bytes| real(i64::from_le_bytes(bytes) as f64 / 10_000.0))
                .map_err(|_| "it is not an amount of eight bytes".to_owned()),
            _ => bytes
                .try_into()
                .map(|bytes| real(f64::from_le_bytes(bytes)))
                .map_err(|_| "it is not a number of eight bytes".to_owned()),
        }
    }
}

/// Texts are filled up with spaces, by some programs with zeros.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |last| last + 1);
    &bytes[..end]
}

fn real(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
}

fn text(bytes: &[u8], encoding: TextEncoding) -> Result<Value, String> {
    encoding.decode(bytes).map(Value::String).ok_or_else(|| {
        let lossy = String::from_utf8_lossy(bytes);
        format!("'{lossy}' is not {}; if the file is written otherwise, say --encoding", encoding.name())
    })
}

/// An empty number and one of stars, which is what does not fit its column, are none.
fn number(bytes: &[u8]) -> Result<Value, String> {
    let text = bytes.strip_suffix(b"\0").unwrap_or(bytes).trim_ascii();
    if text.iter().all(|byte| matches!(byte, b'*' | 0)) {
        return Ok(Value::Null);
    }
    let text = String::from_utf8_lossy(text);
    if let Ok(whole) = text.parse::<i64>() {
        return Ok(Value::from(whole));
    }
    text.parse().map(real).map_err(|_| format!("'{text}' is not a number"))
}

fn date(bytes: &[u8]) -> Result<Value, String> {
    if bytes.iter().all(|byte| matches!(byte, b'0' | 0)) {
        return Ok(Value::Null);
    }
    let text = String::from_utf8_lossy(bytes);
    if bytes.len() == 8 && bytes.iter().all(u8::is_ascii_digit) {
        return Ok(Value::String(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])));
    }
    Err(format!("'{text}' is not a date"))
}
