//! CSV: comma, semicolon or tab between values, with a header.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder};
use serde_json::Value;

use super::{Columns, Rows};
use crate::import::source::Source;
use crate::import::text::TextEncoding;
use crate::import::{ImportProblem, Refusal};

/// How much of the file is looked at for the header's separator.
const HEADER_BYTES: u64 = 64 * 1024;

/// How much of the file is looked at for its encoding.
const LOOKED_AT_BYTES: u64 = 16 * 1024 * 1024;

/// Reads the file at `path`, of which `encoding`, if given, is how its texts are written.
pub(in crate::import) fn read(
    path: &Path,
    encoding: Option<TextEncoding>,
    mapping: &BTreeMap<String, String>,
) -> Result<Source, Refusal> {
    let unreadable = |error: std::io::Error| ImportProblem::of_file("file.readable", error);
    let mut file = File::open(path).map_err(unreadable)?;
    let mut start = Vec::new();
    (&mut file).take(LOOKED_AT_BYTES).read_to_end(&mut start).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    let encoding = match encoding {
        Some(encoding) => encoding,
        None => TextEncoding::detect(start.split(|byte| *byte == b'\n'))
            .map_err(|message| ImportProblem::of_file("encoding.present", message).in_field("encoding"))?,
    };
    let separator = separator(&start);
    drop(start);
    let mut source = rows(BufReader::new(file), separator, encoding, mapping)?;
    source.encoding = Some(encoding);
    Ok(source)
}

/// What stands most often in the header, outside of quotes.
fn separator(start: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in start.iter().take(HEADER_BYTES as usize) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => counts.iter_mut().filter(|(separator, _)| separator == byte).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| separator)
}

fn rows(
    text: impl BufRead,
    separator: u8,
    encoding: TextEncoding,
    mapping: &BTreeMap<String, String>,
) -> Result<Source, Refusal> {
    let malformed = |error: ::csv::Error| ImportProblem::of_file("csv.well_formed", error);
    let mut reader = ReaderBuilder::new().delimiter(separator).flexible(true).has_headers(false).from_reader(text);
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(malformed)? {
        return Err(ImportProblem::of_file("table.header", "it is empty").into());
    }
    let names: Option<Vec<String>> = record.iter().map(|name| Some(encoding.decode(name)?.trim().to_owned())).collect();
    let names = names.ok_or_else(|| {
        let message = format!("its header is not {}; say --encoding", encoding.name());
        ImportProblem::of_file("encoding.text", message).in_field("encoding")
    })?;
    let mut rows = Rows::new(Columns::of(names, mapping)?);
    while reader.read_byte_record(&mut record).map_err(malformed)? {
        let line = record.position().map_or(0, ::csv::Position::line);
        if let Some(values) = values(&mut rows, &record, line, encoding) {
            rows.take(line, values);
        }
    }
    Ok(rows.source)
}

/// The values of a row; `None` if it was refused.
fn values(rows: &mut Rows, record: &ByteRecord, line: u64, encoding: TextEncoding) -> Option<Vec<(usize, Value)>> {
    let expected = rows.columns.names.len();
    // Spreadsheets write separators behind the last column as they please.
    if record.iter().skip(expected).any(|value| !value.trim_ascii().is_empty()) {
        let message = format!("it has {} values, and the header has {expected} columns", record.len());
        rows.refuse(line, "", "csv.row", message);
        return None;
    }
    let mut values = Vec::with_capacity(expected);
    for (index, bytes) in record.iter().take(expected).enumerate() {
        let Some(text) = encoding.decode(bytes) else {
            let name = rows.columns.names[index].clone();
            let message = format!("'{}' is not {}", String::from_utf8_lossy(bytes), encoding.name());
            rows.refuse(line, &name, "encoding.text", message);
            return None;
        };
        values.push((index, Value::String(text)));
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_what_the_header_has() {
        let cases = [
            ("code,lon,lat\n1;2;3;4", b','),
            ("code;lon;lat\r\n", b';'),
            ("code\tlon\tlat", b'\t'),
            ("\"a;b;c\",d\n", b','),
            ("code", b','),
            ("", b','),
        ];
        for (text, expected) in cases {
            assert_eq!(separator(text.as_bytes()), expected, "{text:?}");
        }
    }
}
