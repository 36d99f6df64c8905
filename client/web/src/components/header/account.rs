//! Who is signed in.

use cloudsite_proto::identity::{Caller, Role};
use leptos::prelude::*;

use crate::pure::people::{organisation_name, role_key};
use crate::state::Page;
use crate::task::Loader;

/// A button to sign in, or the member's name with what they are here and a way out.
#[component]
pub(crate) fn Account() -> impl IntoView {
    let page = Page::here();
    let account = move || match page.caller.get() {
        None => view! { <SignInButton /> }.into_any(),
        Some(caller) => view! { <Member caller /> }.into_any(),
    };
    view! { <div class="account">{account}</div> }
}

#[component]
fn SignInButton() -> impl IntoView {
    let page = Page::here();
    view! {
        <button class="button" type="button" data-testid="sign-in" on:click=move |_| page.signing_in.set(true)>
            {page.words("account.sign_in")}
        </button>
    }
}

#[component]
fn Member(
    /// Who it is.
    caller: Caller,
) -> impl IntoView {
    let page = Page::here();
    let loader = use_context::<Loader>();
    let name = caller.member.as_ref().map(|member| member.display_name.clone()).unwrap_or_default();
    let roles: Vec<Role> = caller.roles.iter().filter_map(|role| Role::try_from(*role).ok()).collect();
    let roles = move || roles.iter().map(|role| view! { <li>{page.text(role_key(*role))}</li> }).collect_view();
    let organisation = move || organisation_name(&caller, page.language.get());
    let leave = move |_| {
        if let Some(loader) = loader {
            loader.sign_out();
        }
    };
    view! {
        <details class="drop" name="bar">
            <summary class="button member" aria-label=name.clone() data-testid="account">
                <svg viewBox="0 0 20 20" aria-hidden="true">
                    <circle cx="10" cy="7" r="3.2" />
                    <path d="M3.8 17c.8-3.4 3.2-5 6.2-5s5.4 1.6 6.2 5" />
                </svg>
                <span>{name.clone()}</span>
            </summary>
            <div class="drop-body">
                <p class="account-name">{name}</p>
                <p class="account-firm">{organisation}</p>
                <ul class="roles" aria-label=page.words("account.roles")>{roles}</ul>
                <button class="button" type="button" data-testid="sign-out" on:click=leave>
                    {page.words("account.sign_out")}
                </button>
            </div>
        </details>
    }
}
