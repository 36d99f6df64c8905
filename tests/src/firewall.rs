//! A network that passes TCP and no UDP, as many companies have it.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::watch;
use tokio::task::{AbortHandle, spawn};

/// Where it will let clients through, before the server is there.
pub struct Gap {
    tcp: TcpListener,
    /// Takes what comes, and nobody reads it.
    udp: UdpSocket,
}

impl Gap {
    /// Finds one where both protocols are free.
    pub async fn reserve() -> Self {
        loop {
            let tcp = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
            if let Ok(udp) = UdpSocket::bind(tcp.local_addr().expect("it has an address")).await {
                return Self { tcp, udp };
            }
        }
    }

    /// Where clients find the server.
    pub fn address(&self) -> SocketAddr {
        self.tcp.local_addr().expect("it has an address")
    }
}

/// What stands between clients and a server.
pub struct Firewall {
    passing: AbortHandle,
    cuts: watch::Sender<u32>,
    _udp: UdpSocket,
}

impl Firewall {
    /// Passes connections on to a server.
    pub fn start(gap: Gap, server: SocketAddr) -> Self {
        let (cuts, cut) = watch::channel(0);
        let Gap { tcp, udp } = gap;
        let passing = spawn(async move {
            while let Ok((client, _)) = tcp.accept().await {
                spawn(pass(client, server, cut.clone()));
            }
        });
        Self { passing: passing.abort_handle(), cuts, _udp: udp }
    }

    /// Ends every connection that there is. Says how many there were.
    pub fn cut(&self) -> usize {
        let passing = self.cuts.receiver_count().saturating_sub(1);
        self.cuts.send_modify(|cuts| *cuts += 1);
        passing
    }
}

impl Drop for Firewall {
    fn drop(&mut self) {
        self.passing.abort();
    }
}

async fn pass(mut client: TcpStream, server: SocketAddr, mut cut: watch::Receiver<u32>) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    cut.mark_unchanged();
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = cut.changed() => {}
    }
}
