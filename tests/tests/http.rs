//! What the one port says to plain HTTP.

use cloudsite_proto::land::GetParkRequest;
use cloudsite_tests::{Server, get};

#[tokio::test]
async fn it_says_how_it_is() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&server.url(path), &[]).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn it_counts_what_it_does() {
    let server = Server::start().await;
    server.park().await.get_park(GetParkRequest::default()).await.unwrap();
    get(&server.url("/tiles/tileset"), &[]).await;
    let answer = get(&server.url("/metrics"), &[]).await;
    assert_eq!(answer.status, 200);
    let text = answer.text();
    let samples: Vec<&str> = text.lines().filter(|line| line.starts_with("cloudsite_")).collect();
    assert!(samples.len() >= 3, "{text}");
    assert!(samples.iter().all(|sample| sample.rsplit(' ').next().is_some_and(|value| value.parse::<f64>().is_ok())));
}

#[tokio::test]
async fn it_serves_a_page_that_is_never_stale() {
    let server = Server::start().await;
    let answer = get(&server.url("/"), &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("text/html"), "{:?}", answer.headers);
    assert!(!answer.header("cache-control").contains("immutable"), "{:?}", answer.headers);
    let text = answer.text();
    assert!(text.trim_start().to_lowercase().starts_with("<!doctype html>"), "{text}");
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let server = Server::start().await;
    for path in ["/no-such-page.js", "/tiles", "/viewer/none.wasm", "/../Cargo.toml", "/%2e%2e/%2e%2e/etc/passwd"] {
        let status = get(&server.url(path), &[]).await.status;
        assert!(matches!(status.as_u16(), 400 | 404), "{path}: {status}");
    }
}

#[tokio::test]
async fn the_built_page_is_compressed_and_not_sent_twice() {
    if std::env::var_os("CLOUDSITE_TEST_WEB_DIST").is_none() {
        println!("skipped: the page is not built; cargo xtask test builds it");
        return;
    }
    let server = Server::start().await;
    let index = get(&server.url("/"), &[]).await.text();
    let start = index.find("boot-").expect("the page loads its script");
    let name: String = index[start..].chars().take_while(|c| !matches!(c, '"' | '\'' | '>')).collect();
    let url = server.url(&format!("/{name}"));
    let plain = get(&url, &[]).await;
    assert_eq!(plain.status, 200, "{url}");
    assert!(plain.header("content-type").contains("javascript"), "{:?}", plain.headers);
    let again = get(&url, &[("if-none-match", plain.header("etag"))]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let compressed = get(&url, &[("accept-encoding", "br")]).await;
    assert_eq!(compressed.header("content-encoding"), "br");
    assert_eq!(compressed.decoded(), plain.body);
}
