//! Lines of text, with links to parcels.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::pure::chat::{LONGEST, Line, Piece, pieces};
use crate::pure::facts::code_of;
use crate::state::Page;

/// What was said, and a field to say something.
#[component]
pub(super) fn Chat() -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    hall.unread.set(0);
    let list = NodeRef::<html::Ol>::new();
    // The newest line is in sight.
    Effect::new(move |_| {
        hall.lines.track();
        hall.outgoing.track();
        if let Some(list) = list.get() {
            request_animation_frame(move || list.set_scroll_top(list.scroll_height()));
        }
    });
    view! {
        <ol class="chat-lines" node_ref=list role="log" aria-live="polite" aria-label=page.words("meeting.chat") data-testid="chat-lines">
            <For each=move || hall.lines.get() key=|line| line.number let(line)>
                <LineView line />
            </For>
            <For each=move || hall.outgoing.with(|outgoing| outgoing.lines().to_vec()) key=|line| line.number let(line)>
                <li class="chat-line own unheard" data-testid="chat-unheard">
                    <p class="chat-text">{line.text}</p>
                    <p class="chat-from">{page.words("meeting.chat.unheard")}</p>
                </li>
            </For>
        </ol>
        <Show when=move || hall.lines.with(Vec::is_empty) && hall.outgoing.with(|outgoing| outgoing.lines().is_empty())>
            <p class="empty">{page.words("meeting.chat.empty")}</p>
        </Show>
        <Writing />
    }
}

#[component]
fn LineView(
    /// What was said.
    line: Line,
) -> impl IntoView {
    let page = Page::here();
    let Line { from, name, at, text, parcel, .. } = line;
    let is_own = Attending::here().hall.seen.with_untracked(|seen| seen.own == from);
    let codes: Vec<String> =
        page.list.with_untracked(|list| list.parcels.iter().map(|parcel| code_of(&parcel.name).to_owned()).collect());
    let piece = move |piece: Piece| match piece {
        Piece::Text(text) => text.into_any(),
        Piece::Parcel(code) => view! { <ParcelLink code /> }.into_any(),
    };
    let is_named = text.contains(&parcel);
    let attached = (!parcel.is_empty() && !is_named).then(|| view! { <p><ParcelLink code=parcel /></p> });
    view! {
        <li class="chat-line" class:own=is_own>
            <p class="chat-from"><b>{name}</b> <time>{move || browser::time(at, page.language.get())}</time></p>
            <p class="chat-text">{pieces(&text, codes.iter().map(String::as_str)).into_iter().map(piece).collect_view()}</p>
            {attached}
        </li>
    }
}

/// A parcel that someone has named: it opens its card.
#[component]
fn ParcelLink(
    /// Its number.
    code: String,
) -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let opened = code.clone();
    let open = move |_| {
        page.open(&opened);
        // On a narrow window the card would open beneath the chat.
        if browser::is_narrow() {
            hall.side.set(None);
        }
    };
    view! {
        <button class="link parcel-link" type="button" data-testid="chat-parcel" on:click=open>
            {code}
        </button>
    }
}

#[component]
fn Writing() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let text = attending.hall.draft;
    let attaches = RwSignal::new(false);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let line = text.get_untracked().trim().to_owned();
        let parcel = page.selected.get_untracked().filter(|_| attaches.get_untracked()).unwrap_or_default();
        if line.is_empty() && parcel.is_empty() {
            return;
        }
        let line = if line.is_empty() { parcel.clone() } else { line };
        attending.write(line, parcel);
        text.set(String::new());
        attaches.set(false);
    };
    view! {
        <form class="chat-write" on:submit=send>
            {move || page.selected.get().map(|code| view! {
                <label class="check">
                    <input
                        type="checkbox"
                        data-testid="chat-attach"
                        prop:checked=move || attaches.get()
                        on:change=move |event| attaches.set(event_target_checked(&event))
                    />
                    <span>{move || page.fill("meeting.chat.attach", &[("code", &code)])}</span>
                </label>
            })}
            <div>
                <input
                    class="field"
                    type="text"
                    autocomplete="off"
                    maxlength=LONGEST.to_string()
                    placeholder=page.words("meeting.chat.write")
                    aria-label=page.words("meeting.chat.write")
                    data-testid="chat-text"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
                <button class="button primary" type="submit" data-testid="chat-send">{page.words("meeting.chat.send")}</button>
            </div>
        </form>
    }
}
