//! A link that brings someone else here.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::pure::text::text;
use crate::state::Page;

/// Copies the page's address, which says which parcel is open and where the camera is.
pub(crate) fn share(page: Page) {
    browser::replace_query(&untrack(move || page.link()).to_pairs());
    spawn_local(async move {
        let key = if browser::copy_address().await { "toast.link_copied" } else { "toast.link_not_copied" };
        page.toast.set(Some(text(page.language.get_untracked(), key)));
    });
}

/// The button in the bar.
#[component]
pub(crate) fn ShareButton() -> impl IntoView {
    let page = Page::here();
    view! {
        <button class="button primary" type="button" title=page.words("share.detail") on:click=move |_| share(page)>
            {page.words("share")}
        </button>
    }
}
