//! ICE-TCP (RFC 6544), passive: for clients whose network passes no UDP.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::framing::{Deframer, frame};

/// Packets of all connections that wait for the hub. When there is no room, connections are read no further.
const RECEIVED: usize = 1_024;

/// Packets of one connection that wait to be written. When there is no room, further ones are dropped: what must
/// arrive is sent again by whoever it belongs to, and the rest would be too late.
const UNSENT: usize = 256;

/// The first packet must come within this.
const FIRST: Duration = Duration::from_secs(5);

/// Clients ask for consent every few seconds; a connection on which nothing has come for this long is dead.
const SILENT: Duration = Duration::from_secs(30);

/// What a connection tells.
pub(super) enum Heard {
    /// It is there, and this takes packets for it.
    Opened(SocketAddr, mpsc::Sender<Bytes>),
    /// A packet.
    Packet(SocketAddr, BytesMut),
    /// It is closed.
    Closed(SocketAddr),
}

/// The connections.
pub(super) struct Tcp {
    heard: mpsc::Receiver<Heard>,
    connections: HashMap<SocketAddr, mpsc::Sender<Bytes>>,
}

impl Tcp {
    /// Accepts connections of a listener, at most so many at once; further ones are closed.
    pub(super) fn new(listener: Option<std::net::TcpListener>, most: usize) -> io::Result<Self> {
        let (tell, heard) = mpsc::channel(RECEIVED);
        if let Some(listener) = listener {
            listener.set_nonblocking(true)?;
            tokio::spawn(accept(TcpListener::from_std(listener)?, tell, most));
        } else {
            // Nobody will tell anything; without this the channel would say so all the time.
            tokio::spawn(async move { tell.closed().await });
        }
        Ok(Self { heard, connections: HashMap::new() })
    }

    /// The next packet, or the address of a connection that is closed.
    pub(super) async fn receive(&mut self) -> Option<(SocketAddr, Option<BytesMut>)> {
        loop {
            match self.heard.recv().await? {
                Heard::Opened(from, packets) => {
                    self.connections.insert(from, packets);
                }
                Heard::Packet(from, packet) => return Some((from, Some(packet))),
                Heard::Closed(from) => {
                    self.connections.remove(&from);
                    return Some((from, None));
                }
            }
        }
    }

    /// Sends a packet over a connection, if it is still there and takes it.
    pub(super) fn send(&self, to: SocketAddr, packet: Bytes) {
        if let Some(connection) = self.connections.get(&to)
            && connection.try_send(packet).is_err()
        {
            tracing::trace!(%to, "a packet is dropped: the connection is too slow");
        }
    }
}

async fn accept(listener: TcpListener, tell: mpsc::Sender<Heard>, most: usize) {
    let room = Arc::new(Semaphore::new(most));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = tell.closed() => return,
        };
        // An error is that of one connection, or that there are no descriptors left, which will pass.
        let Ok((stream, from)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else { continue };
        let tell = tell.clone();
        tokio::spawn(async move {
            serve(stream, from, &tell).await;
            let _ = tell.send(Heard::Closed(from)).await;
            drop(permit);
        });
    }
}

async fn serve(stream: TcpStream, from: SocketAddr, tell: &mpsc::Sender<Heard>) {
    // Without it, small packets would wait for each other.
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let (packets, unsent) = mpsc::channel(UNSENT);
    if tell.send(Heard::Opened(from, packets)).await.is_err() {
        return;
    }
    tokio::select! {
        () = read_all(read, from, tell) => {}
        () = write_all(write, unsent) => {}
    }
}

async fn read_all(mut read: OwnedReadHalf, from: SocketAddr, tell: &mpsc::Sender<Heard>) {
    let mut deframer = Deframer::default();
    let mut patience = FIRST;
    loop {
        match timeout(patience, read.read_buf(deframer.stream())).await {
            Ok(Ok(count)) if count > 0 => {}
            _ => return,
        }
        loop {
            match deframer.packet() {
                Ok(Some(packet)) => {
                    // Whoever begins with anything but a STUN request is not one of ours.
                    if patience == FIRST && packet.first() != Some(&0) {
                        return;
                    }
                    patience = SILENT;
                    if tell.send(Heard::Packet(from, packet)).await.is_err() {
                        return;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::debug!(%from, %error, "a connection is closed");
                    return;
                }
            }
        }
    }
}

async fn write_all(mut write: OwnedWriteHalf, mut unsent: mpsc::Receiver<Bytes>) {
    let mut packets = Vec::with_capacity(UNSENT);
    let mut stream = BytesMut::new();
    while unsent.recv_many(&mut packets, UNSENT).await > 0 {
        for packet in packets.drain(..) {
            frame(&mut stream, &packet);
        }
        if write.write_all(&stream).await.is_err() {
            return;
        }
        stream.clear();
    }
}
