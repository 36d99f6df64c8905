//! What is said while the server is away.

use leptos::prelude::*;

use crate::state::{Connection, Page};

/// A line in plain words; everything on the page stays.
#[component]
pub(crate) fn Banner() -> impl IntoView {
    let page = Page::here();
    let said = move || match page.connection.get() {
        Connection::Away { retry_in_secs } => Some(page.fill("banner.away", &[("n", &retry_in_secs.to_string())])),
        Connection::Connecting | Connection::Connected { .. } => None,
    };
    view! {
        <Show when=move || said().is_some()>
            <p class="banner" role="status">{said}</p>
        </Show>
    }
}
