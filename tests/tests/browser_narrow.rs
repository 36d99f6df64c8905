//! The page in the window of a telephone, in a real browser: how one begins, and that nothing is cut off.

use std::time::Duration;

use cloudsite_tests::{Browser, Server};
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
