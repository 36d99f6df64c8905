//! The media plane as its caller has it: real sockets, two clients, UDP and TCP.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test is to be seen where it does")]

mod support;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use cloudsite_sfu::{
    Channel, Codec, Departure, Event, OfferError, PeerId, Protocol, Route, Settings, Sfu, Source, StartError, TrackId,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::mpsc::Receiver;
use tokio::time::{sleep_until, timeout};

use support::Client;

const PATIENCE: Duration = Duration::from_secs(20);

fn settings() -> Settings {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let threads = NonZeroUsize::new(3).unwrap();
    Settings { udp: any, tcp: Some(any), told: vec![], threads, max_peers: 12, clock: Instant::now, seed: [5; 32] }
}

/// How a client reaches the server.
enum Way {
    Udp(UdpSocket),
    Tcp(TcpStream, BytesMut),
}

impl Way {
    async fn send(&mut self, to: SocketAddr, datagram: &[u8]) {
        match self {
            Self::Udp(socket) => drop(socket.send_to(datagram, to).await),
            Self::Tcp(stream, _) => {
                // At once, for the future may be dropped between two writes.
                let frame = [&(datagram.len() as u16).to_be_bytes(), datagram].concat();
                stream.write_all(&frame).await.unwrap();
            }
        }
    }

    async fn receive(&mut self) -> BytesMut {
        match self {
            Self::Udp(socket) => {
                let mut datagram = vec![0; 2_000];
                let (length, _) = socket.recv_from(&mut datagram).await.unwrap();
                BytesMut::from(&datagram[..length])
            }
            Self::Tcp(stream, read) => loop {
                if read.len() >= 2 {
                    let length = usize::from(u16::from_be_bytes([read[0], read[1]]));
                    if read.len() >= 2 + length {
                        let mut frame = read.split_to(2 + length);
                        return frame.split_off(2);
                    }
                }
                assert!(stream.read_buf(read).await.unwrap() > 0, "the server has closed the connection");
            },
        }
    }
}

/// A client on its way, with the address of the server.
struct Connected {
    client: Client,
    way: Way,
    server: SocketAddr,
}

impl Connected {
    async fn join(sfu: &Sfu, number: u32, over_tcp: bool) -> Self {
        let server = sfu.local_addr();
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut client = Client::new(Instant::now(), socket.local_addr().unwrap(), number, (1, 1));
        let way = if over_tcp {
            Way::Tcp(TcpStream::connect(server).await.unwrap(), BytesMut::new())
        } else {
            Way::Udp(socket)
        };
        let offer = client.offer(Instant::now());
        let answer = sfu.join(PeerId(u64::from(number)), offer).await.unwrap();
        assert!(answer.contains(&format!("udp 2130706431 127.0.0.1 {} typ host", server.port())), "{answer}");
        assert!(answer.contains(&format!("127.0.0.1 {} typ host tcptype passive", server.port())), "{answer}");
        client.answer(Instant::now(), answer);
        Self { client, way, server }
    }

