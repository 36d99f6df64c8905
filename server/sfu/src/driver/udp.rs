//! The UDP port: datagrams come and go in batches where the kernel has them.

#[cfg(target_os = "linux")]
use std::array;
#[cfg(target_os = "linux")]
use std::io::IoSlice;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use bytes::BytesMut;
use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
#[cfg(target_os = "linux")]
use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrAny, sendmmsg};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// What the kernel is asked to hold for this port: half a second of 60 Mbit/s.
const KERNEL_BUFFER: usize = 4 * 1_024 * 1_024;

/// Bytes of datagrams that are taken into one piece of memory.
const TAKEN: usize = 4_096;

/// Bytes of one run of datagrams to one address, and of all that wait to be given to the kernel.
const LONGEST_RUN: usize = 60_000;
const MOST_BYTES: usize = 128 * 1_024;

/// Runs that are given to the kernel at once.
const MOST_RUNS: usize = 32;

/// Datagrams to one address, all as long as the first but for the last, which may be shorter.
#[derive(Debug)]
struct Run {
    to: SocketAddr,
    bytes: Range<usize>,
    segment: usize,
}

impl Run {
    fn segments(&self) -> usize {
        self.bytes.len().div_ceil(self.segment.max(1))
    }
}

/// The port.
pub(super) struct Udp {
    socket: UdpSocket,
    state: UdpSocketState,
    buffers: [Vec<u8>; BATCH_SIZE],
    datagrams: BytesMut,
    /// What waits to be sent: runs, and the bytes of all of them.
    runs: Vec<Run>,
    bytes: Vec<u8>,
    is_v6: bool,
}

