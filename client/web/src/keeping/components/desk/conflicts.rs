//! What both the changeset and the record have changed, to be decided one by one.

use cloudsite_proto::change::{Conflict, Side};
use cloudsite_proto::identity::Role;
use leptos::prelude::*;

use crate::keeping::desk::{Conflicts as Undecided, Desk, key_of};
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::compare::{path_name, value_text};
use crate::keeping::pure::work::Act;
use crate::pure::facts::code_of;
use crate::pure::people::has;
use crate::state::Page;

/// Each conflict with both sides to choose from.
#[component]
pub(super) fn Conflicts() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let keeper = Keeper::here();
    let edits = move || page.caller.with(|caller| has(caller.as_ref(), Role::Editor));
    let shown = move || desk.conflicts.with(|known| known.as_ref().is_some_and(|known| !known.open.is_empty()));
    let listed =
        move || desk.conflicts.with(|known| known.as_ref().map(|known| known.open.clone()).unwrap_or_default());
    let decided = move || desk.conflicts.with(|known| known.as_ref().is_some_and(Undecided::all_decided));
    let decide_all = move |side: Side| {
        desk.conflicts.update(|known| {
            if let Some(known) = known {
                known.decided = known.open.iter().map(|conflict| (key_of(conflict), side)).collect();
            }
        });
    };
    let apply = move |_| {
        keeper.act(Act::Rebase, String::new());
    };
    view! {
        <Show when=shown>
            <section class="conflicts" data-testid="conflicts">
                <h3>{page.words("conflict.title")}</h3>
                <p class="hint">{move || page.text(if edits() { "conflict.lead" } else { "conflict.for_editor" })}</p>
                <Show when=edits>
                    <p class="conflict-all">
                        <button class="button" type="button" data-testid="all-ours" on:click=move |_| decide_all(Side::Ours)>
                            {page.words("conflict.all_ours")}
                        </button>
                        <button class="button" type="button" data-testid="all-theirs" on:click=move |_| decide_all(Side::Theirs)>
                            {page.words("conflict.all_theirs")}
                        </button>
                    </p>
                </Show>
                <For each=listed key=key_of let:conflict>
                    <ConflictItem conflict />
                </For>
                <Show when=edits>
                    <button
                        class="button primary"
                        type="button"
                        disabled=move || !decided() || desk.doing.with(Option::is_some)
                        data-testid="conflicts-apply"
                        on:click=apply
                    >
                        {page.words("conflict.apply")}
                    </button>
                </Show>
            </section>
        </Show>
    }
}

#[component]
fn ConflictItem(
    /// The conflict.
    conflict: Conflict,
) -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let key = key_of(&conflict);
    let group = format!("{} {}", key.0, key.1);
    let path = conflict.path.clone();
    let code = code_of(&conflict.feature).to_owned();
    let side = move |side: Side, name: &'static str, json: String| {
        let (key, path, own) = (key.clone(), path.clone(), key.clone());
        let chosen = move || {
            desk.conflicts.with(|known| known.as_ref().and_then(|known| known.decided.get(&own).copied()) == Some(side))
        };
        let choose = move |_| {
            desk.conflicts.update(|known| {
                if let Some(known) = known {
                    known.decided.insert(key.clone(), side);
                }
            });
        };
        let value = move || value_text(&path, &json, page.language.get()).unwrap_or_else(|| page.text("compare.none"));
        view! {
            <label class="side">
                <input type="radio" name=group.clone() prop:checked=chosen on:change=choose />
                <span><small>{page.words(name)}</small> {value}</span>
            </label>
        }
    };
    let path = conflict.path.clone();
    view! {
        <fieldset class="conflict">
            <legend><b>{code}</b> " " {move || path_name(&path, page.language.get())}</legend>
            {side.clone()(Side::Ours, "conflict.ours", conflict.ours.clone())}
            {side(Side::Theirs, "conflict.theirs", conflict.theirs.clone())}
        </fieldset>
    }
}
