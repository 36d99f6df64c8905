//! One of those who take part, and what a host can do about them.

use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::{MeetingRole, Move, Person, SetRole};
use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::meeting::pure::floors::language_name;
use crate::meeting::pure::seen::Seen;
use crate::meeting::pure::words::{ROLES, is_equipment, role_key, role_word};
use crate::state::Page;

/// Name, role and marks; for hosts, what they can do, folded in.
#[component]
pub(super) fn PersonRow(
    /// Who.
    id: u32,
) -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let person = Memo::new(move |_| hall.seen.with(|seen| seen.person(id).cloned().unwrap_or_default()));
    let is_own = hall.seen.with_untracked(|seen| seen.own == id);
    let hosts = Memo::new(move |_| hall.seen.with(Seen::hosts));
    let name = move || {
        let name = person.with(|person| person.name.clone());
        if is_own { page.fill("meeting.you", &[("name", &name)]) } else { name }
    };
    let standing = move || {
        person.with(|person| {
            let mut words = vec![page.text(role_key(person.role()))];
            if !person.interprets.is_empty() {
                let floor = language_name(&person.interprets);
                let key = if person.speaks_floor { "meeting.floor.speaks" } else { "meeting.floor.rests" };
                words.push(page.fill(key, &[("language", floor)]));
            }
            let marks = [
                (!person.here, "meeting.mark.away"),
                (person.hand > 0, "meeting.mark.hand"),
                (person.muted, "meeting.mark.muted"),
                (person.free, "meeting.mark.free"),
            ];
            words.extend(marks.into_iter().filter(|(is, _)| *is).map(|(_, key)| page.text(key)));
            words.join(" · ")
        })
    };
    view! {
        <li class="person" class:away=move || person.with(|person| !person.here) data-testid=format!("person-{id}")>
            <span class="person-name">{name} <small>{standing}</small></span>
            <Show when=move || hosts.get()>
                <Acts person id is_own />
            </Show>
        </li>
    }
}

/// What a host can do about someone.
#[component]
fn Acts(
    /// Whom.
    person: Memo<Person>,
    /// Their number.
    id: u32,
    /// Whether it is the host.
    is_own: bool,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let button = move |testid: &str, key: &'static str, act: Which| {
        let testid = format!("{testid}-{id}");
        view! {
            <button class="button" type="button" data-testid=testid on:click=move |_| attending.tell(act.clone())>
                {page.words(key)}
            </button>
        }
    };
    let muted = move || person.with(|person| person.muted);
    let voice = move || {
        if muted() {
            button("unmute", "meeting.unmute", Which::Unmute(id))
        } else {
            button("mute", "meeting.mute", Which::Mute(id))
        }
    };
    let hand = move || {
        person.with(|person| person.hand > 0).then(|| button("lower", "meeting.lower_hand", Which::LowerHand(id)))
    };
    let is_equipment = person.with_untracked(|person| is_equipment(person.role()));
    let others = (!is_own).then(|| {
        view! {
            {voice}
            {(!is_equipment).then(|| button("let-lead", "meeting.let_lead", Which::LetLead(id)))}
            {button("remove", "meeting.remove", Which::Remove(id))}
        }
    });
    let label = move || page.fill("meeting.acts_on", &[("name", &person.with(|person| person.name.clone()))]);
    view! {
        <details class="person-acts" name="person">
            <summary class="button" aria-label=label data-testid=format!("acts-{id}")>"⋯"</summary>
            <div>
                {others}
                {hand}
                {(!is_equipment).then(|| view! { <RoleChoice person id /> })}
                <RoomChoice person id />
            </div>
        </details>
    }
}

#[component]
fn RoleChoice(
    /// Whose.
    person: Memo<Person>,
    /// Their number.
    id: u32,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let give = move |event| {
        let word: String = event_target_value(&event);
        if let Some(role) = ROLES.into_iter().find(|role| role_word(*role) == word) {
            attending.tell(Which::SetRole(SetRole { participant: id, role: role.into() }));
        }
    };
    let option = move |role: MeetingRole| {
        view! {
            <option value=role_word(role) selected=move || person.with(|person| person.role() == role)>
                {page.words(role_key(role))}
            </option>
        }
    };
    view! {
        <label>
            <span>{page.words("meeting.role")}</span>
            <select class="select" data-testid=format!("role-{id}") on:change=give>{ROLES.map(option).collect_view()}</select>
        </label>
    }
}

/// Brings someone into another room; there only where there is more than one.
#[component]
fn RoomChoice(
    /// Whom.
    person: Memo<Person>,
    /// Their number.
    id: u32,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let rooms = Memo::new(move |_| attending.hall.seen.with(|seen| seen.state.rooms.clone()));
    let bring = move |event| {
        if let Ok(room) = event_target_value(&event).parse() {
            attending.tell(Which::Move(Move { participant: id, room }));
        }
    };
    let is_in = move |room: u32| person.with(|person| person.room == room);
    let options = move || {
        let rooms = rooms.get().into_iter();
        rooms
            .map(|room| {
                view! { <option value=room.id.to_string() selected=move || is_in(room.id)>{room.name}</option> }
            })
            .collect_view()
    };
    view! {
        <Show when=move || rooms.with(|rooms| !rooms.is_empty())>
            <label>
                <span>{page.words("meeting.room")}</span>
                <select class="select" data-testid=format!("room-{id}") on:change=bring>
                    <option value="0" selected=move || is_in(0)>{page.words("meeting.room.main")}</option>
                    {options}
                </select>
            </label>
        </Show>
    }
}
