//! What hosts do for all: rooms, the door, the end.

use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::{End, RecordingState, Room};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::state::Page;

/// Opens and closes rooms, locks the door, asks to record, ends the meeting.
#[component]
pub(super) fn Hosting() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let locked = move || hall.seen.with(|seen| seen.state.locked);
    let recorded = move || {
        let state = hall.seen.with(|seen| seen.state.recording());
        matches!(state, RecordingState::Waiting | RecordingState::On)
    };
    let asks = RwSignal::new(false);
    let end = move |_| {
        if asks.get_untracked() {
            attending.tell(Which::End(End {}));
        } else {
            asks.set(true);
        }
    };
    view! {
        <section class="hosting" aria-label=page.words("meeting.hosting")>
            <h3>{page.words("meeting.rooms")}</h3>
            <Rooms />
            <h3>{page.words("meeting.hosting")}</h3>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="lock"
                    prop:checked=locked
                    on:change=move |event| attending.tell(Which::Lock(event_target_checked(&event)))
                />
                <span>{page.words("meeting.lock")}</span>
            </label>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="record"
                    prop:checked=recorded
                    on:change=move |event| attending.tell(Which::Record(event_target_checked(&event)))
                />
                <span>{page.words("meeting.record")}</span>
            </label>
            <p class="hint">{page.words("meeting.record.hint")}</p>
            <button class="button danger" type="button" data-testid="end" on:click=end>
                {move || page.text(if asks.get() { "meeting.end_sure" } else { "meeting.end" })}
            </button>
            <Show when=move || asks.get()>
                <button class="link" type="button" on:click=move |_| asks.set(false)>{page.words("sign_in.cancel")}</button>
            </Show>
        </section>
    }
}

#[component]
fn Rooms() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let name = RwSignal::new(String::new());
    let open = move |event: SubmitEvent| {
        event.prevent_default();
        let given = name.get_untracked().trim().to_owned();
        if !given.is_empty() {
            attending.tell(Which::OpenRoom(given));
            name.set(String::new());
        }
    };
    let row = move |room: Room| {
        view! {
            <li class="person">
                <span class="person-name">{room.name}</span>
                <button class="button" type="button" data-testid=format!("close-room-{}", room.id) on:click=move |_| attending.tell(Which::CloseRoom(room.id))>
                    {page.words("meeting.room.close")}
                </button>
            </li>
        }
    };
    let rooms = move || attending.hall.seen.with(|seen| seen.state.rooms.clone());
    view! {
        <ul>{move || rooms().into_iter().map(row).collect_view()}</ul>
        <form class="saved-keep" on:submit=open>
            <input
                class="field"
                type="text"
                maxlength="60"
                placeholder=page.words("meeting.room.name")
                aria-label=page.words("meeting.room.name")
                data-testid="room-name"
                prop:value=move || name.get()
                on:input=move |event| name.set(event_target_value(&event))
            />
            <button class="button" type="submit" data-testid="room-open">{page.words("meeting.room.open")}</button>
        </form>
        <p class="hint">{page.words("meeting.room.hint")}</p>
    }
}
