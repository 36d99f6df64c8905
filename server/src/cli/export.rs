//! `cloudsite export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use cloudsite_domain::audit::Action;
use cloudsite_domain::record::{Layer, Revision};
use cloudsite_store::Store;
use cloudsite_store::sqlite::SqliteStore;
use serde_json::json;

use super::answer::{Done, Failure};
use super::{layer, refused};
use crate::audit::operators;
use crate::export::{self, Format};

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The layer to write.
    #[arg(long, value_parser = layer)]
    layer: Layer,
    /// The data folder that holds the record; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// The revision to write; the newest without it.
    #[arg(long, value_name = "REVISION")]
    at: Option<u64>,
    /// The format; without it, what the ending of the file's name tells, else `GeoJSON`.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file to write; standard output without it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    /// Without `--out` the export itself is the one JSON object on standard output.
    pub(super) fn run(self, json: bool) -> Result<Done, Failure> {
        let named = self.out.as_ref().and_then(|path| Format::of_file(&path.to_string_lossy()));
        let format = self.format.or(named).unwrap_or(Format::Geojson);
        let store = SqliteStore::open_read_only(&self.data).map_err(|error| refused(&error))?;
        let at = match self.at {
            Some(number) => Revision(number),
            None => store.head().map_err(|error| refused(&error))?,
        };
        let Some(path) = &self.out else {
            let mut out = BufWriter::new(io::stdout().lock());
            let count = export::write_as(&store, self.layer, at, format, &mut out).map_err(|error| refused(&error))?;
            self.log(at, count);
            if !json {
                // The sentence must not end up in the file that standard output is led to.
                let _ = writeln!(io::stderr(), "Exported {count} features of layer {} at revision {at}", self.layer);
            }
            return Ok(Done::default());
        };
        let count = whole(path, |out| export::write_as(&store, self.layer, at, format, out))?;
        self.log(at, count);
        let sentence =
            format!("Exported {count} features of layer {} at revision {at} to {}", self.layer, path.display());
        Ok(Done::new(sentence, json!({ "revision": at, "layer": self.layer, "features": count, "file": path })))
    }
}

impl Export {
    /// Whoever can read the folder can read the record without this program, so an export from a folder where nothing can
    /// be written is let go, with a word.
    #[expect(clippy::disallowed_methods, reason = "the edge of the process: an event is dated when it happens")]
    fn log(&self, revision: Revision, features: u64) {
        let mut happening = operators(Action::Export, self.layer.as_str(), jiff::Timestamp::now());
        let detail = [("of_revision", revision.to_string()), ("features", features.to_string())];
        happening.detail = detail.map(|(key, value)| (key.to_owned(), value)).into();
        if let Err(error) = SqliteStore::append_beside(&self.data, happening) {
            let _ = writeln!(io::stderr(), "warning: the export is not in the audit log: {error}");
        }
    }
}

/// Writes a file that appears under its name only when it is whole.
fn whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> Result<u64, export::ExportError>,
) -> Result<u64, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        return Err(Failure::Misused(format!("there is no folder {}", folder.display())));
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let draft = builder.tempfile_in(folder).map_err(|error| refused(&error))?;
    let count = write(&mut BufWriter::new(draft.as_file())).map_err(|error| refused(&error))?;
    draft.persist(path).map_err(|error| refused(&error.error))?;
    Ok(count)
}
