//! A link that brings someone else here.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::pure::text::text;
use crate::pure::url_state::UrlState;
use crate::state::Page;

/// Copies the page's address, which says which parcel is open and where the camera is. The way to a meeting stays out of it: a
/// guest's is theirs alone.
pub(crate) fn share(page: Page) {
    let link = untrack(move || page.link());
    browser::replace_query(&link.to_pairs());
    spawn_local(async move {
        let link = UrlState { meet: None, ..link };
        let key =
            if browser::copy_link(&link.to_pairs()).await { "toast.link_copied" } else { "toast.link_not_copied" };
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
