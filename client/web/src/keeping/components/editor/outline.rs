//! The plan on which vertices are dragged.

use geo_types::Coord;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::keeping::desk::Desk;
use crate::keeping::pure::outline::{Vertex, Window, move_to, place, remove, split, vertices};
use crate::keeping::pure::rules::{Finding, Gravity};
use crate::keeping::task::change;
use crate::pure::number::typed;
use crate::pure::shapes::Rings;
use crate::state::Page;

/// A handle's radius as a share of the plan's width.
const HANDLE: f64 = 0.02;

/// By how much an arrow key moves a vertex, metres; with Shift.
const STEP_M: (f64, f64) = (0.1, 1.0);

/// Neighbours, the shape with a handle at each vertex and a smaller one in the middle of each edge, and marks where a
/// rule says something.
#[component]
pub(super) fn Outline(
    /// What the rules say.
    findings: Memo<Vec<Finding>>,
) -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let dragged = RwSignal::new(None::<Vertex>);
    let Some(window) = desk.editing.with_untracked(|editing| Window::around(&editing.as_ref()?.original_areas)) else {
        return ().into_any();
    };
    let size = window.size();
    let radius = size.x.max(size.y) * HANDLE;
    let shape = move || {
        desk.editing.with(|editing| editing.as_ref().map(|editing| path(window, &editing.areas)).unwrap_or_default())
    };
    let around = desk.editing.with_untracked(|editing| {
        let parcels = |editing: &crate::keeping::editing::Editing| {
            editing.around.parcels.iter().map(|(_, areas)| path(window, areas)).collect::<String>()
        };
        editing.as_ref().map(parcels).unwrap_or_default()
    });
    let places = move || {
        desk.editing.with(|editing| editing.as_ref().map(|editing| vertices(&editing.areas)).unwrap_or_default())
    };
    let drag = move |event: PointerEvent| {
        let Some(vertex) = dragged.get_untracked() else { return };
        let Some(plan) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
            return;
        };
        let frame = plan.get_bounding_client_rect();
        let pixel =
            Coord { x: f64::from(event.client_x()) - frame.left(), y: f64::from(event.client_y()) - frame.top() };
        let at = window.under(pixel, Coord { x: frame.width(), y: frame.height() });
        change(desk.editing, |editing| move_to(&mut editing.areas, vertex, at));
    };
    let marks = move || {
        findings.with(|findings| {
            let marks = findings
                .iter()
                .filter_map(|finding| finding.at.map(|[x, y]| (window.on_plan(Coord { x, y }), finding.gravity)));
            marks
                .map(|(at, gravity)| {
                    let class = if gravity == Gravity::Error { "mark error" } else { "mark" };
                    view! { <circle class=class cx=at.x cy=at.y r=radius * 1.7 /> }
                })
                .collect_view()
        })
    };
    view! {
        <svg
            class="plan edit-plan"
            viewBox=format!("0 0 {:.3} {:.3}", size.x, size.y)
            role="group"
            aria-label=page.words("edit.plan")
            data-testid="edit-plan"
            on:pointermove=drag
            on:pointerup=move |_| dragged.set(None)
            on:pointercancel=move |_| dragged.set(None)
        >
            <path class="plan-around" d=around />
            <path class="plan-after" d=shape />
            {marks}
            <For each=places key=|(vertex, _)| *vertex let((vertex, _))>
                <Handle vertex window radius dragged />
            </For>
        </svg>
        <p class="hint">{page.words("edit.plan_hint")}</p>
        <Touched />
    }
    .into_any()
}

