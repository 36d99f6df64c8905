//! Making the links by which others come.

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::{CreateGuestLinkResponse, GuestLink, Meeting, MeetingRole};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::links::Links;
use super::modal::Modal;
use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::hall::Planning;
use crate::meeting::pure::clock::span;
use crate::meeting::pure::floors::language_name;
use crate::meeting::pure::words::{LINK_ROLES, is_equipment, role_key, role_word};
use crate::state::Page;

/// Languages that a guest can be met in.
const LANGUAGES: [&str; 5] = ["en", "ja", "ko", "de", "zh"];

/// The dialog.
#[component]
pub(super) fn Invite() -> impl IntoView {
    let hall = Attending::here().hall;
    let meeting = Memo::new(move |_| match hall.planning.get() {
        Some(Planning::Invite(meeting)) => Some(*meeting),
        Some(Planning::Plan) | None => None,
    });
    let open = Signal::derive(move || meeting.with(Option::is_some));
    let closed = Callback::new(move |()| hall.planning.set(None));
    view! {
        <Modal open title="invite-title" testid="invite-dialog" closed>
            {move || meeting.get().map(|meeting| view! { <Fields meeting /> })}
        </Modal>
    }
}

#[component]
fn Fields(
    /// To which meeting.
    meeting: Meeting,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let (name, role) = (RwSignal::new(String::new()), RwSignal::new(MeetingRole::Guest));
    let language = RwSignal::new("en".to_owned());
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<LinkError>));
    let parent = meeting.name.clone();
    let (starts_at, _) = span(&meeting);
    let zone = meeting.time_zone.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (parent, called) = (parent.clone(), name.get_untracked().trim().to_owned());
        spawn_local(async move {
            let made = attending.make_link(parent, called, role.get_untracked(), language.get_untracked()).await;
            match made {
                Ok(()) => drop(name.try_set(String::new())),
                Err(error) => drop(failure.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    let choose_role = move |event| {
        let word: String = event_target_value(&event);
        role.set(LINK_ROLES.into_iter().find(|role| role_word(*role) == word).unwrap_or(MeetingRole::Guest));
    };
    let role_option = move |option: MeetingRole| {
        view! { <option value=role_word(option) selected=move || role.get() == option>{page.words(role_key(option))}</option> }
    };
    let language_option = move |tag: &'static str| {
        view! { <option value=tag selected=move || language.with(|chosen| chosen == tag)>{language_name(tag)}</option> }
    };
    view! {
        <form on:submit=submit>
            <h2 id="invite-title">{page.words("meeting.invite")}</h2>
            <p class="dialog-lead">{meeting.title} " · " {move || browser::date_and_time_in(starts_at, &zone, page.language.get())}</p>
            <label>
                <span>{page.words("meeting.name_of_guest")}</span>
                <input
                    class="field"
                    type="text"
                    required
                    maxlength="100"
                    data-testid="invite-name"
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
            </label>
            <div class="plan-time">
                <label>
                    <span>{page.words("meeting.role")}</span>
                    <select class="select" data-testid="invite-role" on:change=choose_role>{LINK_ROLES.map(role_option).collect_view()}</select>
                </label>
                <label>
                    <span>{page.words("language.label")}</span>
                    <select class="select" data-testid="invite-language" on:change=move |event| language.set(event_target_value(&event))>
                        {LANGUAGES.map(language_option).collect_view()}
                    </select>
                </label>
            </div>
            <p class="failure" role="alert">{move || failure.get().map(|error| page.explain(&error))}</p>
            {move || hall.made.get().map(|made| {
                if is_equipment(role_of(&made)) {
                    view! { <MadeToken made /> }.into_any()
                } else {
                    view! { <Made made /> }.into_any()
                }
            })}
            <div class="dialog-buttons">
                <button class="button" type="button" data-testid="invite-close" on:click=move |_| hall.planning.set(None)>
                    {page.words("card.close")}
                </button>
                <button class="button primary" type="submit" disabled=move || busy.get() data-testid="invite-make">
                    {page.words("meeting.invite.make")}
                </button>
            </div>
            <Links parent=meeting.name />
        </form>
    }
}

/// As what someone or something comes by what was made.
fn role_of(made: &CreateGuestLinkResponse) -> MeetingRole {
    made.guest_link.as_ref().map_or(MeetingRole::Unspecified, GuestLink::role)
}

/// Address and token for a camera, an encoder or a player. The token is told once.
#[component]
fn MadeToken(
    /// What was made.
    made: CreateGuestLinkResponse,
) -> impl IntoView {
    let page = Page::here();
    let role = role_of(&made);
    let CreateGuestLinkResponse { guest_link, path, secret, .. } = made;
    let name = guest_link.map(|link| link.display_name).unwrap_or_default();
    let address = format!("{}{path}", browser::origin());
    let hint = if role == MeetingRole::Feed { "meeting.invite.feed_hint" } else { "meeting.invite.player_hint" };
    view! {
        <div class="invite-made" role="status" data-testid="invite-made">
            <p>{move || page.fill("meeting.invite.token_made", &[("name", &name)])}</p>
            <Copied label="meeting.invite.address" testid="invite-address" text=address />
            <Copied label="meeting.invite.token" testid="invite-token" text=secret />
            <p class="hint">{page.words(hint)}</p>
            <p class="hint">{page.words("meeting.invite.token_once")}</p>
        </div>
    }
}

/// A text that is not changed, with a button that copies it.
#[component]
fn Copied(
    /// The key of what it is.
    label: &'static str,
    /// Its name for tests.
    testid: &'static str,
    /// What is copied.
    text: String,
) -> impl IntoView {
    let page = Page::here();
    let shown = text.clone();
    let copied = RwSignal::new(None::<&'static str>);
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            let key =
                if browser::copy_text(&text).await { "meeting.invite.copied" } else { "meeting.invite.not_copied" };
            copied.try_set(Some(key));
        });
    };
    view! {
        <label>
            <span>{page.words(label)}</span>
            <input class="field" type="text" readonly data-testid=testid prop:value=shown />
        </label>
        <div class="meeting-acts">
            <button class="button" type="button" data-testid=format!("{testid}-copy") on:click=copy>
                {move || page.text(copied.get().unwrap_or("meeting.invite.copy_text"))}
            </button>
        </div>
    }
}

