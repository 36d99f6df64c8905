//! The thread that the media plane runs on: moves datagrams between the hub and the sockets, and decides nothing.

mod bind;
pub(crate) mod framing;
mod tcp;
mod udp;

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{self, Runtime};
use tokio::sync::mpsc;

use self::bind::Bound;
use self::tcp::Tcp;
use self::udp::Udp;
use crate::command::Command;
use crate::engine::rtc::RtcEngines;
use crate::event::{Departure, Event, Path, Protocol};
use crate::hub::Hub;
use crate::settings::{Clock, Settings};
use crate::sfu::StartError;

/// Batches of datagrams, and commands, that are taken before anything is sent.
const TAKEN_AT_ONCE: usize = 8;

/// TCP connections for each peer: one that is coming beside the one that is.
const CONNECTIONS_A_PEER: usize = 2;

/// Without anything due.
const IDLE: Duration = Duration::from_hours(1);

/// Binds the ports, starts the thread, and gives the UDP address.
pub(crate) fn start(
    settings: Settings,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<Event>,
) -> Result<SocketAddr, StartError> {
    let bound = bind::bind(&settings)?;
    let address = bound.address;
    let udp_told = bind::told(&settings, address);
    let tcp_told = if bound.tcp.is_some() { udp_told.clone() } else { Vec::new() };
    let engines = RtcEngines::new(udp_told, tcp_told)?;
    let crypto = engines.crypto();
    let hub = Hub::new(Box::new(engines), crypto, settings.max_peers, settings.seed);
    let most = settings.max_peers.saturating_mul(CONNECTIONS_A_PEER);
    let clock = settings.clock;
    let (ready, started) = sync_channel(1);
    let run = move || {
        let opened = open(bound, most);
        let Ok((runtime, udp, tcp)) = opened else { return drop(ready.send(opened.map(|_| ()))) };
        // Whoever has started the plane waits for this.
        let _ = ready.send(Ok(()));
        runtime.block_on(Driver { hub, udp, tcp, commands, events, clock }.run());
    };
    thread::Builder::new().name("sfu".to_owned()).spawn(run).map_err(StartError::Thread)?;
    started.recv().unwrap_or_else(|ended| Err(StartError::Thread(io::Error::other(ended))))?;
    Ok(address)
}

/// Makes the runtime and registers the sockets with it. On the plane's own thread, because a runtime cannot be let go
/// within another.
fn open(bound: Bound, most: usize) -> Result<(Runtime, Udp, Tcp), StartError> {
    let address = bound.address;
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Thread)?;
    let entered = runtime.enter();
    let udp = Udp::new(bound.udp).map_err(|source| StartError::Udp { address, source })?;
    let tcp = Tcp::new(bound.tcp, most).map_err(|source| StartError::Tcp { address, source })?;
    drop(entered);
    Ok((runtime, udp, tcp))
}

/// What the thread has been woken for.
enum Woken {
    Command(Command),
    Datagrams,
    Packet(SocketAddr, Option<bytes::BytesMut>),
    Due,
    Ended,
}

struct Driver {
    hub: Hub,
    udp: Udp,
    tcp: Tcp,
    commands: mpsc::Receiver<Command>,
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
                Some((from, packet)) = self.tcp.receive() => Woken::Packet(from, packet),
                _ = self.events.reserve(), if backlog && !self.events.is_closed() => Woken::Due,
                () = tokio::time::sleep(wait) => Woken::Due,
            };
            match woken {
                Woken::Command(command) => self.take_commands(command),
                Woken::Datagrams => self.take_datagrams(),
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
            let hub = &mut self.hub;
            let path = |remote| Path { protocol: Protocol::Udp, remote };
            if !self.udp.receive(|from, datagram| hub.handle(now, path(from), datagram)) {
                break;
            }
        }
    }

    fn take_packet(&mut self, remote: SocketAddr, packet: Option<bytes::BytesMut>) {
        let path = Path { protocol: Protocol::Tcp, remote };
        match packet {
            Some(packet) => self.hub.handle((self.clock)(), path, packet),
            None => self.hub.closed(path),
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