impl Udp {
    pub(super) fn new(socket: std::net::UdpSocket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let is_v6 = socket.local_addr()?.is_ipv6();
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        // Less is what the kernel gives to whoever may not have more.
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&socket), KERNEL_BUFFER);
        let _ = state.set_send_buffer_size(UdpSockRef::from(&socket), KERNEL_BUFFER);
        let buffers = std::array::from_fn(|_| vec![0; 1_500 * state.gro_segments().max(2)]);
        let socket = UdpSocket::from_std(socket)?;
        let (runs, bytes) = (Vec::with_capacity(MOST_RUNS), Vec::with_capacity(MOST_BYTES));
        Ok(Self { socket, state, buffers, datagrams: BytesMut::new(), runs, bytes, is_v6 })
    }

    pub(super) async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Takes one batch. False if nothing more is there now.
    pub(super) fn receive(&mut self, mut take: impl FnMut(SocketAddr, BytesMut)) -> bool {
        let mut metas = [RecvMeta::default(); BATCH_SIZE];
        let mut slices = self.buffers.each_mut().map(|buffer| IoSliceMut::new(buffer));
        let (socket, state) = (&self.socket, &self.state);
        let received =
            socket.try_io(Interest::READABLE, || state.recv(UdpSockRef::from(socket), &mut slices, &mut metas));
        // An error is that of an earlier datagram, whose receiver is gone; the port itself is as good as before.
        let Ok(count) = received else { return false };
        for (meta, buffer) in metas.iter().zip(&self.buffers).take(count) {
            let from = SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port());
            for datagram in buffer[..meta.len].chunks(meta.stride.max(1)) {
                // One piece of memory for many: when nobody has one of them any more, it is used again.
                if self.datagrams.capacity() < datagram.len() {
                    self.datagrams.reserve(TAKEN);
                }
                self.datagrams.extend_from_slice(datagram);
                take(from, self.datagrams.split());
            }
        }
        true
    }

    /// Sends a datagram with those before it: at once with those to the same address, as far as their lengths allow, and with
    /// one call for several addresses.
    pub(super) fn send(&mut self, to: SocketAddr, datagram: &[u8]) {
        let to = match to.ip() {
            IpAddr::V4(ip) if self.is_v6 => SocketAddr::new(IpAddr::V6(ip.to_ipv6_mapped()), to.port()),
            _ => to,
        };
        let most = self.state.max_gso_segments();
        let goes_on = |run: &&mut Run| {
            let length = run.bytes.len();
            run.to == to
                && datagram.len() <= run.segment
                && length == run.segment * run.segments()
                && run.segments() < most
                && length + datagram.len() <= LONGEST_RUN
        };
        if let Some(run) = self.runs.last_mut().filter(goes_on) {
            run.bytes.end += datagram.len();
        } else {
            if self.runs.len() == MOST_RUNS || self.bytes.len() + LONGEST_RUN > MOST_BYTES {
                self.flush();
            }
            let begin = self.bytes.len();
            self.runs.push(Run { to, bytes: begin..begin + datagram.len(), segment: datagram.len() });
        }
        self.bytes.extend_from_slice(datagram);
    }

    /// Sends what is still held. What the kernel does not take is dropped, as the network would do with it: nobody
    /// waits for a viewer.
    pub(super) fn flush(&mut self) {
        let mut rest = &self.runs[..];
        while let Some(first) = rest.first() {
            let alone = rest.iter().take_while(|run| run.segments() == 1).count();
            let sent = if alone > 1 { self.send_each(&rest[..alone]) } else { self.send_run(first) };
            rest = &rest[sent..];
        }
        self.runs.clear();
        self.bytes.clear();
    }

    /// Sends one run, and says that it is done with.
    fn send_run(&self, run: &Run) -> usize {
        let transmit = Transmit {
            destination: run.to,
            ecn: None,
            contents: &self.bytes[run.bytes.clone()],
            segment_size: (run.segments() > 1).then_some(run.segment),
            src_ip: None,
        };
        let (socket, state) = (&self.socket, &self.state);
        let sent = socket.try_io(Interest::WRITABLE, || state.try_send(UdpSockRef::from(socket), &transmit));
        if let Err(error) = sent {
            tracing::trace!(%error, "datagrams are dropped");
        }
        1
    }

    /// Sends runs of one datagram each, at most [`MOST_RUNS`], and says how many are done with: all, or up to one that the
    /// kernel does not take.
    #[cfg(target_os = "linux")]
    fn send_each(&self, runs: &[Run]) -> usize {
        let none = SocketAddr::new(IpAddr::from([0; 4]), 0);
        let addresses: [SocketAddrAny; MOST_RUNS] = array::from_fn(|at| runs.get(at).map_or(none, |run| run.to).into());
        let slices: [[IoSlice<'_>; 1]; MOST_RUNS] =
            array::from_fn(|at| [IoSlice::new(runs.get(at).map_or(&[], |run| &self.bytes[run.bytes.clone()]))]);
        let mut controls: [SendAncillaryBuffer<'_, '_, '_>; MOST_RUNS] =
            array::from_fn(|_| SendAncillaryBuffer::default());
        let mut at = 0;
        let mut messages = controls.each_mut().map(|control| {
            at += 1;
            MMsgHdr::new_with_addr(&addresses[at - 1], &slices[at - 1], control)
        });
        let socket = &self.socket;
        let send = || sendmmsg(socket, &mut messages[..runs.len()], SendFlags::DONTWAIT).map_err(io::Error::from);
        match socket.try_io(Interest::WRITABLE, send) {
            Ok(sent) => sent.max(1),
            // There is no room for the others, either.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => runs.len(),
            Err(error) => {
                tracing::trace!(%error, "a datagram is dropped");
                1
            }
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn send_each(&self, runs: &[Run]) -> usize {
        runs.iter().map(|run| self.send_run(run)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Datagrams of these lengths to one of three receivers, in this order: alone, in runs, and both in turn.
    const SENT: [(usize, usize); 14] = [
        (0, 100),
        (1, 100),
        (2, 100),
        (0, 1_200),
        (0, 1_200),
        (0, 1_200),
        (0, 300),
        (0, 300),
        (1, 50),
        (1, 60),
        (2, 10),
        (0, 10),
        (1, 1_000),
        (1, 1_000),
    ];

    #[tokio::test]
    async fn whatever_is_sent_together_comes_as_it_was_sent() {
        for bound in ["127.0.0.1:0", "[::]:0"] {
            let mut udp = Udp::new(std::net::UdpSocket::bind(bound).unwrap()).unwrap();
            let mut receivers = Vec::new();
            for _ in 0..3 {
                receivers.push(UdpSocket::bind("127.0.0.1:0").await.unwrap());
            }
            udp.socket.writable().await.unwrap();
            // More than waits at once.
            for round in 0..20_u8 {
                for (to, length) in SENT {
                    udp.send(receivers[to].local_addr().unwrap(), &vec![round; length]);
                }
            }
            udp.flush();
            for (index, receiver) in receivers.iter().enumerate() {
                for round in 0..20_u8 {
                    for (_, length) in SENT.iter().filter(|(to, _)| *to == index) {
                        let mut buffer = [0; 2_000];
                        let (came, _) = receiver.recv_from(&mut buffer).await.unwrap();
                        assert_eq!(came, *length, "{bound}: receiver {index} in round {round}");
                        assert!(
                            buffer[..came].iter().all(|byte| *byte == round),
                            "{bound}: receiver {index}, round {round}"
                        );
                    }
                }
            }
            assert!(udp.runs.is_empty() && udp.bytes.is_empty());
        }
    }

    #[tokio::test]
    async fn who_cannot_be_reached_keeps_nothing_from_the_others() {
        let mut udp = Udp::new(std::net::UdpSocket::bind("127.0.0.1:0").unwrap()).unwrap();
        let receiver = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        udp.socket.writable().await.unwrap();
        // Over IPv4 nothing goes to IPv6.
        let unreachable = "[2001:db8::1]:9".parse().unwrap();
        for to in [unreachable, receiver.local_addr().unwrap(), unreachable, receiver.local_addr().unwrap()] {
            udp.send(to, b"sound");
        }
        udp.flush();
        for _ in 0..2 {
            let mut buffer = [0; 10];
            assert_eq!(receiver.recv(&mut buffer).await.unwrap(), 5);
        }
    }
}
