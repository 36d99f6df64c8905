//! `ImportService`: a file sent by someone who can read the data folder.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use cloudsite_domain::crs::Crs;
use cloudsite_domain::record::Layer;
use cloudsite_proto::land::import_file_request::Part;
use cloudsite_proto::land::import_service_server::{ImportService, ImportServiceServer};
use cloudsite_proto::land::{ImportFileHeader, ImportFileRequest, ImportFileResponse};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status, Streaming};

use super::{Format, ImportError, ImportOptions, MOST_FILE_BYTES, apply, read_for, wire};
use crate::grpc::Refusal;
use crate::operator::Token;
use crate::record::Record;

/// The largest chunk taken, bytes.
pub(super) const MOST_CHUNK_BYTES: usize = 1024 * 1024;

/// Imports into the running record, one at a time: a second one is told to come back rather than kept waiting.
pub(crate) struct Imports {
    record: Arc<Record>,
    token: Token,
    turn: Semaphore,
}

impl Imports {
    /// The service on a record, for whoever proves `token`. Calls are guarded before they come here; that this one is
    /// checked again keeps the record safe wherever the service is mounted.
    pub(crate) fn server(record: Arc<Record>, token: Token) -> ImportServiceServer<Self> {
        ImportServiceServer::new(Self { record, token, turn: Semaphore::new(1) })
            .max_decoding_message_size(MOST_CHUNK_BYTES + 64 * 1024)
    }

    fn check_token(&self, request: &Request<Streaming<ImportFileRequest>>) -> Result<(), Status> {
        let header = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        match header.and_then(|header| header.strip_prefix("Bearer ")) {
            Some(given) if self.token.is_proved_by(given) => Ok(()),
            _ => Err(Status::unauthenticated("imports are for the operator: send the token kept in the data folder")),
        }
    }
}

#[tonic::async_trait]
impl ImportService for Imports {
    async fn import_file(
        &self,
        request: Request<Streaming<ImportFileRequest>>,
    ) -> Result<Response<ImportFileResponse>, Status> {
        self.check_token(&request)?;
        let _turn = self.turn.try_acquire().map_err(|_| Refusal::Exhausted("another import is running; try again"))?;
        let mut parts = request.into_inner();
        let header = match parts.message().await?.and_then(|request| request.part) {
            Some(Part::Header(header)) => Header::read(header)?,
            _ => return Err(Refusal::field("header", "it must be sent first").into()),
        };
        let file = receive(&mut parts).await?;
        let record = Arc::clone(&self.record);
        let done = tokio::task::spawn_blocking(move || header.import(&record, &file))
            .await
            .map_err(|_| Status::from(Refusal::Interrupted))?;
        match done {
            Ok(applied) => Ok(Response::new(wire::applied_to_wire(applied))),
            Err(ImportError::Refused(refusal)) => Ok(Response::new(wire::refusal_to_wire(&refusal))),
            Err(ImportError::Store(error)) => Err(Refusal::Store(error).into()),
        }
    }
}

/// Keeps what is sent in a temporary file, which goes when it is dropped.
async fn receive(parts: &mut Streaming<ImportFileRequest>) -> Result<NamedTempFile, Status> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "cannot keep an import's file");
        Status::internal("the file could not be kept; the server's log says why")
    };
    let file = NamedTempFile::new().map_err(failed)?;
    let mut writer = tokio::fs::File::from_std(file.reopen().map_err(failed)?);
    let mut received: u64 = 0;
    while let Some(request) = parts.message().await? {
        let chunk = match request.part {
            Some(Part::Chunk(chunk)) if chunk.len() <= MOST_CHUNK_BYTES => chunk,
            Some(Part::Chunk(_)) => return Err(Refusal::field("chunk", "it has more than 1 MiB").into()),
            Some(Part::Header(_)) => return Err(Refusal::field("header", "it must be sent once").into()),
            None => return Err(Refusal::field("part", "it is empty").into()),
        };
        received += chunk.len() as u64;
        if received > MOST_FILE_BYTES {
            return Err(Refusal::field("chunk", "the file has more than 512 MiB").into());
        }
        writer.write_all(&chunk).await.map_err(failed)?;
    }
    writer.flush().await.map_err(failed)?;
    Ok(file)
}

/// What a field names; nothing if it is empty.
fn named<T: FromStr<Err: Display>>(field: &str, name: &str) -> Result<Option<T>, Refusal> {
    if name.is_empty() {
        return Ok(None);
    }
    name.parse().map(Some).map_err(|error: T::Err| Refusal::field(field, error.to_string()))
}

