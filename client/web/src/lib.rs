//! The page around the park: a list with filters, the parcel's card, the controls of the 3D view, and the links that
//! bring someone else to the same place.
//!
//! [`pure`] holds what can be decided without a browser; [`task`] talks to the server; [`viewer`] fetches the 3D
//! viewer and talks to it; [`components`] draw. They meet in the signals of [`state`] and nowhere else. [`keeping`] is all of
//! that once more for those who keep the record, and a piece of its own; so are [`fitting`], for whoever tries a factory, and
//! [`meeting`], for whoever takes part in one.

mod browser;
mod components;
mod fitting;
mod keeping;
mod meeting;
mod pure;
mod state;
mod task;
mod viewer;

use leptos::prelude::*;

use crate::components::App;
use crate::pure::url_state::UrlState;
use crate::state::Page;

/// Starts the page in the document's body, in place of what stood there while it loaded.
pub fn run() {
    console_error_panic_hook::set_once();
    let link = UrlState::from_pairs(browser::query_pairs());
    let language = link.language.unwrap_or_else(|| browser::preferred_language(&pure::text::LANGUAGES));
    browser::clear_placeholder();
    mount_to_body(move || {
        let page = Page::new(language, &link);
        provide_context(page);
        task::start(page);
        viewer::start(page);
        view! { <App /> }
    });
}
