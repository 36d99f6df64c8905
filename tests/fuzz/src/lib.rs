//! The server's readers of files, by themselves: what each makes of some bytes, for the fuzzer to try.

pub mod import;
