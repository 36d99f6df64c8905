//! Who is there, and who waits.

use cloudsite_proto::meeting::Person;
use cloudsite_proto::meeting::act::Act as Which;
use leptos::prelude::*;

use super::person::PersonRow;
use super::rooms::Hosting;
use crate::meeting::attending::Attending;
use crate::meeting::pure::seen::Seen;
use crate::state::Page;

/// Those who wait, for hosts; everyone by the room that they are in; and what hosts do for all.
#[component]
pub(super) fn People() -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let hosts = Memo::new(move |_| hall.seen.with(Seen::hosts));
    let rooms = Memo::new(move |_| hall.seen.with(peopled_rooms));
    let room_title = move |room: u32| {
        let name = hall.seen.with(|seen| seen.room_name(room).to_owned());
        if room == 0 { page.text("meeting.room.main") } else { name }
    };
    let inside = move |room: u32| {
        let ids = Memo::new(move |_| {
            hall.seen.with(|seen| {
                let inside = seen.state.people.iter().filter(|person| !person.waiting && person.room == room);
                inside.map(|person| person.id).collect::<Vec<_>>()
            })
        });
        view! {
            <h3>{move || room_title(room)} " · " {move || ids.with(Vec::len)}</h3>
            <ul><For each=move || ids.get() key=|id| *id let(id)><PersonRow id /></For></ul>
        }
    };
    view! {
        <div class="meeting-people" data-testid="people-list">
            <Show when=move || hosts.get()>
                <Waiting />
            </Show>
            <For each=move || rooms.get() key=|room| *room let(room)>{inside(room)}</For>
            <Show when=move || hosts.get()>
                <Hosting />
            </Show>
        </div>
    }
}

/// The rooms in which someone is, the main one first.
fn peopled_rooms(seen: &Seen) -> Vec<u32> {
    let mut rooms: Vec<u32> =
        seen.state.people.iter().filter(|person| !person.waiting).map(|person| person.room).collect();
    rooms.sort_unstable();
    rooms.dedup();
    rooms
}

/// Those who wait to be let in.
#[component]
fn Waiting() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let waiting = Memo::new(move |_| {
        hall.seen
            .with(|seen| seen.state.people.iter().filter(|person| person.waiting).cloned().collect::<Vec<Person>>())
    });
    let all = move |_| {
        for person in waiting.get_untracked().into_iter().filter(|person| !person.barred) {
            attending.tell(Which::Admit(person.id));
        }
    };
    let row = move |person: Person| {
        let (id, name) = (person.id, person.name.clone());
        view! {
            <li class="person">
                <span class="person-name">
                    {person.name}
                    {person.barred.then(|| view! { <small class="hint">{page.words("meeting.barred")}</small> })}
                </span>
                <button class="button primary" type="button" data-testid=format!("admit-{id}") aria-label=move || format!("{} {name}", page.text("meeting.admit")) on:click=move |_| attending.tell(Which::Admit(id))>
                    {page.words("meeting.admit")}
                </button>
                <button class="button" type="button" data-testid=format!("refuse-{id}") on:click=move |_| attending.tell(Which::Remove(id))>
                    {page.words("meeting.refuse")}
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || waiting.with(|waiting| !waiting.is_empty())>
            <section class="waiting" aria-label=page.words("meeting.lobby") data-testid="waiting">
                <h3>{page.words("meeting.lobby")} " · " {move || waiting.with(Vec::len)}</h3>
                <Show when=move || waiting.with(|waiting| waiting.len() > 1)>
                    <button class="button" type="button" data-testid="admit-all" on:click=all>{page.words("meeting.admit_all")}</button>
                </Show>
                <ul>{move || waiting.get().into_iter().map(row).collect_view()}</ul>
            </section>
        </Show>
    }
}
