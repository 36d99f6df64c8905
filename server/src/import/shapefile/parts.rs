//! The files that make up a Shapefile, out of a zip or from where they lie.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::refuse;
use crate::import::archive::{Archive, MOST_UNPACKED_BYTES};
use crate::import::{ImportProblem, Refusal};

/// The ending of the list of whole field names that an export puts beside a table whose names are cut.
pub(crate) const FIELDS_ENDING: &str = "fields.csv";

/// The endings of the parts that are read, the shapes' own first.
const ENDINGS: [&str; 5] = ["shp", "dbf", "prj", "cpg", FIELDS_ENDING];

/// The parts of one Shapefile, each whole.
#[derive(Debug, Default)]
pub(in crate::import) struct Parts {
    pub(super) shp: Vec<u8>,
    pub(super) dbf: Option<Vec<u8>>,
    pub(super) prj: Option<Vec<u8>>,
    pub(super) cpg: Option<Vec<u8>>,
    pub(super) fields: Option<Vec<u8>>,
}

impl Parts {
    fn read(mut part: impl FnMut(&str) -> Result<Option<Vec<u8>>, ImportProblem>) -> Result<Self, ImportProblem> {
        Ok(Self {
            shp: part("shp")?.ok_or_else(|| refuse("shapefile.parts", "it has no .shp"))?,
            dbf: part("dbf")?,
            prj: part("prj")?,
            cpg: part("cpg")?,
            fields: part(FIELDS_ENDING)?,
        })
    }

    /// The Shapefile called `wanted` in a zip, or the only one.
    pub(in crate::import) fn unpack(packed: impl Read + Seek, wanted: Option<&str>) -> Result<Self, Refusal> {
        let mut archive = Archive::open(packed)?;
        let names: Vec<String> = archive.names()?.into_iter().filter(|name| !is_litter(name)).collect();
        let stems: Vec<&str> = names.iter().filter_map(|name| stem(name, "shp")).collect();
        let known = || stems.iter().map(plain).collect::<Vec<_>>().join(", ");
        let chosen = match (wanted, stems.as_slice()) {
            (None, [only]) => Some(*only),
            (Some(wanted), stems) => stems.iter().find(|stem| plain(stem) == wanted).copied(),
            (None, _) => None,
        };
        let Some(chosen) = chosen else {
            let message = match (wanted, stems.len()) {
                (_, 0) => "no file in it ends in .shp".to_owned(),
                (Some(wanted), _) => format!("it has no layer '{wanted}'; it has {}", known()),
                (None, _) => format!("it has several layers; name one of {}", known()),
            };
            return Err(refuse("shapefile.layer", message).into());
        };
        let parts = Self::read(|ending| {
            let name = names.iter().find(|name| stem(name, ending) == Some(chosen));
            name.map(|name| archive.unpack(name)).transpose()
        });
        Ok(parts?)
    }

    /// The Shapefile whose `.shp` is at `path`.
    pub(in crate::import) fn beside(path: &Path) -> Result<Self, Refusal> {
        let files = siblings(path).map_err(unreadable)?;
        let mut left = MOST_UNPACKED_BYTES;
        let parts = Self::read(|ending| {
            let Some((_, file)) = files.iter().find(|(each, _)| *each == ending) else { return Ok(None) };
            let mut bytes = Vec::new();
            File::open(file).and_then(|file| file.take(left + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
            if bytes.len() as u64 > left {
                let message = format!("its parts have more than {MOST_UNPACKED_BYTES} bytes, which is what is taken");
                return Err(refuse("file.size", message));
            }
            left -= bytes.len() as u64;
            Ok(Some(bytes))
        });
        Ok(parts?)
    }
}

/// The names of the Shapefiles in a zip.
pub(in crate::import) fn layer_names(packed: impl Read + Seek) -> Result<Vec<String>, Refusal> {
    let names = Archive::open(packed)?.names()?;
    let stems = names.iter().filter(|name| !is_litter(name)).filter_map(|name| stem(name, "shp"));
    Ok(stems.map(|stem| plain(&stem)).collect())
}

/// A stem without the folders before it.
fn plain(stem: &&str) -> String {
    stem.rsplit('/').next().unwrap_or(stem).to_owned()
}

fn unreadable(error: io::Error) -> ImportProblem {
    refuse("file.readable", error)
}

/// What macOS and Windows put into archives besides.
fn is_litter(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|plain| plain.starts_with("._"))
}

/// The name without this ending, however it is capitalised.
fn stem<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let (stem, found) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    found.eq_ignore_ascii_case(ending).then_some(stem)?.strip_suffix('.')
}

/// The parts that lie beside the `.shp` at `path`, with their endings.
fn siblings(path: &Path) -> io::Result<Vec<(&'static str, PathBuf)>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let own = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(own) = stem(&own, "shp") else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        found.extend(
            ENDINGS.iter().find(|ending| stem(&name, ending) == Some(own)).map(|ending| (*ending, entry.path())),
        );
    }
    Ok(found)
}

/// Packs the parts beside the `.shp` at `path` into a zip, so that they can be sent as one file.
pub(crate) fn bundle(path: &Path) -> io::Result<NamedTempFile> {
    let mut zip = ZipWriter::new(NamedTempFile::with_suffix(".zip")?);
    for (ending, file) in siblings(path)? {
        zip.start_file(format!("layer.{ending}"), SimpleFileOptions::default()).map_err(io::Error::other)?;
        io::copy(&mut BufReader::new(File::open(file)?), &mut zip)?;
    }
    let mut file = zip.finish().map_err(io::Error::other)?;
    file.flush()?;
    Ok(file)
}
