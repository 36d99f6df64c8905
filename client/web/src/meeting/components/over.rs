//! What is said when it is over.

use leptos::prelude::*;

use super::modal::Modal;
use crate::meeting::attending::Attending;
use crate::meeting::hall::{Ending, Phase};
use crate::meeting::pure::words::{Standing, farewell_key, refusal_key};
use crate::meeting::task::seat::may_come_again;
use crate::pure::meet::Meet;
use crate::state::Page;

/// A plain page that says what happened, with the ways on from there.
#[component]
pub(super) fn Over() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let ending = Memo::new(move |_| match hall.phase.get() {
        Phase::Over(ending) => Some(ending),
        _ => None,
    });
    let open = Signal::derive(move || ending.with(Option::is_some));
    let closed = Callback::new(move |()| attending.put_away());
    let standing = move || match page.meet.get() {
        Some(Meet::Meeting(_)) => Standing::Member,
        Some(Meet::Link(_)) | None => Standing::Guest,
    };
    let words = move || {
        ending.get().map(|ending| match ending {
            Ending::Left => page.text("meeting.over.left"),
            Ending::Farewell(reason) => page.text(farewell_key(reason)),
            Ending::Refused(error) => {
                refusal_key(&error, standing()).map_or_else(|| page.explain(&error), |key| page.text(key))
            }
        })
    };
    let title = move || hall.entrance.with(|entrance| entrance.as_ref().map(|entrance| entrance.meeting.title.clone()));
    let again = move |_| {
        let way = page.meet.get_untracked();
        hall.entrance.set(None);
        hall.phase.set(Phase::Out);
        // Asked for again from the beginning: it may have ended meanwhile.
        page.meet.set(None);
        request_animation_frame(move || page.meet.set(way));
    };
    let comes_again = move || ending.with(|ending| ending.as_ref().is_some_and(may_come_again));
    view! {
        <Modal open title="meeting-over-title" testid="meeting-over" closed>
            <h2 id="meeting-over-title">{move || title().unwrap_or_else(|| page.text("meeting.plans"))}</h2>
            <p class="dialog-lead" role="status" data-testid="meeting-over-words">{words}</p>
            <div class="dialog-buttons">
                <Show when=comes_again>
                    <button class="button" type="button" data-testid="meeting-again" on:click=again>
                        {page.words("meeting.again")}
                    </button>
                </Show>
                <button
                    class="button primary"
                    type="button"
                    data-testid="meeting-to-park"
                    on:click=move |_| attending.put_away()
                >
                    {page.words("meeting.to_park")}
                </button>
            </div>
        </Modal>
    }
}
