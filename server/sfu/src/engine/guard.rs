//! Keeps a fault of one peer's engine from being everybody's: the core asserts here and there what a client could break,
//! and all peers share a thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use bytes::BytesMut;

use super::{Answer, Engine, Feedback, Output, Unsent};
use crate::command::OfferError;
use crate::forward::packet::Packet;
use crate::names::Channel;

/// An engine, until it panics; from then on there is none, and it has failed.
pub(crate) struct Guarded {
    engine: Option<Box<dyn Engine>>,
    told: bool,
}

impl Guarded {
    pub(crate) fn new(engine: Box<dyn Engine>) -> Self {
        Self { engine: Some(engine), told: false }
    }

    /// Does something with the engine. What it leaves behind when it panics is never looked at again.
    fn with<T>(&mut self, act: impl FnOnce(&mut dyn Engine) -> T) -> Option<T> {
        let engine = self.engine.as_deref_mut()?;
        let done = catch_unwind(AssertUnwindSafe(|| act(engine)));
        if done.is_err() {
            tracing::error!("a connection is given up: its engine has panicked");
            let broken = self.engine.take();
            // Whatever is broken may be so when it is dropped, too.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(broken)));
        }
        done.ok()
    }
}

impl Engine for Guarded {
    fn answer(&mut self, now: Instant, offer: &str) -> Result<Answer, OfferError> {
        let answered = self.with(|engine| engine.answer(now, offer));
        answered.unwrap_or_else(|| Err(OfferError::Malformed("it cannot be negotiated".to_owned())))
    }

    fn checked(&mut self, now: Instant, request: BytesMut) {
        self.with(|engine| engine.checked(now, request));
    }

    fn handle(&mut self, now: Instant, datagram: BytesMut) {
        self.with(|engine| engine.handle(now, datagram));
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.with(|engine| engine.handle_timeout(now));
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.with(|engine| engine.poll_timeout()).flatten()
    }

    fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.with(|engine| engine.poll_transmit()).flatten()
    }

    fn poll_output(&mut self, now: Instant, messages: bool) -> Option<Output> {
        let output = self.with(|engine| engine.poll_output(now, messages)).flatten();
        if self.engine.is_none() && !std::mem::replace(&mut self.told, true) {
            return Some(Output::Failed);
        }
        output
    }

    fn sends(&self, ssrc: u32) -> bool {
        self.engine.as_ref().is_some_and(|engine| engine.sends(ssrc))
    }

    fn has_heard(&mut self) -> bool {
        self.with(|engine| engine.has_heard()).unwrap_or(false)
    }

    fn forward(&mut self, now: Instant, line: usize, packet: &Packet, repair: bool) {
        self.with(|engine| engine.forward(now, line, packet, repair));
    }

    fn feed_back(&mut self, now: Instant, feedback: Feedback) {
        self.with(|engine| engine.feed_back(now, feedback));
    }

    fn desire(&mut self, now: Instant, bps: u64) {
        self.with(|engine| engine.desire(now, bps));
    }

    fn send(&mut self, now: Instant, channel: Channel, bytes: &[u8]) -> Result<(), Unsent> {
        self.with(|engine| engine.send(now, channel, bytes)).unwrap_or(Err(Unsent::NotOpen))
    }

    fn close(&mut self, now: Instant) {
        self.with(|engine| engine.close(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An engine that bears no datagram.
    struct Brittle;

    impl Engine for Brittle {
        fn answer(&mut self, _: Instant, _: &str) -> Result<Answer, OfferError> {
            Err(OfferError::Full)
        }
        fn checked(&mut self, _: Instant, _: BytesMut) {}
        fn handle(&mut self, _: Instant, datagram: BytesMut) {
            assert!(datagram.is_empty(), "this is for the test");
        }
        fn handle_timeout(&mut self, _: Instant) {}
        fn poll_timeout(&mut self) -> Option<Instant> {
            Some(Instant::now())
        }
        fn poll_transmit(&mut self) -> Option<BytesMut> {
            None
        }
        fn poll_output(&mut self, _: Instant, _: bool) -> Option<Output> {
            None
        }
        fn sends(&self, _: u32) -> bool {
            true
        }
        fn has_heard(&mut self) -> bool {
            true
        }
        fn forward(&mut self, _: Instant, _: usize, _: &Packet, _: bool) {}
        fn feed_back(&mut self, _: Instant, _: Feedback) {}
        fn desire(&mut self, _: Instant, _: u64) {}
        fn send(&mut self, _: Instant, _: Channel, _: &[u8]) -> Result<(), Unsent> {
            Ok(())
        }
        fn close(&mut self, _: Instant) {}
    }

    #[test]
    fn an_engine_that_panics_has_failed_and_is_told_once() {
        let now = Instant::now();
        let mut guarded = Guarded::new(Box::new(Brittle));
        guarded.handle(now, BytesMut::new());
        assert!(guarded.poll_output(now, true).is_none() && guarded.poll_timeout().is_some() && guarded.sends(1));
        guarded.handle(now, BytesMut::from([1].as_slice()));
        assert!(matches!(guarded.poll_output(now, true), Some(Output::Failed)));
        assert!(guarded.poll_output(now, true).is_none());
        assert_eq!(guarded.poll_timeout(), None);
        assert_eq!(guarded.send(now, Channel::Latest, b"x"), Err(Unsent::NotOpen));
        assert!(matches!(guarded.answer(now, ""), Err(OfferError::Malformed(_))));
    }
}
