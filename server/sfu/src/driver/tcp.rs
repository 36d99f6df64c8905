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
use crate::hub::Demultiplexer;
use crate::stun;

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

/// The listener, and where it tells what it hears: to the lane of the peer that a connection is for.
#[derive(Clone)]
pub(super) struct Door {
    tells: Arc<[mpsc::Sender<Heard>]>,
    demultiplexer: Arc<Demultiplexer>,
}

/// The connections of one lane.
pub(super) struct Tcp {
    heard: mpsc::Receiver<Heard>,
    connections: HashMap<SocketAddr, mpsc::Sender<Bytes>>,
    /// Kept so that the channel does not say that nobody will tell anything, where nobody does.
    _door: Door,
}

/// One for each lane, and the door to all of them.
pub(super) fn connections(demultiplexer: &Arc<Demultiplexer>, lanes: usize) -> (Door, Vec<Tcp>) {
    let (tells, heards): (Vec<_>, Vec<_>) = (0..lanes).map(|_| mpsc::channel(RECEIVED)).unzip();
    let door = Door { tells: tells.into(), demultiplexer: Arc::clone(demultiplexer) };
    let tcp = |heard| Tcp { heard, connections: HashMap::new(), _door: door.clone() };
    (door.clone(), heards.into_iter().map(tcp).collect())
}

impl Door {
    /// Accepts connections of a listener, at most so many at once; further ones are closed.
    pub(super) fn open(self, listener: std::net::TcpListener, most: usize) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        tokio::spawn(accept(TcpListener::from_std(listener)?, self, most));
        Ok(())
    }

    /// Where the connection belongs that begins with this packet. One that is nobody's leads nowhere on any lane.
    fn of(&self, first: &[u8]) -> &mpsc::Sender<Heard> {
        let owner = stun::Request::read(first).and_then(|request| self.demultiplexer.by_ufrag(&request.ufrag));
        let lane = owner.map_or(0, |owner| owner.lane);
        self.tells.get(lane).unwrap_or(&self.tells[0])
    }
}

impl Tcp {
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

/// Accepts for as long as the thread runs that this is on.
async fn accept(listener: TcpListener, door: Door, most: usize) {
    let room = Arc::new(Semaphore::new(most));
    loop {
        let accepted = listener.accept().await;
        // An error is that of one connection, or that there are no descriptors left, which will pass.
        let Ok((stream, from)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else { continue };
        let door = door.clone();
        tokio::spawn(async move {
            serve(stream, from, &door).await;
            drop(permit);
        });
    }
}

async fn serve(stream: TcpStream, from: SocketAddr, door: &Door) {
    // Without it, small packets would wait for each other.
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let mut reader = Reader { read, from, deframer: Deframer::default() };
    let first = timeout(FIRST, reader.packet()).await.ok().flatten();
    // Whoever begins with anything but a STUN request is not one of ours.
    let Some(first) = first.filter(|packet| packet.first() == Some(&0)) else { return };
    let tell = door.of(&first);
    let (packets, unsent) = mpsc::channel(UNSENT);
    for heard in [Heard::Opened(from, packets), Heard::Packet(from, first)] {
        if tell.send(heard).await.is_err() {
            return;
        }
    }
    tokio::select! {
        () = read_all(reader, tell) => {}
        () = write_all(write, unsent) => {}
    }
    let _ = tell.send(Heard::Closed(from)).await;
}

/// Reads packets of a connection.
struct Reader {
    read: OwnedReadHalf,
    from: SocketAddr,
    deframer: Deframer,
}

impl Reader {
    /// The next packet; none at the end of the connection, and where it makes no sense.
    async fn packet(&mut self) -> Option<BytesMut> {
        loop {
            match self.deframer.packet() {
                Ok(Some(packet)) => return Some(packet),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(from = %self.from, %error, "a connection is closed");
                    return None;
                }
            }
            let count = self.read.read_buf(self.deframer.stream()).await.ok()?;
            if count == 0 {
                return None;
            }
        }
    }
}

async fn read_all(mut reader: Reader, tell: &mpsc::Sender<Heard>) {
    while let Ok(Some(packet)) = timeout(SILENT, reader.packet()).await {
        if tell.send(Heard::Packet(reader.from, packet)).await.is_err() {
            return;
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
