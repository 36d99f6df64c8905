//! The UDP port: datagrams come and go in batches where the kernel has them.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};

use bytes::BytesMut;
use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// What the kernel is asked to hold for this port: half a second of 60 Mbit/s.
const KERNEL_BUFFER: usize = 4 * 1_024 * 1_024;

/// Bytes of datagrams that are taken into one piece of memory.
const TAKEN: usize = 4_096;

/// Bytes that are given to the kernel at once.
const LONGEST_RUN: usize = 60_000;

/// The port.
pub(super) struct Udp {
    socket: UdpSocket,
    state: UdpSocketState,
    buffers: [Vec<u8>; BATCH_SIZE],
    datagrams: BytesMut,
    run: Vec<u8>,
    to: Option<SocketAddr>,
    segment: usize,
    segments: usize,
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
        let (datagrams, run) = (BytesMut::new(), Vec::with_capacity(LONGEST_RUN));
        Ok(Self { socket, state, buffers, datagrams, run, to: None, segment: 0, segments: 0, is_v6 })
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

    /// Sends a datagram with those before it that go to the same address, as far as their lengths allow.
    pub(super) fn send(&mut self, to: SocketAddr, datagram: &[u8]) {
        let fits = self.to == Some(to)
            && datagram.len() <= self.segment
            && self.run.len() == self.segment * self.segments
            && self.segments < self.state.max_gso_segments()
            && self.run.len() + datagram.len() <= LONGEST_RUN;
        if !fits {
            self.flush();
            self.to = Some(to);
            self.segment = datagram.len();
        }
        self.run.extend_from_slice(datagram);
        self.segments += 1;
    }

    /// Sends what is still held. What the kernel does not take is dropped, as the network would do with it: nobody
    /// waits for a viewer.
    pub(super) fn flush(&mut self) {
        let Some(to) = self.to.take() else { return };
        let ip = match to.ip() {
            IpAddr::V4(ip) if self.is_v6 => IpAddr::V6(ip.to_ipv6_mapped()),
            ip => ip,
        };
        let transmit = Transmit {
            destination: SocketAddr::new(ip, to.port()),
            ecn: None,
            contents: &self.run,
            segment_size: (self.segments > 1).then_some(self.segment),
            src_ip: None,
        };
        let (socket, state) = (&self.socket, &self.state);
        let sent = socket.try_io(Interest::WRITABLE, || state.try_send(UdpSockRef::from(socket), &transmit));
        if let Err(error) = sent {
            tracing::trace!(%error, "datagrams are dropped");
        }
        self.run.clear();
        self.segments = 0;
    }
}
