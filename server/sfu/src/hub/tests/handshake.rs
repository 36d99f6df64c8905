//! DTLS handshakes as other clients make them: in fragments, and with other cipher suites than this side has a key for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc::crypto::{HashAlgorithm, RTCCryptoProvider, default_provider};
use rtc::dtls::cipher_suite::CipherSuiteId;
use rtc::dtls::config::{ConfigBuilder, ExtendedMasterSecretType, HandshakeConfig};
use rtc::dtls::crypto::Certificate;
use rtc::dtls::endpoint::{Endpoint, EndpointEvent};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::shared::TransportProtocol;

use super::network::{By, alone, peer, server};
use super::support::{Client, renumber};
use crate::engine::Engines;
use crate::engine::rtc::RtcEngines;
use crate::event::{Departure, Event, Path, Protocol};
use crate::hub::{Datagram, Hub};
use crate::stun::Request;

const STEP: Duration = Duration::from_millis(10);
const ECDSA: CipherSuiteId = CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256;
const RSA: [CipherSuiteId; 2] =
    [CipherSuiteId::Tls_Ecdhe_Rsa_With_Aes_128_Gcm_Sha256, CipherSuiteId::Tls_Ecdhe_Rsa_With_Aes_256_Cbc_Sha];

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;

/// Alerts: their levels and what they say (RFC 5246, 7.2).
const INSUFFICIENT_SECURITY: [u8; 2] = [2, 71];
const CLOSE_NOTIFY: [u8; 2] = [1, 0];

/// What a datagram of DTLS begins with (RFC 7983).
const DTLS_FIRST: u8 = 20;
const DTLS_LAST: u8 = 63;

over_engines! {
    both:
        a_client_hello_in_fragments_connects
        a_client_is_connected_before_it_nominates_a_path
        a_client_gets_the_suite_that_fits_the_key_though_it_prefers_others
    ; rtc:
        a_client_hello_byte_by_byte_connects
        a_client_hello_that_is_cut_otherwise_when_it_is_sent_again_connects
        a_client_without_a_suite_for_the_key_is_refused_with_an_alert
        a_key_of_the_other_kind_fits_the_other_suites
}

/// A client whose DTLS is a core of its own, so that its suites and its records can be chosen; the offer and ICE are a
/// whole client's.
struct Caller {
    hub: Hub,
    client: Client,
    dtls: Endpoint,
    address: SocketAddr,
    now: Instant,
    /// Whether its requests that nominate a path arrive.
    nominates: bool,
    connected: bool,
    events: Vec<Event>,
    /// Records that are not encrypted, of the server: what they are, and what is in them.
    read: Vec<(u8, Vec<u8>)>,
}

fn config(provider: &Arc<dyn RTCCryptoProvider>, own: Certificate, suites: &[CipherSuiteId]) -> Arc<HandshakeConfig> {
    let builder = ConfigBuilder::default()
        .with_crypto_provider(Arc::clone(provider))
        .with_certificates(vec![own])
        .with_cipher_suites(suites.to_vec())
        .with_extended_master_secret(ExtendedMasterSecretType::Require)
        .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
        .with_insecure_skip_verify(true);
    Arc::new(builder.build(true, Some(server())).unwrap())
}

/// An offer with the fingerprint of another certificate.
fn signed(offer: &str, provider: &dyn RTCCryptoProvider, own: &Certificate) -> String {
    let hash = provider.crypto().hash(HashAlgorithm::Sha256, &own.certificate[0]).unwrap();
    let print: Vec<String> = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    let print = format!("a=fingerprint:sha-256 {}", print.join(":"));
    let lines = offer.lines().map(|line| if line.starts_with("a=fingerprint") { print.as_str() } else { line });
    lines.flat_map(|line| [line, "\r\n"]).collect()
}

impl Caller {
    fn new(by: By, suites: &[CipherSuiteId]) -> Self {
        Self::over(by.engines(), suites, true)
    }

    fn over(engines: Box<dyn Engines>, suites: &[CipherSuiteId], nominates: bool) -> Self {
        let (now, address) = (Instant::now(), "203.0.113.1:5000".parse().unwrap());
        let provider = default_provider().unwrap();
        let own = Certificate::generate_self_signed(vec!["caller".to_owned()], provider.crypto()).unwrap();
        let mut hub = Hub::new(Instant::now(), engines, Arc::clone(&provider), alone(4), [1; 32]);
        let mut client = Client::new(now, address, 1, (1, 1));
        let offer = signed(&client.offer(now), provider.as_ref(), &own);
        let answer = hub.join(now, peer(0), &offer).unwrap();
        client.answer(now, answer);
        let dtls = Endpoint::new(address, TransportProtocol::UDP, None);
        let (events, read) = (Vec::new(), Vec::new());
        let mut caller = Self { hub, client, dtls, address, now, nominates, connected: false, events, read };
        // ICE finds the path first.
        caller.run(Duration::from_secs(1), |datagram| vec![datagram]);
        caller.dtls.connect(caller.now, server(), config(&provider, own, suites), None).unwrap();
        caller
    }

