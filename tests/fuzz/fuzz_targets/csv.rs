#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cloudsite_fuzz::import::read_csv(bytes));
