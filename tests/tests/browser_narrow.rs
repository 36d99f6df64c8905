//! The page in the window of a telephone, in a real browser: how one begins, that nothing is cut off, and a meeting.

use std::time::Duration;

use cloudsite_proto::meeting::MeetingRole;
use cloudsite_tests::conference::{Attendee, guest_link, meeting_now};
use cloudsite_tests::{Browser, FAKE_MEDIA, Page, Server};
use serde_json::json;

const SIZE: (u32, u32) = (360, 740);
const SOON: Duration = Duration::from_mins(1);
/// Drawing in software takes its time.
const PATIENCE: Duration = Duration::from_mins(3);

const LANGUAGES: [&str; 3] = ["zh", "en", "ja"];

#[tokio::test]
async fn a_newcomer_sees_how_to_begin_a_brief() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = browser.open(&server.url("/?lang=zh&quality=light"), SIZE.0, SIZE.1).await;
    // What is drawn where the middle of the button is, and what the button and the handle say.
    let seen = "const button = document.querySelector('[data-testid=\"brief-open\"]');
        const handle = document.querySelector('[data-testid=\"sheet-handle\"]');
        if (!button || innerWidth !== 360) return null;
        const box = button.getBoundingClientRect();
        const on_top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        return on_top && button.contains(on_top) && box.bottom <= innerHeight && box.right <= innerWidth
          && button.scrollWidth <= button.clientWidth && [button.innerText, handle.innerText]";
    for language in LANGUAGES {
        page.go(&server.url(&format!("/?lang={language}&quality=light"))).await;
        let words = page.until("the way to a brief is in sight", SOON, seen).await;
        assert!(words[0].as_str().is_some_and(|text| text.len() > 10), "{language}: {words}");
        let handle = words[1].clone();
        assert!(
            handle.as_str().is_some_and(|text| text.len() > 4),
            "{language}: the handle says what it does: {words}"
        );
        page.click("brief-open").await;
        let first = "const first = document.querySelector('[data-testid=\"brief-template\"]')?.getBoundingClientRect();
            return first && first.top > 0 && first.bottom < innerHeight && document.querySelector('.panel.open')
              && document.querySelector('[data-testid=\"sheet-handle\"]').innerText";
        let back = page.until("the form is in sight", SOON, first).await;
        assert_ne!(back, handle, "{language}: open, the handle leads back");
    }
    page.close().await;
}

#[tokio::test]
async fn the_controls_of_the_view_fit_in_every_language() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let browser = Browser::start().await;
    let page = browser.open(&server.url("/?lang=zh&quality=light"), SIZE.0, SIZE.1).await;
    page.until("the park is drawn", PATIENCE, "return document.querySelector('[data-state=\"running\"]')").await;
    for language in LANGUAGES {
        page.click(&format!("lang-{language}")).await;
        let lang = format!(
            "return document.querySelector('[data-testid=\"lang-{language}\"]').ariaPressed === 'true'
               && !!document.querySelector('.tools')"
        );
        page.until("the language is another", SOON, &lang).await;
        let fits = page
            .run(
                "const bar = document.querySelector('.tools').getBoundingClientRect();
                 const tools = [...document.querySelectorAll('.tools .tool')];
                 const boxes = tools.map(tool => tool.getBoundingClientRect());
                 const of_handle = document.querySelector('.panel').getBoundingClientRect();
                 return [tools.length, bar.left >= 0 && bar.right <= innerWidth, bar.bottom <= of_handle.top,
                   boxes.every(box => box.left >= bar.left && box.right <= bar.right),
                   boxes.slice(1).every((box, before) => boxes[before].right <= box.left),
                   tools.every(tool => tool.scrollWidth <= tool.clientWidth)]",
            )
            .await;
        assert_eq!(fits, json!([5, true, true, true, true, true]), "{language}: none is cut off or lies over another");
    }
    page.close().await;
}

/// Gives camera and microphone only once `allow()` was called, as a browser does that asks first; `given` are their tracks. And
/// there is no connection for media while it is `broken`.
const ASKS: &str = "
    const media = navigator.mediaDevices;
    const take = media.getUserMedia.bind(media);
    window.given = []; window.waiting = []; window.asks = true;
    media.getUserMedia = async wish => {
        if (window.asks) await new Promise(go => window.waiting.push(go));
        const stream = await take(wish);
        window.given.push(...stream.getTracks());
        return stream;
    };
    window.allow = () => { window.asks = false; window.waiting.forEach(go => go()); };
    const Line = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Line {
        constructor(...given) {
            if (window.broken) throw new DOMException('none', 'UnknownError');
            super(...given);
        }
    };
    return true";

/// Opens the dialog of the only meeting that there is, from the list.
async fn come(page: &Page) {
    page.click("meetings").await;
    let join = "const join = document.querySelector('[data-testid^=\"join-\"]'); join?.click(); return join !== null";
    page.until("the meeting is listed", SOON, join).await;
}

/// Whether these are in sight, beside each other, within the window, and nothing lies over their middle: why not, or nothing.
async fn cut_off(page: &Page, css: &str) -> serde_json::Value {
    let script = format!(
        "const found = [...document.querySelectorAll({css:?})].filter(one => one.checkVisibility());
         if (found.length === 0) return 'there is none';
         const bad = found.filter(one => {{
           const box = one.getBoundingClientRect();
           const on_top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
           return box.left < 0 || box.right > innerWidth || box.top < 0 || box.bottom > innerHeight
             || !(one.contains(on_top) || on_top?.closest({css:?}) === one);
         }});
         return bad.map(one => one.dataset.testid ?? one.className).join(', ')"
    );
    page.run(&script).await
}

