//! What stands at the side: people, or the chat.

use leptos::prelude::*;

use super::chat::Chat;
use super::people::People;
use crate::meeting::attending::Attending;
use crate::meeting::hall::Side;
use crate::state::Page;

/// In place of the list of parcels on a wide window, so that a card opens beside it; a sheet on a narrow one.
#[component]
pub(super) fn SidePanel() -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let side = Memo::new(move |_| hall.side.get());
    let title = move || page.text(if side.get() == Some(Side::Chat) { "meeting.chat" } else { "meeting.people" });
    let content = move || match side.get() {
        Some(Side::Chat) => Some(view! { <Chat /> }.into_any()),
        Some(Side::People) => Some(view! { <People /> }.into_any()),
        None => None,
    };
    view! {
        <Show when=move || side.get().is_some()>
            <aside class="meeting-side" aria-label=title data-testid="meeting-side">
                <header>
                    <h2>{title}</h2>
                    <button
                        class="close"
                        type="button"
                        aria-label=page.words("card.close")
                        data-testid="side-close"
                        on:click=move |_| hall.side.set(None)
                    >
                        <svg viewBox="0 0 20 20" aria-hidden="true">
                            <path d="m5 5 10 10M15 5 5 15" />
                        </svg>
                    </button>
                </header>
                {content}
            </aside>
        </Show>
    }
}