/// The format and the options that a header asks for; its fields are called after `parent` where they are wrong.
pub(crate) fn read_options(header: ImportFileHeader, parent: &str) -> Result<(Format, ImportOptions), Refusal> {
    let called = |field: &str| format!("{parent}.{field}");
    // A bare .shp comes without its other parts.
    let format = Format::of_file(&header.file_name)
        .filter(|format| *format != Format::Shapefile)
        .ok_or_else(|| Refusal::field(called("file_name"), format!("it must end in {}", Format::ENDINGS)))?;
    let layer: Layer = wire::layer_from_wire(header.layer)
        .ok_or_else(|| Refusal::field(called("layer"), "it is not a layer of the record"))?;
    let mut options = ImportOptions::for_file(&header.file_name, Some(layer));
    options.crs = named::<Crs>(&called("crs"), &header.crs)?;
    options.encoding = named(&called("encoding"), &header.encoding)?;
    options.datum = named(&called("datum"), &header.datum)?;
    options.swap_axes = header.swap_axes;
    options.source_layer = (!header.source_layer.is_empty()).then_some(header.source_layer);
    options.mapping = header.mapping.into_iter().collect::<BTreeMap<_, _>>();
    match options.unknown_field() {
        Some(field) => Err(Refusal::field(called("mapping"), format!("layer {layer} has no field '{field}'"))),
        None => Ok((format, options)),
    }
}

/// A header whose fields can be used.
#[derive(Debug)]
struct Header {
    file_name: String,
    format: Format,
    options: ImportOptions,
    author: String,
}

impl Header {
    fn read(header: ImportFileHeader) -> Result<Self, Refusal> {
        let (file_name, author) = (header.file_name.clone(), header.author.clone());
        let (format, options) = read_options(header, "header")?;
        if author.trim().is_empty() {
            return Err(Refusal::field("header.author", "it must be given"));
        }
        Ok(Self { file_name, format, options, author })
    }

    /// Reads and writes. Blocks.
    #[expect(clippy::disallowed_methods, reason = "the edge of the process: a revision is dated when it is asked for")]
    fn import(&self, record: &Record, file: &NamedTempFile) -> Result<super::Applied, ImportError> {
        let features = read_for(record.store().as_ref(), file.path(), self.format, &self.options)?;
        let write = |commit| record.commit(commit);
        let at = jiff::Timestamp::now();
        apply(record.store().as_ref(), &write, &features, &self.file_name, &self.author, at)
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_proto::land as wire;
    use tonic_types::StatusExt;

    use super::*;

    fn good() -> ImportFileHeader {
        ImportFileHeader {
            file_name: "xinwu_roads.gpkg".to_owned(),
            layer: wire::Layer::Road.into(),
            crs: "EPSG:32650".to_owned(),
            author: "operator".to_owned(),
            ..ImportFileHeader::default()
        }
    }

    #[test]
    fn a_good_header_is_read() {
        let header = Header::read(good()).unwrap();
        assert_eq!(header.format, Format::GeoPackage);
        assert_eq!((header.options.layer, header.options.crs), (Some(Layer::Road), Some(Crs::Utm50)));
        assert_eq!(header.options.file_stem, "xinwu_roads");
    }

    #[test]
    fn a_bad_field_of_the_header_is_named() {
        let mapping = |field: &str| [(field.to_owned(), "x".to_owned())].into();
        let cases = [
            (ImportFileHeader { file_name: "roads.shp".to_owned(), ..good() }, "header.file_name"),
            (ImportFileHeader { layer: 0, ..good() }, "header.layer"),
            (ImportFileHeader { layer: 77, ..good() }, "header.layer"),
            (ImportFileHeader { crs: "EPSG:2154".to_owned(), ..good() }, "header.crs"),
            (ImportFileHeader { encoding: "EBCDIC".to_owned(), ..good() }, "header.encoding"),
            (ImportFileHeader { datum: "xian80".to_owned(), ..good() }, "header.datum"),
            (ImportFileHeader { mapping: mapping("plot_ratio_max"), ..good() }, "header.mapping"),
            (ImportFileHeader { author: " ".to_owned(), ..good() }, "header.author"),
        ];
        for (header, field) in cases {
            let status = Status::from(Header::read(header).expect_err(field));
            assert_eq!(status.code(), tonic::Code::InvalidArgument, "{field}");
            let details = status.get_error_details();
            let violations = &details.bad_request().expect("it names the field").field_violations;
            assert_eq!(violations[0].field, field);
        }
    }
}
