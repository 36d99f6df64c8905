//! ICE-TCP (RFC 6544), passive: for clients whose network passes no UDP.

use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{sleep, timeout};

use super::framing::{Deframer, frame};
use crate::event::{Path, Protocol};
use crate::hub::Demultiplexer;
use crate::stun;

/// Packets of all connections that wait for the hub. When there is no room, connections are read no further.
const RECEIVED: usize = 1_024;

/// Packets of one connection that wait to be written. When there is no room, further ones are dropped: what must
/// arrive is sent again by whoever it belongs to, and the rest would be too late.
const UNSENT: usize = 256;

/// What waits longer than this to be written is too late as well.
const TOO_LATE: Duration = Duration::from_millis(500);

/// Packets that are written at once, and bytes that the kernel holds and has not sent: as much as waits on a narrow line in
/// some tenths of a second, for nobody can take it back.
const WRITTEN: usize = 12;
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 16 * 1_024;

/// The first packet must come within this, and after it a genuine request: of those who hold a connection open and are
/// nobody's there would soon be too many.
const FIRST: Duration = Duration::from_secs(5);
const GENUINE: Duration = Duration::from_secs(5);

/// How long nothing is accepted where it fails: there are no descriptors left, which will pass.
const PAUSE: Duration = Duration::from_millis(100);

/// Clients ask for consent every few seconds; a connection on which nothing has come for this long is dead.
const SILENT: Duration = Duration::from_secs(30);

/// A packet that waits to be written, and since when.
type Unsent = (Instant, Bytes);

/// What a connection tells.
pub(super) enum Heard {
    /// It is there, and this takes packets for it.
    Opened(SocketAddr, mpsc::Sender<Unsent>),
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
    connections: HashMap<SocketAddr, mpsc::Sender<Unsent>>,
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

impl Door {
    /// Returns if a connection has shown too long that it is nobody's.
    async fn stranger(&self, remote: SocketAddr) {
        sleep(GENUINE).await;
        if self.demultiplexer.by_path(Path { protocol: Protocol::Tcp, remote }).is_some() {
            pending::<()>().await;
        }
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
            && connection.try_send((Instant::now(), packet)).is_err()
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
        let Ok((stream, from)) = accepted else {
            sleep(PAUSE).await;
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
    // Where this cannot be asked for, more waits.
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT_BYTES);
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
        () = door.stranger(from) => tracing::debug!(%from, "a connection is closed: it is nobody's"),
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

async fn write_all(mut write: OwnedWriteHalf, mut unsent: mpsc::Receiver<Unsent>) {
    let mut packets = Vec::with_capacity(WRITTEN);
    let mut stream = BytesMut::new();
    while unsent.recv_many(&mut packets, WRITTEN).await > 0 {
        for (since, packet) in packets.drain(..) {
            if since.elapsed() < TOO_LATE {
                frame(&mut stream, &packet);
            }
        }
        if write.write_all(&stream).await.is_err() {
            return;
        }
        stream.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_has_waited_too_long_is_not_written_any_more() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (written, accepted) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
        let (packets, unsent) = mpsc::channel(UNSENT);
        let now = Instant::now();
        let late = now.checked_sub(TOO_LATE).unwrap();
        for (since, word) in [(late, "late"), (now, "first"), (late, "late"), (now, "second")] {
            packets.try_send((since, Bytes::from_static(word.as_bytes()))).unwrap();
        }
        drop(packets);
        write_all(written.unwrap().into_split().1, unsent).await;
        let mut read = Vec::new();
        accepted.unwrap().0.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, b"\x00\x05first\x00\x06second");
    }
}