    /// Sends what is to be sent, and waits for a datagram or until something is due.
    async fn step(&mut self) {
        while let Some(datagram) = self.client.poll_transmit(Instant::now()) {
            self.way.send(self.server, &datagram).await;
        }
        let due = self.client.poll_timeout().unwrap_or_else(|| Instant::now() + PATIENCE);
        tokio::select! {
            datagram = self.way.receive() => self.client.handle(Instant::now(), self.server, datagram),
            () = sleep_until(due.into()) => self.client.handle_timeout(Instant::now()),
        }
    }
}

/// Runs both until something holds.
async fn until(one: &mut Connected, other: &mut Connected, mut holds: impl FnMut(&mut Client, &mut Client) -> bool) {
    let all = async {
        while !holds(&mut one.client, &mut other.client) {
            tokio::select! {
                () = one.step() => {}
                () = other.step() => {}
                () = sleep_until((Instant::now() + Duration::from_millis(20)).into()) => {}
            }
        }
    };
    timeout(PATIENCE, all).await.expect("it takes too long");
}

async fn event(events: &mut Receiver<Event>, is: impl Fn(&Event) -> bool) -> Event {
    let found = async {
        loop {
            let event = events.recv().await.expect("the media plane runs");
            if is(&event) {
                return event;
            }
        }
    };
    timeout(PATIENCE, found).await.expect("it is told in time")
}

async fn talk(over_tcp: bool) {
    let (sfu, mut events) = Sfu::start(settings()).unwrap();
    let mut one = Connected::join(&sfu, 1, over_tcp).await;
    let mut other = Connected::join(&sfu, 2, false).await;
    let tracks = [Source::Microphone, Source::Camera].map(|source| TrackId { peer: PeerId(1), source });
    sfu.route(tracks.map(|track| Route { track, to: PeerId(2) }).to_vec(), vec![]).await;
    until(&mut one, &mut other, |one, other| one.connected.is_some() && other.connected.is_some()).await;
    let mut tap = sfu.tap(tracks[0]).await;
    let expected = if over_tcp { Protocol::Tcp } else { Protocol::Udp };
    let connected = event(&mut events, |event| matches!(event, Event::Connected { peer: PeerId(1), .. })).await;
    let Event::Connected { path, .. } = connected else { unreachable!() };
    assert_eq!(path.protocol, expected);

    let mut shown = 0;
    until(&mut one, &mut other, |one, other| {
        one.speak(Instant::now(), 30);
        one.show(Instant::now(), 3, shown % 10 == 0);
        shown += 1;
        other.received_of(111).len() >= 10 && other.received_of(96).len() >= 10
    })
    .await;
    for track in tracks {
        event(&mut events, |event| *event == Event::Published { track }).await;
    }

    until(&mut one, &mut other, |one, _| one.say(Instant::now(), "reliable", b"question")).await;
    let asked = Event::Message { peer: PeerId(1), channel: Channel::Reliable, bytes: Bytes::from_static(b"question") };
    let told = tokio::select! {
        told = event(&mut events, |event| matches!(event, Event::Message { .. })) => told,
        () = until(&mut one, &mut other, |_, _| false) => unreachable!(),
    };
    assert_eq!(told, asked);
    sfu.send(vec![PeerId(1), PeerId(2)], Channel::Reliable, Bytes::from_static(b"answer")).await;
    until(&mut one, &mut other, |one, other| !one.messages.is_empty() && !other.messages.is_empty()).await;
    assert_eq!(one.client.messages, other.client.messages);

    let offer = one.client.restart(Instant::now());
    let answer = sfu.renegotiate(PeerId(1), offer).await.unwrap();
    one.client.answer(Instant::now(), answer);
    let heard = other.client.received_of(111).len();
    until(&mut one, &mut other, |one, other| {
        one.speak(Instant::now(), 30);
        other.received_of(111).len() >= heard + 20
    })
    .await;

    sfu.leave(PeerId(1)).await;
    other.client.close();
    // The one is let go by a command, the other by a datagram: which is taken first is not promised.
    let mut left = BTreeSet::new();
    for _ in 0..2 {
        let event = tokio::select! {
            left = event(&mut events, |event| matches!(event, Event::Left { .. })) => left,
            () = until(&mut one, &mut other, |_, _| false) => unreachable!(),
        };
        let Event::Left { peer, why: Departure::Closed } = event else { panic!("left otherwise: {event:?}") };
        left.insert(peer);
    }
    assert_eq!(left, BTreeSet::from([PeerId(1), PeerId(2)]));
    let mut heard = 0;
    while let Some(frame) = timeout(PATIENCE, tap.next()).await.unwrap() {
        assert_eq!((frame.codec, frame.bytes.as_ref()), (Codec::Opus, b"sound".as_slice()));
        heard += 1;
    }
    assert!(heard >= 30, "{heard} packets of sound are read until their peer leaves");
}

#[tokio::test]
async fn two_clients_hear_see_and_write_to_each_other() {
    Box::pin(talk(false)).await;
}

#[tokio::test]
async fn it_all_goes_over_tcp_where_udp_does_not_pass() {
    Box::pin(talk(true)).await;
}

/// Six pairs on three threads: the kernel gives the datagrams of each client to any of them.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn pairs_are_spread_over_the_threads_and_reached_on_each() {
    let (sfu, mut events) = Sfu::start(settings()).unwrap();
    let handles = [(); 6].map(|()| sfu.apart());
    let pair = async |first: u32| {
        let sfu = &handles[first as usize / 2];
        let mut one = Connected::join(sfu, first, first > 8).await;
        let mut other = Connected::join(sfu, first + 1, false).await;
        let track = TrackId { peer: PeerId(first.into()), source: Source::Microphone };
        sfu.route(vec![Route { track, to: PeerId(u64::from(first) + 1) }], vec![]).await;
        until(&mut one, &mut other, |one, other| one.connected.is_some() && other.connected.is_some()).await;
        until(&mut one, &mut other, |one, other| {
            one.speak(Instant::now(), 30);
            other.received_of(111).len() >= 10
        })
        .await;
        (one, other)
    };
    let pairs = tokio::join!(pair(1), pair(3), pair(5), pair(7), pair(9), pair(11));
    assert_eq!(sfu.population(), [4; 3]);
    let mut client = Client::new(Instant::now(), "127.0.0.1:9".parse().unwrap(), 13, (1, 1));
    let offer = client.offer(Instant::now());
    assert_eq!(sfu.apart().join(PeerId(13), offer).await, Err(OfferError::Full), "on all threads together");
    // Whichever handle is asked.
    for peer in 1..=12 {
        sfu.leave(PeerId(peer)).await;
    }
    for _ in 0..12 {
        event(&mut events, |event| matches!(event, Event::Left { .. })).await;
    }
    assert_eq!(sfu.population(), [0; 3]);
    drop(pairs);
}

