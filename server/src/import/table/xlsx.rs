//! XLSX workbooks, by calamine, cell by cell: a sheet may say that it reaches to XFD1048576, and no memory is given for
//! that. The archive is unpacked within limits before calamine, which has none, is given it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use serde_json::{Number, Value};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Columns, MOST_COLUMNS, Rows};
use crate::import::archive::Archive;
use crate::import::source::Source;
use crate::import::{ImportProblem, Refusal};

/// The most bytes of XML that a workbook may hold. Ten million cells come to half of it.
const MOST_XML_BYTES: usize = 256 * 1024 * 1024;

/// The fewest bytes that one of a workbook's shared texts takes: `<si/>`.
const SHARED_TEXT_BYTES: usize = 5;

/// The parts of a workbook that hold its cells; pictures and the like are left out.
const PARTS: [&str; 2] = [".xml", ".rels"];

/// Reads the sheet `wanted` of the workbook in `packed`, or the only one that is not empty.
pub(in crate::import) fn read(
    packed: impl Read + Seek,
    wanted: Option<&str>,
    mapping: &BTreeMap<String, String>,
) -> Result<Source, Refusal> {
    with_book(packed, |book| sheet(book, wanted, mapping))
}

/// The sheets of the workbook in `packed` that are not empty.
pub(in crate::import) fn sheet_names(packed: impl Read + Seek) -> Result<Vec<String>, Refusal> {
    with_book(packed, full_sheets)
}

fn with_book<T>(packed: impl Read + Seek, read: impl FnOnce(&mut Book) -> Result<T, Refusal>) -> Result<T, Refusal> {
    let bytes = repacked(packed)?;
    // calamine counts references such as A99999999999 past what its numbers hold, which ends a program that checks.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut book: Book = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
        read(&mut book)
    }));
    read.unwrap_or_else(|_| Err(unreadable("a cell's reference is beyond all sheets").into()))
}

type Book = Xlsx<Cursor<Vec<u8>>>;

fn unreadable(error: impl std::fmt::Display) -> ImportProblem {
    ImportProblem::of_file("xlsx.readable", format!("it cannot be read as a workbook ({error})"))
}

/// The workbook's XML in an archive of ours, so that what is read is what was measured.
fn repacked(packed: impl Read + Seek) -> Result<Vec<u8>, Refusal> {
    let mut archive = Archive::open(packed)?;
    let mut left = MOST_XML_BYTES;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in archive.names()? {
        let lower = name.to_lowercase();
        if !PARTS.iter().any(|ending| lower.ends_with(ending)) {
            continue;
        }
        let xml = archive.unpack(&name)?;
        left = left.checked_sub(xml.len()).ok_or_else(|| {
            ImportProblem::of_file("archive.size", format!("it holds more than {MOST_XML_BYTES} bytes of XML"))
        })?;
        if lower.ends_with("sharedstrings.xml") {
            announced(&xml)?;
        }
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(&name, options).map_err(unreadable)?;
        zip.write_all(&xml).map_err(unreadable)?;
    }
    Ok(zip.finish().map_err(unreadable)?.into_inner())
}

