//! What is said while the page shows a past state of the record, or what others see of it.

use leptos::prelude::*;

use crate::browser;
use crate::pure::moment::made_at;
use crate::state::{Connection, Page};
use crate::task::Loader;

/// A band that cannot be overlooked, with the way back to now.
#[component]
pub(crate) fn AsOf() -> impl IntoView {
    let page = Page::here();
    let loader = use_context::<Loader>();
    let number = move || {
        let newest = || match page.connection.get() {
            Connection::Connected { revision } => revision,
            Connection::Connecting | Connection::Away { .. } => 0,
        };
        page.as_of.get().unwrap_or_else(newest)
    };
    let said = move || {
        let number = number();
        if let Some(seen) = page.seen_as.get().filter(|_| page.seen_tier().is_some()) {
            return seen.said(page.language.get(), number);
        }
        let number = number.to_string();
        let when = page.as_of_revision.with(|revision| revision.as_ref().map(made_at));
        let when = when.map(|secs| browser::date_and_time(secs, page.language.get()));
        when.map_or_else(
            || page.fill("time.as_of", &[("n", &number)]),
            |date| page.fill("time.as_of_dated", &[("n", &number), ("date", &date)]),
        )
    };
    let back = move |_| {
        if let Some(loader) = loader {
            loader.show_now();
        }
    };
    view! {
        <Show when=move || !page.shows_present()>
            <div class="as-of" data-testid="as-of">
                <p role="status">{said}</p>
                <button class="button" type="button" data-testid="back-to-now" on:click=back>
                    {page.words("time.now")}
                </button>
            </div>
        </Show>
    }
}
