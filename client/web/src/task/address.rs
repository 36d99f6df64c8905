//! The address bar: a link that brings someone else to the same place.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::pure::text::text;
use crate::state::Page;

/// How long everything has to rest before the address is written; browsers refuse more than some 100 in 30 seconds.
const REST: Duration = Duration::from_millis(400);

/// Keeps the address, and the document's language and title, as the page is.
pub(super) fn follow(page: Page) {
    let newest = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let link = page.link();
        newest.update_value(|number| *number = number.wrapping_add(1));
        let number = newest.get_value();
        spawn_local(async move {
            sleep(REST).await;
            if newest.get_value() == number {
                browser::replace_query(&link.to_pairs());
            }
        });
    });
    Effect::new(move |_| {
        let language = page.language.get();
        let park = page.park_name();
        let title = text(language, "app.title");
        browser::set_document_language(language, &if park.is_empty() { title } else { park });
    });
}
