#![no_main]

use std::cell::RefCell;
use std::time::Instant;

use cloudsite_sfu::fuzzing::Offers;

thread_local! {
    static OFFERS: RefCell<Option<Offers>> = RefCell::new(Offers::new());
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    OFFERS.with_borrow_mut(|offers| {
        let offers = offers.as_mut().expect("a certificate can be made");
        let _answered = offers.read(Instant::now(), bytes);
    });
});
