//! The park and its zones.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;

impl Loader {
    /// Loads the park and the zones of the time that is shown. The park is the newest, whose frame all views are in. What
    /// is there stays when that fails: the watch loads again once it is connected.
    pub(super) fn load_park(self) {
        let (page, client, asked) = (self.page, self.client(), self.page.asked());
        spawn_local(async move {
            let (park, zones) = futures::join!(client.park(), client.zones(asked.0));
            if page.asked() != asked {
                return;
            }
            if let Ok(park) = park {
                page.park.set(Some(park));
            }
            if let Ok(zones) = zones {
                page.zones.set(zones);
            }
        });
    }
}
