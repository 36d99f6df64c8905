//! `cloudsite import`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use cloudsite_domain::crs::{Crs, Datum};
use cloudsite_domain::record::Layer;
use cloudsite_store::sqlite::SqliteStore;
use cloudsite_store::{Store, StoreError};
use serde_json::json;

use super::answer::{Done, Failure};
use super::draft::Drafting;
use super::people::Folder;
use super::{layer, refused};
use crate::import::remote::RemoteError;
use crate::import::{
    Applied, Format, ImportError, ImportOptions, Refusal, TextEncoding, apply, bundle, read_for, remote,
};
use crate::{audit, operator, telemetry};

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file: GeoJSON, `GeoPackage`, Shapefile (.zip or .shp), CSV, XLSX or CityJSON (.city.json, .city.jsonl).
    file: PathBuf,
    /// The layer that its features belong to.
    #[arg(long, value_parser = layer)]
    layer: Layer,
    /// The data folder that holds the record; a server may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// The file's coordinate reference system, e.g. EPSG:4549; without it, the file's own.
    #[arg(long, value_name = "EPSG:n")]
    crs: Option<Crs>,
    /// The layer within a `GeoPackage` or zip that has several, or the sheet of a workbook.
    #[arg(long, value_name = "NAME")]
    source_layer: Option<String>,
    /// How the file's texts are written: UTF-8, GBK, `GB18030`, `Shift_JIS` or Big5; without it, what the file says.
    #[arg(long, value_name = "NAME")]
    encoding: Option<TextEncoding>,
    /// Northing or latitude stands first in the file.
    #[arg(long)]
    swap_axes: bool,
    /// What the file's positions are counted from: cgcs2000, gcj02 (Amap, Tencent) or bd09 (Baidu).
    #[arg(long, value_name = "NAME")]
    datum: Option<Datum>,
    /// A field of the record, and the file's attribute that holds it. May be given several times.
    #[arg(long, value_name = "field=attribute", value_parser = mapping)]
    map: Vec<(String, String)>,
    /// Who imports.
    #[arg(long, value_name = "NAME", default_value = "operator")]
    author: String,
    /// Make a changeset for others to check and approve instead of a revision.
    #[arg(long)]
    draft: bool,
    /// The file holds all of the layer: what it does not hold is gone.
    #[arg(long, requires = "draft")]
    complete: bool,
}

fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, attribute)) if !field.is_empty() && !attribute.is_empty() => {
            Ok((field.to_owned(), attribute.to_owned()))
        }
        _ => Err("it must be field=attribute".to_owned()),
    }
}

impl Import {
    pub(super) fn run(self) -> Result<Done, Failure> {
        telemetry::log_to_stderr();
        let file_name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let format = self.format(&file_name)?;
        let options = self.options(&file_name)?;
        if self.draft {
            return self.draft(&file_name, format, &options);
        }
        let applied = match SqliteStore::open(&self.data) {
            Ok(store) => self.write(store, format, &options, &file_name)?,
            Err(StoreError::AnotherProcess(_)) => self.send(&options)?,
            Err(error) => return Err(refused(&error)),
        };
        Ok(done(applied, self.layer))
    }

    /// A bare Shapefile goes packed, and so is one file.
    fn draft(&self, file_name: &str, format: Format, options: &ImportOptions) -> Result<Done, Failure> {
        let folder = Folder::at(&self.data);
        let drafting =
            |path, file_name| Drafting { path, file_name, options, layer: self.layer, complete: self.complete };
        match SqliteStore::open(&self.data) {
            Ok(store) => drafting(self.file.as_path(), file_name).here(store, &self.data, format),
            Err(StoreError::AnotherProcess(_)) if format == Format::Shapefile => {
                let packed = bundle(&self.file).map_err(|error| refused(&error))?;
                let name = format!("{}.zip", options.file_stem);
                drafting(packed.path(), &name).there(&folder)
            }
            Err(StoreError::AnotherProcess(_)) => drafting(self.file.as_path(), file_name).there(&folder),
            Err(error) => Err(refused(&error)),
        }
    }

    fn format(&self, file_name: &str) -> Result<Format, Failure> {
        if !self.file.is_file() {
            return Err(Failure::Misused(format!("there is no file {}", self.file.display())));
        }
        Format::of_file(file_name).ok_or_else(|| {
            Failure::Misused(format!("{file_name} is not a file that can be read: it must end in {}", Format::ENDINGS))
        })
    }

    fn options(&self, file_name: &str) -> Result<ImportOptions, Failure> {
        let mut options = ImportOptions::for_file(file_name, Some(self.layer));
        options.crs = self.crs;
        options.encoding = self.encoding;
        options.swap_axes = self.swap_axes;
        options.datum = self.datum;
        options.source_layer.clone_from(&self.source_layer);
        options.mapping = self.map.iter().cloned().collect();
        match options.unknown_field() {
            Some(field) => Err(Failure::Misused(format!("layer {} has no field '{field}' to map to", self.layer))),
            None => Ok(options),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the edge of the process: a revision is dated when it is asked for")]
    fn write(
        &self,
        store: SqliteStore,
        format: Format,
        options: &ImportOptions,
        file_name: &str,
    ) -> Result<Applied, Failure> {
        let failed = |error| match error {
            ImportError::Refused(refusal) => refused_file(refusal),
            ImportError::Store(error) => refused(&error),
        };
        let features = read_for(&store, &self.file, format, options).map_err(failed)?;
        let write = |commit| store.commit(commit);
        let at = jiff::Timestamp::now();
        let applied = apply(&store, &write, &features, file_name, &self.author, at).map_err(failed)?;
        if applied.revision.is_some() {
            audit::seal_folder(Arc::new(store), &self.data, at);
        }
        Ok(applied)
    }

    /// Another process writes the record: if it is a server, it takes the file.
    fn send(&self, options: &ImportOptions) -> Result<Applied, Failure> {
        let place = operator::read(&self.data).map_err(|error| Failure::Refused {
            message: format!("another process writes the record, and it is no server that takes imports ({error})"),
            problems: None,
        })?;
        tracing::info!(address = %place.address, "a server is running on this folder; it takes the file");
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| refused(&error))?;
        runtime.block_on(remote::import(&place, &self.file, options, &self.author)).map_err(|error| match error {
            RemoteError::Refused(refusal) => refused_file(refusal),
            error => refused(&error),
        })
    }
}

pub(super) fn refused_file(refusal: Refusal) -> Failure {
    Failure::Refused { message: format!("{refusal}; nothing was written"), problems: Some(refusal) }
}

fn done(applied: Applied, layer: Layer) -> Done {
    let Applied { revision, created, updated, unchanged } = applied;
    let counts = format!("{created} created, {updated} updated, {unchanged} unchanged");
    let sentence = match revision {
        Some(revision) => format!("Revision {revision}: layer {layer}, {counts}"),
        None => format!("Nothing new: layer {layer}, {counts}"),
    };
    let members = json!({
        "revision": revision,
        "layer": layer,
        "created": created,
        "updated": updated,
        "unchanged": unchanged,
    });
    Done::new(sentence, members)
}
