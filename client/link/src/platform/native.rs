//! gRPC over HTTP/2.

use std::time::Duration;

use tonic::transport::{Channel, Endpoint};

use crate::LinkError;
use crate::client::DEADLINE;

/// What carries the calls.
pub(crate) type Transport = Channel;

/// A transport to the server at `base_url`.
pub(crate) fn transport(base_url: &str) -> Result<Transport, LinkError> {
    let endpoint = Endpoint::from_shared(base_url.to_owned())
        .map_err(|error| LinkError::Invalid { field: "base_url".to_owned(), reason: error.to_string() })?;
    Ok(endpoint.connect_timeout(DEADLINE).connect_lazy())
}

/// Waits.
pub(crate) async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::pin::pin;

    use futures::StreamExt;

    use crate::{Client, LinkError, WatchEvent, retry_in};

    /// An address at which nobody listens.
    fn deserted() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn nobody_there_is_unreachable() {
        let answer = block_on(async { Client::connect(&deserted()).unwrap().park().await });
        assert!(matches!(answer, Err(LinkError::Unreachable { .. })), "{answer:?}");
    }

    #[test]
    fn a_watch_says_that_the_server_is_away_and_tries_again() {
        let events: Vec<_> = block_on(async {
            let client = Client::connect(&deserted()).unwrap();
            pin!(client.watch(7)).take(2).collect().await
        });
        let expected = [WatchEvent::Away { retry_in: retry_in(1) }, WatchEvent::Away { retry_in: retry_in(2) }];
        assert_eq!(events, expected);
    }

    #[test]
    fn a_malformed_address_is_refused() {
        let refusal = block_on(async { Client::connect("not an address").err() });
        assert!(matches!(&refusal, Some(LinkError::Invalid { field, .. }) if field == "base_url"), "{refusal:?}");
    }
}
