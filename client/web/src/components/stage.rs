//! The 3D view, and what stands in its place until it is there.

use leptos::prelude::*;

use super::compare::Panes;
use crate::keeping::Keeping;
use crate::meeting::Meeting;
use crate::pure::number::number;
use crate::state::Page;
use crate::viewer::{CANVAS, ViewerState, bring_up_again};

/// The canvas over the whole window, with a curtain while the viewer is not drawing.
#[component]
pub(crate) fn Stage() -> impl IntoView {
    let page = Page::here();
    let word = move || page.viewer.with(ViewerState::word);
    let running = Memo::new(move |_| page.viewer.with(|state| *state == ViewerState::Running));
    let compares = Memo::new(move |_| page.is_split());
    let splits = Memo::new(move |_| page.keeping.get().is_some_and(Keeping::splits) && !compares.get());
    view! {
        <section
            class="stage"
            class:split=splits
            class:compares=compares
            aria-label=page.words("viewer.label")
            data-testid="viewer-state"
            data-state=word
        >
            // By key, so that another number makes another element.
            <For each=move || [page.canvas.get()] key=|number| *number let(_number)>
                <canvas id=CANVAS tabindex="0" aria-label=page.words("viewer.label")></canvas>
            </For>
            <Show when=move || !running.get()>
                <div class="curtain">
                    <Curtain />
                </div>
            </Show>
            <Show when=move || running.get()>
                <Tiles />
            </Show>
            <Show when=move || running.get() && splits.get()>
                <p class="pill half before">{page.words("compare.before")}</p>
                <p class="pill half after">{page.words("compare.after")}</p>
            </Show>
            <Show when=move || compares.get()>
                <Panes />
            </Show>
            <Show when=move || running.get()>{move || page.meeting.get().map(Meeting::names)}</Show>
            <Show when=move || page.statistics.with(Option::is_some)>
                <Cost />
            </Show>
        </section>
    }
}

/// What is said while there is nothing to see.
#[component]
fn Curtain() -> impl IntoView {
    let page = Page::here();
    let title = move || {
        page.text(match page.viewer.get() {
            ViewerState::Absent => "viewer.absent",
            ViewerState::Loading { .. } => "viewer.loading",
            ViewerState::Starting | ViewerState::Running => "viewer.starting",
            ViewerState::Lost => "viewer.lost",
            ViewerState::Failed { .. } => "viewer.failed",
            ViewerState::NoWebGl => "viewer.no_webgl",
        })
    };
    let megabytes = move |bytes: f64| number(bytes / 1e6, 1, page.language.get());
    let detail = move || match page.viewer.get() {
        ViewerState::Absent => page.text("viewer.absent_detail"),
        ViewerState::Loading { done_bytes, total_bytes } => {
            let (done, total) = (megabytes(done_bytes), megabytes(total_bytes));
            page.fill("viewer.loading_detail", &[("done", &done), ("total", &total)])
        }
        ViewerState::Starting | ViewerState::Running => String::new(),
        ViewerState::Failed { reason } => page.fill("viewer.failed_detail", &[("reason", &reason)]).trim().to_owned(),
        ViewerState::Lost => page.text("viewer.lost_detail"),
        ViewerState::NoWebGl => page.text("viewer.no_webgl_detail"),
    };
    let at_work = move || matches!(page.viewer.get(), ViewerState::Absent | ViewerState::Starting | ViewerState::Lost);
    let failed = move || matches!(page.viewer.get(), ViewerState::Failed { .. });
    let share = move || match page.viewer.get() {
        ViewerState::Loading { done_bytes, total_bytes } => Some((done_bytes / total_bytes.max(1.0)).min(1.0)),
        _ => None,
    };
    view! {
        <div class="curtain-words" class:at-work=at_work>
            <Skyline />
            <p class="curtain-title" role="status">{title}</p>
            <Show when=move || share().is_some()>
                <progress max="1" prop:value=move || share().unwrap_or(0.0) aria-label=title></progress>
            </Show>
            <p class="curtain-detail">{detail}</p>
            <Show when=failed>
                <button class="button" type="button" on:click=move |_| bring_up_again(page)>
                    {page.words("viewer.retry")}
                </button>
            </Show>
        </div>
    }
}

/// A few halls and towers in outline.
#[component]
fn Skyline() -> impl IntoView {
    view! {
        <svg class="skyline" viewBox="0 0 160 56" aria-hidden="true">
            <path d="M4 52h152M12 52V34h30v18M12 34l8-6v6l8-6v6l8-6 6 6M50 52V16h20v36M55 22h10M55 29h10M55 36h10M55 43h10M78 52V26h26v26M78 33h26M112 52V38h36v14M118 38v-6h24v6M132 32V12m0 0 9-5m-9 5-9-5m9 5v10" />
        </svg>
    }
}

/// How many tiles of what is in view are still to come.
#[component]
fn Tiles() -> impl IntoView {
    let page = Page::here();
    let tiles = move || page.tiles.get();
    view! {
        <Show when=move || tiles().0 < tiles().1>
            <p class="pill tiles">
                {move || {
                    let (done, total) = tiles();
                    page.fill("viewer.tiles", &[("done", &done.to_string()), ("total", &total.to_string())])
                }}
            </p>
        </Show>
    }
}

/// What drawing costs; asked for in the link.
#[component]
fn Cost() -> impl IntoView {
    let page = Page::here();
    let line = move || {
        let statistics = page.statistics.get().unwrap_or_default();
        let language = page.language.get();
        let frames = 1_000.0 / statistics.median_frame_ms.max(0.1);
        let level = crate::pure::url_state::quality_tag(statistics.level());
        page.fill(
            "stats.label",
            &[
                ("fps", &number(frames, 1, language)),
                ("calls", &number(f64::from(statistics.draw_calls), 0, language)),
                ("triangles", &number(f64::from(statistics.triangles), 0, language)),
                ("level", &page.text(&format!("quality.{level}"))),
            ],
        )
    };
    view! { <p class="pill cost">{line}</p> }
}
