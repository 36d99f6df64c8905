//! Connections: HTTP/1.1 and HTTP/2 on one port, with TLS or without it, as many as there are places for.

mod door;
mod line;
mod together;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::Service;

use self::door::Door;
use self::line::begin;
use self::together::{Requests, Together};
use crate::tls::Tls;

/// How long to wait after a failure to accept, which is mostly that there are no more file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a connection may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Connections at a time. When there is no place, the next one waits to be accepted, in the operating system's queue.
    pub(super) connections: usize,
    /// Streams at a time on one connection of HTTP/2: a page has a few calls and a dozen tiles under way.
    pub(super) streams: u32,
    /// How long a client may take to begin to speak, and in HTTP/1.1 to send a head; between two requests, too.
    pub(super) head: Duration,
    /// How long a handshake of TLS may take.
    pub(super) handshake: Duration,
    /// How often a connection of HTTP/2 is asked whether its peer is there, and how long that may take to answer.
    pub(super) keep_alive: Duration,
    pub(super) keep_alive_answer: Duration,
    /// How long a client may take nothing of what there is to send.
    pub(super) patience: Duration,
    /// How many bytes of a request, and of all on a connection of HTTP/2, may be under way that nobody has read: an
    /// import's next chunks, over a long line. Windows that follow the line would ask its peer after each request.
    pub(super) stream_window: u32,
    pub(super) connection_window: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            streams: 256,
            head: Duration::from_secs(15),
            handshake: Duration::from_secs(10),
            keep_alive: Duration::from_secs(30),
            keep_alive_answer: Duration::from_secs(20),
            patience: Duration::from_mins(1),
            stream_window: 1 << 20,
            connection_window: 2 << 20,
        }
    }
}

fn protocol(limits: &Limits, requests: Requests) -> Builder<Requests> {
    let mut builder = Builder::new(requests);
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .keep_alive_interval(limits.keep_alive)
        .keep_alive_timeout(limits.keep_alive_answer)
        .initial_stream_window_size(limits.stream_window)
        .initial_connection_window_size(limits.connection_window);
    builder
}

/// Serves `front` to whoever connects, by TLS if there is any, until `stop` becomes true, and then for `drain` at most to
/// whoever is connected.
pub(super) async fn serve<S>(
    listener: TcpListener,
    front: S,
    limits: Limits,
    tls: Option<Arc<Tls>>,
    mut stop: watch::Receiver<bool>,
    drain: Duration,
) where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let places = Arc::new(Semaphore::new(limits.connections));
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Some((stream, place)) = accepted else { continue };
        let watcher = open.watcher();
        let (front, tls) = (front.clone(), tls.clone());
        let mut stopping = stop.clone();
        tokio::spawn(async move {
            let begun = tokio::select! {
                begun = begin(stream, tls.as_deref(), &limits) => begun,
                _ = stopping.wait_for(|stop| *stop) => return,
            };
            let line = match begun {
                Ok(line) => line,
                Err(error) => return tracing::debug!(%error, "a connection on which nobody spoke was closed"),
            };
            let service = TowerToHyperService::new(Door::before(front, line.way));
            let (socket, requests, together) = Together::of(line.receiving, line.sending, limits.patience);
            let connection = protocol(&limits, requests).serve_connection(socket, service).into_owned();
            if let Err(error) = together.drive(watcher.watch(connection)).await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(drain, open.shutdown()).await.is_err() {
        tracing::warn!("connections were cut off after {} s", drain.as_secs());
    }
}

/// The next connection with its place; none if it failed.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Small messages go at once; without it a stream's events wait for each other.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection without TCP_NODELAY");
            }
            Some((stream, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
