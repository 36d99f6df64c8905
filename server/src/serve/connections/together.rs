//! A connection as one task: what its requests do is polled with it, and what they answer goes to the operating system
//! together. A task for each request would wake the connection for each answer, and a system call would send each by
//! itself; of short answers that is half of the work.

use std::io::{self, IoSlice};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::line::{Incoming, Outgoing};

/// Bytes that wait to be sent together at most.
const MAX_HELD: usize = 64 * 1024;

/// Bytes of room that a connection keeps while it has nothing to send.
const KEPT_ROOM: usize = 4 * 1024;

/// Requests that are not polled yet.
type Begun = Mutex<Vec<BoxFuture<'static, ()>>>;

/// What drives a connection.
pub(super) struct Together {
    begun: Arc<Begun>,
    sending: Arc<Mutex<Sending>>,
}

/// Where a protocol begins its requests.
#[derive(Clone)]
pub(super) struct Requests(
    /// Weak, because a request holds where it may begin others.
    Weak<Begun>,
);

impl Together {
    /// What a protocol speaks over, where it begins its requests, and what drives both.
    ///
    /// A peer that takes nothing for `patience` though there is something to send is given up.
    pub(super) fn of(receiving: Incoming, sending: Outgoing, patience: Duration) -> (TokioIo<Socket>, Requests, Self) {
        let sending = Sending { socket: sending, held: Vec::new(), failed: None, patience, waiting: None };
        let sending = Arc::new(Mutex::new(sending));
        let socket = Socket { receiving, sending: Arc::clone(&sending) };
        let begun = Arc::default();
        (TokioIo::new(socket), Requests(Arc::downgrade(&begun)), Self { begun, sending })
    }

    /// Drives a connection to its end, with the requests that it began.
    pub(super) fn drive<C: Future>(self, connection: C) -> impl Future<Output = C::Output> {
        let mut connection = Box::pin(connection);
        let mut running = FuturesUnordered::new();
        let mut ended = None;
        std::future::poll_fn(move |cx| {
            if ended.is_none() {
                ended = self.advance(cx, connection.as_mut(), &mut running);
                if ended.is_some() {
                    // Nobody waits for their answers any more, and what they hold others wait for.
                    running.clear();
                    lock(&self.begun).clear();
                }
            }
            let sent = lock(&self.sending).poll_send(cx);
            match (ended.take(), sent) {
                (Some(output), Poll::Ready(_)) => return Poll::Ready(output),
                (output, _) => ended = output,
            }
            Poll::Pending
        })
    }

    /// Polls a connection, its requests, and the connection again for what they answered.
    fn advance<C: Future>(
        &self,
        cx: &mut Context<'_>,
        mut connection: Pin<&mut C>,
        running: &mut FuturesUnordered<BoxFuture<'static, ()>>,
    ) -> Option<C::Output> {
        if let Poll::Ready(output) = connection.as_mut().poll(cx) {
            return Some(output);
        }
        running.extend(lock(&self.begun).drain(..));
        if running.is_empty() {
            return None;
        }
        while let Poll::Ready(Some(())) = running.poll_next_unpin(cx) {}
        match connection.poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => {
                // What that began is polled at once.
                if !lock(&self.begun).is_empty() {
                    cx.waker().wake_by_ref();
                }
                None
            }
        }
    }
}

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Requests {
    fn execute(&self, request: F) {
        // One that panics ends itself and not the others.
        let request = AssertUnwindSafe(request).catch_unwind().map(|ended| {
            if ended.is_err() {
                tracing::error!("a request panicked while its answer was sent");
            }
        });
        // Of a connection that is no more, nothing begins.
        if let Some(begun) = self.0.upgrade() {
            lock(&begun).push(request.boxed());
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What goes out.
struct Sending {
    socket: Outgoing,
    held: Vec<u8>,
    failed: Option<io::ErrorKind>,
    /// How long the peer may take nothing.
    patience: Duration,
    /// When that will have been, while it takes nothing.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Sending {
    /// Sends what is held.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(failed) = self.failed {
            return Poll::Ready(Err(failed.into()));
        }
        let mut sent = 0;
        let ended = loop {
            if sent == self.held.len() {
                // TLS has something left that the operating system has not taken, or that nobody here has written.
                break Pin::new(&mut self.socket).poll_flush(cx);
            }
            match Pin::new(&mut self.socket).poll_write(cx, &self.held[sent..]) {
                Poll::Ready(Ok(0)) => break Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(more)) => sent += more,
                Poll::Ready(Err(error)) => break Poll::Ready(Err(error)),
                Poll::Pending => break Poll::Pending,
            }
        };
        self.held.drain(..sent);
        let ended = self.lose_patience(cx, sent > 0, ended);
        if let Poll::Ready(Err(error)) = &ended {
            // The connection is told when it is polled next.
            self.failed = Some(error.kind());
            self.held = Vec::new();
            cx.waker().wake_by_ref();
        }
        if self.held.is_empty() && self.held.capacity() > KEPT_ROOM {
            self.held = Vec::new();
        }
        ended
    }

    /// Gives up a peer that has taken nothing for too long.
    fn lose_patience(
        &mut self,
        cx: &mut Context<'_>,
        took_some: bool,
        sent: Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        if took_some || sent.is_ready() {
            self.waiting = None;
        }
        if sent.is_ready() {
            return sent;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        waiting.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Takes some bytes, as many as there is room for, to send them later.
    fn poll_take(&mut self, cx: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if let Some(failed) = self.failed {
            return Poll::Ready(Err(failed.into()));
        }
        if self.held.len() >= MAX_HELD {
            ready!(self.poll_send(cx))?;
        }
        let before = self.held.len();
        for part in parts {
            let room = MAX_HELD - self.held.len();
            self.held.extend_from_slice(&part[..part.len().min(room)]);
        }
        Poll::Ready(Ok(self.held.len() - before))
    }
}

/// What the protocol speaks over. What it writes is held until whoever drives it sends it.
pub(super) struct Socket {
    receiving: Incoming,
    sending: Arc<Mutex<Sending>>,
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.receiving).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        lock(&self.sending).poll_take(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        lock(&self.sending).poll_take(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Nothing to do: the end of each poll sends what is held.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match lock(&self.sending).failed {
            Some(failed) => Poll::Ready(Err(failed.into())),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut sending = lock(&self.sending);
        ready!(sending.poll_send(cx))?;
        Pin::new(&mut sending.socket).poll_shutdown(cx)
    }
}