    /// Lets time pass. What the client's DTLS sends goes on its way as `cut` leaves it.
    fn run(&mut self, duration: Duration, mut cut: impl FnMut(BytesMut) -> Vec<BytesMut>) {
        let from = Path { protocol: Protocol::Udp, remote: self.address };
        let end = self.now + duration;
        while self.now < end {
            self.now += STEP;
            let now = self.now;
            self.client.handle_timeout(now);
            self.hub.handle_timeout(now);
            let _ = self.dtls.handle_timeout(server(), now);
            while let Some(datagram) = self.client.poll_transmit(now) {
                let arrives = self.nominates || Request::read(&datagram).is_some_and(|request| !request.nominates);
                if datagram[0] < 4 && arrives {
                    self.hub.handle(now, Datagram::new(from, datagram));
                }
            }
            while let Some(sent) = self.hub.poll_transmit(now) {
                match sent.bytes[0] {
                    ..4 => self.client.handle(now, server(), sent.bytes),
                    DTLS_FIRST..=DTLS_LAST => self.take(sent.bytes),
                    // Reports, of which the handshake knows nothing.
                    _ => {}
                }
            }
            while let Some(datagram) = self.dtls.poll_transmit() {
                for piece in cut(datagram.message) {
                    self.hub.handle(now, Datagram::new(from, piece));
                }
            }
            while let Some(event) = self.hub.poll_event() {
                self.events.push(event);
            }
        }
    }

    fn take(&mut self, datagram: BytesMut) {
        self.read.extend(
            records(&datagram).filter(|(_, epoch, _)| *epoch == 0).map(|(kind, _, body)| (kind, body.to_vec())),
        );
        if let Ok(told) = self.dtls.read(self.now, server(), None, datagram) {
            self.connected |= told.iter().any(|event| matches!(event, EndpointEvent::HandshakeComplete));
        }
    }

    /// Whether both sides say that they are connected.
    fn is_connected(&self) -> bool {
        self.connected && self.events.iter().any(|event| matches!(event, Event::Connected { .. }))
    }

    /// The suites that the server has chosen.
    fn chosen(&self) -> Vec<u16> {
        let hellos = self.read.iter().filter(|(kind, body)| (*kind, body[0]) == (HANDSHAKE, SERVER_HELLO));
        let suite = |body: &[u8]| {
            // The headers, the version, the random number and the session's name come first.
            let at = 12 + 2 + 32;
            let at = at + 1 + usize::from(body[at]);
            u16::from_be_bytes([body[at], body[at + 1]])
        };
        hellos.map(|(_, body)| suite(body)).collect()
    }
}

/// The records of a datagram, as far as it is made of whole ones: what they are, their epoch and what is in them.
fn records(datagram: &[u8]) -> impl Iterator<Item = (u8, u16, &[u8])> {
    let mut rest = datagram;
    std::iter::from_fn(move || {
        let (header, after) = rest.split_first_chunk::<13>()?;
        let (body, after) = after.split_at_checked(usize::from(u16::from_be_bytes([header[11], header[12]])))?;
        rest = after;
        Some((header[0], u16::from_be_bytes([header[3], header[4]]), body))
    })
}

/// A record that is not encrypted, with the next number: a receiver drops what has a number that it has had.
fn record(content: u8, number: &mut u16, body: &[u8]) -> BytesMut {
    let mut bytes = vec![content, 254, 253, 0, 0, 0, 0, 0, 0];
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes.extend_from_slice(&(body.len() as u16).to_be_bytes());
    bytes.extend_from_slice(body);
    *number += 1;
    BytesMut::from(bytes.as_slice())
}

/// The fragments of a handshake message, each of at most so many bytes (RFC 6347, 4.2.3).
fn fragments(message: &[u8], size: usize) -> Vec<Vec<u8>> {
    let (header, body) = message.split_at(12);
    let pieces = body.chunks(size).enumerate().map(|(index, piece)| {
        let mut fragment = header[..6].to_vec();
        fragment.extend_from_slice(&((index * size) as u32).to_be_bytes()[1..]);
        fragment.extend_from_slice(&(piece.len() as u32).to_be_bytes()[1..]);
        fragment.extend_from_slice(piece);
        fragment
    });
    pieces.collect()
}

