//! ICE-lite's half of STUN: whose a binding request is, whether it is genuine, and the response to it (RFC 8445).
//!
//! It is answered here rather than in the engine because the address that is answered is known only here: the engine
//! is given one constant address, and would never move from a path that it has once chosen.

use std::net::SocketAddr;

use rtc::crypto::RTCCrypto;
use rtc::stun::attributes::{ATTR_FINGERPRINT, ATTR_MESSAGE_INTEGRITY, ATTR_USE_CANDIDATE, ATTR_USERNAME};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, is_stun_message};
use rtc::stun::xoraddr::XorMappedAddress;

/// More than any client's request has; a longer one is not read.
const LONGEST: usize = 1_024;

/// A binding request that has been read, and not yet believed.
pub(crate) struct Request {
    message: Message,
    /// The fragment of the user name that names the peer here.
    pub ufrag: String,
    /// Whether the client wants this path to be the one.
    pub nominates: bool,
}

impl Request {
    /// Reads a binding request; none when the datagram is anything else.
    pub(crate) fn read(datagram: &[u8]) -> Option<Self> {
        if datagram.len() > LONGEST || !is_stun_message(datagram) {
            return None;
        }
        let mut message = Message { raw: datagram.to_vec(), ..Message::default() };
        message.decode().ok()?;
        if message.typ != BINDING_REQUEST {
            return None;
        }
        let username = String::from_utf8(message.get(ATTR_USERNAME).ok()?).ok()?;
        let ufrag = username.split_once(':')?.0.to_owned();
        let nominates = message.contains(ATTR_USE_CANDIDATE);
        Some(Self { message, ufrag, nominates })
    }

    /// What tells the request from others.
    pub(crate) fn transaction(&self) -> [u8; 12] {
        self.message.transaction_id.0
    }

    /// Whether whoever has sent it knows the password, which is what makes an address believable.
    pub(crate) fn is_genuine(&mut self, password: &str, crypto: &dyn RTCCrypto) -> bool {
        MessageIntegrity::check(&mut self.message, password.as_bytes(), crypto).is_ok()
    }

    /// The same request as one that nominates its path.
    pub(crate) fn nominating(&self, password: &str, crypto: &dyn RTCCrypto) -> Option<Vec<u8>> {
        let mut request = Message::new();
        request.build(&[Box::new(BINDING_REQUEST), Box::new(self.message.transaction_id)]).ok()?;
        let sealing = [ATTR_MESSAGE_INTEGRITY, ATTR_FINGERPRINT];
        for attribute in self.message.attributes.0.iter().filter(|attribute| !sealing.contains(&attribute.typ)) {
            request.add(attribute.typ, &attribute.value);
        }
        request.add(ATTR_USE_CANDIDATE, &[]);
        MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), crypto)
            .add_to(&mut request)
            .ok()?;
        FINGERPRINT.add_to(&mut request).ok()?;
        Some(request.raw)
    }

    /// Reads a request that this side's engine would send: of it nothing but the transaction matters.
    pub(crate) fn read_own(datagram: &[u8]) -> Option<Self> {
        let mut message = Message { raw: datagram.to_vec(), ..Message::default() };
        message.decode().ok()?;
        (message.typ == BINDING_REQUEST).then(|| Self { message, ufrag: String::new(), nominates: false })
    }

    /// The response that tells the client under which address it is seen.
    pub(crate) fn response(&self, seen: SocketAddr, password: &str, crypto: &dyn RTCCrypto) -> Option<Vec<u8>> {
        let mut response = Message::new();
        response
            .build(&[
                Box::new(BINDING_SUCCESS),
                Box::new(self.message.transaction_id),
                Box::new(XorMappedAddress { ip: seen.ip(), port: seen.port() }),
                Box::new(MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), crypto)),
                Box::new(FINGERPRINT),
            ])
            .ok()?;
        Some(response.raw)
    }
}