/// A link that was made, to be copied or sent as a calendar file. Its secret is told once.
#[component]
fn Made(
    /// What was made.
    made: CreateGuestLinkResponse,
) -> impl IntoView {
    let page = Page::here();
    let CreateGuestLinkResponse { guest_link, path, calendar_path, .. } = made;
    let name = guest_link.map(|link| link.display_name).unwrap_or_default();
    let address = format!("{}{path}", browser::origin());
    let copied = RwSignal::new(None::<&'static str>);
    let text = address.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            let key = if browser::copy_text(&text).await { "toast.link_copied" } else { "meeting.invite.not_copied" };
            copied.try_set(Some(key));
        });
    };
    view! {
        <div class="invite-made" role="status" data-testid="invite-made">
            <p>{move || page.fill("meeting.invite.made", &[("name", &name)])}</p>
            <input class="field" type="text" readonly aria-label=page.words("meeting.invite.link") data-testid="invite-link" prop:value=address />
            <div class="meeting-acts">
                <button class="button primary" type="button" data-testid="invite-copy" on:click=copy>
                    {move || page.text(copied.get().unwrap_or("meeting.invite.copy"))}
                </button>
                <a class="button as-button" href=calendar_path download="meeting.ics" data-testid="invite-calendar">
                    {page.words("meeting.invite.calendar")}
                </a>
            </div>
            <p class="hint">{page.words("meeting.invite.once")}</p>
        </div>
    }
}
