//! The language that one hears, and for interpreters the one that they speak.

use cloudsite_proto::meeting::act::Act as Which;
use cloudsite_proto::meeting::{Listen, MeetingRole, Person, TakeFloor};
use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::meeting::pure::floors::{Heard, heard, language_name, speaker};
use crate::state::Page;

/// Folds out of the bar; there where the meeting is interpreted.
#[component]
pub(super) fn Floor() -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let floors = Memo::new(move |_| hall.seen.with(|seen| seen.state.floors.clone()));
    let me = Memo::new(move |_| hall.seen.with(|seen| seen.me().cloned().unwrap_or_default()));
    let interprets = Memo::new(move |_| me.with(|me| me.role() == MeetingRole::Interpreter));
    let short = move || me.with(|me| if me.hears.is_empty() { String::new() } else { me.hears.clone() });
    view! {
        <Show when=move || floors.with(|floors| !floors.is_empty())>
            <details class="popover meeting-floor" name="tools">
                <summary class="control" aria-label=page.words("meeting.floor") title=page.words("meeting.floor") data-testid="floor">
                    <svg viewBox="0 0 20 20" aria-hidden="true">
                        <path d="M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM2.5 10h15M10 2.5c2 2 3 4.6 3 7.5s-1 5.5-3 7.5c-2-2-3-4.6-3-7.5s1-5.5 3-7.5" />
                    </svg>
                    <span class="control-word">{short}</span>
                </summary>
                <div class="popover-body">
                    <Hearing me floors />
                    <Show when=move || interprets.get()>
                        <Interpreting me floors />
                    </Show>
                </div>
            </details>
        </Show>
    }
}

/// Which floor one hears, and how loud the original stays.
#[component]
fn Hearing(
    /// Oneself.
    me: Memo<Person>,
    /// What the meeting is interpreted into.
    floors: Memo<Vec<String>>,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let chosen = move || me.with(|me| me.hears.clone());
    let listen = move |floor: String| {
        attending.tell(Which::Listen(Listen { floor, original: hall.original.get_untracked() > 0.0 }));
    };
    let is_silent = Memo::new(move |_| {
        let me = me.get();
        !me.hears.is_empty() && hall.seen.with(|seen| speaker(&seen.state, &me.hears, me.room).is_none())
    });
    let louder = move |event| {
        let Ok(percent) = event_target_value(&event).parse::<f64>() else { return };
        let was = hall.original.get_untracked();
        hall.original.set(percent / 100.0);
        // What is not heard at all needs not be sent.
        if (was > 0.0) != (percent > 0.0) {
            listen(me.with_untracked(|me| me.hears.clone()));
        }
    };
    view! {
        <label class="meeting-choice">
            <span>{page.words("meeting.floor.hear")}</span>
            <select class="select" data-testid="hear" on:change=move |event| listen(event_target_value(&event))>
                <option value="" selected=move || chosen().is_empty()>{page.words("meeting.floor.original")}</option>
                {move || options(floors.get(), chosen())}
            </select>
        </label>
        <Show when=move || is_silent.get()>
            <p class="hint" role="status" data-testid="floor-silent">{page.words("meeting.floor.silent")}</p>
        </Show>
        <Show when=move || me.with(|me| !me.hears.is_empty())>
            <label class="slider">
                <span>
                    {page.words("meeting.floor.beneath")} <output>{move || format!("{:.0} %", hall.original.get() * 100.0)}</output>
                </span>
                <input
                    type="range"
                    min="0"
                    max="100"
                    step="5"
                    data-testid="original"
                    prop:value=move || format!("{:.0}", hall.original.get() * 100.0)
                    on:input=louder
                />
            </label>
        </Show>
    }
}

/// An interpreter's floor: going to it, speaking, and handing over.
#[component]
fn Interpreting(
    /// Oneself.
    me: Memo<Person>,
    /// What the meeting is interpreted into.
    floors: Memo<Vec<String>>,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let floor = Memo::new(move |_| me.with(|me| me.interprets.clone()));
    let other = Memo::new(move |_| {
        let me = me.get();
        hall.seen.with(|seen| speaker(&seen.state, &me.interprets, me.room).filter(|other| other.id != me.id).cloned())
    });
    let words = move || {
        let language = floor.with(|floor| language_name(floor).to_owned());
        match (me.with(|me| me.speaks_floor), other.get()) {
            (true, _) => page.fill("meeting.floor.you_speak", &[("language", &language)]),
            (false, Some(other)) => page.fill("meeting.floor.other_speaks", &[("name", &other.name)]),
            (false, None) => page.text("meeting.floor.nobody_speaks"),
        }
    };
    view! {
        <label class="meeting-choice">
            <span>{page.words("meeting.floor.into")}</span>
            <select
                class="select"
                data-testid="interpret"
                on:change=move |event| attending.interpret(event_target_value(&event))
            >
                <option value="" selected=move || floor.with(String::is_empty)>{page.words("meeting.floor.none")}</option>
                {move || options(floors.get(), floor.get())}
            </select>
        </label>
        <Show when=move || floor.with(|floor| !floor.is_empty())>
            <p class="hint" role="status" data-testid="floor-standing">{words}</p>
            <Show when=move || me.with(|me| !me.speaks_floor)>
                <button class="button primary" type="button" data-testid="take-floor" on:click=move |_| attending.tell(Which::TakeFloor(TakeFloor {}))>
                    {page.words("meeting.floor.take")}
                </button>
            </Show>
        </Show>
        <p class="hint">{page.words("meeting.floor.relay")}</p>
    }
}

/// A line while one is on a floor: how one is heard there, and the way round.
#[component]
pub(super) fn FloorLine() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let me = Memo::new(move |_| hall.seen.with(|seen| seen.me().cloned().unwrap_or_default()));
    let heard = Memo::new(move |_| hall.seen.with(|seen| me.with(|me| heard(&seen.state, me))));
    let language = move || me.with(|me| language_name(&me.interprets).to_owned());
    let words = move || {
        let key = match heard.get() {
            Heard::Elsewhere => return String::new(),
            Heard::Yes => "meeting.floor.you_speak",
            Heard::Off => "meeting.floor.off",
            Heard::Not => "meeting.floor.not_heard",
            Heard::Rests => "meeting.floor.you_rest",
            Heard::Nobody => "meeting.floor.nobody_heard",
        };
        page.fill(key, &[("language", &language())])
    };
    let other = Memo::new(move |_| attending.other_way().map(|floor| language_name(&floor).to_owned()));
    let takes = move || me.with(|me| !me.speaks_floor);
    view! {
        <div
            class="led-line floor-line"
            class:loud=move || heard.get().is_loud()
            data-testid="floor-line"
            data-heard=move || heard.get().word()
            hidden=move || heard.get() == Heard::Elsewhere
        >
            <span role="alert">{words}</span>
            <Show when=takes>
                <button class="button primary" type="button" data-testid="floor-line-take" on:click=move |_| attending.tell(Which::TakeFloor(TakeFloor {}))>
                    {page.words("meeting.floor.take")}
                </button>
            </Show>
            {move || other.get().map(|language| view! {
                <button class="button" type="button" data-testid="turn" on:click=move |_| attending.turn()>
                    {page.fill("meeting.floor.turn", &[("language", &language)])} " (T)"
                </button>
            })}
        </div>
    }
}

fn options(floors: Vec<String>, chosen: String) -> impl IntoView {
    let option = move |tag: String| {
        let selected = tag == chosen;
        view! { <option value=tag.clone() selected=selected>{language_name(&tag).to_owned()}</option> }
    };
    floors.into_iter().map(option).collect_view()
}
