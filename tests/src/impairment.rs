//! A bad network between clients and the server's media port: a UDP relay that loses, delays, reorders and repeats datagrams, as
//! a seed says.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// The largest datagram.
const LARGEST: usize = 2_048;

/// Datagrams that are on their way; what comes beyond is lost, as at a full router.
const ON_THE_WAY: usize = 4_096;

/// How bad it is, the same both ways but for what is lost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Impairment {
    /// The share that is lost, 0 to 1.
    pub loss: f64,
    /// The one way in which it is lost; both if none.
    pub lossy: Option<Way>,
    /// The share that comes twice.
    pub duplication: f64,
    /// How long one way takes.
    pub delay: Duration,
    /// How much longer it may take; datagrams overtake each other.
    pub jitter: Duration,
    /// Bits a second that pass; 0 is no bound.
    pub rate_bps: u64,
}

/// The relay. It ends with this value.
#[derive(Debug)]
pub struct Network {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

#[derive(Debug)]
struct State {
    impairment: Impairment,
    random: ChaCha8Rng,
    /// The sockets by which the server sees each client.
    clients: HashMap<SocketAddr, Arc<UdpSocket>>,
    /// When the line is free again, each way.
    free: [Option<Instant>; 2],
    /// By stream number, which encryption leaves readable.
    tallies: HashMap<u32, Tally>,
}

/// A way through the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From clients to the server.
    Up = 0,
    /// From the server to clients.
    Down = 1,
}

/// What has become of the packets of one stream of media.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// That have come to the relay.
    pub sent: u64,
    /// Of which so many went no further.
    pub lost: u64,
}

/// A datagram on its way.
#[derive(Debug)]
struct Passing {
    due: Instant,
    by: Arc<UdpSocket>,
    to: SocketAddr,
    bytes: Vec<u8>,
}

impl Drop for Network {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl State {
    /// When a datagram arrives, as often as it does.
    fn arrivals(&mut self, way: Way, datagram: &[u8]) -> Vec<Instant> {
        let Impairment { loss, lossy, duplication, delay, jitter, rate_bps } = self.impairment;
        let loss = if lossy.is_none_or(|lossy| lossy == way) { loss } else { 0.0 };
        let now = Instant::now();
        let free = self.free[way as usize].unwrap_or(now).max(now);
        let sent = match rate_bps {
            0 => now,
            rate => free + Duration::from_secs_f64(datagram.len() as f64 * 8.0 / rate as f64),
        };
        self.free[way as usize] = Some(sent);
        let times = if self.random.random_bool(duplication) { 2 } else { 1 };
        let mut arrivals = Vec::new();
        for _ in 0..times {
            if !self.random.random_bool(loss) {
                arrivals.push(sent + delay + jitter.mul_f64(self.random.random()));
            }
        }
        if let Some(stream) = stream_of(datagram) {
            let tally = self.tallies.entry(stream).or_default();
            tally.sent += 1;
            tally.lost += u64::from(arrivals.is_empty());
        }
        arrivals
    }
}

/// The stream that a packet of media belongs to; none if it is anything else (RFC 7983, RFC 5761).
fn stream_of(datagram: &[u8]) -> Option<u32> {
    let [128..=191, payload_type, _, _, _, _, _, _, a, b, c, d, ..] = datagram else { return None };
    let is_report = (64..=95).contains(&(payload_type & 0x7f));
    (!is_report).then(|| u32::from_be_bytes([*a, *b, *c, *d]))
}

impl Network {
    /// A free address for the relay, which the server has to name to its clients before it runs.
    pub async fn reserve() -> UdpSocket {
        UdpSocket::bind("127.0.0.1:0").await.expect("there is a free port")
    }

