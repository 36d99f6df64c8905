//! The bar at the top.

mod account;
mod brand;
mod connection;
mod language_switch;
mod meetings;
pub(crate) mod share_button;
mod time_switch;
mod unit_select;

use leptos::prelude::*;

use self::account::Account;
use self::brand::Brand;
use self::language_switch::LanguageSwitch;
use self::meetings::Meetings;
use self::share_button::ShareButton;
use self::time_switch::TimeSwitch;
use self::unit_select::UnitSelect;

/// Whose park this is, and how one reads it.
#[component]
pub(crate) fn Header() -> impl IntoView {
    view! {
        <header class="bar">
            <Brand />
            <div class="bar-tools">
                <TimeSwitch />
                <Meetings />
                <UnitSelect />
                <LanguageSwitch />
                <ShareButton />
            </div>
            <Account />
        </header>
    }
}
