//! What is said briefly goes away by itself.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::state::Page;

/// Long enough to read a sentence.
const SHOWN: Duration = Duration::from_secs(6);

/// Takes each message away after a while, unless another took its place.
pub(super) fn follow(page: Page) {
    let newest = StoredValue::new(0_u32);
    Effect::new(move |_| {
        if page.toast.with(Option::is_none) {
            return;
        }
        newest.update_value(|number| *number = number.wrapping_add(1));
        let number = newest.get_value();
        spawn_local(async move {
            sleep(SHOWN).await;
            if newest.get_value() == number {
                page.toast.set(None);
            }
        });
    });
}