#[tokio::test]
async fn nobody_waits_for_a_viewer_who_no_longer_reads() {
    let (sfu, mut events) = Sfu::start(settings()).unwrap();
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let mut one = Connected::join(&sfu, 1, false).await;
    let mut stuck = Connected::join(&sfu, 3, true).await;
    until(&mut one, &mut stuck, |one, stuck| one.connected.is_some() && stuck.connected.is_some()).await;
    let mut other = Connected::join(&sfu, 2, false).await;
    let track = TrackId { peer: PeerId(1), source: Source::Camera };
    sfu.route([PeerId(2), PeerId(3)].map(|to| Route { track, to }).to_vec(), vec![]).await;
    // Twenty megabytes: more than the buffers of any connection hold.
    let (mut shown, mut longest, mut last) = (0, Duration::ZERO, Instant::now());
    until(&mut one, &mut other, |one, other| {
        if other.connected.is_some() {
            one.show(Instant::now(), 50, shown % 10 == 0);
            shown += 1;
        }
        let came = std::mem::take(&mut other.received);
        if !came.is_empty() || shown == 0 {
            longest = longest.max(last.elapsed());
            last = Instant::now();
        }
        shown >= 400
    })
    .await;
    assert!(longest < Duration::from_secs(2), "the other waited for {longest:?}");
}

#[tokio::test]
async fn the_plane_ends_with_its_last_handle() {
    let (sfu, mut events) = Sfu::start(settings()).unwrap();
    let address = sfu.local_addr();
    assert!(matches!(Sfu::start(Settings { udp: address, ..settings() }), Err(StartError::Udp { .. })));
    assert_eq!(
        sfu.join(PeerId(1), "no offer".to_owned()).await,
        Err(OfferError::Malformed("it has no m-line".to_owned()))
    );
    drop(sfu.clone());
    assert_eq!(
        sfu.renegotiate(PeerId(1), String::new()).await,
        Err(OfferError::Unknown),
        "another handle is still there"
    );
    drop(sfu);
    assert_eq!(timeout(PATIENCE, events.recv()).await.unwrap(), None);
}

#[tokio::test]
async fn who_says_nothing_that_is_understood_over_tcp_is_hung_up_on() {
    let (sfu, _events) = Sfu::start(settings()).unwrap();
    // The last asks as a client does, for nobody who is there.
    let nobody = b"\x00\x14\x00\x01\x00\x00\x21\x12\xa4\x42transaction!".as_slice();
    for bytes in [b"\xff\xff".as_slice(), b"\x00\x05GET /", nobody] {
        let mut stream = TcpStream::connect(sfu.local_addr()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let closed = timeout(PATIENCE, stream.read_u8()).await.expect("it is closed");
        assert!(closed.is_err());
    }
}
