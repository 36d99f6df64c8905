//! A hub and clients on a network, with a clock that moves only when nothing is left to do.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rtc::crypto::default_provider;

use super::support::Client;
use crate::engine::Engines;
use crate::engine::rtc::RtcEngines;
use crate::engine::str0m::Str0mEngines;
use crate::event::{Event, Path, Protocol};
use crate::hub::{Datagram, Demultiplexer, Hub, Lane};
use crate::names::{PeerId, Route, Source, TrackId};

/// Which engine the hub has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Rtc,
    Str0m,
}

impl By {
    /// What makes such engines.
    pub(super) fn engines(self) -> Box<dyn Engines> {
        match self {
            Self::Rtc => Box::new(RtcEngines::new(vec![server()], vec![]).unwrap()),
            Self::Str0m => Box::new(Str0mEngines::new(vec![server()])),
        }
    }
}

/// What the network does to datagrams, each way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weather {
    pub loss_up: f64,
    pub loss_down: f64,
    pub doubled: f64,
    pub delay: Duration,
    pub jitter: Duration,
    /// Bits a second that pass to a client; 0 is no bound. What would have to wait for too long is lost.
    pub down_bps: u64,
}

/// How long a datagram waits before a line that is full.
const LONGEST_QUEUE: Duration = Duration::from_millis(600);

#[derive(Debug)]
enum End {
    Hub(SocketAddr),
    Client(SocketAddr),
}

/// The network with all that are on it.
pub(super) struct Network {
    pub hub: Hub,
    /// The hubs of the port's other lanes, on which there is nobody. If there are any, what goes to the port comes to each of
    /// all hubs in turn.
    pub others: Vec<Hub>,
    turn: usize,
    pub clients: Vec<Client>,
    /// The addresses under which the hub sees the clients.
    pub outside: Vec<SocketAddr>,
    pub weather: Weather,
    pub now: Instant,
    pub events: Vec<Event>,
    /// Datagrams that were lost on the way to the hub.
    pub lost_up: usize,
    random: ChaCha8Rng,
    /// When each client's line is free again.
    free: BTreeMap<SocketAddr, Instant>,
    wire: BTreeMap<(Instant, u64), (End, BytesMut)>,
    count: u64,
}

pub(super) fn server() -> SocketAddr {
    "198.51.100.1:7881".parse().unwrap()
}

pub(super) fn peer(index: usize) -> PeerId {
    PeerId(index as u64 + 1)
}

/// A datagram that comes from an address over UDP.
pub(super) fn over_udp(remote: SocketAddr, bytes: BytesMut) -> Datagram {
    Datagram::new(Path { protocol: Protocol::Udp, remote }, bytes)
}

/// The lane of a hub that is the only one of its port.
pub(super) fn alone(most: usize) -> Lane {
    Lane { index: 0, count: 1, demultiplexer: Arc::new(Demultiplexer::new(1, most)) }
}

pub(super) fn track(index: usize, source: Source) -> TrackId {
    TrackId { peer: peer(index), source }
}

impl Network {
    pub(super) fn new(by: By, seed: u64, weather: Weather) -> Self {
        Self::over(by.engines(), seed, weather)
    }

    /// A hub on some engines.
    pub(super) fn over(engines: Box<dyn Engines>, seed: u64, weather: Weather) -> Self {
        let (crypto, now) = (default_provider().unwrap(), Instant::now());
        Self {
            hub: Hub::new(now, engines, crypto, alone(16), [seed as u8; 32]),
            others: Vec::new(),
            turn: 0,
            clients: Vec::new(),
            outside: Vec::new(),
            weather,
            now,
            events: Vec::new(),
            lost_up: 0,
            random: ChaCha8Rng::seed_from_u64(seed),
            free: BTreeMap::new(),
            wire: BTreeMap::new(),
            count: 0,
        }
    }

    /// Lets a client with as many receivers of sound and pictures join, and gives its index.
    pub(super) fn join(&mut self, receivers: (usize, usize)) -> usize {
        let index = self.clients.len();
        let address: SocketAddr = format!("203.0.113.{}:5000", index + 1).parse().unwrap();
        let mut client = Client::new(self.now, address, index as u32 + 1, receivers);
        let offer = client.offer(self.now);
        let answer = self.hub.join(self.now, peer(index), &offer).unwrap();
        client.answer(self.now, answer);
        self.clients.push(client);
        self.outside.push(address);
        index
    }

    /// Routes microphone and camera of one client to another.
    pub(super) fn route(&mut self, from: usize, to: usize) {
        let routes =
            [Source::Microphone, Source::Camera].map(|source| Route { track: track(from, source), to: peer(to) });
        self.hub.route(self.now, routes.to_vec(), vec![]);
    }

    /// Two clients who see one another, connected in fair weather.
    pub(super) fn pair(by: By, seed: u64) -> Self {
        Self::pair_on(by, seed, 1)
    }

