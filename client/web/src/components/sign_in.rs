//! The dialog to sign in.

use cloudsite_link::LinkError;
use cloudsite_proto::identity::OpenIdMethod;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::state::Page;
use crate::task::Loader;

/// E-mail and password. The browser keeps the focus within and closes it by Escape.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let page = Page::here();
    let loader = use_context::<Loader>();
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<LinkError>));
    let dialog = NodeRef::<html::Dialog>::new();
    let providers = RwSignal::new(Vec::<OpenIdMethod>::new());
    Effect::new(move |_| {
        let open = page.signing_in.get();
        if let Some(loader) = loader.filter(|_| open) {
            spawn_local(async move { providers.set(loader.sign_in_providers().await) });
        }
        if let Some(dialog) = dialog.get() {
            if open && !dialog.open() {
                // Refused only where the dialog stands in no document.
                let _detached = dialog.show_modal();
            } else if !open {
                dialog.close();
            }
        }
    });
    let closed = move |_| {
        page.signing_in.set(false);
        password.set(String::new());
        failure.set(None);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(loader) = loader.filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        spawn_local(async move {
            match loader.sign_in(email.get_untracked(), password.get_untracked()).await {
                Ok(()) => page.signing_in.set(false),
                Err(error) => failure.set(Some(error)),
            }
            busy.set(false);
        });
    };
    let said = move || {
        failure.get().map(|error| match error {
            LinkError::SignInRequired { .. } => page.text("sign_in.wrong"),
            LinkError::Busy { .. } => page.text("sign_in.too_many"),
            other => page.explain(&other),
        })
    };
    let provider = move |provider: OpenIdMethod| {
        let OpenIdMethod { name, path } = provider;
        view! {
            <a class="button provider" href=path data-testid="sign-in-provider">{move || page.fill("sign_in.provider", &[("name", &name)])}</a>
        }
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="sign-in-title" on:close=closed>
            <form on:submit=submit>
                <h2 id="sign-in-title">{page.words("sign_in.title")}</h2>
                <p class="dialog-lead">{page.words("sign_in.lead")}</p>
                {move || providers.get().into_iter().map(provider).collect_view()}
                <label>
                    <span>{page.words("sign_in.email")}</span>
                    <input
                        class="field"
                        type="email"
                        autocomplete="username"
                        required
                        data-testid="sign-in-email"
                        prop:value=move || email.get()
                        on:input=move |event| email.set(event_target_value(&event))
                    />
                </label>
                <label>
                    <span>{page.words("sign_in.password")}</span>
                    <input
                        class="field"
                        type="password"
                        autocomplete="current-password"
                        required
                        data-testid="sign-in-password"
                        prop:value=move || password.get()
                        on:input=move |event| password.set(event_target_value(&event))
                    />
                </label>
                <p class="failure" role="alert" data-testid="sign-in-failure">{said}</p>
                <div class="dialog-buttons">
                    <button class="button" type="button" on:click=move |_| page.signing_in.set(false)>
                        {page.words("sign_in.cancel")}
                    </button>
                    <button
                        class="button primary"
                        type="submit"
                        disabled=move || busy.get()
                        data-testid="sign-in-submit"
                    >
                        {page.words("account.sign_in")}
                    </button>
                </div>
            </form>
        </dialog>
    }
}
