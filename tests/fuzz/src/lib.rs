//! The server's readers of files and of signals, by themselves: what each makes of some bytes, for the fuzzer to try.

mod grpc;
pub mod import;
pub mod meeting;
