//! The hub with whole clients on a network that loses, doubles and reorders what it carries, in a time of its own.
//! Each test runs over both engines, but for what the second one does otherwise
//! ([its table](crate::engine::str0m)); a failure's name says which.

#[path = "../../../tests/support/mod.rs"]
mod support;

/// Makes tests of functions that take the engine: those under `both` over each, those under `rtc` over that one only.
macro_rules! over_engines {
    (both: $($both:ident)+ $(; rtc: $($rtc:ident)+)?) => {
        mod on_rtc {
            use crate::hub::tests::network::By;
            $(#[test] fn $both() { super::$both(By::Rtc); })+
            $($(#[test] fn $rtc() { super::$rtc(By::Rtc); })+)?
        }
        mod on_str0m {
            use crate::hub::tests::network::By;
            $(#[test] fn $both() { super::$both(By::Str0m); })+
        }
    };
}

mod allocations;
mod churn;
mod faults;
mod garbage;
mod handshake;
mod lanes;
mod narrow;
mod network;
mod routes;
mod taps;