    /// The same on the last of so many lanes.
    pub(super) fn pair_on(by: By, seed: u64, lanes: usize) -> Self {
        let mut network = Self::new(by, seed, Weather { delay: Duration::from_millis(10), ..Weather::default() });
        let demultiplexer = Arc::new(Demultiplexer::new(lanes, 16));
        let hub = |index| {
            let lane = Lane { index, count: lanes, demultiplexer: Arc::clone(&demultiplexer) };
            Hub::new(network.now, by.engines(), default_provider().unwrap(), lane, [seed as u8; 32])
        };
        (network.others, network.hub) = ((0..lanes - 1).map(hub).collect(), hub(lanes - 1));
        for _ in 0..2 {
            network.join((2, 2));
        }
        network.route(0, 1);
        network.route(1, 0);
        network.run(Duration::from_secs(2));
        assert!(network.clients.iter().all(|client| client.connected.is_some()));
        network
    }

    /// Sends media of one client for a while: sound each 20 ms, a picture of three packets each 40, a key frame each 15.
    pub(super) fn stream(&mut self, from: usize, duration: Duration) {
        for tick in 0..duration.as_millis() / 20 {
            let now = self.now;
            self.clients[from].speak(now, 20);
            if tick % 2 == 0 {
                self.clients[from].show(now, 3, tick % 30 == 0);
            }
            self.run(Duration::from_millis(20));
        }
    }

    /// Lets time pass.
    pub(super) fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        self.flush();
        loop {
            let due = self.wire.first_key_value().map(|((at, _), _)| *at);
            let clients = self.clients.iter_mut().filter_map(Client::poll_timeout).min();
            let next = [due, clients, self.hub.poll_timeout()].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            self.deliver();
            for client in &mut self.clients {
                if client.poll_timeout().is_some_and(|due| due <= self.now) {
                    client.handle_timeout(self.now);
                }
            }
            if self.hub.poll_timeout().is_some_and(|due| due <= self.now) {
                self.hub.handle_timeout(self.now);
            }
            self.flush();
        }
        self.now = end;
    }

    fn deliver(&mut self) {
        while let Some(entry) = self.wire.first_entry().filter(|entry| entry.key().0 <= self.now) {
            match entry.remove() {
                (End::Hub(remote), datagram) => {
                    self.arrive(over_udp(remote, datagram));
                }
                (End::Client(to), datagram) => {
                    if let Some(index) = self.outside.iter().position(|outside| *outside == to) {
                        self.clients[index].handle(self.now, server(), datagram);
                    }
                }
            }
        }
    }

    /// A datagram comes to a hub, and is handed on for as long as it is another's.
    fn arrive(&mut self, datagram: Datagram) {
        self.turn = (self.turn + 1) % (self.others.len() + 1);
        let (mut lane, mut datagram) = (self.turn, datagram);
        for _ in 0..=self.others.len() + 1 {
            let hub = self.others.get_mut(lane).unwrap_or(&mut self.hub);
            match hub.handle(self.now, datagram) {
                Some((next, handed)) => (lane, datagram) = (next, handed),
                None => return,
            }
        }
        panic!("a datagram goes round and round");
    }

    fn flush(&mut self) {
        while let Some(transmit) = self.hub.poll_transmit(self.now) {
            let datagram = BytesMut::from(transmit.bytes.as_ref());
            if let Some(waits) = self.wait(transmit.to.remote, datagram.len()) {
                self.carry((self.weather.loss_down, waits), || End::Client(transmit.to.remote), datagram);
            }
        }
        while let Some(event) = self.hub.poll_event() {
            self.events.push(event);
        }
        for index in 0..self.clients.len() {
            while let Some(datagram) = self.clients[index].poll_transmit(self.now) {
                let from = self.outside[index];
                if !self.carry((self.weather.loss_up, Duration::ZERO), || End::Hub(from), datagram) {
                    self.lost_up += 1;
                }
            }
        }
    }

    /// How long a datagram waits before a client's line, and takes to pass it.
    fn wait(&mut self, to: SocketAddr, bytes: usize) -> Option<Duration> {
        if self.weather.down_bps == 0 {
            return Some(Duration::ZERO);
        }
        let free = self.free.entry(to).or_insert(self.now);
        let begins = (*free).max(self.now);
        if begins - self.now > LONGEST_QUEUE {
            return None;
        }
        *free = begins + Duration::from_secs_f64((bytes + 28) as f64 * 8.0 / self.weather.down_bps as f64);
        Some(*free - self.now)
    }

    fn carry(&mut self, (loss, waits): (f64, Duration), end: impl Fn() -> End, datagram: BytesMut) -> bool {
        if self.random.random_bool(loss) {
            return false;
        }
        let copies = if self.random.random_bool(self.weather.doubled) { 2 } else { 1 };
        for _ in 0..copies {
            let jitter = self.weather.jitter.mul_f64(self.random.random_range(0.0..1.0));
            self.count += 1;
            self.wire.insert((self.now + waits + self.weather.delay + jitter, self.count), (end(), datagram.clone()));
        }
        true
    }
}
