//! Time of day and quality.

use cloudsite_proto::scene::quality::Level;
use leptos::prelude::*;

use crate::pure::url_state::{QUALITIES, quality_tag};
use crate::state::Page;

/// How the view is lit, and how much of it is drawn.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let page = Page::here();
    let clock = move || {
        let minutes = (page.hour.get() * 60.0).round() as u32;
        format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
    };
    let move_sun = move |event| {
        if let Ok(hour) = event_target_value(&event).parse() {
            page.hour.set(hour);
        }
    };
    let choose = move |event| {
        let tag = event_target_value(&event);
        page.quality.set(QUALITIES.into_iter().find(|level| quality_tag(*level) == tag));
    };
    let option = move |level: Level| {
        let chosen = move || page.quality.get().unwrap_or(Level::Auto) == level;
        view! {
            <option value=quality_tag(level) prop:selected=chosen>
                {move || page.text(&format!("quality.{}", quality_tag(level)))}
            </option>
        }
    };
    view! {
        <details class="popover" name="tools">
            <summary class="tool">{page.words("tool.settings")}</summary>
            <div class="popover-body">
                <label class="slider">
                    <span>{page.words("tool.time")} <output>{clock}</output></span>
                    <input
                        type="range"
                        min="0"
                        max="23.75"
                        data-testid="hour"
                        step="0.25"
                        prop:value=move || page.hour.get()
                        aria-valuetext=clock
                        on:input=move_sun
                    />
                </label>
                <label class="slider">
                    <span>{page.words("tool.quality")}</span>
                    <select class="select" data-testid="quality-select" on:change=choose>
                        {QUALITIES.map(option).into_iter().collect_view()}
                    </select>
                </label>
            </div>
        </details>
    }
}
