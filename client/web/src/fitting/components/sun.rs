//! The sun of a day, on the ground and on the neighbours.

use leptos::prelude::*;

use crate::browser;
use crate::fitting::fitter::Fitter;
use crate::fitting::pure::drawn::sun_colour;
use crate::fitting::shine::Shine;
use crate::pure::measure::short_length;
use crate::pure::number::number;
use crate::state::Page;

/// Neighbours that are named at most.
const MOST_NAMED: usize = 6;

/// The day, and what its sun does.
#[component]
pub(super) fn Sun() -> impl IntoView {
    let page = Page::here();
    let trial = Fitter::here().trial;
    let year = browser::today().chars().take(4).collect::<String>();
    let days = [
        ("", "fit.sun.off"),
        ("-12-22", "fit.sun.winter"),
        ("-03-20", "fit.sun.equinox"),
        ("-06-21", "fit.sun.summer"),
    ];
    let day = move |(of_year, key): (&'static str, &'static str)| {
        let date = if of_year.is_empty() { String::new() } else { format!("{year}{of_year}") };
        let own = date.clone();
        view! {
            <button
                type="button"
                aria-pressed=move || (trial.day.get() == own).to_string()
                data-testid=key
                on:click=move |_| trial.day.set(date.clone())
            >
                {page.words(key)}
            </button>
        }
    };
    view! {
        <h3>{page.words("fit.sun")}</h3>
        <div class="segments fit-days">{days.map(day).into_iter().collect_view()}</div>
        <label class="fit-day">
            <span>{page.words("fit.sun.day")}</span>
            <input
                class="field"
                type="date"
                data-testid="fit-day"
                prop:value=move || trial.day.get()
                on:change=move |event| trial.day.set(event_target_value(&event))
            />
        </label>
        {move || trial.shine.get().map(|shine| view! { <Shade shine /> })}
    }
}

#[component]
fn Shade(
    /// What was counted.
    shine: Shine,
) -> impl IntoView {
    let page = Page::here();
    let hours = move |hours: f64| number(hours, 1, page.language.get());
    let (day, least) = (shine.hours, shine.least);
    let of_day = move || page.fill("fit.sun.hours", &[("n", &hours(day))]);
    let scale = move || {
        (0..4)
            .map(|step| {
                let share = f64::from(step) / 3.0;
                let colour = format!("#{:06x}", sun_colour(share));
                view! { <li><i style:background=colour></i>{hours(day * share)} " h"</li> }
            })
            .collect_view()
    };
    let named = shine.touched.iter().take(MOST_NAMED);
    let named = named
        .map(|(code, touched)| {
            let (code, touched) = (code.clone(), *touched);
            view! { <li><span>{code}</span><b>{move || hours(touched)} " h"</b></li> }
        })
        .collect_view();
    let more = shine.touched.len().saturating_sub(MOST_NAMED);
    let is_none = shine.touched.is_empty();
    let touches = move || {
        let near = short_length(100.0, page.unit(), page.language.get());
        if is_none { page.fill("fit.sun.touches_none", &[("n", &near)]) } else { page.text("fit.sun.touches") }
    };
    view! {
        <div class="fit-sun" data-testid="fit-shade">
            <p>{of_day}</p>
            <p>{move || least.map(|least| page.fill("fit.sun.least", &[("n", &hours(least))]))}</p>
            <ul class="fit-scale" aria-label=page.words("fit.sun.scale")>{scale}</ul>
            <p>{touches}</p>
            <ul class="fit-touched">{named}</ul>
            {(more > 0).then(|| view! { <p class="hint">{move || page.fill("fit.sun.more", &[("n", &more.to_string())])}</p> })}
            <p class="hint">{page.words("fit.sun.hint")}</p>
        </div>
    }
}
