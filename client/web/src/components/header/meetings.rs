//! The meetings of whoever is signed in.

use leptos::html;
use leptos::prelude::*;

use crate::meeting::Meeting;
use crate::state::Page;

/// What folds out of the bar: the list, once meetings are here.
#[component]
pub(crate) fn Meetings() -> impl IntoView {
    let page = Page::here();
    let place = NodeRef::<html::Details>::new();
    let is_member = Memo::new(move |_| page.caller.with(Option::is_some));
    let toggled = move |_| {
        if place.get_untracked().is_some_and(|details| details.open()) {
            page.asks_meetings.set(true);
            if let Some(meeting) = page.meeting.get_untracked() {
                meeting.load_plans();
            }
        }
    };
    // Whoever comes to a meeting has left the list.
    Effect::new(move |_| {
        if page.meet.with(Option::is_some)
            && let Some(details) = place.get_untracked()
        {
            details.set_open(false);
        }
    });
    let waits = move || view! { <p class="empty" role="status">{page.words("meeting.plans.loading")}</p> }.into_any();
    view! {
        <Show when=move || is_member.get()>
            <details class="drop meetings" name="bar" node_ref=place on:toggle=toggled>
                <summary class="button" data-testid="meetings">
                    <svg viewBox="0 0 20 20" aria-hidden="true">
                        <path d="M2.5 6.5A1.5 1.5 0 0 1 4 5h7a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 11 15H4a1.5 1.5 0 0 1-1.5-1.5Zm10 2.2 5-2.7v8l-5-2.7" />
                    </svg>
                    <span>{page.words("meeting.plans")}</span>
                </summary>
                <div class="drop-body" role="group" aria-label=page.words("meeting.plans")>
                    {move || page.meeting.get().map_or_else(waits, Meeting::plans)}
                </div>
            </details>
        </Show>
    }
}
