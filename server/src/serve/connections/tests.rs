//! Peers that are silent, slow or dead, on sockets by hand.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::line::PREFACE;
use super::*;

/// Nothing here takes a tenth of it.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// A client's empty frame of settings.
const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
const PING: u8 = 6;

pub(super) struct Fixture {
    pub(super) address: std::net::SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

async fn fixture(limits: Limits) -> Fixture {
    fixture_with(limits, None).await
}

pub(super) async fn fixture_with(limits: Limits, tls: Option<Arc<Tls>>) -> Fixture {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/", get(|| async { "here" })).route("/large", get(|| async { large() }));
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(serve(listener, routes, limits, tls, stopping, Duration::from_secs(1)));
    Fixture { address, stop, serving }
}

/// More than the operating system takes for a peer that does not read.
pub(super) fn large() -> Vec<u8> {
    (0..16_u32 << 20).map(|at| (at % 251) as u8).collect()
}

pub(super) fn quick() -> Limits {
    Limits {
        head: Duration::from_millis(100),
        keep_alive: Duration::from_millis(40),
        keep_alive_answer: Duration::from_millis(200),
        patience: Duration::from_millis(300),
        ..Limits::default()
    }
}

impl Fixture {
    pub(super) async fn says(&self, first: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(first).await.unwrap();
        stream
    }

    async fn speaks_http2(&self) -> TcpStream {
        self.says(&[PREFACE.as_slice(), &SETTINGS].concat()).await
    }
}

/// Everything that comes until the server hangs up; a reset is a way to do so.
pub(super) async fn rest(mut stream: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut all = Vec::new();
    let ended = timeout(PATIENCE, stream.read_to_end(&mut all)).await;
    assert!(ended.is_ok(), "the connection stays open after {} bytes", all.len());
    all
}

/// The next frame: its type, flags and content.
async fn frame(stream: &mut TcpStream) -> (u8, u8, Vec<u8>) {
    let reading = async {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.expect("the connection is open");
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut content = vec![0; length as usize];
        stream.read_exact(&mut content).await.expect("a frame is whole");
        (head[3], head[4], content)
    };
    timeout(PATIENCE, reading).await.expect("a frame comes")
}

#[tokio::test]
async fn who_does_not_speak_is_let_go() {
    let server = fixture(quick()).await;
    let cases: [&[u8]; 4] = [b"", b"G", b"PRI * HTTP/2.0\r\n", b"GET / HTTP/1.1\r\nhost: a-head-without-an-end\r\n"];
    for first in cases {
        let stream = server.says(first).await;
        let said = rest(stream).await;
        assert!(!said.ends_with(b"here"), "{first:?} was answered");
    }
    let mut stream = server.says(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");
}

#[tokio::test]
async fn a_connection_without_a_request_makes_way() {
    let server = fixture(quick()).await;
    let stream = server.says(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let answer = String::from_utf8(rest(stream).await).unwrap();
    assert!(answer.ends_with("here"), "answered, and closed when no other request came: {answer}");
}

#[tokio::test]
async fn a_peer_that_answers_no_ping_is_let_go_and_one_that_does_stays() {
    let server = fixture(quick()).await;
    let dead = server.speaks_http2().await;
    let said = rest(dead).await;
    let asked = said.windows(4).any(|head| head == [0, 0, 8, PING]);
    assert!(asked, "it was not asked: {said:?}");

    let mut alive = server.speaks_http2().await;
    let mut answered = 0;
    // Far more pings than fit into the time within which one has to be answered.
    while answered < 20 {
        if let (PING, 0, content) = frame(&mut alive).await {
            alive.write_all(&[&[0, 0, 8, PING, 1, 0, 0, 0, 0], &content[..]].concat()).await.unwrap();
            answered += 1;
        }
    }
}

#[tokio::test]
async fn the_limit_of_streams_is_announced() {
    let server = fixture(Limits { streams: 7, ..Limits::default() }).await;
    let mut stream = server.speaks_http2().await;
    let (kind, _, settings) = frame(&mut stream).await;
    assert_eq!(kind, 4, "settings come first");
    assert!(settings.chunks(6).any(|pair| pair == [0, 3, 0, 0, 0, 7]), "{settings:?}");
}

#[tokio::test]
async fn who_finds_no_place_waits_for_one() {
    let server = fixture(Limits { connections: 1, ..Limits::default() }).await;
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let first = server.says(b"").await;
    let mut second = server.says(request).await;
    let mut byte = [0];
    let early = timeout(Duration::from_millis(200), second.read(&mut byte)).await;
    assert!(early.is_err(), "the only place is taken");
    drop(first);
    let answer = String::from_utf8(rest(second).await).unwrap();
    assert!(answer.ends_with("here"), "{answer}");
}

#[tokio::test]
async fn silent_connections_do_not_hold_up_the_end() {
    let server = fixture(Limits::default()).await;
    let silent = server.says(b"").await;
    server.stop.send_replace(true);
    timeout(PATIENCE, server.serving).await.expect("it ends").unwrap();
    assert_eq!(rest(silent).await, b"");
}

#[tokio::test]
async fn a_peer_that_reads_late_is_given_everything() {
    let server = fixture(Limits::default()).await;
    let mut stream = server.says(b"GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert!(answer.ends_with(&large()), "{} bytes came", answer.len());
}

#[tokio::test]
async fn a_peer_that_leaves_in_the_middle_leaves_its_place() {
    let server = fixture(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = server.says(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut some = vec![0; 100_000];
    timeout(PATIENCE, first.read_exact(&mut some)).await.unwrap().unwrap();
    drop(first);
    let second = server.says(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(rest(second).await.ends_with(b"here"));
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_let_go() {
    let server = fixture(Limits { connections: 1, ..quick() }).await;
    let request = b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n";
    let silent = server.says(request).await;
    // One that hangs up half-way through a frame and reads nothing, besides.
    let wide_window = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x7F, 0xFF, 0xFF, 0xFF];
    let large = [&[0, 0, 10, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x04, 6][..], b"/large"].concat();
    let wide_connection = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0, 0];
    let frames = [PREFACE.as_slice(), &wide_window, &wide_connection, &large, &[0, 0, 9]].concat();
    let mut broken = server.says(&frames).await;
    broken.shutdown().await.unwrap();
    let second = server.says(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(rest(second).await.ends_with(b"here"), "both made way");
    drop((silent, broken));
}
