//! Which camera and microphone are taken, and how loud the own voice is: before one joins, and in the meeting.

use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::meeting::media::Own;
use crate::meeting::pure::seen::Seen;
use crate::state::Page;

/// Which camera or microphone is taken, or none; and why not.
#[component]
pub(super) fn Choice(
    /// Of what.
    own: Own,
    /// Whether to choose one is to begin to take it, and none is a choice; else it is taken in place of the one that is.
    #[prop(optional)]
    begins: bool,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let chosen = move || if own == Own::Camera { hall.camera.get() } else { hall.microphone.get() };
    let is_on = move || hall.switches.get().of(own);
    let is_taken = move || is_on() || !begins;
    let take = move |event| {
        let device: String = event_target_value(&event);
        if device == "none" {
            attending.switch(own, false);
        } else {
            attending.choose(own, device, begins);
        }
    };
    let label_key = format!("meeting.own.{}", own.word());
    let options = move || {
        let devices = hall.devices.get();
        let named = devices.into_iter().filter(|device| device.kind == own && !device.label.is_empty());
        named
            .filter(|device| device.id != "default" && !device.id.is_empty())
            .map(|device| {
                let id = device.id.clone();
                let selected = move || is_taken() && chosen() == id;
                view! { <option value=device.id selected=selected>{device.label}</option> }
            })
            .collect_view()
    };
    let trouble = move || {
        let key = hall.troubles.with(|troubles| troubles.get(own.word()).copied())?;
        Some(page.fill(key, &[("what", &page.text(&format!("meeting.own.{}", own.word())))]))
    };
    view! {
        <label>
            <span>{move || page.text(&label_key)}</span>
            <select class="select" data-testid=format!("meeting-choose-{}", own.word()) on:change=take>
                {begins.then(|| view! { <option value="none" selected=move || !is_on()>{page.words("meeting.device.none")}</option> })}
                <option value="" selected=move || is_taken() && chosen().is_empty()>{page.words("meeting.device.default")}</option>
                {options}
            </select>
        </label>
        <p class="hint meeting-trouble" role="status" data-testid=format!("meeting-trouble-{}", own.word())>{trouble}</p>
    }
}

/// How loud the own microphone is.
#[component]
pub(super) fn Level() -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let width = move || format!("{:.0}%", hall.level.get() * 100.0);
    view! {
        <div
            class="meeting-level"
            role="img"
            aria-label=page.words("meeting.level")
            data-testid="meeting-level"
            data-level=move || format!("{:.2}", hall.level.get())
        >
            <span style:width=width></span>
        </div>
    }
}

/// How the connection does, in a word. Folded out it says which way it takes, and lets one take another camera or microphone.
#[component]
pub(super) fn Line() -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let path = Memo::new(move |_| hall.measured.with(|measured| measured.path));
    let words = move || {
        let millis = hall.measured.with(|measured| measured.round_trip_ms).round();
        let round_trip = page.fill("meeting.quality.detail", &[("ms", &format!("{millis:.0}"))]);
        path.get().key().map(|key| format!("{} · {round_trip}", page.text(key)))
    };
    let publishes = Memo::new(move |_| hall.seen.with(Seen::publishes));
    view! {
        <details class="popover meeting-line" name="tools">
            <summary
                class="meeting-quality"
                data-testid="meeting-quality"
                data-grade=move || hall.grade.get().word()
                data-path=move || path.get().word()
                aria-label=move || {
                    let line = page.fill("meeting.quality", &[("word", &page.text(hall.grade.get().key()))]);
                    format!("{line} · {}", page.text("meeting.devices"))
                }
                title=page.words("meeting.devices")
            >
                <span role="status">{move || page.text(hall.grade.get().key())}</span>
            </summary>
            <div class="popover-body">
                <p class="hint" data-testid="meeting-path">{words}</p>
                <Show when=move || publishes.get()>
                    <div class="meeting-devices">
                        <Choice own=Own::Camera />
                        <Choice own=Own::Microphone />
                        <Level />
                        <Show when=move || !hall.switches.get().microphone>
                            <p class="hint">{page.words("meeting.level.off")}</p>
                        </Show>
                    </div>
                </Show>
            </div>
        </details>
    }
}
