//! The names of those who are seen in the park, over the picture: the page has the fonts for all of them.

use cloudsite_proto::meeting::Person;
use cloudsite_proto::scene::NameSeen;
use leptos::prelude::*;

use crate::meeting::attending::Attending;
use crate::meeting::pure::park::colour;

/// Of which picture of whom a name is: of their avatar or their pointer, in one pane.
type Key = (u32, bool, u32);

const fn key_of(name: &NameSeen) -> Key {
    (name.person, name.points, name.pane)
}

/// Each name where the viewer says that it belongs.
#[component]
pub(in crate::meeting) fn Names() -> impl IntoView {
    let hall = Attending::here().hall;
    let keys = Memo::new(move |_| hall.names.with(|names| names.iter().map(key_of).collect::<Vec<_>>()));
    // To those who do not see the park it says nothing where in it a name stands.
    view! {
        <div class="park-names" aria-hidden="true" data-testid="park-names">
            <For each=move || keys.get() key=|key| *key let(key)>
                <Name of=key />
            </For>
        </div>
    }
}

/// A name.
#[component]
fn Name(
    /// Whose, and of what.
    of: Key,
) -> impl IntoView {
    let Attending { hall, archive, .. } = Attending::here();
    let (person, points, _) = of;
    let place = Memo::new(move |_| {
        let place =
            |names: &Vec<NameSeen>| names.iter().find(|name| key_of(name) == of).map(|name| (name.across, name.down));
        hall.names.with(place).unwrap_or_default()
    });
    let percent = |share: f64| format!("{:.3}%", share * 100.0);
    let here = move || hall.seen.with(|seen| seen.person(person).map(|person| person.name.clone()));
    // In a recording it is whoever was there.
    let recorded = move || {
        let at_ms = archive.at_ms.get();
        let of = |people: &[Person]| people.iter().find(|known| known.id == person).map(|known| known.name.clone());
        archive.with(|replay| of(replay.present_at(at_ms))).flatten()
    };
    let name = move || here().or_else(recorded).unwrap_or_default();
    view! {
        <span
            class="park-name"
            data-colour=colour(person)
            data-of=if points { "pointer" } else { "avatar" }
            style:left=move || percent(place.get().0)
            style:top=move || percent(place.get().1)
        >
            {name}
        </span>
    }
}