/// The handles of a vertex and of the edge that begins there.
#[component]
fn Handle(
    /// Which.
    vertex: Vertex,
    /// What the plan shows.
    window: Window,
    /// The handle's radius, metres.
    radius: f64,
    /// The vertex that is being dragged.
    dragged: RwSignal<Option<Vertex>>,
) -> impl IntoView {
    let page = Page::here();
    let editing = Desk::here().editing;
    let at = Memo::new(move |_| {
        let here = editing.with(|editing| place(&editing.as_ref()?.areas, vertex));
        here.map_or(Coord { x: -1e3, y: -1e3 }, |at| window.on_plan(at))
    });
    let middle = Memo::new(move |_| {
        let ends = editing.with(|editing| {
            let areas = &editing.as_ref()?.areas;
            let count = areas.get(vertex.part)?.get(vertex.ring)?.len();
            let next = Vertex { place: (vertex.place + 1) % count, ..vertex };
            Some((place(areas, vertex)?, place(areas, next)?))
        });
        ends.map_or(Coord { x: -1e3, y: -1e3 }, |(from, to)| window.on_plan((from + to) / 2.0))
    });
    let take = move |event: PointerEvent| {
        event.prevent_default();
        dragged.set(Some(vertex));
        change(editing, |editing| editing.touched = Some(vertex));
    };
    let key = move |event: KeyboardEvent| {
        let step = if event.shift_key() { STEP_M.1 } else { STEP_M.0 };
        let by = match event.key().as_str() {
            "ArrowLeft" => Coord { x: -step, y: 0.0 },
            "ArrowRight" => Coord { x: step, y: 0.0 },
            "ArrowUp" => Coord { x: 0.0, y: step },
            "ArrowDown" => Coord { x: 0.0, y: -step },
            "Delete" | "Backspace" => {
                event.prevent_default();
                change(editing, |editing| {
                    if remove(&mut editing.areas, vertex) {
                        editing.touched = None;
                    }
                });
                return;
            }
            _ => return,
        };
        event.prevent_default();
        change(editing, |editing| {
            if let Some(here) = place(&editing.areas, vertex) {
                move_to(&mut editing.areas, vertex, here + by);
            }
        });
    };
    let insert = move |_| change(editing, |editing| editing.touched = split(&mut editing.areas, vertex));
    let touched =
        move || editing.with(|editing| editing.as_ref().is_some_and(|editing| editing.touched == Some(vertex)));
    view! {
        <circle class="edge-handle" cx=move || middle.get().x cy=move || middle.get().y r=radius * 0.6 on:click=insert />
        <circle
            class="handle-dot"
            class:touched=touched
            cx=move || at.get().x
            cy=move || at.get().y
            r=radius
            tabindex="0"
            role="button"
            aria-label=move || page.fill("edit.vertex", &[("n", &(vertex.place + 1).to_string())])
            data-testid="vertex"
            on:pointerdown=take
            on:focus=move |_| change(editing, |editing| editing.touched = Some(vertex))
            on:keydown=key
        />
    }
}

/// The coordinates of the vertex that was last touched, to be typed.
#[component]
fn Touched() -> impl IntoView {
    let page = Page::here();
    let editing = Desk::here().editing;
    let touched = Memo::new(move |_| {
        editing.with(|editing| {
            let editing = editing.as_ref()?;
            let vertex = editing.touched?;
            Some((vertex, place(&editing.areas, vertex)?))
        })
    });
    let coordinate = move |is_east: bool| {
        let shown = move || {
            touched.get().map(|(_, at)| format!("{:.3}", if is_east { at.x } else { at.y })).unwrap_or_default()
        };
        let take = move |event| {
            let value = typed(&event_target_value(&event));
            if let (Some((vertex, at)), Some(value)) = (touched.get_untracked(), value) {
                let to = if is_east { Coord { x: value, ..at } } else { Coord { y: value, ..at } };
                change(editing, |editing| move_to(&mut editing.areas, vertex, to));
            }
        };
        view! {
            <label>
                <span>{page.words(if is_east { "edit.easting" } else { "edit.northing" })}</span>
                <input class="field" inputmode="decimal" prop:value=shown on:change=take />
            </label>
        }
    };
    let remove_touched = move |_| {
        change(editing, |editing| {
            if let Some(vertex) = editing.touched
                && remove(&mut editing.areas, vertex)
            {
                editing.touched = None;
            }
        });
    };
    view! {
        <Show when=move || touched.with(Option::is_some)>
            <div class="touched">
                {coordinate(true)} {coordinate(false)}
                <button class="button" type="button" on:click=remove_touched>{page.words("edit.remove_vertex")}</button>
            </div>
        </Show>
    }
}

fn path(window: Window, areas: &[Rings]) -> String {
    let ring = |ring: &Vec<Coord>| {
        let places = ring.iter().map(|at| window.on_plan(*at)).map(|at| format!("{:.3} {:.3}", at.x, at.y));
        format!("M{}Z", places.collect::<Vec<_>>().join("L"))
    };
    areas.iter().flatten().map(ring).collect()
}
