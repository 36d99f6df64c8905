//! What can be decided without a browser.

pub(super) mod again;
pub(super) mod chat;
pub(super) mod clock;
pub(super) mod floors;
pub(super) mod led;
pub(super) mod pace;
pub(super) mod park;
pub(super) mod quality;
pub(super) mod queue;
pub(super) mod replay;
pub(super) mod seen;
pub(super) mod stage;
pub(super) mod tiles;
pub(super) mod words;
