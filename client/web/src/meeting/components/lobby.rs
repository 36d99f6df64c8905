//! Waiting to be let in.

use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::state::Page;

/// Says that one waits, over the park, which can be looked at meanwhile.
#[component]
pub(super) fn Lobby() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let title = move || attending.hall.seen.with(|seen| seen.meeting.title.clone());
    view! {
        <section class="meeting-lobby" aria-label=page.words("meeting.lobby") data-testid="meeting-lobby">
            <p class="meeting-lobby-title" role="status">{page.words("meeting.lobby.wait")}</p>
            <p>{title}</p>
            <p class="hint">{page.words("meeting.lobby.hint")}</p>
            <button class="button" type="button" data-testid="lobby-leave" on:click=move |_| attending.leave()>
                {page.words("meeting.leave")}
            </button>
        </section>
    }
}
