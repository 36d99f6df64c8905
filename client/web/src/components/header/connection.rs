//! How the connection does, in words.

use leptos::prelude::*;

use crate::state::{Connection, Page};

/// A dot and a word.
#[component]
pub(crate) fn ConnectionWord() -> impl IntoView {
    let page = Page::here();
    let state = move || match page.connection.get() {
        Connection::Connecting => "connecting",
        Connection::Connected { .. } => "connected",
        Connection::Away { .. } => "away",
    };
    let detail = move || match page.connection.get() {
        Connection::Connected { revision } => page.fill("connection.connected_detail", &[("n", &revision.to_string())]),
        Connection::Connecting | Connection::Away { .. } => String::new(),
    };
    view! {
        <span
            class="connection"
            role="status"
            aria-live="polite"
            data-testid="connection"
            data-state=state
            title=detail
        >
            {move || page.text(&format!("connection.{}", state()))}
        </span>
    }
}
