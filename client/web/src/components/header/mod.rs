//! The bar at the top.

mod brand;
mod connection;
mod language_switch;
pub(crate) mod share_button;
mod unit_select;

use leptos::prelude::*;

use self::brand::Brand;
use self::connection::ConnectionWord;
use self::language_switch::LanguageSwitch;
use self::share_button::ShareButton;
use self::unit_select::UnitSelect;

/// Whose park this is, and how one reads it.
#[component]
pub(crate) fn Header() -> impl IntoView {
    view! {
        <header class="bar">
            <Brand />
            <div class="bar-tools">
                <ConnectionWord />
                <UnitSelect />
                <LanguageSwitch />
                <ShareButton />
            </div>
        </header>
    }
}
