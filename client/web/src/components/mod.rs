//! What is drawn: one component a file.

#![expect(unreachable_pub, reason = "the component macro writes `pub` whatever the component says")]

mod app;
mod as_of;
mod banner;
mod card;
mod compare;
pub(crate) mod header;
mod panel;
mod place_card;
mod sign_in;
mod stage;
mod status_chip;
mod toast;
mod tools;
pub(crate) mod typed;

pub(crate) use app::App;
