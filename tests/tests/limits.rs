//! What a caller may ask of the running server in time, and how many streams it may open.

use std::time::Duration;

use bytes::Bytes;
use cloudsite_proto::land::{GetParkRequest, WatchRequest};
use cloudsite_tests::{Answer, Server, send};
use http::Request;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;

const SOON: Duration = Duration::from_secs(20);
const DEADLINE_EXCEEDED: &str = "4";

/// A call by gRPC-Web with the time that its caller gives it.
async fn call(server: &Server, method: &str, message: &impl Message, timeout: &str) -> Answer {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).expect("a short message").to_be_bytes();
    let body = [&[0][..], &length, &message].concat();
    let request = Request::post(server.url(&format!("/cloudsite.land.v1.ParkService/{method}")))
        .header("content-type", "application/grpc-web+proto")
        .header("grpc-timeout", timeout)
        .body(Bytes::from(body));
    let answer = tokio::time::timeout(SOON, send(request.expect("the request is well formed"))).await;
    answer.unwrap_or_else(|_| panic!("{method} within {timeout} does not end"))
}

/// The status of a call, from the trailers in the body or, where there is none, from the head.
fn status(answer: &Answer) -> String {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let in_body = text.split("grpc-status:").nth(1).and_then(|rest| rest.split("\r\n").next());
    in_body.map_or_else(|| answer.header("grpc-status").to_owned(), |status| status.trim().to_owned())
}

#[tokio::test]
async fn a_call_has_the_time_that_its_caller_gives_it() {
    let server = Server::start().await;
    let park = GetParkRequest::default();
    for (timeout, expected) in [("0m", DEADLINE_EXCEEDED), ("20S", "0"), ("1H", "0"), ("soon", "0"), ("-1S", "0")] {
        let answer = call(&server, "GetPark", &park, timeout).await;
        assert_eq!(status(&answer), expected, "{timeout}: {answer:?}");
    }
}

#[tokio::test]
async fn a_stream_ends_when_its_caller_has_no_more_time() {
    let server = Server::start().await;
    let answer = call(&server, "Watch", &WatchRequest::default(), "300m").await;
    assert_eq!(status(&answer), DEADLINE_EXCEEDED, "{answer:?}");
    assert!(answer.body.len() > 60, "its first event came before: {answer:?}");

    // The same over HTTP/2, and the connection is as good as before.
    let mut client = server.park().await;
    let mut request = tonic::Request::new(WatchRequest::default());
    request.metadata_mut().insert("grpc-timeout", "300m".parse().unwrap());
    let mut events = client.watch(request).await.expect("the stream begins").into_inner();
    assert!(events.message().await.expect("an event").is_some());
    let ended = tokio::time::timeout(SOON, events.message()).await.expect("it ends");
    assert_eq!(ended.expect_err("not of itself").code(), Code::DeadlineExceeded);
    assert!(client.get_park(GetParkRequest::default()).await.is_ok());
}

#[tokio::test]
async fn a_request_that_never_ends_is_given_up() {
    let server = Server::start().await;
    let address = server.url("").trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(&address).await.expect("the server listens");
    let head = format!(
        "POST /cloudsite.land.v1.ParkService/GetPark HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/grpc-web+proto\r\ngrpc-timeout: 300m\r\ncontent-length: 100\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it takes the head");
    stream.write_all(&[0, 0, 0, 0, 90, 1, 2]).await.expect("it takes a part of the body");
    let mut answer = Vec::new();
    tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await.expect("it is given up").expect("an answer");
    let answer = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(answer.contains("grpc-status: 4") || answer.contains("grpc-status:4"), "{answer}");
}

#[tokio::test]
async fn a_connection_is_told_how_many_streams_it_may_open() {
    let server = Server::start().await;
    let address = server.url("").trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("it takes them");
    let mut head = [0; 9];
    tokio::time::timeout(SOON, stream.read_exact(&mut head)).await.expect("it answers").expect("a frame");
    assert_eq!(head[3], 4, "settings come first");
    let mut settings = vec![0; usize::from(head[2])];
    stream.read_exact(&mut settings).await.expect("the frame is whole");
    let streams = settings.chunks(6).find(|pair| pair[..2] == [0, 3]).expect("a limit is among them");
    assert_eq!(streams[2..], 256_u32.to_be_bytes());
}
