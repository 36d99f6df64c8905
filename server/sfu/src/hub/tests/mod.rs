//! The hub with whole clients on a network that loses, doubles and reorders what it carries, in a time of its own.

#[path = "../../../tests/support/mod.rs"]
mod support;

mod allocations;
mod churn;
mod faults;
mod garbage;
mod network;
mod routes;
mod taps;
