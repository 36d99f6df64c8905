//! What is done to packets between publisher and viewer: pure functions and small state machines.

pub(crate) mod clock;
pub(crate) mod packet;
pub(crate) mod payload;
pub(crate) mod repairs;
pub(crate) mod rewrite;
pub(crate) mod ring;
pub(crate) mod vp8;

#[cfg(test)]
mod tests;
