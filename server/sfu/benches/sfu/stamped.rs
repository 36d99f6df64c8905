//! A socket that tells when the kernel had each datagram. Whoever reads it is as late as it is busy with the others, which is
//! no part of what a server adds.

use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::os::fd::AsRawFd as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::socket::sockopt::ReceiveTimestampns;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt};
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_gettime};
use tokio::io::Interest;
use tokio::net::UdpSocket;

use crate::load::address;

/// The socket.
pub(crate) struct Stamped(UdpSocket);

impl Stamped {
    /// A free port of this machine.
    pub(crate) async fn bind() -> Result<Self> {
        let socket = UdpSocket::bind((address(), 0)).await?;
        setsockopt(&socket, ReceiveTimestampns, &true)?;
        Ok(Self(socket))
    }

    pub(crate) fn address(&self) -> Result<SocketAddr> {
        Ok(self.0.local_addr()?)
    }

    pub(crate) async fn readable(&self) -> io::Result<()> {
        self.0.readable().await
    }

    /// Sends a datagram, or loses it where there is no room.
    pub(crate) fn send(&self, to: SocketAddr, datagram: &[u8]) {
        let _ = self.0.try_send_to(datagram, to);
    }

    /// The next datagram that is there: how long it is, from where, and when the kernel had it.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr, Instant)> {
        self.0.try_io(Interest::READABLE, || {
            let mut slices = [IoSliceMut::new(buffer)];
            let mut control = nix::cmsg_space!(TimeSpec);
            let message = recvmsg::<SockaddrStorage>(
                self.0.as_raw_fd(),
                &mut slices,
                Some(&mut control),
                MsgFlags::MSG_DONTWAIT,
            )?;
            let from =
                message.address.as_ref().and_then(|address| Some(SocketAddr::V4((*address.as_sockaddr_in()?).into())));
            let stamp = message.cmsgs()?.find_map(|control| match control {
                ControlMessageOwned::ScmTimestampns(stamp) => Some(Duration::from(stamp)),
                _ => None,
            });
            let (Some(from), Some(stamp)) = (from, stamp) else { return Err(io::ErrorKind::InvalidData.into()) };
            let ago = Duration::from(clock_gettime(ClockId::CLOCK_REALTIME)?).saturating_sub(stamp);
            let now = Instant::now();
            Ok((message.bytes, from, now.checked_sub(ago).unwrap_or(now)))
        })
    }
}
