#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cloudsite_fuzz::meeting::read_signals(bytes));
