//! `cloudsite import --draft`: a file into a changeset, by the server that runs on the folder or by this process.

use std::path::Path;

use cloudsite_domain::record::Layer;
use cloudsite_proto::change as wire;
use cloudsite_proto::change::operation_service_client::OperationServiceClient;
use cloudsite_proto::change::upload_service_client::UploadServiceClient;
use cloudsite_store::sqlite::SqliteStore;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tonic::Status;

use super::answer::{Done, Failure};
use super::changeset::here;
use super::import::refused_file;
use super::people::{Folder, failed};
use super::refused;
use super::running::{Calls, Running};
use crate::changeset::{Caller, UPLOAD_CHUNK_BYTES};
use crate::grpc::layer_to_wire;
use crate::import::{Format, ImportError, ImportOptions, ImportProblem, Refusal, read_for};

/// What is to be drafted.
pub(super) struct Drafting<'a> {
    /// The file.
    pub(super) path: &'a Path,
    /// The file's name; that of a packed file differs from its path's.
    pub(super) file_name: &'a str,
    pub(super) options: &'a ImportOptions,
    pub(super) layer: Layer,
    /// Whether what the file does not hold is gone.
    pub(super) complete: bool,
}

impl Drafting<'_> {
    /// By this process.
    pub(super) fn here(&self, store: SqliteStore, data: &Path, format: Format) -> Result<Done, Failure> {
        let failed = |error| match error {
            ImportError::Refused(refusal) => refused_file(refusal),
            ImportError::Store(error) => refused(&error),
        };
        let features = read_for(&store, self.path, format, self.options).map_err(failed)?;
        let complete = self.complete.then_some(self.layer);
        let drafted = here(store, data)?.draft_file(&Caller::operator(), features, self.file_name, complete);
        Ok(done(&drafted.map_err(failed)?))
    }

    /// By the server that runs on the folder.
    pub(super) fn there(&self, folder: &Folder) -> Result<Done, Failure> {
        let server = Running::on(folder.data())?;
        let status = |status: Status| failed(status.message().to_owned());
        let operation = server.wait_for(async {
            let mut uploads = UploadServiceClient::new(server.calls());
            let upload = self.upload(&mut uploads).await?;
            let start = wire::StartImportRequest {
                upload,
                options: Some(self.options_to_wire()),
                complete: self.complete,
                ..wire::StartImportRequest::default()
            };
            let started = uploads.start_import(start).await.map_err(status)?.into_inner().operation;
            let name = started.unwrap_or_default().name;
            let watch = wire::WatchOperationRequest { name };
            let mut watched =
                OperationServiceClient::new(server.calls()).watch_operation(watch).await.map_err(status)?.into_inner();
            let mut last = wire::Operation::default();
            while let Some(said) = watched.message().await.map_err(status)? {
                last = said.operation.unwrap_or_default();
            }
            Ok::<_, Failure>(last)
        })?;
        match operation.import {
            Some(result) => Ok(done(&result)),
            None if operation.problem_count > 0 => {
                let problems = operation.problems.into_iter().map(|problem| {
                    ImportProblem::of_feature(&problem.feature, &problem.rule, problem.message).in_field(&problem.field)
                });
                Err(refused_file(Refusal { problems: problems.collect(), count: operation.problem_count }))
            }
            None => Err(failed(format!("{} did not come to its end: {}", operation.name, operation.message))),
        }
    }

    async fn upload(&self, uploads: &mut UploadServiceClient<Calls>) -> Result<String, Failure> {
        let status = |status: Status| failed(status.message().to_owned());
        let mut file = tokio::fs::File::open(self.path).await.map_err(|error| refused(&error))?;
        let size_bytes = file.metadata().await.map_err(|error| refused(&error))?.len();
        let file_name = self.file_name.to_owned();
        let request = wire::CreateUploadRequest { file_name, size_bytes, request_id: String::new() };
        let name = uploads.create_upload(request).await.map_err(status)?.into_inner().upload.unwrap_or_default().name;
        let mut offset = 0;
        loop {
            let mut data = Vec::with_capacity(UPLOAD_CHUNK_BYTES);
            let read = (&mut file).take(UPLOAD_CHUNK_BYTES as u64).read_to_end(&mut data).await;
            let read = read.map_err(|error| refused(&error))? as u64;
            if read == 0 {
                return Ok(name);
            }
            let chunk = wire::UploadChunkRequest { name: name.clone(), offset, data: data.into() };
            uploads.upload_chunk(chunk).await.map_err(status)?;
            offset += read;
        }
    }

    fn options_to_wire(&self) -> wire::ImportOptions {
        let options = self.options;
        wire::ImportOptions {
            layer: layer_to_wire(self.layer).into(),
            crs: options.crs.map(|crs| crs.to_string()).unwrap_or_default(),
            source_layer: options.source_layer.clone().unwrap_or_default(),
            mapping: options.mapping.clone().into_iter().collect(),
            encoding: options.encoding.map(|encoding| encoding.name().to_owned()).unwrap_or_default(),
            swap_axes: options.swap_axes,
            datum: options.datum.map(|datum| datum.as_str().to_owned()).unwrap_or_default(),
        }
    }
}

fn done(result: &wire::ImportResult) -> Done {
    let wire::ImportResult { changeset, created, updated, ended, unchanged } = result;
    let called = if changeset.is_empty() { "Nothing to change" } else { changeset };
    let sentence = format!("{called}: {created} new, {updated} changed, {ended} gone, {unchanged} as they are");
    let members = json!({
        "changeset": (!changeset.is_empty()).then_some(changeset),
        "created": created,
        "updated": updated,
        "ended": ended,
        "unchanged": unchanged,
    });
    Done::new(sentence, members)
}
