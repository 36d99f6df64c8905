//! What the media plane is started with.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Instant;

/// Where the time comes from; `Instant::now` outside of tests.
pub type Clock = fn() -> Instant;

/// What the media plane is started with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address whose UDP port all peers use; port 0 chooses one.
    pub udp: SocketAddr,
    /// The address for ICE-TCP; with port 0 the number that UDP has. None when there is none.
    pub tcp: Option<SocketAddr>,
    /// The addresses that clients are told, for UDP and TCP alike. If empty, those that are bound; if these are
    /// unspecified, those of the machine's interfaces, the loopback's only where there are no others.
    pub told: Vec<SocketAddr>,
    /// How many threads there may be, each with a socket of its own on the same port: one for each core. Where the kernel does
    /// not spread datagrams over sockets there is one.
    pub threads: NonZeroUsize,
    /// How many peers there may be at once, on all threads.
    pub max_peers: usize,
    /// Where the time comes from.
    pub clock: Clock,
    /// What this plane's own random numbers grow from: stream numbers and where sequences begin. The secrets of
    /// connections do not come from it.
    pub seed: [u8; 32],
}