/// How the fragments of the `time`th hello travel.
type Journey = fn(time: usize, message: &[u8]) -> Vec<Vec<u8>>;

/// Cuts each client hello, and gives all records that are not encrypted numbers of their own.
fn cutting(journey: Journey) -> impl FnMut(BytesMut) -> Vec<BytesMut> {
    let (mut number, mut time) = (0, 0);
    move |mut datagram| {
        // What is encrypted may look like one.
        let hello = (HANDSHAKE, 0, CLIENT_HELLO);
        let is_hello = records(&datagram).any(|(kind, epoch, body)| (kind, epoch, body[0]) == hello);
        if !is_hello {
            renumber(&mut datagram, &mut number);
            return vec![datagram];
        }
        time += 1;
        let pieces = records(&datagram).flat_map(|(_, _, body)| journey(time - 1, body));
        let pieces: Vec<Vec<u8>> = pieces.collect();
        pieces.iter().map(|piece| record(HANDSHAKE, &mut number, piece)).collect()
    }
}

fn a_client_hello_in_fragments_connects(by: By) {
    let table: [(&str, Journey); 4] = [
        ("in order", |_, message| fragments(message, 40)),
        ("the last first", |_, message| fragments(message, 40).into_iter().rev().collect()),
        ("each twice", |_, message| {
            fragments(message, 40).into_iter().flat_map(|piece| [piece.clone(), piece]).collect()
        }),
        ("one is lost, and all are sent again", |time, message| {
            let mut pieces = fragments(message, 40);
            if time == 0 {
                pieces.remove(1);
            }
            pieces
        }),
    ];
    for (case, journey) in table {
        connects(by, case, journey);
    }
}

fn a_client_hello_byte_by_byte_connects(by: By) {
    connects(by, "byte by byte", |_, message| fragments(message, 1));
}

fn a_client_hello_that_is_cut_otherwise_when_it_is_sent_again_connects(by: By) {
    connects(by, "one is lost the first time", |time, message| {
        let mut pieces = fragments(message, if time == 0 { 40 } else { 30 });
        if time == 0 {
            pieces.remove(1);
        }
        pieces
    });
}

fn a_client_is_connected_before_it_nominates_a_path(by: By) {
    let mut caller = Caller::over(by.engines(), &[ECDSA], false);
    caller.run(Duration::from_millis(300), |datagram| vec![datagram]);
    assert!(caller.is_connected(), "{:?}", caller.events);
}

fn connects(by: By, case: &str, journey: Journey) {
    let mut caller = Caller::new(by, &[ECDSA]);
    caller.run(Duration::from_secs(5), cutting(journey));
    assert!(caller.is_connected(), "{case}: {:?}", caller.events);
}

fn a_client_without_a_suite_for_the_key_is_refused_with_an_alert(by: By) {
    is_refused(Caller::new(by, &RSA));
}

fn is_refused(mut caller: Caller) {
    caller.run(Duration::from_secs(2), |datagram| vec![datagram]);
    let alerts: Vec<&Vec<u8>> = caller.read.iter().filter(|(kind, _)| *kind == ALERT).map(|(_, body)| body).collect();
    assert_eq!(
        alerts,
        [&INSUFFICIENT_SECURITY, &CLOSE_NOTIFY],
        "it is told why, and then that the connection is closed"
    );
    assert!(caller.chosen().is_empty(), "no suite that does not fit is chosen");
    assert!(!caller.is_connected());
    let left = Event::Left { peer: peer(0), why: Departure::Failed };
    assert!(caller.events.contains(&left), "and is let go: {:?}", caller.events);
}

fn a_client_gets_the_suite_that_fits_the_key_though_it_prefers_others(by: By) {
    let mut caller = Caller::new(by, &[RSA[0], RSA[1], ECDSA]);
    caller.run(Duration::from_secs(2), |datagram| vec![datagram]);
    assert!(caller.is_connected(), "{:?}", caller.events);
    assert_eq!(caller.chosen().first(), Some(&(ECDSA as u16)));
}

fn a_key_of_the_other_kind_fits_the_other_suites(_: By) {
    let engines = || Box::new(RtcEngines::with_rsa(vec![server()], include_bytes!("rsa.pk8")).unwrap());
    let mut caller = Caller::over(engines(), &[ECDSA, RSA[0]], true);
    caller.run(Duration::from_secs(2), |datagram| vec![datagram]);
    assert!(caller.is_connected(), "{:?}", caller.events);
    assert_eq!(caller.chosen().first(), Some(&(RSA[0] as u16)));
    is_refused(Caller::over(engines(), &[ECDSA], true));
}
