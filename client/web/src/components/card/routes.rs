//! How long it takes from the parcel to the places that matter.

use cloudsite_proto::scene::Camera;
use leptos::prelude::*;

use crate::pure::camera::way_view;
use crate::pure::route::{RouteLine, course, lines};
use crate::state::Page;
use crate::viewer::look as look_from;

/// One row a kind of place. A row that is pointed at or focused shows its way in the park; a click keeps it there.
#[component]
pub(crate) fn Routes() -> impl IntoView {
    let page = Page::here();
    let row = move |line: RouteLine| {
        let RouteLine { index, kind, place, minutes, length } = line;
        let look = move || page.route_looked_at.set(Some(index));
        let leave = move || page.route_looked_at.set(None);
        let choose = move |_| {
            let chosen = Some(index).filter(|index| page.route_chosen.get_untracked() != Some(*index));
            page.route_chosen.set(chosen);
            // What is let go of goes at once, although the pointer is still there.
            page.route_looked_at.set(chosen);
            if let Some(camera) = chosen.and_then(|index| view_of(page, index)) {
                look_from(page, camera);
            }
        };
        let what = view! {
            <span class="route-what">
                {kind}
                {(!place.is_empty()).then(|| view! { <small>{place}</small> })}
                {(!length.is_empty()).then(|| view! { <small>{length}</small> })}
            </span>
        };
        match minutes {
            Err(why) => view! {
                <li class="route">{what} <span class="unknown" data-testid="route-unknown">{why}</span></li>
            }
            .into_any(),
            Ok((truck, car)) => view! {
                <li>
                    <button
                        class="route"
                        type="button"
                        data-testid="route"
                        aria-pressed=move || (page.route_chosen.get() == Some(index)).to_string()
                        on:click=choose
                        on:mouseenter=move |_| look()
                        on:mouseleave=move |_| leave()
                        on:focus=move |_| look()
                        on:blur=move |_| leave()
                    >
                        {what}
                        <span class="route-minutes">
                            {truck} <small>{page.words("route.by_truck")}</small>
                        </span>
                        <span class="route-minutes">
                            {car} <small>{page.words("route.by_car")}</small>
                        </span>
                    </button>
                </li>
            }
            .into_any(),
        }
    };
    let body = move || match page.routes.get() {
        None => view! { <p class="unknown" role="status">{page.words("route.loading")}</p> }.into_any(),
        Some(Err(error)) => {
            let reason = move || page.fill("route.failed", &[("reason", &page.explain(&error))]);
            view! { <p class="unknown" role="alert">{reason}</p> }.into_any()
        }
        Some(Ok(reply)) => {
            let rows = lines(&reply, page.language.get(), page.unit()).into_iter().map(row).collect_view();
            view! {
                <ul class="routes">{rows}</ul>
                <p class="route-assumed" data-testid="route-assumed">{page.words("route.assumed")}</p>
            }
            .into_any()
        }
    };
    view! { <section data-testid="routes">{body}</section> }
}

/// From where the whole of a way is seen.
fn view_of(page: Page, index: usize) -> Option<Camera> {
    let park = page.park.get_untracked()?;
    let line = page.routes.with_untracked(|routes| Some(course(routes.as_ref()?.as_ref().ok()?, index, &park)))?;
    way_view(&line)
}
