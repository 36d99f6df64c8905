//! Binds the ports, and finds the addresses that clients are told.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};

use crate::settings::Settings;
use crate::sfu::StartError;

/// How often another port is tried, when the number that UDP was given is taken on TCP.
const TRIES: usize = 16;

/// The ports.
pub(super) struct Bound {
    /// Sockets of one port, at least one. The kernel gives all datagrams of one address to one of them.
    pub udp: Vec<UdpSocket>,
    pub tcp: Option<TcpListener>,
    pub address: SocketAddr,
}

/// Binds UDP, and TCP on the same number if its port is 0.
pub(super) fn bind(settings: &Settings) -> Result<Bound, StartError> {
    let failed = |source| StartError::Udp { address: settings.udp, source };
    let mut tries = 0;
    loop {
        let udp = bind_udp(settings.udp, settings.threads.get()).map_err(failed)?;
        let address = udp[0].local_addr().map_err(failed)?;
        let Some(mut wanted) = settings.tcp else { return Ok(Bound { udp, tcp: None, address }) };
        let chosen = wanted.port() == 0;
        if chosen {
            wanted.set_port(address.port());
        }
        tries += 1;
        match TcpListener::bind(wanted) {
            Ok(tcp) => return Ok(Bound { udp, tcp: Some(tcp), address }),
            Err(_) if chosen && settings.udp.port() == 0 && tries < TRIES => {}
            Err(source) => return Err(StartError::Tcp { address: wanted, source }),
        }
    }
}

#[cfg(target_os = "linux")]
fn bind_udp(address: SocketAddr, count: usize) -> io::Result<Vec<UdpSocket>> {
    use socket2::{Domain, Protocol, Socket, Type};

    let alone = UdpSocket::bind(address)?;
    if count == 1 {
        return Ok(vec![alone]);
    }
    // A port of which several sockets are had can be had by another process as well. That nobody has it is known by having it
    // alone first.
    let address = alone.local_addr()?;
    drop(alone);
    let one = || {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_reuse_port(true)?;
        socket.bind(&address.into())?;
        Ok(socket.into())
    };
    (0..count).map(|_| one()).collect()
}

/// Elsewhere several sockets of one port do not share what comes.
#[cfg(not(target_os = "linux"))]
fn bind_udp(address: SocketAddr, _count: usize) -> io::Result<Vec<UdpSocket>> {
    Ok(vec![UdpSocket::bind(address)?])
}

/// The addresses that clients are told for a port that is bound.
pub(super) fn told(settings: &Settings, bound: SocketAddr) -> Vec<SocketAddr> {
    if !settings.told.is_empty() {
        return settings.told.iter().map(|told| with_port(*told, bound.port())).collect();
    }
    if !bound.ip().is_unspecified() {
        return vec![bound];
    }
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let ips: Vec<IpAddr> = interfaces.iter().map(if_addrs::Interface::ip).collect();
    choose(&ips, bound)
}

/// A told address without a port has that which is bound.
fn with_port(told: SocketAddr, port: u16) -> SocketAddr {
    if told.port() == 0 { SocketAddr::new(told.ip(), port) } else { told }
}

fn choose(ips: &[IpAddr], bound: SocketAddr) -> Vec<SocketAddr> {
    let fits = |ip: &&IpAddr| ip.is_ipv4() || bound.is_ipv6();
    let reaches = |ip: &&IpAddr| match ip {
        IpAddr::V4(ip) => !ip.is_link_local(),
        IpAddr::V6(ip) => !ip.is_unicast_link_local(),
    };
    let usable: Vec<&IpAddr> = ips.iter().filter(fits).filter(reaches).collect();
    let (loopback, others): (Vec<&IpAddr>, Vec<&IpAddr>) = usable.into_iter().partition(|ip| ip.is_loopback());
    let chosen = if others.is_empty() { loopback } else { others };
    chosen.into_iter().map(|ip| SocketAddr::new(*ip, bound.port())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_is_told_only_where_there_is_nothing_else() {
        let ips = |written: &[&str]| written.iter().map(|ip| ip.parse().unwrap()).collect::<Vec<IpAddr>>();
        let told = |bound: &str, written: &[&str]| {
            let chosen = choose(&ips(written), bound.parse().unwrap());
            chosen.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(" ")
        };
        let v4 = "0.0.0.0:7881";
        assert_eq!(told(v4, &["127.0.0.1"]), "127.0.0.1:7881");
        assert_eq!(told(v4, &["127.0.0.1", "::1", "2001:db8::1", "192.0.2.7"]), "192.0.2.7:7881");
        let both = told("[::]:7881", &["::1", "fe80::1", "2001:db8::1", "192.0.2.7"]);
        assert_eq!(both, "[2001:db8::1]:7881 192.0.2.7:7881");
    }
}
