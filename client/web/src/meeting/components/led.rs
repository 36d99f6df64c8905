//! Who leads, and the way back to them.

use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::meeting::pure::seen::Seen;
use crate::state::Page;

/// A line above the controls while someone leads.
#[component]
pub(super) fn LedLine() -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let standing = Memo::new(move |_| hall.seen.with(standing));
    let leader = move || {
        hall.seen.with(|seen| seen.person(seen.state.leader).map(|leader| leader.name.clone()).unwrap_or_default())
    };
    let line = move || match standing.get() {
        Standing::Nobody => None,
        Standing::Leads => Some(
            view! {
                <span>{page.words("meeting.led.self")}</span>
                <button class="link" type="button" data-testid="lead-stop" on:click=move |_| attending.lead(true)>
                    {page.words("meeting.led.stop")}
                </button>
            }
            .into_any(),
        ),
        Standing::Follows => Some(
            view! {
                <span>{move || page.fill("meeting.led.follows", &[("name", &leader())])}</span>
                <button class="link" type="button" data-testid="roam" on:click=move |_| attending.roam()>
                    {page.words("meeting.led.roam")}
                </button>
            }
            .into_any(),
        ),
        Standing::Free => Some(
            view! {
                <span>{page.words("meeting.led.free")}</span>
                <button class="button primary" type="button" data-testid="rejoin" on:click=move |_| attending.rejoin()>
                    {move || page.fill("meeting.led.back", &[("name", &leader())])} " (B)"
                </button>
            }
            .into_any(),
        ),
    };
    view! {
        <div class="led-line" role="status" data-testid="led" data-standing=move || standing.get().word() hidden=move || standing.get() == Standing::Nobody>
            {line}
        </div>
    }
}

/// How one stands to whoever leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Nobody,
    Leads,
    Follows,
    Free,
}

impl Standing {
    const fn word(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Leads => "leads",
            Self::Follows => "follows",
            Self::Free => "free",
        }
    }
}

fn standing(seen: &Seen) -> Standing {
    match () {
        () if seen.state.leader == 0 => Standing::Nobody,
        () if seen.leads() => Standing::Leads,
        () if seen.follows() => Standing::Follows,
        () => Standing::Free,
    }
}
