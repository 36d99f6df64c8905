//! Ways of looking: the whole park, and on foot.

use leptos::prelude::*;

use crate::pure::camera::{overview, rise, walk};
use crate::state::Page;
use crate::viewer::look;

/// Overview, and between flying and walking.
#[component]
pub(crate) fn Views() -> impl IntoView {
    let page = Page::here();
    let whole = move || page.park.with_untracked(|park| park.as_ref().and_then(overview));
    let walking = move || page.camera.with(|camera| camera.as_ref().is_some_and(|camera| camera.walking));
    let show_all = move |_| {
        if let Some(camera) = whole() {
            look(page, camera);
        }
    };
    let change = move |_| {
        if let Some(here) = page.camera.get_untracked().or_else(whole) {
            look(page, if here.walking { rise(&here) } else { walk(&here) });
        }
    };
    view! {
        <button class="tool" type="button" on:click=show_all>{page.words("tool.overview")}</button>
        <button
            class="tool"
            type="button"
            aria-pressed=move || walking().to_string()
            on:click=change
        >
            {page.words("tool.walk")}
        </button>
    }
}
