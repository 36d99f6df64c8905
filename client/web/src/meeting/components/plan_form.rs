//! Planning a meeting.

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::Meeting;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use prost_types::Timestamp;

use super::modal::Modal;
use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::hall::Planning;
use crate::meeting::pure::clock::{clock_secs, field_of, moment, next_half_hour};
use crate::meeting::pure::floors::language_name;
use crate::pure::facts::code_of;
use crate::state::Page;

/// The zones of the park and of the centres abroad, beside the reader's own.
const ZONES: [&str; 8] = [
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Singapore",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
];

/// Languages that can be interpreted into.
const LANGUAGES: [&str; 5] = ["zh", "en", "ja", "ko", "de"];

/// How long a meeting can be chosen to be, minutes.
const MINUTES: [i64; 6] = [30, 45, 60, 90, 120, 180];

/// The dialog.
#[component]
pub(super) fn PlanForm() -> impl IntoView {
    let hall = Attending::here().hall;
    let open = Signal::derive(move || hall.planning.with(|planning| *planning == Some(Planning::Plan)));
    let closed = Callback::new(move |()| hall.planning.set(None));
    view! {
        <Modal open title="plan-title" testid="plan-dialog" closed>
            <Fields />
        </Modal>
    }
}

/// What is typed.
#[derive(Debug, Clone, Copy)]
struct Typed {
    title: RwSignal<String>,
    starts: RwSignal<String>,
    zone: RwSignal<String>,
    minutes: RwSignal<i64>,
    floors: RwSignal<Vec<&'static str>>,
}

impl Typed {
    fn new() -> Self {
        let zone = browser::own_zone();
        let now = browser::now_secs();
        let clock = now + browser::zone_offset_secs(now, &zone);
        Self {
            title: RwSignal::new(String::new()),
            starts: RwSignal::new(field_of(next_half_hour(clock))),
            zone: RwSignal::new(zone),
            minutes: RwSignal::new(60),
            floors: RwSignal::new(Vec::new()),
        }
    }

    /// When it begins and ends, seconds since 1970. Follows.
    fn span(self) -> Option<(i64, i64)> {
        let zone = self.zone.get();
        let starts = moment(clock_secs(&self.starts.get())?, |at| browser::zone_offset_secs(at, &zone));
        Some((starts, starts + self.minutes.get() * 60))
    }

    fn meeting(self) -> Option<Meeting> {
        let (starts, ends) = self.span()?;
        let at = |seconds| Some(Timestamp { seconds, nanos: 0 });
        Some(Meeting {
            title: self.title.get().trim().to_owned(),
            starts_at: at(starts),
            ends_at: at(ends),
            time_zone: self.zone.get(),
            floors: self.floors.get().into_iter().map(str::to_owned).collect(),
            ..Meeting::default()
        })
    }
}

#[component]
fn Fields() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let typed = Typed::new();
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<LinkError>));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(meeting) = untrack(|| typed.meeting()).filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        spawn_local(async move {
            let planned = attending.plan(meeting).await;
            // The dialog is gone where it was planned.
            if let Err(error) = planned {
                failure.try_set(Some(error));
            }
            busy.try_set(false);
        });
    };
    view! {
        <form on:submit=submit>
            <h2 id="plan-title">{page.words("meeting.plan")}</h2>
            <label>
                <span>{page.words("meeting.title")}</span>
                <input
                    class="field"
                    type="text"
                    required
                    maxlength="100"
                    data-testid="plan-name"
                    prop:value=move || typed.title.get()
                    on:input=move |event| typed.title.set(event_target_value(&event))
                />
            </label>
            <Time typed />
            <fieldset class="plan-floors">
                <legend>{page.words("meeting.floors")}</legend>
                {LANGUAGES.map(|tag| view! { <FloorBox tag typed /> }).collect_view()}
            </fieldset>
            <p class="failure" role="alert" data-testid="plan-failure">
                {move || failure.get().map(|error| page.explain(&error))}
            </p>
            <div class="dialog-buttons">
                <button class="button" type="button" on:click=move |_| attending.hall.planning.set(None)>
                    {page.words("sign_in.cancel")}
                </button>
                <button class="button primary" type="submit" disabled=move || busy.get() data-testid="plan-submit">
                    {page.words("meeting.plan.submit")}
                </button>
            </div>
        </form>
    }
}

/// When, by whose clock, and how long; and what time that is here and at the park.
#[component]
fn Time(
    /// Where it is typed into.
    typed: Typed,
) -> impl IntoView {
    let page = Page::here();
    let own = browser::own_zone();
    let centre = page.caller.with_untracked(|caller| {
        caller.as_ref().and_then(|caller| caller.organisation.as_ref()).map(|centre| centre.time_zone.clone())
    });
    let mut zones = vec![own.clone()];
    for zone in centre.into_iter().chain(ZONES.map(str::to_owned)) {
        if !zone.is_empty() && !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    let zone_option = move |zone: String| {
        let name = zone.replace('_', " ");
        let value = zone.clone();
        view! { <option value=value selected=move || typed.zone.get() == zone>{name}</option> }
    };
    let minutes_option = move |minutes: i64| {
        view! {
            <option value=minutes.to_string() selected=move || typed.minutes.get() == minutes>
                {move || page.fill("meeting.minutes", &[("n", &minutes.to_string())])}
            </option>
        }
    };
    let elsewhere = move || {
        let (starts, _) = typed.span()?;
        let language = page.language.get();
        let mut places = vec![own.clone(), "Asia/Shanghai".to_owned()];
        places.retain(|place| *place != typed.zone.get());
        places.dedup();
        let said = |place: &String| {
            format!("{} ({})", browser::date_and_time_in(starts, place, language), code_of(place).replace('_', " "))
        };
        Some(places.iter().map(said).collect::<Vec<_>>().join(" · "))
    };
    view! {
        <div class="plan-time">
            <label>
                <span>{page.words("meeting.starts")}</span>
                <input
                    class="field"
                    type="datetime-local"
                    required
                    data-testid="plan-starts"
                    prop:value=move || typed.starts.get()
                    on:input=move |event| typed.starts.set(event_target_value(&event))
                />
            </label>
            <label>
                <span>{page.words("meeting.zone")}</span>
                <select class="select" data-testid="plan-zone" on:change=move |event| typed.zone.set(event_target_value(&event))>
                    {zones.into_iter().map(zone_option).collect_view()}
                </select>
            </label>
            <label>
                <span>{page.words("meeting.length")}</span>
                <select
                    class="select"
                    data-testid="plan-minutes"
                    on:change=move |event| typed.minutes.set(event_target_value(&event).parse().unwrap_or(60))
                >
                    {MINUTES.map(minutes_option).collect_view()}
                </select>
            </label>
        </div>
        <p class="hint" data-testid="plan-elsewhere">{elsewhere}</p>
    }
}

#[component]
fn FloorBox(
    /// A language.
    tag: &'static str,
    /// Where it is typed into.
    typed: Typed,
) -> impl IntoView {
    let change = move |event| {
        let on = event_target_checked(&event);
        typed.floors.update(|floors| {
            floors.retain(|floor| *floor != tag);
            if on {
                floors.push(tag);
            }
        });
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                data-testid=format!("plan-floor-{tag}")
                prop:checked=move || typed.floors.with(|floors| floors.contains(&tag))
                on:change=change
            />
            <span>{language_name(tag)}</span>
        </label>
    }
}
