//! Files that are dropped on the page before there is anything that takes them.

use leptos::ev;
use leptos::prelude::*;

use crate::browser;
use crate::state::Page;

/// Keeps the browser from leaving the page for a file that is dropped on it, and holds the last one until it can be taken.
pub(super) fn hold(page: Page) {
    window_event_listener(ev::dragover, |event| {
        if browser::carries_file(&event) {
            event.prevent_default();
        }
    });
    window_event_listener(ev::drop, move |event| {
        if browser::carries_file(&event) {
            event.prevent_default();
            if page.keeping.with_untracked(Option::is_none) {
                let file = browser::dropped_file(&event);
                page.held_file.set_value(file.map(|file| (file, browser::now_secs())));
            }
        }
    });
}
