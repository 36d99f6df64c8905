//! Import into the record of a server that is running on this machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use cloudsite_proto::land::import_file_request::Part;
use cloudsite_proto::land::import_service_client::ImportServiceClient;
use cloudsite_proto::land::{ImportFileHeader, ImportFileRequest};
use futures::stream::{self, Stream, StreamExt};
use tokio::io::AsyncReadExt;
use tonic::{Request, Status};

use super::service::MOST_CHUNK_BYTES;
use super::{Applied, Format, ImportOptions, Refusal, shapefile, wire};
use crate::operator::Place;

/// Why a file could not be handed to the running server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoteError {
    /// The server refuses the file.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server refuses the call.
    #[error("the server refuses: {}", .0.message())]
    Status(Box<Status>),
    /// There is no server to be reached.
    #[error("the server at {address} cannot be reached: {source}")]
    Unreachable {
        /// Where it should be.
        address: SocketAddr,
        /// Why not.
        source: tonic::transport::Error,
    },
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// Sends the file at `path` to the server at `place`, and waits for what it says.
pub(crate) async fn import(
    place: &Place,
    path: &Path,
    options: &ImportOptions,
    author: &str,
) -> Result<Applied, RemoteError> {
    let unreachable = |source| RemoteError::Unreachable { address: place.address, source };
    let channel = place.endpoint().map_err(unreachable)?.connect().await.map_err(unreachable)?;
    let failed = |source| RemoteError::File { path: path.to_owned(), source };
    let mut file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // The parts of a bare Shapefile go packed.
    let packed = match Format::of_file(&file_name) {
        Some(Format::Shapefile) => {
            file_name = format!("{}.zip", options.file_stem);
            Some(shapefile::bundle(path).map_err(failed)?)
        }
        _ => None,
    };
    let path = packed.as_ref().map_or(path, |packed| packed.path());
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let header = ImportFileHeader {
        file_name,
        layer: options.layer.map(wire::layer_to_wire).unwrap_or_default().into(),
        crs: options.crs.map(|crs| crs.to_string()).unwrap_or_default(),
        source_layer: options.source_layer.clone().unwrap_or_default(),
        mapping: options.mapping.clone().into_iter().collect(),
        author: author.to_owned(),
        encoding: options.encoding.map(|encoding| encoding.name().to_owned()).unwrap_or_default(),
        swap_axes: options.swap_axes,
        datum: options.datum.map(|datum| datum.as_str().to_owned()).unwrap_or_default(),
    };
    let first = stream::iter([ImportFileRequest { part: Some(Part::Header(header)) }]);
    let mut request = Request::new(first.chain(chunks(file)));
    if let Ok(value) = place.token.header().parse() {
        request.metadata_mut().insert("authorization", value);
    }
    let response = ImportServiceClient::new(channel).import_file(request).await;
    let response = response.map_err(|status| RemoteError::Status(Box::new(status)))?;
    Ok(wire::from_wire(response.into_inner())?)
}

/// The file in chunks. A file that cannot be read to its end ends in a part that the server refuses.
fn chunks(file: tokio::fs::File) -> impl Stream<Item = ImportFileRequest> + Send + 'static {
    stream::unfold(Some(file), async |file| {
        let mut file = file?;
        match next_chunk(&mut file).await {
            Ok(chunk) if chunk.is_empty() => None,
            Ok(chunk) => Some((ImportFileRequest { part: Some(Part::Chunk(chunk)) }, Some(file))),
            Err(_) => Some((ImportFileRequest { part: None }, None)),
        }
    })
}

async fn next_chunk(file: &mut tokio::fs::File) -> std::io::Result<Bytes> {
    let mut chunk = BytesMut::with_capacity(MOST_CHUNK_BYTES / 4);
    file.read_buf(&mut chunk).await?;
    Ok(chunk.freeze())
}
