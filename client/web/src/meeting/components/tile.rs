//! One picture of the strip.

use cloudsite_proto::meeting::{Person, Want};
use leptos::html;
use leptos::prelude::*;

use super::controls::{HAND, LEAD, MICROPHONE};
use crate::meeting::attending::Attending;
use crate::meeting::hall::Hall;
use crate::meeting::media::{self, Own};
use crate::meeting::pure::stage::Layout;
use crate::meeting::pure::tiles::Tile;
use crate::meeting::pure::words::initials;
use crate::state::Page;

/// How high a picture is sent that is shown small, large, and as a screen, pixels; in the grid it is between both.
const SMALL: u32 = 180;
const MIDDLE: u32 = 360;
const LARGE: u32 = 720;
const SCREEN: u32 = 1_080;

/// Someone's picture, or their initials; name and marks below. Pressed, it is shown large.
#[component]
pub(super) fn TileView(
    /// Whose, and what.
    tile: Tile,
    /// The one that is shown large.
    large: Memo<Option<Tile>>,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    let own = hall.seen.with_untracked(|seen| seen.own);
    let is_own = tile.participant == own;
    let person = Memo::new(move |_| hall.seen.with(|seen| seen.person(tile.participant).cloned().unwrap_or_default()));
    let mid =
        Memo::new(move |_| hall.tracks.with(|tracks| tracks.mid(tile.participant, tile.source()).map(str::to_owned)));
    let sends = move |person: &Person| if tile.is_screen { person.screen } else { person.camera };
    let has_picture =
        Memo::new(
            move |_| {
                if is_own { hall.switches.get().camera } else { person.with(sends) && mid.with(Option::is_some) }
            },
        );
    let is_large = Memo::new(move |_| large.get() == Some(tile));
    let is_chosen = Memo::new(move |_| hall.chosen.get() == Some(tile));
    let video = picture(hall, tile, is_own, mid);
    if !is_own {
        want(attending, tile, is_large, Memo::new(move |_| person.with(sends)));
    }
    let name = move || {
        let name = person.with(|person| person.name.clone());
        let name = if is_own { page.fill("meeting.you", &[("name", &name)]) } else { name };
        if tile.is_screen { page.fill("meeting.screen_of", &[("name", &name)]) } else { name }
    };
    let speaks = Memo::new(move |_| {
        let is_loud = hall.speaking.with(|speaking| speaking.contains(&tile.participant));
        !tile.is_screen && is_loud && person.with(|person| person.microphone && !person.muted)
    });
    let enlarge = move |_| hall.choose_large(tile);
    let hint = move || page.text(if is_chosen.get() { "meeting.layout.let_go" } else { "meeting.layout.choose" });
    let kind = if tile.is_screen { "screen" } else { "tile" };
    view! {
        <li
            class="tile"
            class:screen=tile.is_screen
            class:large=move || is_large.get()
            class:speaking=move || speaks.get()
            class:pictured=move || has_picture.get()
            data-testid=format!("{kind}-{}", tile.participant)
            data-speaking=move || speaks.get().to_string()
        >
            <button class="tile-face" type="button" aria-pressed=move || is_chosen.get().to_string() aria-label=name title=hint on:click=enlarge>
                <video node_ref=video autoplay playsinline prop:muted=true class:own=is_own></video>
                <span class="tile-initials" aria-hidden="true">{move || person.with(|person| initials(&person.name))}</span>
            </button>
            <p class="tile-name"><Marks person tile /> <span>{name}</span></p>
        </li>
    }
}

/// The element that plays the picture.
fn picture(hall: &'static Hall, tile: Tile, is_own: bool, mid: Memo<Option<String>>) -> NodeRef<html::Video> {
    let video = NodeRef::<html::Video>::new();
    Effect::new(move |_| {
        let Some(video) = video.get() else { return };
        if is_own {
            hall.captured.track();
            media::show(&video, if tile.is_screen { Own::Screen } else { Own::Camera });
        } else {
            hall.connection.track();
            mid.with(|mid| media::attach(&video, mid.as_deref()));
        }
    });
    video
}

/// Says how much of the picture is wanted, while it is shown and when it is no longer.
fn want(attending: Attending, tile: Tile, is_large: Memo<bool>, is_sent: Memo<bool>) {
    let say = move |max_height| {
        attending.want(Want { participant: tile.participant, source: tile.source().into(), max_height });
    };
    Effect::new(move |_| {
        // A connection that is made anew knows nothing of it.
        attending.hall.connection.track();
        if is_sent.get() {
            say(match (is_large.get(), tile.is_screen) {
                (true, true) => SCREEN,
                (true, false) | (false, true) => LARGE,
                (false, false) if attending.hall.layout.get() == Layout::Grid => MIDDLE,
                (false, false) => SMALL,
            });
        }
    });
    on_cleanup(move || say(0));
}

/// Muted, a hand, whose interpreter, who leads.
#[component]
fn Marks(
    /// Whose.
    person: Memo<Person>,
    /// In which picture.
    tile: Tile,
) -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let is_silent = move || person.with(|person| person.muted || !person.microphone) && !tile.is_screen;
    let hand = move || person.with(|person| person.hand > 0) && !tile.is_screen;
    let leads = move || hall.seen.with(|seen| seen.state.leader == tile.participant) && !tile.is_screen;
    let floor = move || person.with(|person| person.interprets.clone());
    view! {
        <Show when=leads>
            <svg class="tile-mark" viewBox="0 0 20 20" role="img" aria-label=page.words("meeting.mark.leads")>
                <path d=LEAD />
            </svg>
        </Show>
        <Show when=hand>
            <svg
                class="tile-mark raised"
                viewBox="0 0 20 20"
                role="img"
                aria-label=page.words("meeting.mark.hand")
                data-testid=format!("hand-{}", tile.participant)
            >
                <path d=HAND />
            </svg>
        </Show>
        <Show when=is_silent>
            <svg
                class="tile-mark"
                viewBox="0 0 20 20"
                role="img"
                aria-label=page.words("meeting.mark.muted")
                data-testid=format!("muted-{}", tile.participant)
            >
                <path d=MICROPHONE />
                <path d="M3.5 3.5l13 13" />
            </svg>
        </Show>
        {move || (!floor().is_empty() && !tile.is_screen).then(|| view! { <span class="tile-mark floor">{floor()}</span> })}
    }
}
