//! A connection that asks over gRPC and takes of the answer no more than has to be seen of it: both cores belong to the
//! servers that are measured.

use anyhow::{Context, bail, ensure};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use cloudsite_proto::land::ListParcelsRequest;
use http::header::{AUTHORIZATION, CONTENT_TYPE, TE};
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use prost::encoding::{WireType, decode_key, decode_varint};
use tokio::net::TcpStream;

/// Room for answers that were not read yet, bytes; as much as a client of tonic has.
const STREAM_WINDOW: u32 = 2 << 20;
const CONNECTION_WINDOW: u32 = 5 << 20;

/// Whether a message is compressed and how long it is.
const PREFIX_BYTES: usize = 5;

/// The number of `ListParcelsResponse.parcels`.
const PARCELS: u32 = 1;

/// A connection.
pub(crate) struct Line {
    sender: SendRequest<Full<Bytes>>,
    list_parcels: Uri,
    authorization: HeaderValue,
}

impl Line {
    /// Connects to the server at `base`, such as `http://127.0.0.1:8080`, as someone.
    pub(crate) async fn to(base: &str, authorization: &str) -> anyhow::Result<Self> {
        let uri: Uri = format!("{}/cloudsite.land.v1.ParcelService/ListParcels", base.trim_end_matches('/')).parse()?;
        let stream = TcpStream::connect(uri.authority().context("an address without a host")?.as_str()).await?;
        stream.set_nodelay(true)?;
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(STREAM_WINDOW).initial_connection_window_size(CONNECTION_WINDOW);
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
        // It ends with its last sender.
        tokio::spawn(connection);
        Ok(Self { sender, list_parcels: uri, authorization: authorization.parse()? })
    }

    /// How many parcels the answer holds.
    pub(crate) async fn fetch(&self, request: &ListParcelsRequest) -> anyhow::Result<usize> {
        let mut body = BytesMut::with_capacity(PREFIX_BYTES + request.encoded_len());
        body.put_u8(0);
        body.put_u32(u32::try_from(request.encoded_len())?);
        request.encode(&mut body)?;
        let request = Request::post(self.list_parcels.clone())
            .header(CONTENT_TYPE, "application/grpc")
            .header(TE, "trailers")
            .header(AUTHORIZATION, self.authorization.clone())
            .body(Full::new(body.freeze()))?;
        let answer = self.sender.clone().send_request(request).await?.into_body().collect().await?;
        let status = answer.trailers().and_then(|trailers| trailers.get("grpc-status"));
        ensure!(status.is_some_and(|status| status == "0"), "the call ended with {status:?}");
        parcels(answer.aggregate())
    }
}

/// How many parcels a `ListParcelsResponse` holds, with its prefix. None of them is taken apart, as the other side's rows
/// are not.
fn parcels(mut answer: impl Buf) -> anyhow::Result<usize> {
    ensure!(answer.remaining() >= PREFIX_BYTES, "an answer without a message");
    answer.advance(PREFIX_BYTES);
    let mut count = 0;
    while answer.has_remaining() {
        let (field, wire_type) = decode_key(&mut answer)?;
        match wire_type {
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut answer)?)?;
                ensure!(length <= answer.remaining(), "a field is cut off");
                answer.advance(length);
            }
            WireType::Varint => {
                decode_varint(&mut answer)?;
            }
            other => bail!("a field that the answer has not: {other:?}"),
        }
        count += usize::from(field == PARCELS);
    }
    Ok(count)
}
