//! The threads that the media plane runs on, the lanes: each moves datagrams between a hub and a socket, and decides nothing.
//!
//! All lanes have the same port. The kernel gives what comes from one address always to the same socket, and knows nothing of
//! peers; what turns out to be for a peer of another lane is handed on.

mod bind;
pub(crate) mod framing;
mod tcp;
mod udp;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{self, Runtime};
use tokio::sync::mpsc;

use self::tcp::{Door, Tcp};
use self::udp::Udp;
use crate::command::Command;
use crate::engine::rtc::RtcEngines;
use crate::event::{Departure, Event, Path, Protocol};
use crate::hub::{Datagram, Demultiplexer, Hub, Lane};
use crate::settings::{Clock, Settings};
use crate::sfu::StartError;

/// Commands that wait for a lane. A caller waits for room: no command is lost.
const COMMANDS: usize = 1_024;

/// Batches of datagrams, and commands, that are taken before anything is sent.
const TAKEN_AT_ONCE: usize = 8;

/// Datagrams of other lanes that wait for one. When there is no room, further ones are dropped, as the network would do.
const HANDED_ON: usize = 4_096;

/// TCP connections for each peer: one that is coming beside the one that is.
const CONNECTIONS_A_PEER: usize = 2;

/// Without anything due.
const IDLE: Duration = Duration::from_hours(1);

/// What the threads run on, once they have started.
pub(crate) struct Started {
    pub address: SocketAddr,
    pub demultiplexer: Arc<Demultiplexer>,
    /// Where each lane takes commands.
    pub commands: Vec<mpsc::Sender<Command>>,
}

/// Binds the ports and starts the threads.
pub(crate) fn start(settings: &Settings, events: &mpsc::Sender<Event>) -> Result<Started, StartError> {
    let bound = bind::bind(settings)?;
    let (address, count) = (bound.address, bound.udp.len());
    let udp_told = bind::told(settings, address);
    let tcp_told = if bound.tcp.is_some() { udp_told.clone() } else { Vec::new() };
    let demultiplexer = Arc::new(Demultiplexer::new(count, settings.max_peers));
    let most = settings.max_peers.saturating_mul(CONNECTIONS_A_PEER);
    let (door, connections) = tcp::connections(&demultiplexer, count);
    let (hand, handed): (Vec<_>, Vec<_>) = (0..count).map(|_| mpsc::channel(HANDED_ON)).unzip();
    let hand: Arc<[_]> = hand.into();
    let mut tcp = bound.tcp.map(|listener| (door, listener, most));
    let mut commands = Vec::with_capacity(count);
    for (index, ((socket, connections), handed)) in bound.udp.into_iter().zip(connections).zip(handed).enumerate() {
        let engines = RtcEngines::new(udp_told.clone(), tcp_told.clone())?;
        let crypto = engines.crypto();
        let lane = Lane { index, count, demultiplexer: Arc::clone(&demultiplexer) };
        let hub = Hub::new((settings.clock)(), Box::new(engines), crypto, lane, settings.seed);
        let (sender, taken) = mpsc::channel(COMMANDS);
        commands.push(sender);
        let (hand, events, clock, tcp) = (Arc::clone(&hand), events.clone(), settings.clock, tcp.take());
        let drive = move |udp| Driver { hub, udp, tcp: connections, commands: taken, handed, hand, events, clock };
        run(format!("sfu-{index}"), address, socket, tcp, drive)?;
    }
    Ok(Started { address, demultiplexer, commands })
}

/// Starts one thread.
fn run(
    name: String,
    address: SocketAddr,
    socket: std::net::UdpSocket,
    tcp: Option<(Door, std::net::TcpListener, usize)>,
    drive: impl FnOnce(Udp) -> Driver + Send + 'static,
) -> Result<(), StartError> {
    let (ready, started) = sync_channel(1);
    let run = move || {
        let opened = open(address, socket, tcp);
        let Ok((runtime, udp)) = opened else { return drop(ready.send(opened.map(|_| ()))) };
        // Whoever has started the plane waits for this.
        let _ = ready.send(Ok(()));
        runtime.block_on(drive(udp).run());
    };
    thread::Builder::new().name(name).spawn(run).map_err(StartError::Thread)?;
    started.recv().unwrap_or_else(|ended| Err(StartError::Thread(io::Error::other(ended))))
}

/// Makes the runtime and registers the sockets with it. On the lane's own thread, because a runtime cannot be let go
/// within another.
fn open(
    address: SocketAddr,
    socket: std::net::UdpSocket,
    tcp: Option<(Door, std::net::TcpListener, usize)>,
) -> Result<(Runtime, Udp), StartError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Thread)?;
    let entered = runtime.enter();
    let udp = Udp::new(socket).map_err(|source| StartError::Udp { address, source })?;
    if let Some((door, listener, most)) = tcp {
        door.open(listener, most).map_err(|source| StartError::Tcp { address, source })?;
    }
    drop(entered);
    Ok((runtime, udp))
}

/// What the thread has been woken for.
enum Woken {
    Command(Command),
    Datagrams,
    Handed(Datagram),
    Packet(SocketAddr, Option<bytes::BytesMut>),
    Due,
    Ended,
}

