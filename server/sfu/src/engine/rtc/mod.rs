//! The engine on webrtc-rs's sans-I/O core, with the ways round its faults.
//!
//! The core negotiates, decrypts and carries data channels. Media do not pass its senders and receivers, which look
//! each packet up several times: a [`Tap`](tap::Tap) at the application's end of its interceptors takes what comes, and
//! what goes is written and encrypted beside the core (`down`), with the keys that it has agreed on (`keys`).

mod belt;
mod build;
mod down;
mod flight;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod gather;
mod keys;
mod missing;
mod peer;
mod repair;
mod stir;
mod tap;

pub(crate) use build::RtcEngines;
