//! What a connection is spoken over, from the first byte on: with TLS or without it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use super::Limits;
use crate::tls::Tls;

/// What a client of HTTP/2 says first.
pub(super) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The first byte of TLS: a record of a handshake.
const HANDSHAKE: u8 = 0x16;

/// How often a client is looked at that has said a part of the preface.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Without TLS, as this server does.
    Clear,
    /// With TLS, as this server does.
    Tls,
    /// Without TLS, though this server speaks TLS.
    Astray,
}

/// A client that has begun to speak HTTP.
pub(super) struct Line {
    pub(super) receiving: Incoming,
    pub(super) sending: Outgoing,
    pub(super) way: Way,
}

/// Waits until it can be told which protocol a client speaks: what looks at it afterwards has no patience of its own.
pub(super) async fn begin(stream: TcpStream, tls: Option<&Tls>, limits: &Limits) -> io::Result<Line> {
    let Some(tls) = tls else { return clear(stream, Way::Clear, limits).await };
    let mut first = [0];
    match timeout(limits.head, stream.peek(&mut first)).await?? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ if first == [HANDSHAKE] => {
            let stream = timeout(limits.handshake, tls.accept(stream)).await??;
            let (mut half, sending) = tokio::io::split(stream);
            let early = timeout(limits.head, words(&mut half)).await??;
            let receiving = Incoming::Tls { early, half };
            Ok(Line { receiving, sending: Outgoing::Tls(sending), way: Way::Tls })
        }
        _ => clear(stream, Way::Astray, limits).await,
    }
}

async fn clear(stream: TcpStream, way: Way, limits: &Limits) -> io::Result<Line> {
    timeout(limits.head, spoken(&stream)).await??;
    let (receiving, sending) = stream.into_split();
    Ok(Line { receiving: Incoming::Clear(receiving), sending: Outgoing::Clear(sending), way })
}

/// Waits for the first words without taking them.
async fn spoken(stream: &TcpStream) -> io::Result<()> {
    let mut first = [0; PREFACE.len()];
    loop {
        let said = stream.peek(&mut first).await?;
        if said == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if is_enough(&first[..said]) {
            return Ok(());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Takes the first words.
async fn words(half: &mut ReadHalf<TlsStream<TcpStream>>) -> io::Result<Bytes> {
    let mut first = [0; PREFACE.len()];
    let mut said = 0;
    while !is_enough(&first[..said]) {
        match half.read(&mut first[said..]).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            more => said += more,
        }
    }
    Ok(Bytes::copy_from_slice(&first[..said]))
}

/// Whether these words tell the protocol.
fn is_enough(said: &[u8]) -> bool {
    !said.is_empty() && (said.len() == PREFACE.len() || !PREFACE.starts_with(said))
}

/// What comes.
pub(super) enum Incoming {
    Clear(OwnedReadHalf),
    Tls {
        /// What was taken to look at, and is still to be read.
        early: Bytes,
        half: ReadHalf<TlsStream<TcpStream>>,
    },
}

impl AsyncRead for Incoming {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(half) => Pin::new(half).poll_read(cx, buf),
            Self::Tls { early, half } if early.is_empty() => Pin::new(half).poll_read(cx, buf),
            Self::Tls { early, .. } => {
                let some = early.split_to(early.len().min(buf.remaining()));
                buf.put_slice(&some);
                Poll::Ready(Ok(()))
            }
        }
    }
}

/// What goes.
pub(super) enum Outgoing {
    Clear(OwnedWriteHalf),
    Tls(WriteHalf<TlsStream<TcpStream>>),
}

impl AsyncWrite for Outgoing {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Clear(half) => Pin::new(half).poll_write(cx, bytes),
            Self::Tls(half) => Pin::new(half).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(half) => Pin::new(half).poll_flush(cx),
            Self::Tls(half) => Pin::new(half).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Clear(half) => Pin::new(half).poll_shutdown(cx),
            Self::Tls(half) => Pin::new(half).poll_shutdown(cx),
        }
    }
}