struct Driver {
    hub: Hub,
    udp: Udp,
    tcp: Tcp,
    commands: mpsc::Receiver<Command>,
    /// What other lanes hand on to this one, and where it hands on to each.
    handed: mpsc::Receiver<Datagram>,
    hand: Arc<[mpsc::Sender<Datagram>]>,
    events: mpsc::Sender<Event>,
    clock: Clock,
}

impl Driver {
    /// Runs until all handles are gone.
    async fn run(mut self) {
        loop {
            let now = (self.clock)();
            let wait = self.hub.poll_timeout().map_or(IDLE, |due| due.saturating_duration_since(now));
            let backlog = self.hub.has_events();
            let woken = tokio::select! {
                command = self.commands.recv() => command.map_or(Woken::Ended, Woken::Command),
                _ = self.udp.readable() => Woken::Datagrams,
                Some(datagram) = self.handed.recv() => Woken::Handed(datagram),
                Some((from, packet)) = self.tcp.receive() => Woken::Packet(from, packet),
                _ = self.events.reserve(), if backlog && !self.events.is_closed() => Woken::Due,
                () = tokio::time::sleep(wait) => Woken::Due,
            };
            match woken {
                Woken::Command(command) => self.take_commands(command),
                Woken::Datagrams => self.take_datagrams(),
                Woken::Handed(datagram) => self.take_handed(datagram),
                Woken::Packet(from, packet) => self.take_packet(from, packet),
                Woken::Due => {}
                Woken::Ended => break,
            }
            let now = (self.clock)();
            if self.hub.poll_timeout().is_some_and(|due| due <= now) {
                self.hub.handle_timeout(now);
            }
            self.send_all();
            self.tell_all();
        }
        self.hub.leave_all((self.clock)());
        self.send_all();
    }

    fn take_commands(&mut self, first: Command) {
        let now = (self.clock)();
        let mut next = Some(first);
        for _ in 0..TAKEN_AT_ONCE {
            let Some(command) = next.take() else { break };
            take_command(&mut self.hub, now, command);
            next = self.commands.try_recv().ok();
        }
        if let Some(command) = next {
            take_command(&mut self.hub, now, command);
        }
    }

    fn take_datagrams(&mut self) {
        let now = (self.clock)();
        for _ in 0..TAKEN_AT_ONCE {
            let (hub, hand) = (&mut self.hub, &self.hand);
            let path = |remote| Path { protocol: Protocol::Udp, remote };
            let take = |remote, bytes| take(hub, hand, now, Datagram::new(path(remote), bytes));
            if !self.udp.receive(take) {
                break;
            }
        }
    }

    fn take_handed(&mut self, first: Datagram) {
        let now = (self.clock)();
        let mut next = Some(first);
        for _ in 0..TAKEN_AT_ONCE * quinn_udp::BATCH_SIZE {
            let Some(datagram) = next.take() else { break };
            take(&mut self.hub, &self.hand, now, datagram);
            next = self.handed.try_recv().ok();
        }
        if let Some(datagram) = next {
            take(&mut self.hub, &self.hand, now, datagram);
        }
    }

    fn take_packet(&mut self, remote: SocketAddr, packet: Option<bytes::BytesMut>) {
        let from = Path { protocol: Protocol::Tcp, remote };
        match packet {
            Some(bytes) => take(&mut self.hub, &self.hand, (self.clock)(), Datagram::new(from, bytes)),
            None => self.hub.closed(from),
        }
    }

    fn send_all(&mut self) {
        let now = (self.clock)();
        while let Some(transmit) = self.hub.poll_transmit(now) {
            match transmit.to.protocol {
                Protocol::Udp => self.udp.send(transmit.to.remote, &transmit.bytes),
                Protocol::Tcp => self.tcp.send(transmit.to.remote, transmit.bytes.freeze()),
            }
        }
        self.udp.flush();
    }

    /// Tells events as long as there is room; the others wait in the hub. Nobody may be listening any more.
    fn tell_all(&mut self) {
        while self.hub.has_events() {
            match self.events.try_reserve() {
                Ok(room) => {
                    if let Some(event) = self.hub.poll_event() {
                        room.send(event);
                    }
                }
                Err(mpsc::error::TrySendError::Full(())) => return,
                Err(mpsc::error::TrySendError::Closed(())) => drop(self.hub.poll_event()),
            }
        }
    }
}

/// Takes a datagram, or hands it on to whom it is for.
fn take(hub: &mut Hub, hand: &[mpsc::Sender<Datagram>], now: Instant, datagram: Datagram) {
    if let Some((lane, datagram)) = hub.handle(now, datagram)
        && let Some(lane) = hand.get(lane)
        && lane.try_send(datagram).is_err()
    {
        tracing::trace!("a datagram is dropped: its lane is too slow");
    }
}

fn take_command(hub: &mut Hub, now: Instant, command: Command) {
    // Whoever has asked may have gone; the peer is there all the same until it is let go.
    match command {
        Command::Join { peer, offer, answered } => drop(answered.send(hub.join(now, peer, &offer))),
        Command::Renegotiate { peer, offer, answered } => drop(answered.send(hub.renegotiate(now, peer, &offer))),
        Command::Leave { peer } => hub.leave(now, peer, Departure::Closed),
        Command::Route { add, remove } => hub.route(now, add, remove),
        Command::Want { to, track, wanted } => hub.want(now, to, track, wanted),
        Command::Send { to, channel, bytes } => hub.send(now, &to, channel, &bytes),
        Command::Tap { track, source } => hub.tap(now, track, source),
    }
}
