#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _read = cloudsite_sfu::fuzzing::read_media(std::time::Instant::now(), bytes);
});