/// calamine reserves room for as many shared texts as the list announces.
fn announced(xml: &[u8]) -> Result<(), ImportProblem> {
    if xml.contains(&0) {
        return Err(unreadable("its shared texts are not UTF-8"));
    }
    let label = b"uniqueCount";
    let places = xml.windows(label.len()).enumerate().filter(|(_, window)| window == label);
    for (at, _) in places {
        let behind = xml[at + label.len()..].iter();
        let digits = behind.skip_while(|byte| !byte.is_ascii_digit()).take_while(|byte| byte.is_ascii_digit());
        let count =
            digits.fold(0_usize, |count, digit| count.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        if count > xml.len() / SHARED_TEXT_BYTES {
            let message = format!("it announces {count} shared texts in {} bytes", xml.len());
            return Err(ImportProblem::of_file("xlsx.readable", message));
        }
    }
    Ok(())
}

fn sheet(book: &mut Book, wanted: Option<&str>, mapping: &BTreeMap<String, String>) -> Result<Source, Refusal> {
    let refuse = |message: String| Refusal::from(ImportProblem::of_file("xlsx.sheet", message));
    let names = book.sheet_names();
    if let Some(wanted) = wanted {
        if !names.iter().any(|name| name == wanted) {
            return Err(refuse(format!("it has no sheet '{wanted}'; it has {}", names.join(", "))));
        }
        return rows(book, wanted, mapping);
    }
    match full_sheets(book)?.as_slice() {
        [only] => rows(book, only, mapping),
        [] => Err(refuse("all its sheets are empty".to_owned())),
        many => Err(refuse(format!("it has several sheets; name one of {} by --source-layer", many.join(", ")))),
    }
}

fn full_sheets(book: &mut Book) -> Result<Vec<String>, Refusal> {
    let mut full = Vec::new();
    for name in book.sheet_names() {
        if !is_empty(book, &name)? {
            full.push(name);
        }
    }
    Ok(full)
}

fn is_empty(book: &mut Book, name: &str) -> Result<bool, ImportProblem> {
    // Charts and dialogs are sheets without cells.
    let Ok(mut cells) = book.worksheet_cells_reader(name) else { return Ok(true) };
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        if !matches!(cell.get_value(), DataRef::Empty) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn rows(book: &mut Book, name: &str, mapping: &BTreeMap<String, String>) -> Result<Source, Refusal> {
    let mut cells = book.worksheet_cells_reader(name).map_err(unreadable)?;
    let mut rows = None;
    let mut row: (u32, Vec<(usize, Value)>) = (0, Vec::new());
    loop {
        let cell = cells.next_cell().map_err(unreadable)?;
        let position = cell.as_ref().map(calamine::Cell::get_position);
        if position.is_none_or(|(number, _)| number != row.0) {
            take(&mut rows, row, mapping)?;
            row = (position.map_or(0, |(number, _)| number), Vec::new());
        }
        let (Some(cell), Some((number, column))) = (cell, position) else { break };
        if rows.as_ref().is_some_and(|(last, _): &(u32, Rows)| number <= *last) || column as usize >= MOST_COLUMNS {
            return Err(unreadable(format!("row {}, column {} is out of order", number + 1, column + 1)).into());
        }
        match value(cell.get_value()) {
            Ok(Value::Null) => {}
            Ok(value) => row.1.push((column as usize, value)),
            Err(message) => {
                let place = format!("row {}, column {}: {message}", number + 1, column + 1);
                return Err(ImportProblem::of_file("xlsx.value", place).into());
            }
        }
    }
    match rows {
        Some((_, rows)) => Ok(rows.source),
        None => Err(ImportProblem::of_file("table.header", "it is empty").into()),
    }
}

/// The first row with a value is the header; each further one is a feature.
fn take(
    rows: &mut Option<(u32, Rows)>,
    (number, values): (u32, Vec<(usize, Value)>),
    mapping: &BTreeMap<String, String>,
) -> Result<(), Refusal> {
    if values.is_empty() {
        return Ok(());
    }
    if let Some((last, rows)) = rows {
        *last = number;
        rows.take(u64::from(number) + 1, values);
        return Ok(());
    }
    let mut names = Vec::new();
    for (column, value) in values {
        if names.len() <= column {
            names.resize(column + 1, String::new());
        }
        let name = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        name.trim().clone_into(&mut names[column]);
    }
    *rows = Some((number, Rows::new(Columns::of(names, mapping)?)));
    Ok(())
}

/// A cell's value. Whole numbers are whole, as they are shown; dates are written as ISO 8601 has them.
fn value(cell: &DataRef<'_>) -> Result<Value, String> {
    Ok(match cell {
        DataRef::Int(number) => Value::from(*number),
        DataRef::Float(number) => real(*number),
        DataRef::SharedString(text) => Value::String((*text).to_owned()),
        DataRef::Bool(flag) => Value::Bool(*flag),
        DataRef::DateTime(moment) => moment_of(*moment),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Value::String(text.clone()),
        DataRef::Error(error) => return Err(format!("the cell holds the error {error}")),
        DataRef::Empty => Value::Null,
    })
}

fn real(number: f64) -> Value {
    // Up to here a double holds every whole number.
    let whole = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    if whole {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
}

fn moment_of(moment: ExcelDateTime) -> Value {
    if moment.is_duration() {
        return real(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    Value::String(match (hour, minute, second) {
        (0, 0, 0) => date,
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
    })
}
