//! What goes on beside the components: the seat, signals, media, the view that is led, plans.

mod connection;
mod devices;
mod floors;
mod follow;
mod hearing;
mod park;
mod plans;
mod replay;
pub(super) mod seat;
mod signals;
