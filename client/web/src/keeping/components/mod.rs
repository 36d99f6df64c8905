//! What those see who keep the record, and nobody else.

#![expect(unreachable_pub, reason = "the component macro writes `pub` whatever the component says")]

pub(super) mod demand;
pub(super) mod desk;
pub(super) mod editor;
pub(super) mod intake;
