//! Connections: HTTP/1.1 and HTTP/2 without TLS on one port, as many as there are places for.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// Connections at a time. When there is no place, the next one waits to be accepted, in the operating system's queue.
const MAX_CONNECTIONS: usize = 4_096;

/// Streams at a time on one connection of HTTP/2: a page has a few calls and a dozen tiles under way.
const MAX_STREAMS_A_CONNECTION: u32 = 256;

/// How long a client may take to send its head in HTTP/1.1.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// How often a silent connection of HTTP/2 is asked whether it is there, and how long it may take to answer.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);

/// How long to wait after a failure to accept, which is mostly that there are no more file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

fn protocol() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS_A_CONNECTION)
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .adaptive_window(true);
    builder
}

/// Serves `routes` to whoever connects until `stop` becomes true, and then for `drain` at most to whoever is connected.
pub(super) async fn serve(listener: TcpListener, routes: Router, mut stop: watch::Receiver<bool>, drain: Duration) {
    let protocol = Arc::new(protocol());
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Some((stream, place)) = accepted else { continue };
        let (protocol, watcher) = (Arc::clone(&protocol), open.watcher());
        let service = TowerToHyperService::new(routes.clone());
        tokio::spawn(async move {
            let connection = protocol.serve_connection(TokioIo::new(stream), service).into_owned();
            if let Err(error) = watcher.watch(connection).await {
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