    /// Relays between whoever sends to `socket` and the server.
    pub fn start(socket: UdpSocket, server: SocketAddr, impairment: Impairment, seed: u64) -> Self {
        let address = socket.local_addr().expect("a socket has an address");
        let socket = Arc::new(socket);
        let random = ChaCha8Rng::seed_from_u64(seed);
        let state = State { impairment, random, clients: HashMap::new(), free: [None; 2], tallies: HashMap::new() };
        let state = Arc::new(Mutex::new(state));
        let (passing, due) = mpsc::channel(ON_THE_WAY);
        let tasks =
            vec![tokio::spawn(deliver(due)), tokio::spawn(take_up(socket, server, Arc::clone(&state), passing))];
        Self { address, state, tasks }
    }

    /// Where clients send to.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Becomes as bad as this, or as good.
    pub fn become_bad(&self, impairment: Impairment) {
        self.with(|state| state.impairment = impairment);
    }

    /// What has become of the packets of a stream of media.
    pub fn tally(&self, stream: u32) -> Tally {
        self.with(|state| state.tallies.get(&stream).copied().unwrap_or_default())
    }

    /// Gives each client another port towards the server, as a translator does that has forgotten it.
    pub fn rebind(&self) {
        self.with(|state| state.clients.clear());
    }
}

/// Delivers datagrams when they are due.
async fn deliver(mut passing: mpsc::Receiver<Passing>) {
    let mut waiting: Vec<Passing> = Vec::new();
    loop {
        let next = waiting.iter().map(|passing| passing.due).min();
        let come = match next {
            Some(due) => tokio::select! {
                come = passing.recv() => Some(come),
                () = sleep_until(due) => None,
            },
            None => Some(passing.recv().await),
        };
        match come {
            Some(Some(come)) => waiting.push(come),
            Some(None) => return,
            None => {}
        }
        let now = Instant::now();
        let (due, later) = waiting.into_iter().partition(|passing| passing.due <= now);
        waiting = later;
        let mut due: Vec<Passing> = due;
        due.sort_by_key(|passing| passing.due);
        for Passing { by, to, bytes, .. } in due {
            // Whoever is gone takes nothing.
            let _gone = by.send_to(&bytes, to).await;
        }
    }
}

async fn take_up(socket: Arc<UdpSocket>, server: SocketAddr, state: Arc<Mutex<State>>, passing: mpsc::Sender<Passing>) {
    let mut buffer = vec![0; LARGEST];
    loop {
        let Ok((length, client)) = socket.recv_from(&mut buffer).await else { continue };
        let known = state.lock().unwrap_or_else(PoisonError::into_inner).clients.get(&client).cloned();
        let by = if let Some(by) = known {
            by
        } else {
            let by = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("there is a free port"));
            let down = take_down(Arc::clone(&by), Arc::clone(&socket), client, Arc::clone(&state), passing.clone());
            tokio::spawn(down);
            state.lock().unwrap_or_else(PoisonError::into_inner).clients.insert(client, Arc::clone(&by));
            by
        };
        let arrivals = state.lock().unwrap_or_else(PoisonError::into_inner).arrivals(Way::Up, &buffer[..length]);
        for due in arrivals {
            let datagram = Passing { due, by: Arc::clone(&by), to: server, bytes: buffer[..length].to_vec() };
            // What finds no room is lost.
            let _full = passing.try_send(datagram);
        }
    }
}

/// Takes what the server sends to one client, as long as the client has this port.
async fn take_down(
    from: Arc<UdpSocket>,
    by: Arc<UdpSocket>,
    client: SocketAddr,
    state: Arc<Mutex<State>>,
    passing: mpsc::Sender<Passing>,
) {
    let mut buffer = vec![0; LARGEST];
    loop {
        let Ok((length, _)) = from.recv_from(&mut buffer).await else { return };
        let arrivals = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.clients.get(&client).is_none_or(|known| !Arc::ptr_eq(known, &from)) {
                return;
            }
            state.arrivals(Way::Down, &buffer[..length])
        };
        for due in arrivals {
            let datagram = Passing { due, by: Arc::clone(&by), to: client, bytes: buffer[..length].to_vec() };
            let _full = passing.try_send(datagram);
        }
    }
}