#[tokio::test]
async fn a_meeting_fits_into_the_window_of_a_telephone() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let meeting = meeting_now(&server).await;
    let browser = Browser::start().await;
    // Nobody looks at the park here: drawing it would keep the processor from the pictures.
    let flags = [&FAKE_MEDIA[..], &["--disable-3d-apis"]].concat();
    let page = browser.open_with(&server.sign_in_link("host").await, SIZE.0, SIZE.1, &flags).await;
    page.until("the page is there", SOON, "return document.querySelector('[data-testid=\"meetings\"]')").await;
    page.run(ASKS).await;
    be_refused(&page).await;
    come_in(&page).await;

    let mut guests = Vec::new();
    for number in 1..=10 {
        let secret = guest_link(&server, &meeting, &format!("Guest {number}"), MeetingRole::Guest).await;
        guests.push(Attendee::guest(&server, &secret).await.expect("the guest comes"));
    }
    page.click("people").await;
    let ten = "return document.querySelectorAll('[data-testid^=\"admit-\"]').length === 11";
    page.until("ten wait, and can be let in at once", SOON, ten).await;
    page.click("admit-all").await;
    page.until("they are in", SOON, "return document.querySelectorAll('.tile').length === 9").await;
    page.click("people").await;

    for language in LANGUAGES {
        page.run(&format!("document.querySelector('[data-testid=\"lang-{language}\"]').click()")).await;
        assert_eq!(cut_off(&page, ".meeting-bar button, .meeting-bar summary").await, "", "{language}");
        assert_eq!(cut_off(&page, ".tiles-tools button").await, "", "{language}");
    }
    see_everyone(&page).await;
    page.click("meeting-quality").await;
    assert_eq!(cut_off(&page, ".meeting-line select").await, "");
    let loud = "return Number(document.querySelector('[data-testid=\"meeting-level\"]').dataset.level) > 0.1";
    page.until("one sees how loud one is", SOON, loud).await;
    page.close().await;
}

/// Whoever cancels while the browser asks has neither camera nor microphone on afterwards.
async fn be_refused(page: &Page) {
    come(page).await;
    page.until("the browser asks", SOON, "return window.waiting.length === 2").await;
    page.click("meeting-cancel").await;
    page.run("window.allow(); return true").await;
    let off = "return window.given.length === 2 && window.given.every(track => track.readyState === 'ended')";
    page.until("what is allowed by then is off", SOON, off).await;
}

/// Joins while there can be no connection for media, is told so, and has one once there can be.
async fn come_in(page: &Page) {
    page.run("window.broken = true; return true").await;
    come(page).await;
    page.click("meeting-join").await;
    let told = "return document.querySelector('[data-testid=\"meeting-unconnected\"]')";
    page.until("that nobody is heard is said", SOON, told).await;
    page.run("window.broken = false; return true").await;
    let connected = "return document.querySelector('[data-testid=\"meeting-quality\"]').dataset.path === 'udp'
        && document.querySelector('[data-testid=\"meeting-unconnected\"]') === null";
    page.until("it was tried again", SOON, connected).await;
}

/// All eleven are found in the grid; whoever is pressed there is large, and stays so on every page.
async fn see_everyone(page: &Page) {
    let names =
        "return [...document.querySelectorAll('.tile .tile-name > span:last-child')].map(name => name.innerText)";
    page.click("layout-grid").await;
    assert_eq!(cut_off(page, ".tile-face").await, "", "nine fit");
    let mut seen = std::collections::BTreeSet::new();
    for at in ["1/3", "2/3", "3/3"] {
        let here = format!("return document.querySelector('[data-testid=\"seats-page\"]').innerText === {at:?}");
        page.until(at, SOON, &here).await;
        let on_page = page.run(names).await;
        seen.extend(on_page.as_array().expect("names").iter().map(ToString::to_string));
        if at != "3/3" {
            page.click("seats-next").await;
        }
    }
    assert_eq!(seen.len(), 11, "{seen:?}");
    page.run("document.querySelector('.tile-face').click()").await;
    page.until("one is large", SOON, "return document.querySelector('.tile.large') !== null").await;
    assert_eq!(cut_off(page, ".tile.large").await, "");
    assert_eq!(cut_off(page, ".meeting-bar button").await, "");
    let large = page.run("return document.querySelector('.tile.large').dataset.testid").await;
    page.click("seats-before").await;
    page.click("seats-before").await;
    let first = "return document.querySelector('[data-testid=\"seats-page\"]').innerText === '1/3'";
    page.until("the first page", SOON, first).await;
    assert_eq!(page.run("return document.querySelector('.tile.large')?.dataset.testid").await, large, "it stays");
    let keys = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'v', bubbles: true })); return true";
    page.run(keys).await;
    let grid = "return document.querySelector('[data-testid=\"tiles\"]').dataset.layout === 'grid'";
    page.until("a key goes on", SOON, grid).await;
    page.click("layout-strip").await;
}
